"""The event parser: sentences in, parsed events out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from coder.assets import asset
from coder.infer.confidence import Reading, ScoredSpan
from coder.infer.decode import CodeTable, events_of, find_triggers, read_second
from coder.infer.encode import Encoded, cut, encode_batch, load_tokenizer, marks, windows
from coder.infer.labels import MARKS, ModelSettings
from coder.infer.once import told_once
from coder.infer.records import Offsets, ParsedEvent
from coder.infer.runtime import Outputs, Session, open_session

BATCH_TOKENS = 1024
BATCH_ROWS = 64
BLOCK_PARTS = 256


@dataclass(slots=True)
class Part:
    """A sentence, or a window of a long one, as the model reads it; ``shift`` is where it begins in the sentence.

    ``hidden`` [tokens, H] is what the lower layers made of it, and ``gate`` the chance that they see a trigger in it, once they have read it.
    """

    sentence: int
    shift: int
    own: Offsets
    text: str
    encoded: Encoded
    hidden: np.ndarray | None = None
    gate: float = 1.0


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
        root_of = self.settings.labels.root_of
        for index, events in enumerate(found):
            events.sort(key=lambda e: (e.trigger or (0, 0), e.source or (0, 0), e.target or (0, 0)))
            found[index] = told_once(events, sentences[index], root_of)
        return found

    def readings(self, sentences: Sequence[str]) -> Iterator[tuple[int, int, Reading]]:
        """Yield (sentence, shift, second reading) for each trigger above its threshold; offsets count from ``shift`` in the sentence.

        Sentences of like length come together, in no order that means anything.
        """
        parts = sorted(self.parts(sentences), key=lambda part: len(part.encoded.ids))
        # In blocks, because hidden states take some 60 kB a sentence until its second readings are done.
        for start in range(0, len(parts), BLOCK_PARTS):
            block = parts[start : start + BLOCK_PARTS]
            yield from self._read(block)
            for part in block:
                part.hidden = None

    def chances(self, sentences: Sequence[str]) -> list[float]:
        """Return for each sentence the chance, 0..1, that the lower layers see a trigger in it (in its likeliest window); 0 without words."""
        found = [0.0] * len(sentences)
        parts = self.parts(sentences)
        self._read_lower(parts)
        for part in parts:
            found[part.sentence] = max(found[part.sentence], part.gate)
        return found

    def _read(self, parts: Sequence[Part]) -> Iterator[tuple[int, int, Reading]]:
        jobs: list[tuple[Part, ScoredSpan]] = []
        self._read_lower(parts)
        parts = [part for part in parts if part.gate >= self.settings.decoding.gate_threshold]
        for part, logits in self.run(parts, [{}] * len(parts), ("trigger",)):
            for trigger in find_triggers(
                logits["trigger"], part.encoded, part.text, self.settings.decoding.trigger_threshold
            ):
                if part.own[0] <= trigger.start + part.shift < part.own[1]:
                    jobs.append((part, trigger))
        spans: list[Mapping[str, Sequence[Offsets]]] = [{"trigger": [trigger.offsets]} for _, trigger in jobs]
        triggers = Counter(id(part) for part, _ in jobs)
        done = self.run([part for part, _ in jobs], spans, ("tags", "root", "code", "status"))
        for (part, trigger), (_, logits) in zip(jobs, done, strict=True):
            one = {name: values[None] for name, values in logits.items()}
            reading = read_second(
                trigger,
                one,
                0,
                part.encoded,
                part.text,
                self.table,
                self.settings.decoding,
                triggers[id(part)],
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
        from coder.infer.classify import classify_pairs

        return classify_pairs(self, rows)

    def parts(self, sentences: Sequence[str]) -> list[Part]:
        """Tokenise ``sentences``, cut long ones into windows; sentences without words have no part."""
        parts = []
        for index, (text, encoded) in enumerate(
            zip(sentences, encode_batch(self.tokenizer, sentences), strict=True)
        ):
            if not (encoded.ends > encoded.starts).any():
                continue
            for w in windows(encoded, len(text), self.settings.max_tokens):
                parts.append(
                    Part(index, w.start, (w.own_start, w.own_end), text[w.start : w.end], cut(encoded, w))
                )
        return parts

    def run(
        self,
        parts: Sequence[Part],
        spans: Sequence[Mapping[str, Sequence[Offsets]]],
        wanted: tuple[str, ...],
    ) -> list[tuple[Part, Outputs]]:
        """Read all parts with the given marks, in batches of like length; returns them in order with the logits of their own tokens.

        The lower layers read a part only if they have not yet.
        """
        self._read_lower([part for part in {id(p): p for p in parts}.values() if part.hidden is None])
        results: list[Outputs] = [{} for _ in parts]
        for chosen, length in _batches([len(part.encoded.ids) for part in parts]):
            mask = np.zeros((len(chosen), length), dtype=np.int64)
            mark = np.zeros((len(chosen), length, len(MARKS)), dtype=np.float32)
            hidden: np.ndarray | None = None
            for row, i in enumerate(chosen):
                encoded, own = parts[i].encoded, parts[i].hidden
                assert own is not None
                if hidden is None:
                    hidden = np.zeros((len(chosen), length, own.shape[1]), dtype=np.float32)
                hidden[row, : len(own)] = own
                mask[row, : len(own)] = 1
                if spans[i]:
                    mark[row, : len(own)] = marks(encoded, spans[i])
            assert hidden is not None
            outputs = self.session.upper(hidden, mask, mark)
            for row, i in enumerate(chosen):
                results[i] = {name: outputs[name][row] for name in wanted}
        return list(zip(parts, results, strict=True))

    def _read_lower(self, parts: Sequence[Part]) -> None:
        for chosen, length in _batches([len(part.encoded.ids) for part in parts]):
            ids = np.full((len(chosen), length), self.settings.pad_id, dtype=np.int64)
            mask = np.zeros((len(chosen), length), dtype=np.int64)
            for row, i in enumerate(chosen):
                own = parts[i].encoded.ids
                ids[row, : len(own)] = own
                mask[row, : len(own)] = 1
            hidden, gate = self.session.lower(ids, mask)
            for row, i in enumerate(chosen):
                parts[i].hidden = hidden[row, : len(parts[i].encoded.ids)]
                parts[i].gate = float(gate[row])


def _batches(lengths: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Yield batches of indexes of like length, each with the length to pad to."""
    order = sorted(range(len(lengths)), key=lambda i: lengths[i])
    at = 0
    while at < len(order):
        size = 1
        while (
            at + size < len(order)
            and size < BATCH_ROWS
            and (size + 1) * lengths[order[at + size]] <= BATCH_TOKENS
        ):
            size += 1
        chosen = order[at : at + size]
        at += size
        yield chosen, lengths[chosen[-1]]


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
