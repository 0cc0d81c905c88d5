"""How far two annotations of the same sentences agree: kappa, detection of events, spans, confusions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from coder.corpus.matching import Offsets, expand, overlap, root_of
from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span
from coder.corpus.scoring import score
from coder.errors import CorpusError

_WORD = re.compile(r"\w+(?:[.’'-]\w+)*")
_ROLES = {"source": "sources", "target": "targets", "place": "places", "time": "times"}
Aligned = tuple[AnnotatedSentence, EventAnnotation, EventAnnotation]


@dataclass(frozen=True, slots=True)
class Ratings:
    """Two annotators' categories for the same items.

    ``raw`` is the share of items with one category (0..1), ``kappa`` Cohen's (at most 1; 0 is chance). Kappa
    is None where it is undefined: no items, or both annotators used the same single category throughout.
    """

    items: int
    raw: float
    kappa: float | None


@dataclass(frozen=True, slots=True)
class SpanAgreement:
    """One role over the aligned events.

    ``either`` events have the role in one annotation at least, ``both`` in both. ``exact`` is the share of
    ``either`` with the very same spans, ``exact_both`` that of ``both``; ``token_f1`` is the F1 of the
    marked words by position, summed over the aligned events. All shares lie in 0..1, 0 where undefined.
    """

    either: int
    both: int
    exact: float
    exact_both: float
    token_f1: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two categories that aligned events were given: ``one`` by the first annotator ``forward`` times and
    by the second ``backward`` times, ``other`` being the opposite annotator's."""

    one: str
    other: str
    forward: int
    backward: int

    @property
    def count(self) -> int:
        return self.forward + self.backward


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """What ``agreement`` measures.

    ``levels`` rates the codes of the aligned events as root, 3-digit and leaf. ``f1`` has, over all events,
    "trigger" (aligned at all), "root" and "leaf" (aligned and coded alike): 0..1. ``tuple_f1`` scores the second annotation against the
    first as a parser's events are scored (coder.corpus.scoring): what a parser can be expected to reach. ``only_first`` and
    ``only_second`` count sentences that the other annotation does not have; they are left out.
    """

    sentences: int
    only_first: int
    only_second: int
    events_first: int
    events_second: int
    aligned: int
    relevance: Ratings
    levels: dict[str, Ratings]
    status: Ratings
    f1: dict[str, float]
    tuple_f1: dict[str, float]
    spans: dict[str, SpanAgreement]
    root_confusions: list[Confusion]
    leaf_confusions: list[Confusion]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as a JSON object."""
        return asdict(self)


def cohen_kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's kappa of two annotators' categories, one pair an item; None where it is undefined.

    kappa = (p_o - p_e) / (1 - p_e), p_o the observed agreement and p_e that expected from each annotator's
    own category shares (Cohen 1960, A coefficient of agreement for nominal scales, Educational and
    Psychological Measurement 20:37-46).
    """
    pairs = list(pairs)
    first = Counter(one for one, _ in pairs)
    second = Counter(other for _, other in pairs)
    # In whole numbers, so that perfect chance agreement is seen exactly.
    observed = sum(one == other for one, other in pairs) * len(pairs)
    expected = sum(count * second[category] for category, count in first.items())
    total = len(pairs) ** 2
    return None if total == expected else (observed - expected) / (total - expected)


def rate(pairs: Iterable[tuple[Hashable, Hashable]]) -> Ratings:
    """Return raw agreement and kappa of two annotators' categories, one pair an item."""
    pairs = list(pairs)
    same = sum(one == other for one, other in pairs)
    return Ratings(len(pairs), same / len(pairs) if pairs else 0.0, cohen_kappa(pairs))


def align(first: Sequence[EventAnnotation], second: Sequence[EventAnnotation]) -> list[tuple[int, int]]:
    """Pair the events of one sentence one to one by overlapping triggers; returns positions, sorted.

    The longest overlap pairs first. Events that share one trigger pair with the like code, else in order.
    """
    shared = []
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            if common := overlap(one.trigger, other.trigger):
                shared.append((-common, one.code != other.code, i, j))
    pairs: dict[int, int] = {}
    for _, _, i, j in sorted(shared):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return sorted(pairs.items())


def agreement(
    first: Sequence[AnnotatedSentence],
    second: Sequence[AnnotatedSentence],
    root: Callable[[str], str] = root_of,
) -> AgreementReport:
    """Compare two annotations of grade "tuples", sentence by sentence of the same text.

    ``root`` maps a code to its root. Raises CorpusError when a side holds a sentence twice or one of another
    grade, or when the two have no sentence in common.
    """
    sides = _by_text(first, "first"), _by_text(second, "second")
    common = [text for text in sides[0] if text in sides[1]]
    if not common:
        raise CorpusError(
            f"the two annotations have no sentence in common ({len(first)} and {len(second)} sentences): "
            "give two markup files over the same sentences, whose texts are equal to the letter"
        )
    both = [(sides[0][text], sides[1][text]) for text in common]
    aligned: list[Aligned] = [
        (one, one.events[i], other.events[j])
        for one, other in both
        for i, j in align(one.events, other.events)
    ]
    codes = [(str(one.code), str(other.code)) for _, one, other in aligned]
    roots = [(root(one), root(other)) for one, other in codes]
    threes = [(one[:3], other[:3]) for one, other in codes]
    marked = tuple(sum(len(pair[side].events) for pair in both) for side in (0, 1))

    def f1(right: int) -> float:
        return 2 * right / sum(marked) if sum(marked) else 0.0

    return AgreementReport(
        sentences=len(common),
        only_first=len(sides[0]) - len(common),
        only_second=len(sides[1]) - len(common),
        events_first=marked[0],
        events_second=marked[1],
        aligned=len(aligned),
        relevance=rate((bool(one.events), bool(other.events)) for one, other in both),
        levels={"root": rate(roots), "3-digit": rate(threes), "leaf": rate(codes)},
        status=rate((one.asserted, other.asserted) for _, one, other in aligned),
        f1={
            "trigger": f1(len(aligned)),
            "root": f1(sum(one == other for one, other in roots)),
            "leaf": f1(sum(one == other for one, other in codes)),
        },
        tuple_f1={
            name: level["f1"]
            for name, level in score(
                [one for one, _ in both], [_as_parsed(other) for _, other in both], root=root
            )["levels"].items()
        },
        spans={name: _span_agreement(aligned, role) for name, role in _ROLES.items()},
        root_confusions=_confusions(roots),
        leaf_confusions=_confusions(codes),
    )


