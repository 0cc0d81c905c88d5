"""What a given source did to a given target: the second reading with the caller's actors."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from coder.errors import InputError
from coder.infer.decode import find_triggers, softmax
from coder.infer.encode import marks
from coder.infer.labels import MARKS, ROLES
from coder.infer.records import Offsets

if TYPE_CHECKING:
    from coder.infer.parser import EventParser, Part

Row = tuple[str, Offsets | str | None, Offsets | str | None]
# An event that shares no word with the given actors still says a little about them.
_FLOOR = 0.02
_UNKNOWN = 0.5


def classify_pairs(parser: EventParser, rows: Sequence[Row]) -> list[dict[str, float]]:
    """Return for each (sentence, source, target) the probability of each code; they sum to 1.

    Two opinions are averaged: a reading with the given actors marked, and the readings of the sentence's own triggers, each weighted by
    how far its source and target agree with the given ones. Raises InputError for an empty sentence or an actor that is not in it.
    """
    names = code_names(parser)
    share = parser.settings.decoding.event_share
    return [dict(zip(names, map(float, mixed(*both, share)), strict=True)) for both in opinions(parser, rows)]


def mixed(pair: np.ndarray, event: np.ndarray | None, share: float) -> np.ndarray:
    """Average the two opinions; ``share`` is the weight of the second, which may be missing."""
    return pair if event is None else share * event + (1.0 - share) * pair


def opinions(parser: EventParser, rows: Sequence[Row]) -> list[tuple[np.ndarray, np.ndarray | None]]:
    """Return for each row the probabilities of ``code_names`` by the marked actors, and by the sentence's own events if it has any."""
    parts: list[Part] = []
    given: list[dict[str, list[Offsets]]] = []
    for sentence, source, target in rows:
        actors = {
            name: locate(sentence, actor, name)
            for name, actor in (("source", source), ("target", target))
            if actor is not None
        }
        part = _part_with(parser, sentence, list(actors.values()))
        parts.append(part)
        given.append({name: [(a - part.shift, b - part.shift)] for name, (a, b) in actors.items()})
    pairs = [_scores(parser, logits) for _, logits in parser.run(parts, given, ("root", "code"))]
    return list(zip(pairs, _event_opinions(parser, parts, given), strict=True))


def _event_opinions(
    parser: EventParser, parts: Sequence[Part], given: Sequence[Mapping[str, Sequence[Offsets]]]
) -> list[np.ndarray | None]:
    """Return for each part the mean of its events' code probabilities, weighted by agreement; None where no trigger is found."""
    owners: list[int] = []
    spans: list[Mapping[str, Sequence[Offsets]]] = []
    chances: list[float] = []
    threshold = parser.settings.decoding.trigger_threshold
    for i, (part, logits) in enumerate(parser.run(parts, [{}] * len(parts), ("trigger",))):
        for trigger in find_triggers(logits["trigger"], part.encoded, part.text, threshold):
            owners.append(i)
            spans.append({"trigger": [trigger.offsets]})
            chances.append(trigger.score)
    totals: list[np.ndarray | None] = [None] * len(parts)
    done = parser.run([parts[i] for i in owners], spans, ("tags", "root", "code"))
    for i, chance, (part, logits) in zip(owners, chances, done, strict=True):
        weight = chance * (1.0 - float(softmax(logits["root"])[0]))
        mark = marks(part.encoded, given[i])
        inside = 1.0 - softmax(logits["tags"][: len(mark)])[..., 0]
        for role in ("source", "target"):
            tokens = mark[:, MARKS.index(role)] > 0
            agreement = float(inside[tokens, ROLES.index(role)].mean()) if tokens.any() else _UNKNOWN
            weight *= _FLOOR + agreement
        total = totals[i]
        share = weight * _scores(parser, logits)
        totals[i] = share if total is None else total + share
    return [None if total is None else total / max(float(total.sum()), 1e-12) for total in totals]


def code_names(parser: EventParser) -> list[str]:
    """Return the codes that opinions are about, in order."""
    labels = parser.settings.labels
    bare = [root for i, root in enumerate(labels.roots) if not len(parser.table.rows_of_root[i])]
    return [*labels.codes, *bare]


def _scores(parser: EventParser, logits: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return P(code | event) for the codes of ``code_names``; a root without codes below it stands for itself."""
    decoding = parser.settings.decoding
    root = softmax(logits["root"] / decoding.root_temperature)[1:]
    root = root / max(float(root.sum()), 1e-9)
    code = parser.table.within_roots(logits["code"] / decoding.code_temperature)
    bare = [root[i] for i, rows in enumerate(parser.table.rows_of_root) if not len(rows)]
    return np.concatenate([code * root[parser.table.root_of], np.asarray(bare, dtype=code.dtype)])


def _part_with(parser: EventParser, sentence: str, spans: Sequence[Offsets]) -> Part:
    """Return the whole sentence, or of a long one the window that holds most of ``spans``."""
    parts = parser.parts([sentence])
    if not parts:
        raise InputError("classify: the sentence is empty: give a sentence with words")
    return max(parts, key=lambda p: sum(p.shift <= a and b <= p.shift + len(p.text) for a, b in spans))


def locate(sentence: str, actor: Offsets | str, name: str) -> Offsets:
    """Return the offsets of ``actor`` in ``sentence``, as a word of its own if it occurs so; InputError when it is not there."""
    if isinstance(actor, str):
        start = sentence.find(actor) if actor.strip() else -1
        if start >= 0 and (word := re.search(rf"(?<!\w){re.escape(actor)}(?!\w)", sentence)):
            start = word.start()  # "Iran" is not the beginning of "Iranian"
        if start < 0:
            raise InputError(
                f"{name} {actor!r} does not occur in the sentence {sentence!r}: copy it from the sentence letter by letter, or give offsets"
            )
        return (start, start + len(actor))
    start, end = actor
    if not 0 <= start < end <= len(sentence):
        raise InputError(
            f"{name} [{start}, {end}] does not lie inside the sentence of {len(sentence)} characters"
        )
    return (start, end)
