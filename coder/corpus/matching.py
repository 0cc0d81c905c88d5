"""When a predicted event is the annotated one: expansion into tuples, agreement of actors, matching."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from coder.corpus.records import AnnotatedSentence, Span
from coder.pairing import pair_actors

ASSERTED = "asserted"
NOT_ASSERTED = "not_asserted"

Offsets = tuple[int, int]
_WORD = re.compile(r"\w+(?:[.’'-]\w+)*")
_POSSESSIVE = re.compile(r"[’']s$")
_ARTICLES = frozenset(("the", "a", "an"))


class Predicted(Protocol):
    """A predicted tuple, as the event parser gives it; spans are characters of the sentence."""

    @property
    def code(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def code_confidence(self) -> float: ...
    @property
    def status(self) -> str: ...
    @property
    def trigger(self) -> Offsets | None: ...
    @property
    def source(self) -> Offsets | None: ...
    @property
    def target(self) -> Offsets | None: ...
    @property
    def place(self) -> Offsets | None: ...
    @property
    def time(self) -> Offsets | None: ...


@dataclass(frozen=True, slots=True)
class GoldTuple:
    """An annotated event with one actor a side; ``event`` counts the events of the sentence from 0."""

    code: str
    status: str
    trigger: Span | None
    source: Span | None
    target: Span | None
    event: int


@dataclass(frozen=True, slots=True)
class Level:
    """What a tuple must have right: its root or its code itself, and which of its actors."""

    name: str
    leaf: bool
    source: bool
    target: bool


LEVELS = (
    Level("root", False, False, False),
    Level("root+source", False, True, False),
    Level("root+source+target", False, True, True),
    Level("leaf", True, False, False),
    Level("leaf+source+target", True, True, True),
)


def root_of(code: str) -> str:
    """Return the root of a CAMEO code, its first two digits; other ontologies bring their own function."""
    return code[:2]


def expand(sentence: AnnotatedSentence) -> list[GoldTuple]:
    """Return the tuples of the events that have a code, one for each pair of actors (coder.pairing)."""
    tuples = []
    for number, event in enumerate(sentence.events):
        if event.code is None:
            continue
        status = ASSERTED if event.asserted else NOT_ASSERTED
        for source, target in pair_actors(event.sources, event.targets):
            tuples.append(GoldTuple(event.code, status, event.trigger, source, target, number))
    return tuples


def token_f1(one: str, other: str) -> float:
    """Return the F1, 0..1, of the words that two texts share, counted with repetition.

    Case, the articles the, a, an and a possessive 's do not count, unless a text holds nothing else.
    """
    a, b = _words(one), _words(other)
    shared = (a & b).total()
    return 2 * shared / (a.total() + b.total()) if shared else 0.0


def _words(text: str) -> Counter[str]:
    words = [_POSSESSIVE.sub("", word) for word in _WORD.findall(text.casefold())]
    return Counter([word for word in words if word not in _ARTICLES] or words)


def overlap(one: Offsets | None, other: Offsets | None) -> int:
    """Return how many characters two spans share; 0 where one is missing."""
    if one is None or other is None:
        return 0
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def same_actor(text: str, gold: Offsets | None, predicted: Offsets | None) -> bool:
    """Tell whether two actors agree.

    Both are missing, or their spans overlap and the token F1 of their texts is at least 0.5. The overlap
    keeps two mentions of one name apart; half of the words forgive a title or an apposition more or less.
    """
    if gold is None or predicted is None:
        return gold is predicted
    return overlap(gold, predicted) > 0 and token_f1(text[slice(*gold)], text[slice(*predicted)]) >= 0.5


def agree(
    text: str, gold: GoldTuple, predicted: Predicted, level: Level, root: Callable[[str], str] = root_of
) -> bool:
    """Tell whether a predicted tuple is the annotated one in all that ``level`` asks for."""
    if gold.code != predicted.code and (level.leaf or root(gold.code) != root(predicted.code)):
        return False
    if level.source and not same_actor(text, gold.source, predicted.source):
        return False
    return not level.target or same_actor(text, gold.target, predicted.target)


Gold = TypeVar("Gold")
Guess = TypeVar("Guess")


def match(
    gold: Sequence[Gold],
    predicted: Sequence[Guess],
    fits: Callable[[Gold, Guess], bool],
    rank: Callable[[Guess], float],
    prefer: Callable[[Gold, Guess], float],
) -> list[int | None]:
    """Match one to one; returns for each prediction an index into gold, or None.

    The highest rank chooses first, among the items left that fit it the most preferred, of equals the first.
    """
    chosen: list[int | None] = [None] * len(predicted)
    free = set(range(len(gold)))
    for number in sorted(range(len(predicted)), key=lambda i: -rank(predicted[i])):
        fitting = [g for g in sorted(free) if fits(gold[g], predicted[number])]
        if fitting:
            best = max(fitting, key=lambda g: prefer(gold[g], predicted[number]))
            chosen[number] = best
            free.discard(best)
    return chosen


def match_tuples(
    text: str,
    gold: Sequence[GoldTuple],
    predicted: Sequence[Predicted],
    level: Level,
    root: Callable[[str], str] = root_of,
    same_status: bool = False,
) -> list[int | None]:
    """Match tuples at ``level`` by falling confidence, preferring gold tuples of the same trigger."""

    def fits(one: GoldTuple, other: Predicted) -> bool:
        return agree(text, one, other, level, root) and (not same_status or one.status == other.status)

    return match(gold, predicted, fits, lambda p: p.confidence, lambda g, p: overlap(g.trigger, p.trigger))


def distinct_gold(
    tuples: Iterable[GoldTuple], level: Level, root: Callable[[str], str] = root_of
) -> list[GoldTuple]:
    """Merge tuples of one event that ``level`` cannot tell apart: whatever its actors, it has one root."""
    merged: dict[object, GoldTuple] = {}
    for one in tuples:
        merged.setdefault((one.event, *_key(one, level, root)), one)
    return list(merged.values())


def distinct_predicted(
    tuples: Iterable[Predicted], level: Level, root: Callable[[str], str] = root_of
) -> list[Predicted]:
    """Merge tuples of one trigger that ``level`` cannot tell apart; the most confident stands for them."""
    merged: dict[object, Predicted] = {}
    for one in sorted(tuples, key=lambda p: -p.confidence):
        merged.setdefault((one.trigger, *_key(one, level, root)), one)
    return list(merged.values())


def _key(one: GoldTuple | Predicted, level: Level, root: Callable[[str], str]) -> tuple[object, ...]:
    return (
        one.code if level.leaf else root(one.code),
        one.source if level.source else None,
        one.target if level.target else None,
    )
