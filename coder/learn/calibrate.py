"""Thresholds, temperatures and calibrated confidence, fitted on the validation split with the exported model."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold

from coder.corpus.records import AnnotatedSentence, EventAnnotation
from coder.corpus.scoring import right_tuples, score
from coder.infer.classify import Row, code_names, mixed, opinions
from coder.infer.confidence import Reading, confidence_features
from coder.infer.decode import confident, event_score, expand
from coder.infer.labels import ROLES, Decoding
from coder.infer.once import told_once
from coder.infer.parser import EventParser
from coder.infer.records import ParsedEvent
from coder.pairing import pair_actors

FEWEST_FOR_ROOT = 25
CANDIDATE_THRESHOLD = 0.2
GATE_COST = 0.001


@dataclass(slots=True)
class _Candidate:
    """A trigger that the first reading proposes, and the gold event at that place if there is one."""

    sentence: int
    reading: Reading
    gold: EventAnnotation | None


def calibrate(parser: EventParser, sentences: Sequence[AnnotatedSentence]) -> Decoding:
    """Fit ``parser``'s decoding numbers on ``sentences`` of grade "tuples", set them on the parser and return them.

    Temperatures minimise the log loss of root and code (Guo et al. 2017); thresholds maximise F1; the confidence is a logistic
    regression on the parser's own probabilities whose target is that root, source and target are all right.
    """
    sentences = [s for s in sentences if s.grade == "tuples"]
    if not sentences:
        # Nothing to fit on: pairs and labels mark no trigger.
        parser.settings.decoding = Decoding()
        return parser.settings.decoding
    start = Decoding(trigger_threshold=CANDIDATE_THRESHOLD, event_threshold=0.0, backoff=0.0)
    parser.settings.decoding = start
    start.role_thresholds = _role_thresholds(parser, sentences)
    found = _candidates(parser, sentences)
    known = [c for c in found if c.gold is not None and c.gold.code is not None]
    labels = parser.settings.labels
    rows = {root: i + 1 for i, root in enumerate(labels.roots)}
    start.root_temperature = _temperature(
        [np.log(c.reading.root + 1e-9) for c in found], [_root_row(c, rows, labels.root_of) for c in found]
    )
    code_row = {code: i for i, code in enumerate(labels.codes)}
    in_root = [
        (c, parser.table.rows_of_root[rows[labels.root_of(c.gold.code or "")] - 1])
        for c in known
        if c.gold and c.gold.code in code_row
    ]
    start.code_temperature = _temperature(
        [np.log(c.reading.code[r] + 1e-9) for c, r in in_root],
        [int(np.flatnonzero(r == code_row[c.gold.code])[0]) for c, r in in_root if c.gold and c.gold.code],
    )
    start.event_share = _event_share(parser, sentences)
    start.backoff = _backoff(parser, known, start)
    _event_thresholds(_candidates(parser, sentences), sentences, parser, start)
    # The second reading of an unlikely trigger is saved. The threshold moves the ends of the triggers that remain, so that all that rests
    # on them is fitted anew.
    start.trigger_threshold = _trigger_threshold(_candidates(parser, sentences), sentences, parser, start)
    found = _candidates(parser, sentences)
    _event_thresholds(found, sentences, parser, start)
    _confidence(found, sentences, parser, start)
    start.least_confidence, start.keep_best = _least_confidence(parser, sentences)
    start.gate_threshold = _gate_threshold(parser, sentences)
    return start


def _root_row(candidate: _Candidate, rows: dict[str, int], root_of: Callable[[str], str]) -> int:
    gold = candidate.gold
    return rows[root_of(gold.code)] if gold is not None and gold.code else 0


def _candidates(parser: EventParser, sentences: Sequence[AnnotatedSentence]) -> list[_Candidate]:
    result = []
    for index, shift, reading in parser.readings([s.text for s in sentences]):
        start, end = reading.trigger.start + shift, reading.trigger.end + shift
        gold = next(
            (
                e
                for e in sentences[index].events
                if e.trigger and e.trigger.start < end and start < e.trigger.end
            ),
            None,
        )
        result.append(_Candidate(index, reading, gold))
    return result


def _role_thresholds(parser: EventParser, sentences: Sequence[AnnotatedSentence]) -> dict[str, float]:
    """Choose for each role the threshold with the best overlap F1 over the events whose trigger was found."""
    best: dict[str, tuple[float, float]] = {}
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        parser.settings.decoding.role_thresholds = dict.fromkeys(ROLES, threshold)
        found = [c for c in _candidates(parser, sentences) if c.gold is not None]
        for role in ROLES:
            hits = predicted = gold = 0
            for c in found:
                mine, true = c.reading.spans[role], getattr(c.gold, role + "s")
                hits += sum(any(m.start < t.end and t.start < m.end for m in mine) for t in true)
                predicted += len(mine)
                gold += len(true)
            f1 = 2 * hits / max(1, predicted + gold)
            if f1 > best.get(role, (-1.0, 0.0))[0]:
                best[role] = (f1, threshold)
    chosen = {role: threshold if f1 > 0 else 0.5 for role, (f1, threshold) in best.items()}
    parser.settings.decoding.role_thresholds = chosen
    return chosen


def _temperature(logs: Sequence[np.ndarray], labels: Sequence[int]) -> float:
    if not logs:
        return 1.0

    def loss(temperature: float) -> float:
        total = 0.0
        for log, label in zip(logs, labels, strict=True):
            scaled = log / temperature
            total -= scaled[label] - np.logaddexp.reduce(scaled)
        return total / len(logs)

    return float(minimize_scalar(loss, bounds=(0.3, 5.0), method="bounded").x)


def _event_share(parser: EventParser, sentences: Sequence[AnnotatedSentence]) -> float:
    """Choose the weight of a sentence's own events in classify by the root accuracy of the split's actor pairs."""
    rows: list[Row] = []
    gold: list[str] = []
    root_of = parser.settings.labels.root_of
    for sentence in sentences:
        shared = Counter((e.sources, e.targets) for e in sentence.events)
        for event in sentence.events:
            if event.code and (event.sources or event.targets) and shared[event.sources, event.targets] == 1:
                sources = [(s.start, s.end) for s in event.sources]
                source, target = pair_actors(sources, [(t.start, t.end) for t in event.targets])[0]
                rows.append((sentence.text, source, target))
                gold.append(root_of(event.code))
    if not rows:
        return parser.settings.decoding.event_share
    roots = np.array([root_of(name) for name in code_names(parser)])
    both = opinions(parser, rows)
    best, chosen = -1, 0.5
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        right = 0
        for (pair, own), root in zip(both, gold, strict=True):
            scores = mixed(pair, own, share)
            sums = {r: float(scores[roots == r].sum()) for r in set(roots)}
            right += max(sums, key=sums.__getitem__) == root
        if right > best:
            best, chosen = right, share
    return chosen


def _backoff(parser: EventParser, known: Sequence[_Candidate], decoding: Decoding) -> float:
    """Choose the largest back-off threshold that costs at most half a point of leaf accuracy."""
    if not known:
        return Decoding().backoff
    chosen, reference = 0.0, None
    for backoff in (0.0, 0.2, 0.3, 0.4, 0.5):
        right = 0
        for c in known:
            events = expand(c.reading, parser.table, replace(decoding, backoff=backoff))
            right += bool(events) and c.gold is not None and events[0].code == c.gold.code
        share = right / max(1, len(known))
        reference = share if reference is None else reference
        if share >= reference - 0.005:
            chosen = backoff
    return chosen


def _event_thresholds(
    found: Sequence[_Candidate],
    sentences: Sequence[AnnotatedSentence],
    parser: EventParser,
    decoding: Decoding,
) -> None:
    labels = parser.settings.labels
    scores = np.array([event_score(c.reading) for c in found])
    roots = [labels.roots[int(c.reading.root[1:].argmax())] for c in found]
    right = np.array(
        [
            c.gold is not None and c.gold.code is not None and labels.root_of(c.gold.code) == r
            for c, r in zip(found, roots, strict=True)
        ]
    )
    gold = [labels.root_of(e.code) for s in sentences for e in s.events if e.code]
    decoding.event_threshold = _best_threshold(scores, right, len(gold))
    decoding.event_thresholds = {}
    for root in labels.roots:
        mine = np.array([r == root for r in roots], dtype=bool)
        count = sum(g == root for g in gold)
        if count >= FEWEST_FOR_ROOT and mine.any():
            own = _best_threshold(scores[mine], right[mine], count)
            # Halfway to the common threshold: few examples a root would overfit.
            decoding.event_thresholds[root] = round((own + decoding.event_threshold) / 2, 4)


def _trigger_threshold(
    found: Sequence[_Candidate],
    sentences: Sequence[AnnotatedSentence],
    parser: EventParser,
    decoding: Decoding,
) -> float:
    """Choose the highest trigger threshold that costs at most a thousandth of root F1.

    A trigger below every event threshold never becomes an event, so the lowest of these costs nothing.
    """
    labels = parser.settings.labels
    gold = sum(e.code is not None for s in sentences for e in s.events)
    roots = [labels.roots[int(c.reading.root[1:].argmax())] for c in found]
    kept = [
        (c.reading.trigger.score, c.gold is not None and labels.root_of(c.gold.code or "") == root)
        for c, root in zip(found, roots, strict=True)
        if event_score(c.reading) >= decoding.event_thresholds.get(root, decoding.event_threshold)
    ]

    def f1(threshold: float) -> float:
        passed = [right for score, right in kept if score >= threshold]
        return 2 * sum(passed) / max(1, len(passed) + gold)

    chosen = max(CANDIDATE_THRESHOLD, min([decoding.event_threshold, *decoding.event_thresholds.values()]))
    reference = f1(chosen)
    for threshold in np.arange(0.25, 0.61, 0.05):
        if threshold > chosen and f1(float(threshold)) >= reference - 0.001:
            chosen = float(threshold)
    return round(chosen, 4)


def _best_threshold(scores: np.ndarray, right: np.ndarray, gold: int) -> float:
    best, chosen = -1.0, 0.5
    for threshold in np.arange(0.1, 0.91, 0.02):
        kept = scores >= threshold
        f1 = 2 * float(right[kept].sum()) / max(1.0, float(kept.sum() + gold))
        if f1 > best:
            best, chosen = f1, float(threshold)
    return round(chosen, 4)


def _least_confidence(parser: EventParser, sentences: Sequence[AnnotatedSentence]) -> tuple[float, bool]:
    """Choose the confidence below which a tuple does more harm than good, and whether a trigger's best tuple is kept all the same.

    Compared by the sum of relevance F1, root F1 and tuple F1: a sentence whose only event is cut is lost to the user.
    """
    parsed = parser.parse([s.text for s in sentences])
    best, chosen = -1.0, (0.0, False)
    for keep_best in (True, False):
        for least in (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3):
            kept = [_confident(events, least, keep_best) for events in parsed]
            found = score(sentences, kept, root=parser.settings.labels.root_of)
            levels = found["levels"]
            total = found["relevance"]["f1"] + levels["root"]["f1"] + levels["root+source+target"]["f1"]
            if total > best:
                best, chosen = total, (least, keep_best)
    return chosen


def _confident(events: Sequence[ParsedEvent], least: float, keep_best: bool) -> list[ParsedEvent]:
    by_trigger: dict[object, list[ParsedEvent]] = {}
    for event in events:
        by_trigger.setdefault(event.trigger, []).append(event)
    return [e for own in by_trigger.values() for e in confident(own, least, keep_best)]


def _confidence(
    found: Sequence[_Candidate],
    sentences: Sequence[AnnotatedSentence],
    parser: EventParser,
    decoding: Decoding,
) -> None:
    features, right, owners = [], [], []
    by_sentence: dict[int, list[_Candidate]] = {}
    for c in found:
        by_sentence.setdefault(c.sentence, []).append(c)
    for index, candidates in by_sentence.items():
        events, rows = [], []
        for c in candidates:
            spans = {role: {s.offsets: s for s in c.reading.spans[role]} for role in ("source", "target")}
            root = parser.settings.labels.roots[int(c.reading.root[1:].argmax())]
            if event_score(c.reading) < decoding.event_thresholds.get(root, decoding.event_threshold):
                continue
            for event in expand(c.reading, parser.table, decoding):
                events.append(event)
                source = spans["source"][event.source] if event.source else None
                target = spans["target"][event.target] if event.target else None
                rows.append(confidence_features(c.reading, source, target))
        root_of = parser.settings.labels.root_of
        # Which of two readings of one act stays follows from the old confidence, the only one there is.
        stay = {id(event) for event in told_once(events, sentences[index].text, root_of)}
        rows = [row for row, event in zip(rows, events, strict=True) if id(event) in stay]
        events = [event for event in events if id(event) in stay]
        features += rows
        owners += [index] * len(rows)
        right += right_tuples(sentences[index], events, root=root_of)
    if len(set(right)) < 2:
        return
    table, truth, owner = np.array(features), np.array(right), np.array(owners)
    mean, spread = table.mean(0), table.std(0)
    # A feature that never varies here must not speak elsewhere.
    scale = np.where(spread > 1e-6, spread, np.inf)
    fitted = _logistic((table - mean) / scale, truth, owner)
    weights = fitted.coef_[0] / scale
    decoding.confidence_weights = [round(float(w), 5) for w in weights]
    decoding.confidence_bias = round(float(fitted.intercept_[0] - weights @ mean), 5)


def _logistic(table: np.ndarray, right: np.ndarray, sentence: np.ndarray) -> LogisticRegression:
    """Fit with the strength of regularisation that has the least log loss in cross-validation by sentences."""
    folds = min(5, len(set(sentence)))
    best, chosen = math.inf, 1.0
    for strength in (0.01, 0.03, 0.1, 0.3, 1.0) if folds > 1 else ():
        losses = []
        for train, rest in GroupKFold(folds).split(table, right, sentence):
            if len(set(right[train])) < 2:
                continue
            model = LogisticRegression(C=strength, max_iter=2000).fit(table[train], right[train])
            losses.append(log_loss(right[rest], model.predict_proba(table[rest])[:, 1], labels=[False, True]))
        if losses and (mean := float(np.mean(losses))) < best:
            best, chosen = mean, strength
    return LogisticRegression(C=chosen, max_iter=2000).fit(table, right)


def _gate_threshold(parser: EventParser, sentences: Sequence[AnnotatedSentence]) -> float:
    """Choose the highest gate threshold that costs at most a thousandth of root F1 and of tuple F1."""
    texts = [s.text for s in sentences]
    parsed, chances = parser.parse(texts), parser.chances(texts)

    def costs(threshold: float) -> tuple[float, float]:
        kept = [events if chance >= threshold else [] for events, chance in zip(parsed, chances, strict=True)]
        levels = score(sentences, kept, root=parser.settings.labels.root_of)["levels"]
        return levels["root"]["f1"], levels["root+source+target"]["f1"]

    root, whole = costs(0.0)
    chosen = 0.0
    for threshold in sorted(chances):
        cost = costs(threshold)
        if cost[0] < root - GATE_COST or cost[1] < whole - GATE_COST:
            break
        chosen = threshold
    return math.floor(chosen * 1e4) / 1e4
