"""From annotated sentences to the readings that the network learns from: one first reading a sentence, one second reading an event."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span
from coder.infer.encode import Encoded, Window, encode_batch, marks, tokens_in, windows
from coder.infer.labels import LabelSpace
from coder.learn.augment import Augmenter

IGNORE = -100
OUTSIDE, BEGIN, INSIDE = 0, 1, 2
FIRST, EVENT, PAIR, NEGATIVE, LABEL = "first", "event", "pair", "negative", "label"


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """Which reading of which sentence: ``event`` is an index into its events (-1 in first and negative readings)."""

    kind: str
    sentence: int
    event: int = -1
    root: str = ""


def plan_readings(
    sentences: Sequence[AnnotatedSentence],
    labels: LabelSpace,
    negatives: float,
    pairs: float,
    rng: random.Random,
) -> list[ReadingPlan]:
    """List the readings of ``sentences``.

    Each sentence of grade "tuples" gives a first reading, an event reading an event, with probability ``pairs`` a pair reading for each event with
    actors that no other event shares, and with probability ``negatives`` a reading of a wrong trigger; grade "pairs" always gives pair readings,
    grade "label" a reading without marks.
    """
    plans: list[ReadingPlan] = []
    for index, sentence in enumerate(sentences):
        if sentence.grade in ("tuples", "pairs"):
            plans.append(ReadingPlan(FIRST, index))
        shared = Counter((e.sources, e.targets) for e in sentence.events)
        for number, event in enumerate(sentence.events):
            root = labels.root_of(event.code) if event.code else ""
            if sentence.grade == "tuples":
                plans.append(ReadingPlan(EVENT, index, number, root))
            if sentence.grade == "label":
                plans.append(ReadingPlan(LABEL, index, number, root))
            elif (
                event.code
                and (event.sources or event.targets)
                and shared[event.sources, event.targets] == 1
                and (sentence.grade == "pairs" or rng.random() < pairs)
            ):
                plans.append(ReadingPlan(PAIR, index, number, root))
        if sentence.grade == "tuples" and rng.random() < negatives:
            plans.append(ReadingPlan(NEGATIVE, index))
    return plans


class ReadingEncoder:
    """Turns plans into features: ids, marks and the labels of each head, augmented afresh at each call when ``augment`` is given."""

    def __init__(
        self,
        sentences: Sequence[AnnotatedSentence],
        labels: LabelSpace,
        tokenizer: Tokenizer,
        max_tokens: int,
        augmenter: Augmenter | None = None,
        root_weights: dict[str, float] | None = None,
        seed: int = 0,
    ) -> None:
        self.sentences = sentences
        self.labels = labels
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens
        self.augmenter = augmenter
        self.root_weights = root_weights or {}
        self.seed = seed
        self.rng = random.Random(seed)
        self._root = {root: i + 1 for i, root in enumerate(labels.roots)}
        self._code = {code: i for i, code in enumerate(labels.codes)}

    def __call__(self, batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """Encode a ``datasets`` batch with the columns sentence, kinds, events: one list of readings a sentence."""
        columns = zip(batch["sentence"], batch["kinds"], batch["events"], strict=True)
        return {
            "readings": [
                self.encode_all(
                    [ReadingPlan(kind, sentence, e) for kind, e in zip(kinds, events, strict=True)]
                )
                for sentence, kinds, events in columns
            ]
        }

    def encode(self, plan: ReadingPlan) -> dict[str, Any]:
        """Encode one reading; see ``encode_all``."""
        return self.encode_all([plan])[0]

    def encode_all(self, plans: Sequence[ReadingPlan]) -> list[dict[str, Any]]:
        """Encode readings of one sentence, augmented alike; of more than ``max_tokens`` tokens the window that holds what is marked."""
        sentence = self.sentences[plans[0].sentence]
        if self.augmenter is not None:
            sentence = self.augmenter(sentence)
        encoded = encode_batch(self.tokenizer, [sentence.text])[0]
        build = {
            FIRST: self._first,
            EVENT: self._event,
            PAIR: self._pair,
            NEGATIVE: self._negative,
            LABEL: self._label,
        }
        rows = []
        for plan in plans:
            if self.augmenter is None:
                # A validation reading is the same each time, whatever was read before it.
                self.rng = random.Random(f"{self.seed} {plan.sentence} {plan.event}")
            row = build[plan.kind](sentence, encoded, plan)
            if len(encoded.ids) > self.max_tokens:
                keep = tokens_in(encoded, self._window(encoded, len(sentence.text), row["marks"].any(1)))
                row = {
                    key: value[keep] if isinstance(value, np.ndarray) else value for key, value in row.items()
                }
            rows.append(row)
        return rows

    def _window(self, encoded: Encoded, length: int, marked: np.ndarray) -> Window:
        choices = windows(encoded, length, self.max_tokens)
        if marked.any():
            return max(choices, key=lambda w: marked[w.first : w.last].sum())
        return choices[0] if self.augmenter is None else self.rng.choice(choices)

    def _row(self, encoded: Encoded, spans: dict[str, Sequence[Span]] | None = None) -> dict[str, Any]:
        return {
            "input_ids": encoded.ids,
            "marks": marks(encoded, spans or {}),
            "trigger_labels": np.full(len(encoded.ids), IGNORE, dtype=np.int64),
            "tag_labels": np.full((len(encoded.ids), 4), IGNORE, dtype=np.int64),
            "root_labels": IGNORE,
            "code_labels": IGNORE,
            "status_labels": IGNORE,
            "weights": 1.0,
        }

    def _first(self, sentence: AnnotatedSentence, encoded: Encoded, plan: ReadingPlan) -> dict[str, Any]:
        row = self._row(encoded)
        if sentence.grade == "tuples":
            triggers = [e.trigger for e in sentence.events if e.trigger is not None]
            row["trigger_labels"] = tag(encoded, triggers)
        spans = [
            list(dict.fromkeys(s for e in sentence.events for s in getattr(e, role)))
            for role in ("sources", "targets", "places", "times")
        ]
        row["tag_labels"] = np.stack([tag(encoded, s) for s in spans], axis=1)
        if sentence.grade == "pairs":
            # Other events of the sentence may be unmarked, so only what is marked teaches.
            outside = row["tag_labels"] == OUTSIDE
            row["tag_labels"][outside] = IGNORE
        return row

    def _code_labels(self, row: dict[str, Any], event: EventAnnotation) -> None:
        if event.code is None:
            return
        root = self.labels.root_of(event.code)
        row["root_labels"] = self._root[root]
        row["code_labels"] = self._code.get(event.code, IGNORE)
        row["status_labels"] = int(event.asserted)
        row["weights"] = self.root_weights.get(root, 1.0)

    def _event(self, sentence: AnnotatedSentence, encoded: Encoded, plan: ReadingPlan) -> dict[str, Any]:
        event = sentence.events[plan.event]
        spans: dict[str, Sequence[Span]] = {"trigger": [event.trigger] if event.trigger else []}
        row = self._row(encoded, spans)
        row["tag_labels"] = np.stack(
            [tag(encoded, s) for s in (event.sources, event.targets, event.places, event.times)], axis=1
        )
        self._code_labels(row, event)
        return row

    def _pair(self, sentence: AnnotatedSentence, encoded: Encoded, plan: ReadingPlan) -> dict[str, Any]:
        event = sentence.events[plan.event]
        sources, targets = list(event.sources), list(event.targets)
        if self.augmenter is not None:
            # A caller gives one actor a side, and sometimes one only.
            sources = self._one(sources)
            targets = self._one([t for t in targets if t not in sources] or targets)
        row = self._row(encoded, {"source": sources, "target": targets})
        self._code_labels(row, event)
        return row

    def _one(self, spans: list[Span]) -> list[Span]:
        return [self.rng.choice(spans)] if len(spans) > 1 and self.rng.random() < 0.7 else spans

    def _label(self, sentence: AnnotatedSentence, encoded: Encoded, plan: ReadingPlan) -> dict[str, Any]:
        row = self._row(encoded)
        self._code_labels(row, sentence.events[plan.event])
        return row

    def _negative(self, sentence: AnnotatedSentence, encoded: Encoded, plan: ReadingPlan) -> dict[str, Any]:
        taken = np.zeros(len(encoded.ids), dtype=bool)
        for event in sentence.events:
            if event.trigger is not None:
                taken |= encoded.tokens_of(event.trigger)
        long = (encoded.ends - encoded.starts) > 3
        free = np.flatnonzero(~taken & encoded.word_starts & long & (encoded.starts >= 0))
        if len(free) == 0:
            return self._row(encoded)
        at = last = int(self.rng.choice(list(free)))
        if (
            self.rng.random() < 0.5
            and at + 1 < len(taken)
            and not taken[at + 1]
            and encoded.starts[at + 1] >= 0
        ):
            last += 1
        span = Span(int(encoded.starts[at]), int(encoded.ends[last]))
        row = self._row(encoded, {"trigger": [span]})
        row["root_labels"] = 0
        return row


def tag(encoded: Encoded, spans: Sequence[Span]) -> np.ndarray:
    """Return BIO labels [tokens] of ``spans``; special tokens are ignored."""
    out = np.where(encoded.starts < 0, IGNORE, OUTSIDE).astype(np.int64)
    for span in spans:
        inside = np.flatnonzero(encoded.tokens_of(span))
        if len(inside):
            out[inside] = INSIDE
            out[inside[0]] = BEGIN
    return out


def root_weights(plans: Sequence[ReadingPlan], power: float) -> dict[str, float]:
    """Return the loss weight of each root, count to the power of ``-power``, scaled to mean 1 over the readings (0: all equal)."""
    counts = Counter(plan.root for plan in plans if plan.root)
    raw = {root: count**-power for root, count in counts.items()}
    mean = sum(raw[root] * count for root, count in counts.items()) / max(1, sum(counts.values()))
    return {root: value / mean for root, value in raw.items()} if counts else {}


def collate(rows: Sequence[dict[str, Any]], pad_id: int) -> dict[str, Any]:
    """Pad readings of different lengths into the tensors of ``EventParserModel.forward``; readings of the same tokens share one row of ids."""
    import torch

    length = max(len(row["input_ids"]) for row in rows)

    def padded(arrays: Sequence[np.ndarray], fill: float, dtype: Any) -> Any:
        out = np.full((len(arrays), length, *arrays[0].shape[1:]), fill, dtype=dtype)
        for i, array in enumerate(arrays):
            out[i, : len(array)] = array
        return torch.from_numpy(out)

    sentences: dict[bytes, int] = {}
    distinct: list[np.ndarray] = []
    owners: list[int] = []
    for row in rows:
        ids = np.asarray(row["input_ids"], dtype=np.int64)
        owners.append(sentences.setdefault(ids.tobytes(), len(sentences)))
        if len(sentences) > len(distinct):
            distinct.append(ids)
    batch = {
        "input_ids": padded(distinct, pad_id, np.int64),
        "attention_mask": padded([np.ones(len(ids)) for ids in distinct], 0, np.int64),
        "rows": torch.tensor(owners, dtype=torch.long),
        "marks": padded([np.asarray(row["marks"]) for row in rows], 0.0, np.float32),
    }
    for name in ("trigger_labels", "tag_labels"):
        batch[name] = padded([np.asarray(row[name]) for row in rows], IGNORE, np.int64)
    for name in ("root_labels", "code_labels", "status_labels"):
        batch[name] = torch.tensor([row[name] for row in rows], dtype=torch.long)
    batch["weights"] = torch.tensor([row["weights"] for row in rows], dtype=torch.float32)
    return batch


def collate_sentences(sentences: Sequence[dict[str, Any]], pad_id: int) -> dict[str, Any]:
    """Collate the readings of several sentences, as ``ReadingEncoder`` gives them."""
    return collate([row for sentence in sentences for row in sentence["readings"]], pad_id)
