"""Rows of a table to import: CSV, TSV or JSON Lines, each row with its line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from coder.corpus.importers.files import read_text
from coder.corpus.importers.result import Rejected
from coder.errors import CorpusError

_DELIMITERS = {"csv": ",", "tsv": "\t"}
_MAX_FIELD = 10_000_000


class Row(NamedTuple):
    """One row: the line where it begins, from 1, and its values by column."""

    line: int
    values: dict[str, Any]


@dataclass(slots=True)
class Table:
    """The rows of a file, the columns found (in order), rows that could not be read, and notes on guesses."""

    columns: list[str]
    rows: list[Row]
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_table(path: Path, kind: str, delimiter: str = "", encoding: str = "utf-8") -> Table:
    """Read a table of kind "csv", "tsv" or "jsonl".

    A CSV whose header has semicolons or tabs and no comma is split at those, and a note says so. Raises
    CorpusError when the file cannot be read, has no row, or names a column twice.
    """
    text = read_text(path, encoding)
    if kind == "jsonl":
        table = _read_json_lines(text)
    elif kind in _DELIMITERS:
        table = _read_csv(path, text, kind, delimiter)
    else:
        raise CorpusError(f"unknown kind of table {kind!r}: expected csv, tsv or jsonl")
    if not table.rows and not table.rejected:
        raise CorpusError(f"{path}: no row in it (columns found: {', '.join(table.columns) or 'none'})")
    return table


def _read_json_lines(text: str) -> Table:
    table = Table([], [])
    columns: dict[str, None] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            reason = f"not JSON ({getattr(error, 'msg', 'nested too deeply')})"
            if number == 1 and line.lstrip().startswith("["):
                reason += ": JSON Lines has one object a line, not one list"
            table.rejected.append(Rejected(number, reason, line))
            continue
        if not isinstance(record, dict):
            reason = f"expected a JSON object, found {type(record).__name__}"
            table.rejected.append(Rejected(number, reason, record))
            continue
        columns.update(dict.fromkeys(record))
        table.rows.append(Row(number, record))
    table.columns = list(columns)
    return table


def _read_csv(path: Path, text: str, kind: str, delimiter: str) -> Table:
    header_line = text.split("\n", 1)[0]
    notes = []
    if not delimiter:
        delimiter = _DELIMITERS[kind]
        if delimiter not in header_line:
            delimiter = next((other for other in ";\t," if other in header_line), delimiter)
            if delimiter != _DELIMITERS[kind]:
                notes.append(f"columns are separated by {delimiter!r} (guessed from the first line)")
    elif len(delimiter) != 1:
        raise CorpusError(f"--delimiter must be one character, found {delimiter!r}")
    csv.field_size_limit(_MAX_FIELD)
    # strict: without it a stray quote silently swallows the rows after it.
    # Only \n ends a line; splitlines() would also cut at U+2028 inside a sentence.
    raw = [line + "\n" for line in text.split("\n")]
    reader = csv.reader(raw, delimiter=delimiter, strict=True)
    header = _header(path, reader)
    table = Table(header, [], [], notes)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return table
        except csv.Error as error:
            reason = f"the row that begins here cannot be read ({error}): look for a stray or unclosed quote"
            table.rejected.append(Rejected(line, reason, "".join(raw[line - 1 : reader.line_num])))
            continue
        if not cells:
            continue
        if len(cells) != len(header):
            reason = f"{len(cells)} fields, the header has {len(header)}: quote fields with {delimiter!r}"
            table.rejected.append(Rejected(line, reason, cells))
            continue
        table.rows.append(Row(line, dict(zip(header, cells, strict=True))))


def _header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise CorpusError(f"{path}:1: the header cannot be read ({error})") from error
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise CorpusError(f"{path}: the column {twice!r} stands twice in the header: rename one")
    return header
