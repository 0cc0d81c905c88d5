"""Names of several meanings: right by the story, or null; never the famous one by default where others are as likely."""

from __future__ import annotations

import datetime

import pytest
from resolve_gold import GOLD
from resolve_story import Event

from coder.resolve import Resolver
from coder.resolve.tables import read_table

CASES = [row for _, row in read_table(GOLD / "ambiguous.tsv")]


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver()


def country(resolver: Resolver, row: dict[str, str]) -> str | None:
    story = row["story"].split(" // ")
    index = max(at for at, sentence in enumerate(story) if row["name"] in sentence)
    start = story[index].rfind(row["name"])
    span = (start, start + len(row["name"]))
    event = Event(source=span) if row["kind"] == "a" else Event(place=span)
    found = resolver.resolve(story, datetime.date(2020, 1, 9), [(index, event)])[0]
    return found.source.country if row["kind"] == "a" else found.place.country


def test_names_of_several_meanings_are_right_or_null(resolver: Resolver) -> None:
    assert len(CASES) >= 150
    wrong = [
        (row["name"], row["story"], found)
        for row in CASES
        if not row["open"] and (found := country(resolver, row) or "-") not in row["countries"].split("|")
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("words", "sentences", "admin1"),
    [
        ("Springfield", ("SPRINGFIELD, Ill. (AP) - Police shot a man in Springfield.",), "Illinois"),
        ("Springfield", ("The governor of Massachusetts spoke in Springfield.",), "Massachusetts"),
        ("Alexandria", ("ALEXANDRIA, Va. (AP) - A court in Alexandria convicted him.",), "Virginia"),
        ("Rome", ("A gunman killed three in Rome, Georgia.",), "Georgia"),
        ("Portland", ("Maine's governor spoke in Portland.",), "Maine"),
    ],
)
def test_the_division_told_chooses_between_towns_of_one_country(
    resolver: Resolver, words: str, sentences: tuple[str, ...], admin1: str
) -> None:
    at = sentences[0].rfind(words)
    found = resolver.resolve(sentences, None, [(0, Event(place=(at, at + len(words))))])[0].place
    assert (found.country, found.admin1) == ("USA", admin1)
