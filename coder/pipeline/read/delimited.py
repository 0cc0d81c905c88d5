"""CSV and TSV, row by row."""

import csv
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Any

from coder.errors import InputError
from coder.pipeline.read.encoding import text_stream
from coder.pipeline.read.fields import FieldMap
from coder.pipeline.read.record import MAX_RECORD, Item, Origin
from coder.pipeline.read.stream import Stream

_DELIMITERS = ",;\t|"
# Of a table of one column: whatever else is in its lines is text.
_NO_DELIMITER = "\x1f"
_SEPARATOR = re.compile(r"\ufeff?sep=([,;\t|])$", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|[\r\n]")
# A cell that begins with a quotation and goes on after it: its quotes are text.
_PLAIN_QUOTE = re.compile(r'(?:^|\t)"(?:[^"\t\r\n]|"")*"(?=[^"\t\r\n])', re.MULTILINE)
# Each reads up to 16 MB again.
_MOST_REPEATS = 100


def read_csv(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error a row; the delimiter is that of , ; tab | which the header has most of, or the one that a line
    ``sep=;`` before it names, as Excel writes it.
    """
    text = text_stream(stream, origin)
    header = _LINE_END.split(_sample(text).lstrip("\r\n"), maxsplit=1)[0]
    outside = "".join(header.split('"')[::2])
    delimiter = max(_DELIMITERS, key=lambda sign: (outside.count(sign), -_DELIMITERS.index(sign)))
    if stated := _SEPARATOR.match(header):
        text.readline()
        delimiter = stated[1]
    elif delimiter not in outside:
        delimiter = _NO_DELIMITER
    # "id, text": a space after every delimiter belongs to it, and quotes may follow.
    spaced = delimiter in outside and outside.count(delimiter) == outside.count(delimiter + " ")
    yield from _Table(text, delimiter, origin, spaced=spaced).items()


def read_tsv(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error a row of tab-separated values, with quotes as in CSV or, where some cell begins with one and
    goes on after the next, without.
    """
    text = text_stream(stream, origin)
    quoted = _PLAIN_QUOTE.search(_sample(text)) is None
    yield from _Table(text, "\t", origin, quoted=quoted).items()


def _sample(text: TextIOWrapper) -> str:
    sample: str = text.buffer.peek(1 << 16).decode(text.encoding, "ignore")  # type: ignore[attr-defined]
    return sample


class _Table:
    """The rows of one file, read again from the line after a quote that is never closed."""

    def __init__(
        self,
        text: TextIOWrapper,
        delimiter: str,
        origin: Origin,
        *,
        quoted: bool = True,
        spaced: bool = False,
    ) -> None:
        self._text = text
        self._origin = origin
        self._format: dict[str, Any] = {
            "delimiter": delimiter,
            "quoting": csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            "skipinitialspace": spaced,
            "strict": True,
        }
        self._line = 0  # lines handed to the csv module
        self._row_lines: list[str] = []  # those of the present row
        self._again: list[str] = []  # those to be read again, the next one last
        self._repeats = 0

    def items(self) -> Iterator[Item]:
        """Yield an article or an error for each row below the header."""
        # The module's limit is 128 KB, less than a long article.
        csv.field_size_limit(MAX_RECORD)
        rows = self._reader()
        header = self._header(rows)
        fields = self._fields(header)
        number = 0
        while True:
            number += 1
            self._row_lines.clear()
            first_line = self._line + 1
            position = f"row {number} (line {first_line})"
            try:
                row = next(rows)
            except StopIteration:
                if number == 1:
                    self._origin.notices(f"{self._origin.label}: the table has no rows")
                return
            except csv.Error as error:
                again = self._reread(str(error))
                yield self._origin.error(
                    _reason(str(error), first_line, self._line, again), position, self._row_lines[0]
                )
                if again:
                    self._line = first_line
                    rows = self._reader()
                continue
            if not row:
                number -= 1
                continue
            if len(row) != len(header):
                yield self._origin.error(
                    f"the row has {len(row)} cells, the header {len(header)}: a quote or delimiter is "
                    "missing or too many",
                    position,
                    row,
                )
                continue
            try:
                yield fields.article(dict(zip(header, row, strict=True)), self._origin, number)
            except InputError as error:
                yield self._origin.error(error, position, row)

    def _reader(self) -> Any:
        # newline="" semantics: the csv module wants to see line ends as they are.
        return csv.reader(self._lines(), **self._format)

    def _lines(self) -> Iterator[str]:
        # A piece of a longer line is larger than a cell may be, so that the csv module reports it.
        while line := self._again.pop() if self._again else self._text.readline(2 * MAX_RECORD):
            self._line += 1
            self._row_lines.append(line)
            yield line

    def _reread(self, error: str) -> bool:
        """Put the lines below the first of a row back, when they are in it for want of a closing quote."""
        unclosed = "unexpected end of data" in error or "field larger than" in error
        if not unclosed or len(self._row_lines) < 2 or self._repeats >= _MOST_REPEATS:
            return False
        self._repeats += 1
        self._again.extend(reversed(self._row_lines[1:]))
        return True

    def _header(self, rows: Any) -> list[str]:
        """Return the first row that is not blank; InputError when there is none or it is no CSV."""
        try:
            for row in rows:
                if any(cell.strip() for cell in row):
                    header = list(row)
                    header[0] = header[0].lstrip("\ufeff")
                    return header
        except csv.Error as error:
            reason = _reason(str(error), 1, self._line, False)
            raise InputError(f"the header cannot be read: {reason}") from error
        raise InputError("the file has no header line")

    def _fields(self, header: list[str]) -> FieldMap:
        try:
            fields = FieldMap.of_table(header, self._origin)
        except InputError as error:
            if any(
                len(name) > 40 or name.strip()[-1:] in (*".!?",) or name.strip().isdigit() for name in header
            ):
                error = InputError(
                    f"{error}; the first line has to hold the names of the columns, put it there if it is missing"
                )
            raise error from None
        for field, column in fields.columns.items():
            if header.count(column) > 1:
                raise InputError(
                    f"the column {column!r} for the {field} occurs {header.count(column)} times: give the "
                    "columns different names"
                )
        return fields


def _reason(message: str, first: int, last: int, again: bool) -> str:
    if again:
        return f"a quote that opens in line {first} is never closed: the rows below were read without it"
    if "unexpected end of data" in message:
        lines = f"lines {first} to {last} were" if last > first else f"line {first} was"
        return f"a quote that opens in line {first} is never closed: {lines} not read"
    if "field larger than" in message:
        return (
            f"a cell of more than {MAX_RECORD // 2**20} MB: probably a quote that opens in line {first} "
            "and is never closed"
        )
    if _NO_DELIMITER in message:
        return "this is no valid CSV: there is text after a closing quote"
    return f"this is no valid CSV: {message}"
