"""Rankings of codes for sentences whose source and target are given."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from coder.errors import InputError, ModelError
from coder.ontology import Ontology

BATCH = 256
Offsets = tuple[int, int]
Actor = Offsets | str | None


class Classifier(Protocol):
    """What ranking asks of an event parser (coder.infer.parser.EventParser is one)."""

    def classify_batch(self, rows: Sequence[tuple[str, Actor, Actor]]) -> list[dict[str, float]]: ...


@dataclass(frozen=True, slots=True)
class Pair:
    """One record to classify: ``id`` is the record's own, else its line number; ``record`` is what was read."""

    line: int
    id: str | int
    sentence: str
    source: Actor
    target: Actor
    record: Any


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that cannot be classified: its line, counted from 1, the reason and what was read."""

    line: int
    reason: str
    record: Any

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the error file."""
        return {"line": self.line, "reason": self.reason, "record": self.record}


@dataclass(frozen=True, slots=True)
class Ranked:
    """The codes of one record, the likeliest first, as (code, name, probability)."""

    id: str | int
    ranking: list[tuple[str, str, float]]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the output."""
        return {
            "id": self.id,
            "ranking": [
                {"code": code, "name": name, "probability": round(probability, 6)}
                for code, name, probability in self.ranking
            ],
        }


def read_pairs(lines: Iterable[bytes]) -> Iterator[Pair | Bad]:
    """Read JSON Lines in UTF-8 with id (optional), sentence, source and target; empty lines are skipped.

    An actor is a text that occurs in the sentence, [start, end] in characters, or null where there is none. What
    cannot be used becomes a Bad with its reason.
    """
    for number, raw in enumerate(lines, 1):
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not raw.strip():
            continue
        record: Any = None
        try:
            record = raw.decode("utf-8").rstrip("\r\n")
            record = json.loads(record)
            yield _pair(number, record)
        except UnicodeDecodeError as error:
            yield Bad(number, f"not UTF-8 (byte {error.start} of the line)", raw.decode("utf-8", "replace"))
        except json.JSONDecodeError as error:
            yield Bad(number, f"not JSON ({error.msg} at column {error.colno})", record)
        except RecursionError:
            yield Bad(number, "not a record: JSON nested too deeply", record)
        except InputError as error:
            yield Bad(number, str(error), record)


def rank_pairs(
    classifier: Classifier,
    pairs: Iterable[Pair | Bad],
    ontology: Ontology,
    *,
    roots: bool = False,
    top: int = 3,
) -> Iterator[Ranked | Bad]:
    """Rank the codes of each record, in order, in batches of bounded memory; a Bad stands where it was read.

    ``roots`` sums the codes below each root; ``top`` is how many are kept, 0 for all.
    """
    rows = iter(pairs)
    while batch := list(islice(rows, BATCH)):
        good = [row for row in batch if isinstance(row, Pair)]
        results = iter(_classified(classifier, good))
        for row in batch:
            if isinstance(row, Bad):
                yield row
                continue
            result = next(results)
            if isinstance(result, Bad):
                yield result
            else:
                yield Ranked(row.id, ranking(result, ontology, roots=roots, top=top))


def ranking(
    probabilities: Mapping[str, float], ontology: Ontology, *, roots: bool = False, top: int = 3
) -> list[tuple[str, str, float]]:
    """Return (code, name, probability), the likeliest first, of equals by code; see ``rank_pairs``.

    Raises ModelError when the model gives a code that the ontology does not have.
    """
    totals: dict[str, float] = {}
    for code, probability in probabilities.items():
        if code not in ontology:
            raise ModelError(
                f"the model gives the code {code!r}, which {ontology.name} does not have: "
                "give the table that it was trained with (--ontology FILE)"
            )
        key = ontology[code].root if roots else code
        totals[key] = totals.get(key, 0.0) + probability
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return [(code, ontology[code].name, p) for code, p in (ordered[:top] if top else ordered)]


def _classified(classifier: Classifier, rows: Sequence[Pair]) -> list[dict[str, float] | Bad]:
    if not rows:
        return []
    try:
        return list(classifier.classify_batch([(row.sentence, row.source, row.target) for row in rows]))
    except InputError as error:
        if len(rows) == 1:
            return [Bad(rows[0].line, str(error), rows[0].record)]
    # One record spoils the batch: classify each alone to find it.
    return [result for row in rows for result in _classified(classifier, [row])]


def _pair(number: int, record: Any) -> Pair:
    if not isinstance(record, Mapping):
        raise InputError(f"expected a JSON object with sentence, source and target, found {_kind(record)}")
    name = record.get("id")
    if name is not None and (isinstance(name, bool) or not isinstance(name, str | int)):
        raise InputError(f'"id" must be text or a whole number, found {_kind(name)}')
    sentence = _present(record, "sentence")
    if not isinstance(sentence, str) or not sentence.strip():
        raise InputError(f'"sentence" must be a text with words, found {_kind(sentence)}')
    for text in (sentence, name):
        if isinstance(text, str) and any("\ud800" <= c <= "\udfff" for c in text):
            raise InputError(f"half a character (a lone surrogate) in {text!r:.60}: mend the text's encoding")
    source = _actor(record, "source", sentence)
    target = _actor(record, "target", sentence)
    return Pair(number, number if name is None else name, sentence, source, target, record)


def _actor(record: Mapping[str, Any], name: str, sentence: str) -> Actor:
    from coder.infer.classify import locate

    value = _present(record, name)
    if value is None:
        return None
    if isinstance(value, str):
        return locate(sentence, value, name)
    whole = isinstance(value, list) and all(isinstance(v, int) and not isinstance(v, bool) for v in value)
    if not whole or len(value) != 2:
        raise InputError(
            f'"{name}" must be a text of the sentence, [start, end] in characters, or null, '
            f"found {_kind(value)}"
        )
    return locate(sentence, (value[0], value[1]), name)


def _present(record: Mapping[str, Any], name: str) -> Any:
    if name not in record:
        fields = ", ".join(map(str, record)) or "none"
        hint = "; null where there is no such actor" if name != "sentence" else ""
        raise InputError(f'"{name}" is missing (fields of the record: {fields}){hint}')
    return record[name]


def _kind(value: Any) -> str:
    return "null" if value is None else f"{type(value).__name__} {value!r:.60}"
