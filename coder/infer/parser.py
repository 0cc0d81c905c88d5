"""The event parser: sentences in, parsed events out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from coder.assets import asset
from coder.errors import InputError
from coder.infer.decode import CodeTable, Reading, ScoredSpan, events_of, find_triggers, read_second, softmax
from coder.infer.encode import Encoded, cut, encode_batch, load_tokenizer, marks, windows
from coder.infer.labels import MARKS, ModelSettings
from coder.infer.records import Offsets, ParsedEvent
from coder.infer.runtime import Outputs, Session, open_session

BATCH_TOKENS = 1024
BATCH_ROWS = 64


@dataclass(slots=True)
class _Part:
    """A sentence, or a window of a long one, as the model reads it; ``shift`` is where it begins in the sentence."""

    sentence: int
    shift: int
    own: Offsets
    text: str
    encoded: Encoded


class EventParser:
    """Finds the events of sentences with an exported model; needs no torch.

    The same sentence gives the same events alone and in any batch. Sentences longer than the model's window are read in overlapping windows.
    """

    def __init__(self, session: Session, tokenizer: Tokenizer, settings: ModelSettings) -> None:
        self.session = session
        self.tokenizer = tokenizer
        self.settings = settings
        self.table = CodeTable(settings.labels)

    @classmethod
    def from_pretrained(
        cls, path: Path | str | None = None, *, threads: int = 0, runtime: str | None = None
    ) -> "EventParser":
        """Load the shipped model, or a folder made by ``coder export``; ModelError says what is wrong with it."""
        folder = asset("models/default") if path is None else Path(path)
        settings = ModelSettings.load(folder)
        return cls(open_session(folder, settings, threads, runtime), load_tokenizer(folder), settings)

    def parse(self, sentences: Sequence[str]) -> list[list[ParsedEvent]]:
        """Return the events of each sentence, in the sentences' order, by place of trigger; [] where there is none."""
        found: list[list[ParsedEvent]] = [[] for _ in sentences]
        for sentence, shift, reading in self.readings(sentences):
            found[sentence] += [
                _shifted(event, shift) for event in events_of(reading, self.table, self.settings.decoding)
            ]
        for events in found:
            events.sort(key=lambda e: (e.trigger or (0, 0), e.source or (0, 0), e.target or (0, 0)))
        return found

    def readings(self, sentences: Sequence[str]) -> Iterator[tuple[int, int, Reading]]:
        """Yield (sentence, shift, second reading) for each trigger above its threshold; offsets count from ``shift`` in the sentence."""
        parts = self._parts(sentences)
        jobs: list[tuple[_Part, ScoredSpan]] = []
        for part, logits in self._run(parts, [{}] * len(parts), ("trigger",)):
            for trigger in find_triggers(
                logits["trigger"], part.encoded, part.text, self.settings.decoding.trigger_threshold
            ):
                if part.own[0] <= trigger.start + part.shift < part.own[1]:
                    jobs.append((part, trigger))
        spans: list[Mapping[str, Sequence[Offsets]]] = [{"trigger": [trigger.offsets]} for _, trigger in jobs]
        done = self._run([part for part, _ in jobs], spans, ("tags", "root", "code", "status"))
        for (part, trigger), (_, logits) in zip(jobs, done, strict=True):
            one = {name: values[None] for name, values in logits.items()}
            reading = read_second(
                trigger, one, 0, part.encoded, part.text, self.table, self.settings.decoding
            )
            yield part.sentence, part.shift, reading

    def classify(
        self, sentence: str, source: Offsets | str | None = None, target: Offsets | str | None = None
    ) -> dict[str, float]:
        """Return the probability of each code for what ``source`` did to ``target`` in ``sentence``, given that it is an event; they sum to 1.

        Actors are texts that stand in the sentence (the first place counts, whole words before parts of words) or offsets;
        InputError when a text does not occur.
        """
        return self.classify_batch([(sentence, source, target)])[0]

    def classify_batch(
        self, rows: Sequence[tuple[str, Offsets | str | None, Offsets | str | None]]
    ) -> list[dict[str, float]]:
        """Classify many (sentence, source, target); see ``classify``."""
        parts: list[_Part] = []
        spans: list[Mapping[str, Sequence[Offsets]]] = []
        for sentence, source, target in rows:
            given = {
                name: locate(sentence, actor, name)
                for name, actor in (("source", source), ("target", target))
                if actor is not None
            }
            part = self._part_with(sentence, list(given.values()))
            parts.append(part)
            spans.append({name: [(a - part.shift, b - part.shift)] for name, (a, b) in given.items()})
        result = []
        for _, logits in self._run(parts, spans, ("root", "code")):
            decoding = self.settings.decoding
            root = softmax(logits["root"] / decoding.root_temperature)[1:]
            root = root / max(float(root.sum()), 1e-9)
            code = self.table.within_roots(logits["code"] / decoding.code_temperature)
            scores = code * root[self.table.root_of]
            named = dict(zip(self.settings.labels.codes, map(float, scores), strict=True))
            # A root without codes below it stands for itself.
            named |= {
                r: float(root[i])
                for i, r in enumerate(self.settings.labels.roots)
                if not len(self.table.rows_of_root[i])
            }
            result.append(named)
        return result

    def _part_with(self, sentence: str, spans: Sequence[Offsets]) -> _Part:
        """Return the whole sentence, or of a long one the window that holds most of ``spans``."""
        parts = self._parts([sentence])
        if not parts:
            raise InputError("classify: the sentence is empty: give a sentence with words")
        return max(parts, key=lambda p: sum(p.shift <= a and b <= p.shift + len(p.text) for a, b in spans))

    def _parts(self, sentences: Sequence[str]) -> list[_Part]:
        parts = []
        for index, (text, encoded) in enumerate(
            zip(sentences, encode_batch(self.tokenizer, sentences), strict=True)
        ):
            if not (encoded.ends > encoded.starts).any():
                continue
            for w in windows(encoded, len(text), self.settings.max_tokens):
                parts.append(
                    _Part(index, w.start, (w.own_start, w.own_end), text[w.start : w.end], cut(encoded, w))
                )
        return parts

    def _run(
        self,
        parts: Sequence[_Part],
        spans: Sequence[Mapping[str, Sequence[Offsets]]],
        wanted: tuple[str, ...],
    ) -> list[tuple[_Part, Outputs]]:
        """Run all parts in batches of like length; returns them in order with the logits of their own tokens."""
        order = sorted(range(len(parts)), key=lambda i: len(parts[i].encoded.ids))
        results: list[Outputs] = [{} for _ in parts]
        at = 0
        while at < len(order):
            size = 1
            while (
                at + size < len(order)
                and size < BATCH_ROWS
                and (size + 1) * len(parts[order[at + size]].encoded.ids) <= BATCH_TOKENS
            ):
                size += 1
            chosen = order[at : at + size]
            at += size
            # Lengths in steps of 8: a runtime prepares each new shape once.
            length = -(-max(len(parts[i].encoded.ids) for i in chosen) // 8) * 8
            ids = np.full((size, length), self.settings.pad_id, dtype=np.int64)
            mask = np.zeros((size, length), dtype=np.int64)
            mark = np.zeros((size, length, len(MARKS)), dtype=np.float32)
            for row, i in enumerate(chosen):
                encoded = parts[i].encoded
                ids[row, : len(encoded.ids)] = encoded.ids
                mask[row, : len(encoded.ids)] = 1
                if spans[i]:
                    mark[row, : len(encoded.ids)] = marks(encoded, spans[i])
            outputs = self.session.run(ids, mask, mark)
            for row, i in enumerate(chosen):
                results[i] = {name: outputs[name][row] for name in wanted}
        return list(zip(parts, results, strict=True))


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


def _shifted(event: ParsedEvent, shift: int) -> ParsedEvent:
    if not shift:
        return event

    def moved(span: Offsets | None) -> Offsets | None:
        return None if span is None else (span[0] + shift, span[1] + shift)

    return replace(
        event,
        trigger=moved(event.trigger),
        source=moved(event.source),
        target=moved(event.target),
        place=moved(event.place),
        time=moved(event.time),
    )
