"""Scores of predicted events against annotated sentences: tuples, triggers, spans, calibration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from coder.corpus.matching import (
    ASSERTED,
    LEVELS,
    NOT_ASSERTED,
    GoldTuple,
    Level,
    Offsets,
    Predicted,
    distinct_gold,
    distinct_predicted,
    expand,
    match,
    match_tuples,
    overlap,
    root_of,
    same_actor,
)
from coder.corpus.records import AnnotatedSentence, EventAnnotation
from coder.errors import CorpusError

__all__ = ["NONE", "GoldTuple", "Predicted", "aligned_roots", "ece", "reliability", "right_tuples", "score"]

BINS = 15
NONE = "none"
_WHOLE = LEVELS[2]
_ROLES = {"source": "sources", "target": "targets", "place": "places", "time": "times"}
RootOf = Callable[[str], str]


class Counts:
    """Right, predicted and gold items, added up over sentences."""

    def __init__(self) -> None:
        self.right = self.predicted = self.gold = 0

    def add(self, right: int, predicted: int, gold: int) -> None:
        """Add the counts of one sentence."""
        self.right += right
        self.predicted += predicted
        self.gold += gold

    def to_dict(self) -> dict[str, float | int]:
        """Return precision, recall and F1 (0..1; 0 where undefined) with the counts."""
        precision = self.right / self.predicted if self.predicted else 0.0
        recall = self.right / self.gold if self.gold else 0.0
        total = self.predicted + self.gold
        return {
            "precision": precision,
            "recall": recall,
            "f1": 2 * self.right / total if total else 0.0,
            "right": self.right,
            "predicted": self.predicted,
            "gold": self.gold,
        }


def score(
    gold: Sequence[AnnotatedSentence],
    predicted: Sequence[Sequence[Predicted]],
    *,
    asserted_only: bool = True,
    root: RootOf = root_of,
) -> dict[str, Any]:
    """Score the predicted events of each sentence; numbers lie in 0..1, F1 is micro-averaged over sentences.

    With ``asserted_only`` events that did not happen count on neither side, so that one predicted as asserted
    is wrong; without it all events count, whatever their status. ``root`` maps a code to its root. Sentences
    of other grades than "tuples" are left out, because what they leave unmarked is not wrong. Keys:

    - ``sentences``, ``left_out``, ``asserted_only``: what was scored
    - ``levels``: root, root+source, root+source+target, leaf, leaf+source+target, each with precision,
      recall, f1, right, predicted, gold; actors agree by coder.corpus.matching.same_actor, a leaf is the
      same code
    - ``roots``: for each root that occurs the same fields at level root, ``tuple_f1`` (root+source+target)
      and ``leaf_accuracy`` (None where no trigger was found)
    - ``root_macro_f1``: mean F1 of the roots that the gold has
    - ``trigger``: distinct triggers matched one to one by overlap
    - ``leaf_accuracy``, ``root_accuracy``: over the ``found`` gold events whose trigger a predicted one
      overlaps (None without any); ``status_accuracy``: likewise, over events of either status
    - ``spans``: source, target, place, time: distinct spans of a sentence matched one to one as actors are
    - ``relevance``: whether a sentence has an event at all
    - ``calibration``: ``ece``, ``bins`` and ``events``, of the confidences against right_tuples

    Raises CorpusError when the two sequences differ in length.
    """
    if len(gold) != len(predicted):
        raise CorpusError(
            f"{len(gold)} annotated sentences but predictions for {len(predicted)}: give one list a sentence"
        )
    pairs = [(g, list(p)) for g, p in zip(gold, predicted, strict=True) if g.grade == "tuples"]
    counted = [(g, [e for e in p if not asserted_only or e.status == ASSERTED]) for g, p in pairs]
    annotated = [_counted(g, asserted_only) for g, _ in pairs]
    levels, roots = _levels(counted, asserted_only, root)
    found = _found(zip(annotated, (p for _, p in counted), strict=True))
    aligned = [(event, guess) for event, guess in found if guess is not None]
    for name, row in roots.items():
        own = [(e, g) for e, g in aligned if root(e.code or "") == name]
        row["leaf_accuracy"] = _share(e.code == g.code for e, g in own)
    confidences, right = _confidences(pairs, asserted_only, root)
    in_gold = [row["f1"] for row in roots.values() if row["gold"]]
    every = _found((_counted(g, False), p) for g, p in pairs)
    statuses = [(e, g) for e, g in every if g is not None]
    return {
        "sentences": len(pairs),
        "left_out": len(gold) - len(pairs),
        "asserted_only": asserted_only,
        "levels": levels,
        "roots": roots,
        "root_macro_f1": sum(in_gold) / len(in_gold) if in_gold else 0.0,
        "trigger": _triggers(annotated, [p for _, p in counted]),
        "leaf_accuracy": _share(e.code == g.code for e, g in aligned),
        "root_accuracy": _share(root(e.code or "") == root(g.code) for e, g in aligned),
        "found": len(aligned),
        "status_accuracy": _share(e.asserted == (g.status == ASSERTED) for e, g in statuses),
        "spans": _spans(counted, annotated),
        "relevance": _relevance(annotated, [p for _, p in counted]),
        "calibration": {
            "ece": ece(confidences, right),
            "events": len(right),
            "bins": reliability(confidences, right),
        },
    }


def right_tuples(
    gold_sentence: AnnotatedSentence, predicted_events: Sequence[Predicted], *, root: RootOf = root_of
) -> list[bool]:
    """Tell for each predicted event, in order, whether root, source, target and status are a gold tuple's.

    Matching is one to one, the most confident first, so a second prediction of one tuple is wrong.
    """
    chosen = match_tuples(
        gold_sentence.text, expand(gold_sentence), predicted_events, _WHOLE, root, same_status=True
    )
    return [number is not None for number in chosen]


def aligned_roots(
    gold: Sequence[AnnotatedSentence], predicted: Sequence[Sequence[Predicted]], *, root: RootOf = root_of
) -> tuple[list[str], list[str]]:
    """Return gold and predicted roots of the events, side by side, for a confusion matrix.

    Events of whatever status meet by their triggers; "none" stands for one that was missed or made up.
    """
    gold_roots: list[str] = []
    predicted_roots: list[str] = []
    for sentence, guesses in zip(gold, predicted, strict=True):
        if sentence.grade != "tuples":
            continue
        events = _counted(sentence, False)
        unused = {guess.trigger: guess for guess in sorted(guesses, key=lambda p: p.confidence)}
        for event, guess in _found([(events, guesses)]):
            gold_roots.append(root(event.code or ""))
            predicted_roots.append(NONE if guess is None else root(guess.code))
        for trigger, guess in unused.items():
            if not any(overlap(event.trigger, trigger) for event in events):
                gold_roots.append(NONE)
                predicted_roots.append(root(guess.code))
    return gold_roots, predicted_roots


def ece(confidences: Sequence[float], right: Sequence[bool], bins: int = BINS) -> float:
    """Return the expected calibration error, 0..1, over bins of equal width; 0 without events.

    The mean over the bins of |share right - mean confidence|, weighted by their events (Guo et al. 2017, On
    Calibration of Modern Neural Networks, equation 3). Raises CorpusError as ``reliability`` does.
    """
    total = len(confidences)
    table = reliability(confidences, right, bins)
    return sum(row["events"] / total * abs(row["accuracy"] - row["confidence"]) for row in table)


def reliability(
    confidences: Sequence[float], right: Sequence[bool], bins: int = BINS
) -> list[dict[str, float]]:
    """Return the bins that hold events: low (exclusive), high (inclusive), events, confidence, accuracy.

    The first bin holds a confidence of 0 too. Raises CorpusError when the sequences differ in length or a
    confidence lies outside 0..1.
    """
    if len(confidences) != len(right):
        raise CorpusError(f"{len(confidences)} confidences but {len(right)} judgements: give one for each")
    inside: dict[int, list[tuple[float, bool]]] = {}
    for confidence, is_right in zip(confidences, right, strict=True):
        if not 0.0 <= confidence <= 1.0:
            raise CorpusError(f"a confidence must lie in 0..1, found {confidence}")
        # The division decides, corrected where it crosses the edge that is shown as the bin's bound.
        number = min(bins - 1, int(confidence * bins))
        if number and confidence <= number / bins:
            number -= 1
        inside.setdefault(number, []).append((confidence, is_right))
    return [
        {
            "low": number / bins,
            "high": (number + 1) / bins,
            "events": len(rows),
            "confidence": sum(c for c, _ in rows) / len(rows),
            "accuracy": sum(r for _, r in rows) / len(rows),
        }
        for number, rows in sorted(inside.items())
    ]


def _counted(sentence: AnnotatedSentence, asserted_only: bool) -> list[EventAnnotation]:
    return [e for e in sentence.events if e.code is not None and (e.asserted or not asserted_only)]


def _levels(
    counted: Sequence[tuple[AnnotatedSentence, list[Predicted]]], asserted_only: bool, root: RootOf
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the scores of each level, and of each root at the levels root and root+source+target."""
    totals = {level.name: Counts() for level in LEVELS}
    by_root: dict[str, dict[str, Counts]] = {}

    def of(name: str, level: Level) -> Counts:
        return by_root.setdefault(name, {}).setdefault(level.name, Counts())

    for sentence, guesses in counted:
        tuples = [t for t in expand(sentence) if not asserted_only or t.status != NOT_ASSERTED]
        for level in LEVELS:
            gold = distinct_gold(tuples, level, root)
            said = distinct_predicted(guesses, level, root)
            chosen = match_tuples(sentence.text, gold, said, level, root)
            totals[level.name].add(sum(g is not None for g in chosen), len(said), len(gold))
            for one in gold:
                of(root(one.code), level).add(0, 0, 1)
            for guess, number in zip(said, chosen, strict=True):
                of(root(guess.code), level).add(int(number is not None), 1, 0)
    roots: dict[str, Any] = {}
    for name in sorted(by_root):
        roots[name] = of(name, LEVELS[0]).to_dict() | {"tuple_f1": of(name, _WHOLE).to_dict()["f1"]}
    return {name: counts.to_dict() for name, counts in totals.items()}, roots