@dataclass(frozen=True, slots=True)
class _Parsed:
    """An annotated tuple in the place of a predicted one."""

    code: str
    status: str
    trigger: Offsets | None
    source: Offsets | None
    target: Offsets | None
    place: Offsets | None = None
    time: Offsets | None = None
    confidence: float = 1.0
    code_confidence: float = 1.0


def _as_parsed(sentence: AnnotatedSentence) -> list[_Parsed]:
    return [_Parsed(t.code, t.status, t.trigger, t.source, t.target) for t in expand(sentence)]


def _by_text(sentences: Sequence[AnnotatedSentence], side: str) -> dict[str, AnnotatedSentence]:
    found: dict[str, AnnotatedSentence] = {}
    for sentence in sentences:
        where = (
            f"the {side} annotation, {sentence.id or 'line ' + str(sentence.line)} ({sentence.text!r:.60})"
        )
        if sentence.grade != "tuples":
            raise CorpusError(f'{where}: expected grade "tuples", where everything is marked')
        if sentence.text in found:
            raise CorpusError(f"{where}: the sentence stands twice on this side: remove one")
        found[sentence.text] = sentence
    return found


def _span_agreement(aligned: Sequence[Aligned], role: str) -> SpanAgreement:
    either = both = same = shared = marked = 0
    for sentence, one, other in aligned:
        spans: tuple[set[Span], set[Span]] = set(getattr(one, role)), set(getattr(other, role))
        either += bool(spans[0] or spans[1])
        both += bool(spans[0] and spans[1])
        same += bool(spans[0]) and spans[0] == spans[1]
        tokens = [set(_tokens(sentence.text, side)) for side in spans]
        shared += len(tokens[0] & tokens[1])
        marked += len(tokens[0]) + len(tokens[1])
    return SpanAgreement(either, both, _share(same, either), _share(same, both), _share(2 * shared, marked))


def _tokens(text: str, spans: Iterable[Span]) -> Iterator[int]:
    for span in spans:
        for word in _WORD.finditer(text, span.start, span.end):
            yield word.start()


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _confusions(pairs: Iterable[tuple[str, str]]) -> list[Confusion]:
    counts = Counter(pair for pair in pairs if pair[0] != pair[1])
    unordered = {(min(pair), max(pair)) for pair in counts}
    found = [Confusion(one, other, counts[one, other], counts[other, one]) for one, other in unordered]
    return sorted(found, key=lambda c: (-c.count, c.one, c.other))


def render_agreement(report: AgreementReport, top: int = 15) -> str:
    """Return the report as plain text with Markdown tables; ``top`` confusions a level."""
    lines = [
        f"{report.sentences} sentences in both (left out: {report.only_first} of the first alone, "
        f"{report.only_second} of the second alone)",
        f"events: {report.events_first} and {report.events_second}, {report.aligned} aligned by their triggers",
        "",
        "| judgement            | items | raw agreement | Cohen's kappa |",
        "| -------------------- | ----- | ------------- | ------------- |",
    ]
    judgements = {
        "relevance (any event)": report.relevance,
        **report.levels,
        "asserted or not": report.status,
    }
    for name, ratings in judgements.items():
        kappa = "undefined" if ratings.kappa is None else f"{ratings.kappa:.3f}"
        lines.append(f"| {name:<20} | {ratings.items:>5} | {ratings.raw:>13.3f} | {kappa:>13} |")
    for what, values in (("event F1", report.f1), ("tuple F1", report.tuple_f1)):
        lines += ["", f"{what}: " + ", ".join(f"{name} {value:.3f}" for name, value in values.items())]
    lines.append("")
    lines += [
        "| role   | events with it | in both | exact | exact, in both | token F1 |",
        "| ------ | -------------- | ------- | ----- | -------------- | -------- |",
    ]
    for name, spans in report.spans.items():
        lines.append(
            f"| {name:<6} | {spans.either:>14} | {spans.both:>7} | {spans.exact:>5.3f} "
            f"| {spans.exact_both:>14.3f} | {spans.token_f1:>8.3f} |"
        )
    for level, confusions in (("root", report.root_confusions), ("leaf", report.leaf_confusions)):
        listed = ", ".join(f"{c.one}/{c.other} {c.count}" for c in confusions[:top])
        lines += ["", f"{level} confusions: {listed or 'none'}"]
    return "\n".join(lines)
