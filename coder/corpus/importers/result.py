"""What an import gives back: the good records as annotated sentences, the others with line and reason."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coder.corpus.records import AnnotatedSentence, EventAnnotation, Grade
from coder.errors import CorpusError


class RecordError(CorpusError):
    """One record of an import cannot be used; the others can."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that was left out: line (or record number) from 1, the reason, and the record as read."""

    line: int
    reason: str
    record: Any


@dataclass(slots=True)
class ImportResult:
    """Sentences of an import, rejected records, and notes on what was guessed or passed over."""

    sentences: list[AnnotatedSentence] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def reject(self, line: int, reason: object, record: Any) -> None:
        """Leave a record out, with its reason."""
        self.rejected.append(Rejected(line, str(reason), record))


def make_sentence(
    text: Any, events: Iterable[EventAnnotation], grade: Grade, name: str, batch: str, line: int
) -> AnnotatedSentence:
    """Return a sentence that keeps the rules of its grade; raises RecordError when the record breaks one."""
    if not isinstance(text, str):
        raise RecordError(f"the sentence must be text, found {type(text).__name__} {text!r:.60}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RecordError(
            f"the sentence has half a character (a lone surrogate, character {error.start}): export as UTF-8"
        ) from error
    sentence = AnnotatedSentence(text, tuple(events), grade, name or f"{batch}-{line:06d}", batch, line)
    try:
        return AnnotatedSentence.from_dict(sentence.to_dict())
    except RecordError:
        raise
    except CorpusError as error:
        raise RecordError(str(error)) from error


def write_rejected(path: Path, rejected: Iterable[Rejected]) -> None:
    """Write rejected records as JSON Lines with line, reason and record."""
    partial = path.with_name(path.name + ".partial")
    with partial.open("w", encoding="utf-8", newline="\n") as out:
        for item in rejected:
            # ASCII escapes keep whatever made the record bad writable.
            record = {"line": item.line, "reason": item.reason, "record": item.record}
            out.write(json.dumps(record, default=str) + "\n")
    os.replace(partial, path)
