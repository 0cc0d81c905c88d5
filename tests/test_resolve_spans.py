"""Mentions as the event parser marks them: without their determiners, several in one span, beside what says whose they are."""

from __future__ import annotations

import datetime

import pytest
from resolve_story import Event, actor

from coder.resolve import Resolver


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver()


@pytest.mark.parametrize(
    ("words", "story", "code"),
    [
        ("troops", ("LIMA - Chile, whose troops crossed the border, denied it.",), "CHLMIL"),
        ("officials", ("PARIS - Mexico, whose officials had met rebels, denied it.",), "MEXGOV"),
        (
            "government",
            ("TOKYO - Kenyan Foreign Minister Ann Otieno said her government would pay.",),
            "KENGOV",
        ),
        ("country", ("TOKYO - Kenyan President John Otieno said his country would pay.",), "KEN"),
        ("group", ("MANILA - Hezbollah fired rockets.", "The group denied it."), "LBNREBMOSSHIHEZ"),
        ("alliance", ("KYIV - NATO's chief spoke in Kyiv.", "The alliance sent planes."), "IGONAT"),
        (
            "three of its staff",
            ("JUBA - The World Food Programme said three of its staff were shot.",),
            "IGOUNOWFP",
        ),
        ("upper house", ("KYIV - Russia's parliament met.", "The upper house voted."), "RUSLEG"),
        ("army", ("ROME - Soldiers of Egypt's army fled.",), "EGYMIL"),
        ("bases", ("TBILISI - Georgia asked Russia to close its bases.",), "RUSMIL"),
    ],
)
def test_determiners_outside_the_span_are_read(
    resolver: Resolver, words: str, story: tuple[str, ...], code: str
) -> None:
    found = actor(resolver, words, *story)
    assert (found.code, found.text) == (code, words)


@pytest.mark.parametrize(
    ("words", "story", "code"),
    [
        ("sides", ("DELHI - India and Pakistan met.", "The two sides talked."), None),
        ("Troops on both sides", ("DELHI - Troops on both sides fired.",), None),
        ("governments", ("DELHI - India met Pakistan.", "Militants threatened both governments."), None),
        ("all parties", ("YANGON - China urged all parties to talk.",), None),
        ("crown prince", ("ANKARA - Saudi Arabia denied it.", "The crown prince fired an aide."), "SAUGOV"),
        ("kingdom", ("OTTAWA - Canada met Saudi Arabia.", "The kingdom cut trade."), "SAU"),
        ("prime minister", ("WASHINGTON - Trump met him.", "The prime minister left."), "GOV"),
        ("Riyadh-based officials", ("OTTAWA - Riyadh-based officials declined.",), "GOV"),
        ("the Knesset", ("CAIRO - Egypt protested after the Knesset voted.",), "ISRLEG"),
        ("The State Department", ("TBILISI - Georgia voted.", "The State Department was pleased."), "USAGOV"),
        ("Gulf of Aden", ("Egypt sent ships to the Gulf of Aden.",), None),
        ("Congress", ("DELHI - India voted.", "Congress accused the BJP of fraud."), "INDPTY"),
    ],
)
def test_the_story_lends_its_country_only_where_it_can_be_theirs(
    resolver: Resolver, words: str, story: tuple[str, ...], code: str | None
) -> None:
    assert actor(resolver, words, *story).code == code


@pytest.mark.parametrize(
    ("source", "target", "story", "code"),
    [
        ("President Obama", "marines", "TRIPOLI, Libya - President Obama ordered marines to Tripoli.", "USAMIL"),
        ("Mark Esper", "reporters", "BAGHDAD - US Defense Secretary Mark Esper told reporters he left.", "MED"),
        ("Irish leader Ann Byrne", "parliament", "BRUSSELS - Irish leader Ann Byrne told parliament.", "IRLLEG"),
        ("Iraq's president", "reporters", "BAGHDAD - Iraq's president told reporters he left.", "IRQMED"),
    ],
)  # fmt: skip
def test_whom_someone_sends_or_tells(
    resolver: Resolver, source: str, target: str, story: str, code: str
) -> None:
    spans = [(story.index(words), story.index(words) + len(words)) for words in (source, target)]
    day = datetime.date(2013, 1, 1) if "Obama" in source else datetime.date(2020, 1, 9)
    found = resolver.resolve([story], day, [(0, Event(source=spans[0], target=spans[1]))])
    assert found[0].target.code == code


