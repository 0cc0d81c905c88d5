"""Figures of a corpus: how many events of each code, how varied the sentences are, what is missing."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from coder.corpus.contrasts import contrast_sets
from coder.corpus.dedupe import alike_pairs, near_pairs
from coder.corpus.records import ROLES, AnnotatedSentence, Span

if TYPE_CHECKING:
    from coder.ontology import Ontology

_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")
_LENGTH_BINS = ((1, 7), (8, 14), (15, 24), (25, 34), (35, 45), (46, None))
_TTR_WINDOW = 1000
_SKELETON_NEAR = 0.7
_MASKS = {"sources": "ACTOR", "targets": "ACTOR", "places": "PLACE", "times": "TIME"}


@dataclass(frozen=True, slots=True)
class Minima:
    """Events that each root, 3-digit and 4-digit code should have at least."""

    root: int = 600
    three_digit: int = 60
    four_digit: int = 25


@dataclass(frozen=True, slots=True)
class RootFigures:
    """One root: events, distinct trigger strings (case folded), and events that are not asserted."""

    name: str
    events: int
    distinct_triggers: int
    not_asserted: int


@dataclass(frozen=True, slots=True)
class CorpusStats:
    """All figures of a corpus; shares are 0 to 1, lengths are words.

    ``roots``, ``three_digit`` and ``four_digit`` count a code with all codes below it, zeros included;
    ``below_minima`` gives the count of each code that has too few; ``contrasts`` is what contrast_sets returns.
    """

    sentences: int
    events: int
    batches: dict[str, int]
    grades: dict[str, int]
    no_event_share: float
    multi_event_share: float
    not_asserted_share: float
    role_spans: dict[str, int]
    role_shares: dict[str, float]
    length_mean: float
    length_quantiles: dict[str, int]
    length_bins: dict[str, int]
    tokens: int
    types: int
    type_token_ratio: float
    windowed_type_token_ratio: float
    near_duplicate_share: float
    same_skeleton_share: float
    roots: dict[str, RootFigures]
    three_digit: dict[str, int]
    four_digit: dict[str, int]
    minima: Minima
    below_minima: dict[str, dict[str, int]]
    contrasts: dict[str, dict[str, int]]

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as one JSON object."""
        return asdict(self)


def corpus_stats(
    sentences: Sequence[AnnotatedSentence], ontology: Ontology, minima: Minima | None = None
) -> CorpusStats:
    """Compute the figures of annotated sentences; zero counts come from the ontology's codes.

    A near duplicate is a sentence much like another one (see dedupe) or contained in it. Two sentences have
    the same skeleton when they are near duplicates after their actors, places and times are replaced by one
    word each (similarity at least 0.7). Raises MissingExtraError without rensa.
    """
    minima = minima or Minima()
    events = [event for sentence in sentences for event in sentence.events]
    counts = Counter(event.code for event in events if event.code is not None)
    levels = [_level(ontology, counts, depth) for depth in range(3)]
    words = [_WORD.findall(sentence.text.casefold()) for sentence in sentences]
    lengths = [len(tokens) for tokens in words]
    tokens = [token for sentence in words for token in sentence]
    texts = [sentence.text for sentence in sentences]
    return CorpusStats(
        sentences=len(sentences),
        events=len(events),
        batches=dict(sorted(Counter(sentence.batch for sentence in sentences).items())),
        grades=dict(sorted(Counter(sentence.grade for sentence in sentences).items())),
        no_event_share=_share(sum(not sentence.events for sentence in sentences), len(sentences)),
        multi_event_share=_share(sum(len(sentence.events) > 1 for sentence in sentences), len(sentences)),
        not_asserted_share=_share(sum(not event.asserted for event in events), len(events)),
        role_spans={role: sum(len(getattr(event, role)) for event in events) for role in ROLES},
        role_shares={
            role: _share(sum(bool(getattr(event, role)) for event in events), len(events)) for role in ROLES
        },
        length_mean=round(statistics.fmean(lengths), 1) if lengths else 0.0,
        length_quantiles=_quantiles(lengths),
        length_bins=_bins(lengths),
        tokens=len(tokens),
        types=len(set(tokens)),
        type_token_ratio=_share(len(set(tokens)), len(tokens)),
        windowed_type_token_ratio=_windowed_ratio(tokens),
        near_duplicate_share=_share(len(_members(alike_pairs(texts))), len(texts)),
        same_skeleton_share=_share(_same_skeleton(sentences), len(sentences)),
        roots=_roots(sentences, ontology, levels[0]),
        three_digit=levels[1],
        four_digit=levels[2],
        minima=minima,
        below_minima={
            name: {code: count for code, count in level.items() if count < least}
            for (name, least), level in zip(asdict(minima).items(), levels, strict=True)
        },
        contrasts=contrast_sets(sentences),
    )


