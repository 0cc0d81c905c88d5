"""Places of events: the gold table, ambiguity, basis."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest
from resolve_gold import read_places

from coder.resolve import Place, Resolver

DAY = datetime.date(2015, 6, 1)


@dataclass(frozen=True)
class Where:
    place: tuple[int, int] | None
    source: None = None
    target: None = None
    time: None = None


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver()


def place(resolver: Resolver, words: str | None, *sentences: str) -> Place:
    for index, sentence in enumerate(sentences):
        if words is None or words in sentence:
            at = sentence.find(words) if words else -1
            span = (at, at + len(words)) if words else None
            return resolver.resolve(sentences, DAY, [(index, Where(span))])[0].place
    raise AssertionError(words)


def test_gold_places(resolver: Resolver) -> None:
    cases = read_places()
    assert len(cases) >= 200
    wrong = []
    for case in cases:
        found = resolver.resolve(case.sentences, DAY, [(case.index, Where(case.span))])[0].place
        near = case.latitude is None or (
            found.latitude is not None
            and found.longitude is not None
            and abs(found.latitude - case.latitude) <= 1.0
            and case.longitude is not None
            and abs(found.longitude - case.longitude) <= 1.0
        )
        if (found.country, found.precision) != (case.country, case.precision) or not near:
            wrong.append((case.sentences[case.index], found))
    assert len(wrong) <= 0.02 * len(cases), wrong


def test_without_a_span_the_dateline_gives_the_place(resolver: Resolver) -> None:
    found = place(resolver, None, "GOMA, Congo (Reuters) - Rebels attacked an army post.")
    assert (found.name, found.country, found.basis) == ("Goma", "COD", "dateline")


def test_without_span_and_dateline_no_place_is_guessed(resolver: Resolver) -> None:
    assert place(resolver, None, "Rebels attacked an army post.") == Place()


def test_place_keeps_its_words_even_when_unknown(resolver: Resolver) -> None:
    assert place(resolver, "Zzyqville", "Rebels burned Zzyqville.") == Place(text="Zzyqville")


def test_country_after_a_comma_decides_between_namesakes(resolver: Resolver) -> None:
    assert place(resolver, "Paris, Texas", "A man of Paris, Texas was held.").country == "USA"
    assert place(resolver, "Tripoli, Lebanon", "Shots fell in Tripoli, Lebanon, at noon.").country == "LBN"


def test_place_that_lacks_in_the_stated_country_gives_the_country(resolver: Resolver) -> None:
    found = place(resolver, "Palma, Mozambique", "Rebels took Palma, Mozambique, at dawn.")
    assert found.country == "MOZ"


@pytest.mark.parametrize("name", ["Georgia", "Congo", "Korea", "Hamilton", "Victoria", "Punjab", "San Jose"])
def test_ambiguous_place_without_context_is_open(resolver: Resolver, name: str) -> None:
    assert place(resolver, name, f"It happened in {name} at noon.").country is None


@pytest.mark.parametrize(
    ("name", "context", "country"),
    [
        ("Tripoli", "Libya's coast guard sailed.", "LBY"),
        ("Tripoli", "Lebanon's army moved north.", "LBN"),
        ("Victoria", "Australia mourned.", "AUS"),
        ("Victoria", "The Seychelles voted.", "SYC"),
        ("Hamilton", "New Zealand police searched.", "NZL"),
        ("San Jose", "Costa Rica voted.", "CRI"),
        ("Congo", "Kinshasa was calm.", "COD"),
        ("Congo", "Brazzaville was calm.", "COG"),
        ("Georgia", "Voters queued in Atlanta.", "USA"),
        ("Georgia", "Abkhazia broke away.", "GEO"),
        ("Hyderabad", "Sindh was calm.", "PAK"),
    ],
)
def test_story_decides_what_an_ambiguous_place_is(
    resolver: Resolver, name: str, context: str, country: str
) -> None:
    assert place(resolver, name, context, f"It happened in {name} at noon.").country == country


def test_capital_is_that_of_the_story(resolver: Resolver) -> None:
    found = place(resolver, "the capital", "Kenya's president spoke.", "Crowds met in the capital.")
    assert (found.name, found.basis) == ("Nairobi", "context")
    assert place(resolver, "the Iraqi capital", "Bombs shook the Iraqi capital.").name == "Baghdad"