def _found(
    rows: Iterable[tuple[Sequence[EventAnnotation], Sequence[Predicted]]],
) -> list[tuple[EventAnnotation, Predicted | None]]:
    """Return each gold event with the prediction whose trigger overlaps it most, of equals the likeliest."""
    result: list[tuple[EventAnnotation, Predicted | None]] = []
    for events, guesses in rows:
        for event in events:
            near = [guess for guess in guesses if overlap(event.trigger, guess.trigger)]
            best = max(near, key=lambda p: (overlap(event.trigger, p.trigger), p.confidence), default=None)
            result.append((event, best))
    return result


def _triggers(
    annotated: Sequence[Sequence[EventAnnotation]], predicted: Sequence[Sequence[Predicted]]
) -> Mapping[str, float | int]:
    counts = Counts()
    for events, guesses in zip(annotated, predicted, strict=True):
        gold: list[Offsets] = sorted({e.trigger for e in events if e.trigger is not None})
        best: dict[Offsets, float] = {}
        for guess in guesses:
            if guess.trigger is not None:
                best[guess.trigger] = max(guess.confidence, best.get(guess.trigger, 0.0))
        said = sorted(best)
        chosen = match(gold, said, lambda g, p: overlap(g, p) > 0, best.__getitem__, overlap)
        counts.add(sum(g is not None for g in chosen), len(said), len(gold))
    return counts.to_dict()