def skeleton(sentence: AnnotatedSentence) -> str:
    """Return the sentence with each actor, place and time span replaced by ACTOR, PLACE or TIME."""
    masks: dict[Span, str] = {}
    for event in sentence.events:
        for role, mask in _MASKS.items():
            for span in getattr(event, role):
                masks.setdefault(span, mask)
    pieces = []
    position = 0
    for span in sorted(masks):
        if span.start >= position:
            pieces += [sentence.text[position : span.start], masks[span]]
            position = span.end
    return "".join(pieces) + sentence.text[position:]


def _level(ontology: Ontology, counts: Counter[str], depth: int) -> dict[str, int]:
    return {
        code: sum(counts[below] for below in {code, *ontology.subtree(code)})
        for code in ontology.codes
        if len(ontology.ancestors(code)) == depth
    }


def _roots(
    sentences: Sequence[AnnotatedSentence], ontology: Ontology, level: dict[str, int]
) -> dict[str, RootFigures]:
    triggers: dict[str, set[str]] = defaultdict(set)
    denied: Counter[str] = Counter()
    for sentence in sentences:
        for event in sentence.events:
            if event.code is None or event.code not in ontology:
                continue
            root = ontology[event.code].root
            denied[root] += not event.asserted
            if event.trigger is not None:
                triggers[root].add(sentence.text[event.trigger.start : event.trigger.end].casefold())
    return {
        root: RootFigures(ontology[root].name, level[root], len(triggers[root]), denied[root])
        for root in ontology.roots
    }


def _same_skeleton(sentences: Sequence[AnnotatedSentence]) -> int:
    masked = [skeleton(sentence) for sentence in sentences if sentence.events]
    return len(_members(near_pairs(masked, _SKELETON_NEAR)))


def _members(pairs: Sequence[tuple[int, int, float, str]]) -> set[int]:
    return {position for pair in pairs for position in pair[:2]}


def _quantiles(lengths: Sequence[int]) -> dict[str, int]:
    if not lengths:
        return {}
    ordered = sorted(lengths)
    return {
        f"p{percent}": ordered[min(len(ordered) - 1, percent * len(ordered) // 100)]
        for percent in (0, 10, 25, 50, 75, 90, 100)
    }


def _bins(lengths: Sequence[int]) -> dict[str, int]:
    return {
        f"{low}-{high}" if high else f"{low}+": sum(low <= n and (high is None or n <= high) for n in lengths)
        for low, high in _LENGTH_BINS
    }


def _windowed_ratio(tokens: Sequence[str]) -> float:
    """Return the mean type-token ratio of full windows of 1000 tokens, which does not sink with size."""
    starts = range(0, len(tokens) - _TTR_WINDOW + 1, _TTR_WINDOW)
    ratios = [len(set(tokens[start : start + _TTR_WINDOW])) / _TTR_WINDOW for start in starts]
    return round(statistics.fmean(ratios), 4) if ratios else _share(len(set(tokens)), len(tokens))


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
