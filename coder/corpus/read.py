"""Reading and writing split files: JSON Lines, one annotated sentence an object."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from coder.corpus.records import AnnotatedSentence
from coder.errors import CorpusError


def read_split(path: Path | str) -> list[AnnotatedSentence]:
    """Read a split file such as data/built/train.jsonl.

    Raises CorpusError, naming file and line, when the file is missing or empty or a record is not valid.
    """
    path = Path(path)
    sentences = []
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    sentences.append(_read_record(line, path, number))
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path}: not UTF-8 (byte {error.start}): a split file is JSON Lines in UTF-8"
        ) from error
    except FileNotFoundError as error:
        raise CorpusError(
            f"{path}: no such file: make it by 'coder corpus build' or 'coder corpus import'"
        ) from error
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read ({error.strerror})") from error
    if not sentences:
        raise CorpusError(f"{path}: no record in it: expected JSON Lines with text and events")
    return sentences


def write_split(path: Path | str, sentences: Iterable[AnnotatedSentence]) -> int:
    """Write sentences as a split file, whole or not at all; returns how many."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    count = 0
    with partial.open("w", encoding="utf-8", newline="\n") as out:
        for sentence in sentences:
            out.write(json.dumps(sentence.to_dict(), ensure_ascii=False) + "\n")
            count += 1
    os.replace(partial, path)
    return count


def _read_record(line: str, path: Path, number: int) -> AnnotatedSentence:
    try:
        return AnnotatedSentence.from_dict(json.loads(line))
    except json.JSONDecodeError as error:
        raise CorpusError(f"{path}:{number}: not JSON ({error.msg} at column {error.colno})") from error
    except CorpusError as error:
        raise CorpusError(f"{path}:{number}: {error}") from error