def _spans(
    counted: Sequence[tuple[AnnotatedSentence, list[Predicted]]],
    annotated: Sequence[Sequence[EventAnnotation]],
) -> dict[str, Any]:
    counts = {role: Counts() for role in _ROLES}
    for (sentence, guesses), events in zip(counted, annotated, strict=True):
        for role, field in _ROLES.items():
            gold: list[Offsets] = sorted({span for event in events for span in getattr(event, field)})
            said: list[Offsets] = sorted({s for guess in guesses if (s := getattr(guess, role)) is not None})
            same = partial(same_actor, sentence.text)
            chosen = match(gold, said, same, lambda _: 0.0, overlap)
            counts[role].add(sum(g is not None for g in chosen), len(said), len(gold))
    return {role: one.to_dict() for role, one in counts.items()}


def _relevance(
    annotated: Sequence[Sequence[EventAnnotation]], predicted: Sequence[Sequence[Predicted]]
) -> Mapping[str, float | int]:
    counts = Counts()
    for events, guesses in zip(annotated, predicted, strict=True):
        counts.add(int(bool(events) and bool(guesses)), int(bool(guesses)), int(bool(events)))
    return counts.to_dict()


def _confidences(
    pairs: Sequence[tuple[AnnotatedSentence, list[Predicted]]], asserted_only: bool, root: RootOf
) -> tuple[list[float], list[bool]]:
    confidences: list[float] = []
    right: list[bool] = []
    for sentence, guesses in pairs:
        for guess, is_right in zip(guesses, right_tuples(sentence, guesses, root=root), strict=True):
            if not asserted_only or guess.status == ASSERTED:
                confidences.append(guess.confidence)
                right.append(is_right)
    return confidences, right


def _share(judgements: Iterable[bool]) -> float | None:
    rows = list(judgements)
    return sum(rows) / len(rows) if rows else None
