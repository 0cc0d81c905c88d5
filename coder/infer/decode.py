"""From logits to spans, codes and events; plain functions on arrays, shared by inference and evaluation."""

import re
from collections.abc import Sequence

import numpy as np

from coder.infer.confidence import Reading, ScoredSpan, confidence, confidence_features
from coder.infer.encode import Encoded
from coder.infer.labels import ROLES, Decoding, LabelSpace
from coder.infer.records import ASSERTED, NOT_ASSERTED, Offsets, ParsedEvent
from coder.pairing import pair_actors

_EDGE = " \t\r\n,;:.!?\"'“”‘’()–—-"
# Roles; triggers are short and gain nothing.
EXTEND = 0.4
_ARTICLES = ("the ", "a ", "an ")
_OPENERS = {")": "(", "”": "“", "’": "‘"}
# No noun phrase begins or ends with these; a doubtful token at its edge is dropped with them.
_AND = ("and", "or")
_LOOSE_START = frozenset((*_AND, "both", "by", "of", "from", "with"))
_LOOSE_END = frozenset(
    (
        *_AND,
        "of",
        "in",
        "to",
        "at",
        "for",
        "from",
        "with",
        "by",
        "on",
        "as",
        "like",
        "who",
        "that",
        "which",
        "the",
        "a",
        "an",
    )
)
_ACRONYM = re.compile(r"[^\W\d_a-z][^\W_]*[.-]?[^\W_]*")
_ABBREVIATION = re.compile(r"[^\W\d]\.[^\W\d]+\.$")


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


def find_spans(
    probabilities: np.ndarray,
    encoded: Encoded,
    text: str,
    threshold: float,
    actor: bool = False,
    extend: float = 1.0,
) -> list[ScoredSpan]:
    """Return the spans of one role from BIO probabilities [T, 3].

    A span is a run of tokens that are inside with more than ``extend`` times ``threshold``, at least one of them with more than ``threshold``
    itself, so that a doubtful word does not break a long name in two. It is cut where a new one begins, widened to whole words and freed
    of punctuation at its edges (and, for an ``actor``, of a leading article).
    """
    count = len(encoded.ids)
    inside = probabilities[:count, 1] + probabilities[:count, 2]
    real = encoded.starts >= 0
    begins = encoded.word_starts & (probabilities[:count, 1] > np.maximum(0.5, probabilities[:count, 2]))
    spans: list[ScoredSpan] = []
    token = 0
    while token < count:
        if not (real[token] and inside[token] > extend * threshold):
            token += 1
            continue
        first = token
        token += 1
        while token < count and real[token] and inside[token] > extend * threshold and not begins[token]:
            token += 1
        last = token - 1
        strong = inside[first : last + 1] > threshold
        if not strong.any():
            continue
        score = float(inside[first : last + 1][strong].mean())
        taken = spans[-1].end if spans else -1
        while not encoded.word_starts[first] and real[first - 1] and encoded.starts[first - 1] >= taken:
            first -= 1
        while last + 1 < count and not encoded.word_starts[last + 1] and real[last + 1]:
            last += 1
        token = max(token, last + 1)
        span = trim(text, int(encoded.starts[first]), int(encoded.ends[last]), actor)
        if span is not None:
            spans.append(ScoredSpan(span[0], span[1], score))
    return join_actors(spans, text) if actor else spans


def join_actors(spans: Sequence[ScoredSpan], text: str) -> list[ScoredSpan]:
    """Return the actor spans of one role with those that name one actor joined, and loose words at their edges dropped.

    Joined are spans with nothing but a space between them ("protesters in" + "southern Nepal"), and a title and a name set off by commas
    ("Bahrain's prime minister, Sheikh X, said"), unless they begin a list; an acronym in brackets behind a name is dropped.
    """
    joined: list[ScoredSpan] = []
    for i, span in enumerate(spans):
        following = spans[i + 1].start if i + 1 < len(spans) else None
        if joined and _one_actor(text, joined[-1], span, following):
            last = joined.pop()
            acronym = text[last.end : span.start] == " ("
            joined.append(last if acronym else ScoredSpan(last.start, span.end, max(last.score, span.score)))
        else:
            joined.append(span)
    tight = [(tighten(text, span.start, span.end), span.score) for span in joined]
    return [ScoredSpan(span[0], span[1], score) for span, score in tight if span is not None]


