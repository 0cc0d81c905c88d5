"""CSV and TSV, row by row."""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Any

from coder.errors import InputError
from coder.pipeline.read.encoding import text_stream
from coder.pipeline.read.fields import FieldMap
from coder.pipeline.read.record import MAX_RECORD, Item, Origin
from coder.pipeline.read.stream import Stream

_DELIMITERS = ",;\t|"


def read_csv(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error a row; the delimiter is that of , ; tab | which the header has most of."""
    text = text_stream(stream, origin)
    header = text.buffer.peek(1 << 16).decode(text.encoding, "ignore").lstrip("\r\n").partition("\n")[0]  # type: ignore[attr-defined]
    delimiter = max(
        _DELIMITERS, key=lambda sign: (_outside_quotes(header).count(sign), -_DELIMITERS.index(sign))
    )
    yield from _rows(text, delimiter, origin)


def read_tsv(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error a row of tab-separated values."""
    yield from _rows(text_stream(stream, origin), "\t", origin)


def _outside_quotes(header: str) -> str:
    return "".join(header.split('"')[::2])


def _rows(text: TextIOWrapper, delimiter: str, origin: Origin) -> Iterator[Item]:
    # The module's limit is 128 KB, less than a long article.
    csv.field_size_limit(MAX_RECORD)
    # newline="" semantics: the csv module wants to see line ends as they are.
    rows = csv.reader(_physical_lines(text), delimiter=delimiter, strict=True)
    header = _header(rows)
    header[0] = header[0].lstrip("\ufeff")
    fields = FieldMap.of_table(header, origin)
    for field, column in fields.columns.items():
        if header.count(column) > 1:
            raise InputError(
                f"the column {column!r} for the {field} occurs {header.count(column)} times: give the "
                "columns different names"
            )
    number = 0
    while True:
        number += 1
        first_line = rows.line_num + 1
        position = f"row {number} (line {first_line})"
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield origin.error(_reason(str(error), first_line, rows.line_num), position)
            continue
        if not row:
            number -= 1
            continue
        if len(row) != len(header):
            yield origin.error(
                f"the row has {len(row)} cells, the header {len(header)}: a quote or delimiter is "
                "missing or too many",
                position,
                row,
            )
            continue
        try:
            yield fields.article(dict(zip(header, row, strict=True)), origin, number)
        except InputError as error:
            yield origin.error(error, position, row)


def _header(rows: Any) -> list[str]:
    """Return the first row that is not blank; InputError when there is none or it is no CSV."""
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                return list(row)
    except csv.Error as error:
        raise InputError(f"the header cannot be read: {_reason(str(error), 1, rows.line_num)}") from error
    raise InputError("the file has no header line")


def _physical_lines(text: TextIOWrapper) -> Iterator[str]:
    # A piece of a longer line is larger than a cell may be, so that the csv module reports it.
    while line := text.readline(2 * MAX_RECORD):
        yield line


def _reason(message: str, first: int, last: int) -> str:
    if "unexpected end of data" in message:
        return f"a quote that opens in line {first} is never closed: lines {first} to {last} were not read"
    if "field larger than" in message:
        return (
            f"a cell of more than {MAX_RECORD // 2**20} MB: probably a quote that opens in line {first} "
            "and is never closed"
        )
    return f"this is no valid CSV: {message}"
