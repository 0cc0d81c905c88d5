"""Accuracy of resolution on the hand-made gold tables, with the bounds that a change must not fall below."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from resolve_gold import ACTOR_TABLES, GOLD, INTERNATIONAL, Mention, read_actors

from coder.resolve import Actor, Resolver


@pytest.fixture(scope="module")
def resolver() -> Resolver:
    return Resolver()


def _coded(resolver: Resolver, path: Path) -> list[tuple[Mention, Actor]]:
    pairs = []
    for article in read_actors(path):
        events = [(mention.index, mention) for mention in article.mentions]
        resolved = resolver.resolve(article.sentences, article.day, events)
        pairs += [(m, r.source) for m, r in zip(article.mentions, resolved, strict=True)]
    return pairs


def _country(code: str | None) -> str | None:
    """The country of a gold code: its first three letters, after a leading international type."""
    if code is None or code.startswith(INTERNATIONAL) or not code[:3].isupper():
        return None
    return code[:3]


@pytest.fixture(scope="module")
def coded(resolver: Resolver) -> list[tuple[Mention, Actor]]:
    return _coded(resolver, GOLD / "actors.tsv")


@pytest.fixture(scope="module")
def held_out(resolver: Resolver) -> list[tuple[Mention, Actor]]:
    return _coded(resolver, GOLD / "actors_held_out.tsv")


@pytest.fixture(scope="module")
def in_context(resolver: Resolver) -> list[tuple[Mention, Actor]]:
    return _coded(resolver, GOLD / "actors_in_context.tsv")


def test_gold_is_large_and_two_fifths_ask_for_the_article() -> None:
    mentions = [mention for name in ACTOR_TABLES for a in read_actors(GOLD / name) for mention in a.mentions]
    assert len(mentions) >= 1750
    assert sum(mention.basis in ("context", "coreference") for mention in mentions) / len(mentions) >= 0.4
    assert len({mention.code for mention in mentions}) >= 300


def test_full_codes_that_need_the_article(in_context: list[tuple[Mention, Actor]]) -> None:
    right = sum(actor.code == mention.code for mention, actor in in_context)
    assert right / len(in_context) >= 0.96


@pytest.mark.parametrize(
    ("table", "code", "country"),
    [("actors_unseen.tsv", 0.91, 0.97), ("actors_second_unseen.tsv", 0.84, 0.96)],
)
def test_full_codes_and_countries_of_unseen_stories(
    resolver: Resolver, table: str, code: float, country: float
) -> None:
    pairs = _coded(resolver, GOLD / table)
    assert sum(actor.code == mention.code for mention, actor in pairs) / len(pairs) >= code
    named = [(actor.country, _country(mention.code)) for mention, actor in pairs if actor.country]
    assert sum(found == wanted for found, wanted in named) / len(named) >= country


def test_full_codes(coded: list[tuple[Mention, Actor]]) -> None:
    right = sum(actor.code == mention.code for mention, actor in coded)
    assert right / len(coded) >= 0.98


def test_full_codes_on_articles_that_no_rule_was_made_for(held_out: list[tuple[Mention, Actor]]) -> None:
    right = sum(actor.code == mention.code for mention, actor in held_out)
    assert right / len(held_out) >= 0.90


@pytest.mark.parametrize(
    ("basis", "bound"), [("stated", 0.98), ("dictionary", 0.98), ("context", 0.96), ("coreference", 0.9)]
)
def test_every_basis_is_accurate_and_named(
    coded: list[tuple[Mention, Actor]], held_out: list[tuple[Mention, Actor]], basis: str, bound: float
) -> None:
    of_basis = [(m, a) for m, a in coded + held_out if m.basis == basis]
    right = sum(m.code == a.code and a.basis == basis for m, a in of_basis)
    assert right / len(of_basis) >= bound, Counter((a.code, a.basis) for m, a in of_basis if m.code != a.code)


def test_countries_are_right_or_null(held_out: list[tuple[Mention, Actor]]) -> None:
    named = [(m, a) for m, a in held_out if a.country]
    wrong = [(a.text, a.country, m.code) for m, a in named if m.code and a.country != _country(m.code)]
    assert len(wrong) / len(named) <= 0.05, wrong


def test_code_is_composed_of_the_columns(coded: list[tuple[Mention, Actor]]) -> None:
    for _, actor in coded:
        if actor.code is None:
            assert actor.basis is None
            continue
        for part in (actor.ethnicity, actor.religion, actor.organisation):
            assert part is None or part in actor.code, actor
        if actor.country:
            assert actor.country in actor.code, actor
        assert all(role in actor.code for role in actor.roles), actor