def _one_actor(text: str, first: ScoredSpan, second: ScoredSpan, following: int | None) -> bool:
    gap, after = text[first.end : second.start], text[second.end :]
    last_word = text[first.start : first.end].rsplit(None, 1)[-1].lower()
    if gap.isspace():
        return last_word not in _AND
    if gap == " (":
        return after.startswith(")") and _ACRONYM.fullmatch(text[second.start : second.end]) is not None
    # "Norway, Finland, and Denmark" is a list: another actor follows.
    return (
        gap == ", "
        and after.startswith(", ")
        and (following is None or following - second.end > len(", and "))
    )


def tighten(text: str, start: int, end: int) -> Offsets | None:
    """Move the ends of an actor span inwards over conjunctions, prepositions and articles; None when nothing else is in it."""
    while (span := trim(text, start, end, True)) is not None:
        start, end = span
        words = text[start:end].split()
        if words[0].lower() in _LOOSE_START and len(words) > 1:
            start += len(words[0])
        elif words[-1].lower() in _LOOSE_END:
            end -= len(words[-1])
        else:
            return span
    return None


def trim(text: str, start: int, end: int, actor: bool) -> Offsets | None:
    """Move the ends of a span inwards over punctuation and a leading article; None when nothing is left."""
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE and not _belongs(text[start:end]):
        end -= 1
    if actor:
        lowered = text[start:end].lower()
        for article in _ARTICLES:
            if lowered.startswith(article) and len(lowered) > len(article):
                start += len(article)
                break
        while start < end and text[start] in _EDGE:
            start += 1
    return (start, end) if start < end else None


def _belongs(span: str) -> bool:
    """Tell whether the last character belongs to the span: the full stop of "U.S.", the bracket or quote that closes one inside."""
    last, inside = span[-1], span[:-1]
    if last == ".":
        return _ABBREVIATION.search(span) is not None
    if last == '"':
        return inside.count(last) % 2 == 1
    return last in _OPENERS and inside.count(_OPENERS[last]) > inside.count(last)


def find_triggers(logits: np.ndarray, encoded: Encoded, text: str, threshold: float) -> list[ScoredSpan]:
    """Return the trigger spans of a first reading from its logits [T, 3]."""
    return find_spans(softmax(logits), encoded, text, threshold)


def read_second(
    trigger: ScoredSpan,
    outputs: dict[str, np.ndarray],
    row: int,
    encoded: Encoded,
    text: str,
    labels: "CodeTable",
    decoding: Decoding,
    triggers: int = 1,
) -> Reading:
    """Turn row ``row`` of a second reading's logits into probabilities and spans; ``triggers`` is how many the text has."""
    root = softmax(outputs["root"][row] / decoding.root_temperature)
    tags = softmax(outputs["tags"][row])
    spans = {
        role: find_spans(
            tags[:, i],
            encoded,
            text,
            decoding.role_thresholds[role],
            actor=role in ("source", "target"),
            extend=EXTEND,
        )
        for i, role in enumerate(ROLES)
    }
    asserted = 1.0 / (1.0 + float(np.exp(-outputs["status"][row])))
    return Reading(
        trigger,
        root,
        labels.within_roots(outputs["code"][row] / decoding.code_temperature),
        asserted,
        spans,
        {role: _missed(tags[:, i], encoded, spans[role]) for i, role in enumerate(ROLES[:2])},
        text,
        triggers,
    )


def _missed(probabilities: np.ndarray, encoded: Encoded, spans: Sequence[ScoredSpan]) -> float:
    """Return the highest probability, 0..1, of being inside the role among the tokens that no span of it holds."""
    count = len(encoded.ids)
    free = encoded.starts >= 0
    for span in spans:
        free = free & ~((encoded.starts < span.end) & (span.start < encoded.ends))
    return float((1.0 - probabilities[:count, 0])[free].max()) if free.any() else 0.0


