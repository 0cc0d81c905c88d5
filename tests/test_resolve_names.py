"""What names mean by their story and their day: ambiguous names, towns, bodies, offices, strangers."""

from __future__ import annotations

import pytest
from resolve_story import Event, actor

from coder.resolve import Resolver


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver()


@pytest.mark.parametrize(
    ("words", "story", "code"),
    [
        ("Georgia", ("TBILISI (Reuters) - Georgia accused Russia of annexation.",), "GEO"),
        ("Georgia", ("ATLANTA (AP) - Georgia executed a man.",), "USA"),
        ("Congo", ("KINSHASA - Congo expelled a Rwandan diplomat.",), "COD"),
        ("Congo", ("BRAZZAVILLE - Congo closed its border.",), "COG"),
        ("Korea", ("Korea sued a firm in Geneva.",), None),
        ("Jordan", ("Refugees fled Syria.", "Jordan shut the crossing."), "JOR"),
        ("Jordan", ("Michael Jordan criticised the police.", "Jordan said he was troubled."), None),
        ("Macedonia", ("SKOPJE - Macedonia changed its name.",), "MKD"),
        ("Sudan", ("Sudan accused South Sudan of backing rebels.",), "SDN"),
        ("South Sudan", ("Sudan accused South Sudan of backing rebels.",), "SSD"),
        ("Tripoli", ("Tripoli accused NATO of killing civilians.",), "LBY"),
        ("Victoria", ("Victoria accused her husband of fraud.",), None),
        ("Hamilton", ("HAMILTON, Bermuda - Hamilton rejected British rule.",), "BMU"),
        ("Hamilton", ("Lewis Hamilton won in Monaco.", "Hamilton accused the stewards."), None),
        ("Washington", ("Washington imposed sanctions on Iran.",), "USA"),
        ("Washington", ("SEATTLE - Washington sued the Trump administration.",), "USA"),
        ("Washington", ("Harold Washington won in Chicago.", "Washington promised jobs."), None),
    ],
)
def test_ambiguous_names_are_right_or_null(
    resolver: Resolver, words: str, story: tuple[str, ...], code: str | None
) -> None:
    assert actor(resolver, words, *story).code == code


@pytest.mark.parametrize(
    ("words", "sentence", "country"),
    [
        ("Alexandria", "Egyptian police shot a man in Alexandria.", "EGY"),
        ("Alexandria", "A gunman wounded a congressman in Alexandria, Virginia.", "USA"),
        ("Paris", "A storm hit Paris, Texas.", "USA"),
        ("Cairo", "Rioters in Cairo, Illinois, burned a shop.", "USA"),
        ("San Antonio", "Chilean dockers marched in San Antonio.", "CHL"),
        ("Santa Cruz", "Bolivian police fought strikers in Santa Cruz.", "BOL"),
        ("Leon", "Nicaraguan students marched in Leon.", "NIC"),
        ("Trujillo", "Honduran soldiers guarded Trujillo.", "HND"),
        ("Newcastle", "South African miners struck in Newcastle.", "ZAF"),
        ("Barcelona", "Venezuelan looters emptied shops in Barcelona.", "VEN"),
        ("Barcelona", "A van killed tourists in Barcelona.", "ESP"),
        ("La Paz", "Honduran farmers marched in La Paz.", "HND"),
    ],
)
def test_country_of_the_story_chooses_between_towns_of_one_name(
    resolver: Resolver, words: str, sentence: str, country: str
) -> None:
    at = sentence.index(words)
    found = resolver.resolve([sentence], None, [(0, Event(place=(at, at + len(words))))])[0].place
    assert (found.country, found.text) == (country, words)


@pytest.mark.parametrize(
    ("words", "story", "code"),
    [
        ("doctors", ("PORT-AU-PRINCE - Cuba sent doctors.",), "CUBHLH"),
        ("two ministers", ("HARARE - The army seized power.", "South Africa sent two ministers."), "ZAFGOV"),
        ("The union", ("LIMA - The mining company Rio Tinto fired miners.", "The union sued."), "PERLAB"),
        ("its neighbour", ("Serbia protested, saying its neighbour lied.",), None),
        ("The cartel", ("VIENNA - OPEC cut output.", "The cartel met again."), "IGOOPC"),
        ("The UN refugee agency", ("The UN refugee agency opened a camp.",), "IGOUNOREFHCR"),
        (
            "the Sweden Democrats",
            ("Voters backed the anti-immigrant Sweden Democrats.", "Many like the Sweden Democrats."),
            "SWEPTY",
        ),
    ],
)
def test_people_sent_and_bodies_taken_up_again(
    resolver: Resolver, words: str, story: tuple[str, ...], code: str | None
) -> None:
    assert actor(resolver, words, *story).code == code


@pytest.mark.parametrize(
    ("name", "day", "code"),
    [
        ("Kofi Annan", "2003-01-01", "IGOUNO"),
        ("Tusk", "2016-01-01", "IGOEEC"),
        ("Tusk", "2024-06-01", "POLGOV"),
        ("Lieberman", "2010-01-01", "ISRGOV"),
        ("Lieberman", "2017-01-01", "ISRGOVMIL"),
        ("Cheney", "1990-09-01", "USAGOVMIL"),
        ("Bachelet", "2003-01-01", "CHLGOVMIL"),
        ("Poroshenko", "2022-01-01", None),
        ("von der Leyen", "2022-01-01", "IGOEEC"),
        ("Sikorski", "2006-06-01", "POLGOVMIL"),
    ],
)
def test_offices_one_after_another(resolver: Resolver, name: str, day: str, code: str | None) -> None:
    assert actor(resolver, name, day=day).code == code


@pytest.mark.parametrize(
    ("words", "story", "day", "code"),
    [
        (
            "Smith",
            ("LUSAKA - Zambian teacher Anna Smith was shot.", "Smith accused the police."),
            "1993-01-01",
            "ZMBEDU",
        ),
        ("Harris", ("A nurse, Mary Harris, was fired.", "Harris sued the hospital."), "2023-01-01", None),
        ("Bush", ("Farmer John Bush sued.", "Bush won."), "2005-01-01", "AGR"),
        ("Putin", ("Vladimir V. Putin spoke.", "Putin denied it."), "2005-01-01", "RUSGOV"),
        ("Santos", ("BOGOTA - Rebels signed a truce.", "Santos praised them."), "2015-01-01", "COLGOV"),
        ("Esper", ("Defense Secretary Mark Esper spoke.", "Esper left."), "2020-01-09", "USAGOVMIL"),
        ("Power", ("Power cuts angered villagers.",), "2014-01-01", None),
        ("Gross", ("Gross sales fell.",), "2005-01-01", None),
        ("Jones", ("Jones sued the city.",), "2010-01-01", None),
        ("Rice", ("U.S. officials met.", "Rice warned them."), "2006-01-01", "USAGOV"),
        ("Rice", ("Condoleezza Rice flew in.", "Rice warned them."), "2006-01-01", "USAGOV"),
    ],
)
def test_surname_of_a_stranger_is_no_office_holder(
    resolver: Resolver, words: str, story: tuple[str, ...], day: str, code: str | None
) -> None:
    assert actor(resolver, words, *story, day=day).code == code