@pytest.mark.parametrize(
    ("words", "code", "name"),
    [
        ("Britain and the United States", "GBR", "United Kingdom"),
        ("Iranian general Qasem Soleimani and Iraqi commander Abu Mahdi al-Muhandis", "IRNMIL", "Qasem Soleimani"),
        ("Nancy Pelosi and her family", "USAGOVLEG", "Nancy Pelosi"),
        ("Syrian and Iraqi forces", "SYRMIL", None),
        ("Israel's prime minister, Benjamin Netanyahu", "ISRGOV", "Benjamin Netanyahu"),
        ("Minnesota Gov. Ann Otieno", "USAGOV", None),
        ("two former ministers", "ELI", None),
    ],
)  # fmt: skip
def test_the_first_of_several_actors_is_coded(
    resolver: Resolver, words: str, code: str, name: str | None
) -> None:
    found = actor(resolver, words, day="2019-12-01")
    assert (found.code, found.name) == (code, name)


def test_who_comes_second_in_a_span_can_be_spoken_of_alone(resolver: Resolver) -> None:
    story = (
        "Jordan praised Iranian general Ali Rezaian and Iraqi commander Omar Jassem.",
        "Jassem denied it.",
    )
    span = (story[0].index("Iranian"), story[0].index("."))
    start = story[1].index("Jassem")
    events = [(0, Event(target=span)), (1, Event(source=(start, start + 6)))]
    found = resolver.resolve(story, datetime.date(2020, 1, 9), events)
    assert (found[0].target.country, found[1].source.country) == ("IRN", "IRQ")


def test_a_rank_before_an_office_holder_adds_nothing(resolver: Resolver) -> None:
    assert actor(resolver, "General Abdel Fattah al-Sisi", day="2013-07-03").code == "EGYGOVMIL"
    assert actor(resolver, "Captain Ibrahim Traore", day="2023-02-20").code == "BFAGOV"


@pytest.mark.parametrize(
    ("words", "code"),
    [("iraqi soldiers", "IRQMIL"), ("turkey", "TUR"), ("hezbollah", "LBNREBMOSSHIHEZ"), ("us", None), ("rice", None)],
)  # fmt: skip
def test_text_without_capitals_names_countries_and_groups(
    resolver: Resolver, words: str, code: str | None
) -> None:
    story = "iraqi soldiers told turkey that hezbollah had sold us rice."
    assert actor(resolver, words, story).code == code


def test_places_of_a_text_without_capitals(resolver: Resolver) -> None:
    text = "gunmen shot a judge in the northern city of mosul."
    at = text.index("the northern")
    found = resolver.resolve([text], None, [(0, Event(place=(at, len(text) - 1)))])[0].place
    assert (found.name, found.country, found.text) == ("Mosul", "IRQ", "the northern city of mosul")


def test_capitals_and_names_of_states_follow_the_day(resolver: Resolver) -> None:
    text = "RANGOON - Burmese troops fired on students in the capital."
    at = text.index("the capital")
    for year, name in ((1988, "Yangon"), (2010, "Nay Pyi Taw")):
        day = datetime.date(year, 8, 9)
        assert resolver.resolve([text], day, [(0, Event(place=(at, at + 11)))])[0].place.name == name
    assert actor(resolver, "Opposition leader Etienne Tshisekedi", day="1997-04-12").code == "ZAROPP"
    assert actor(resolver, "police in Aden", day="2015-03-27").code == "YEMCOP"
    assert actor(resolver, "police in Aden", day="1988-03-27").code == "YMDCOP"