class CodeTable:
    """The label space as index arrays, for quick sums over subtrees."""

    def __init__(self, labels: LabelSpace) -> None:
        self.labels = labels
        self.root_of = np.asarray(labels.root_rows(), dtype=np.int64)
        self.rows_of_root = [np.flatnonzero(self.root_of == i) for i in range(len(labels.roots))]
        self._index = {code: i for i, code in enumerate(labels.codes)}
        self._children: dict[str, list[str]] = {}
        for code in labels.codes:
            self._children.setdefault(labels.parents[code], []).append(code)
        self._subtree = {code: np.asarray(rows, dtype=np.int64) for code, rows in labels.subtrees().items()}

    def within_roots(self, logits: np.ndarray) -> np.ndarray:
        """Return P(code given its root) [C]; the codes of each root sum to 1."""
        out = np.zeros_like(logits)
        for rows in self.rows_of_root:
            if len(rows):
                out[rows] = softmax(logits[rows])
        return out

    def deepest(self, root: int, code: np.ndarray, backoff: float) -> tuple[str, float]:
        """Return the deepest code below root number ``root`` that is likely enough, and its probability given the root.

        Walks down from the root to the likeliest child as long as the child's whole subtree holds at least ``backoff``;
        stops early where the code itself is likelier than any of its children.
        """
        here, chance = self.labels.roots[root], 1.0
        while True:
            children = self._children.get(here, [])
            if not children:
                return here, chance
            sums = [float(code[self._subtree[child]].sum()) for child in children]
            best = int(np.argmax(sums))
            own = float(code[self._index[here]]) if here in self._index else -1.0
            if sums[best] < backoff or own > sums[best]:
                return here, chance
            here, chance = children[best], sums[best]


def event_score(reading: Reading) -> float:
    """Return the chance, 0..1, that the reading's trigger is an event at all."""
    return reading.trigger.score * (1.0 - float(reading.root[0]))


def events_of(reading: Reading, table: CodeTable, decoding: Decoding) -> list[ParsedEvent]:
    """Return the events of one second reading: none when it falls below its root's threshold, else one for each pair of actors that is
    confident enough."""
    best = int(reading.root[1:].argmax())
    root = table.labels.roots[best]
    if event_score(reading) < decoding.event_thresholds.get(root, decoding.event_threshold):
        return []
    return confident(expand(reading, table, decoding), decoding.least_confidence, decoding.keep_best)


def confident(events: Sequence[ParsedEvent], least: float, keep_best: bool) -> list[ParsedEvent]:
    """Return the events of one trigger that are confident enough, or with ``keep_best`` its best one when none is."""
    kept = [e for e in events if e.confidence >= least]
    if not kept and keep_best and events:
        kept = [max(events, key=lambda e: e.confidence)]
    return kept


def expand(reading: Reading, table: CodeTable, decoding: Decoding) -> list[ParsedEvent]:
    """Return one event for each pair of actors of a second reading, whatever its score."""
    best = int(reading.root[1:].argmax())
    code, chance = table.deepest(best, reading.code, decoding.backoff)
    given_event = float(reading.root[1 + best]) / max(1.0 - float(reading.root[0]), 1e-6)
    scored = {role: {span.offsets: span for span in reading.spans[role]} for role in ROLES}
    place = max(reading.spans["place"], key=lambda s: s.score, default=None)
    when = max(reading.spans["time"], key=lambda s: s.score, default=None)
    status = ASSERTED if reading.asserted >= decoding.assert_threshold else NOT_ASSERTED
    events = []
    for source, target in pair_actors(list(scored["source"]), list(scored["target"])):
        features = confidence_features(
            reading,
            scored["source"][source] if source else None,
            scored["target"][target] if target else None,
        )
        events.append(
            ParsedEvent(
                code=code,
                confidence=confidence(features, decoding),
                code_confidence=min(1.0, given_event * chance),
                status=status,
                trigger=reading.trigger.offsets,
                source=source,
                target=target,
                place=place.offsets if place else None,
                time=when.offsets if when else None,
            )
        )
    return events
