"""Reading the tab-separated tables of seeds/ontology; errors name file, line, column and the mend."""

import csv
import difflib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from coder.errors import OntologyError


class Row(NamedTuple):
    """One data row: the line of the file (1-based) on which it ends, and its fields by column name."""

    line: int
    fields: dict[str, str]


def mistake(path: Path, line: int, column: str, text: str) -> OntologyError:
    """Return the error for one field, worded alike everywhere."""
    return OntologyError(f"{path}, line {line}, column {column!r}: {text}")


def read_table(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Row]:
    """Yield the rows of a UTF-8 table with tab-separated columns and a header line; fields come stripped.

    Absent optional columns are filled with ''; columns of other names are ignored unless they look like a
    misspelt optional one. Raises OntologyError for a missing or empty file, text that is not UTF-8, a
    missing, doubled or misspelt column and a row of the wrong width.
    """
    reader = csv.reader(io.StringIO(_decode(path), newline=""), dialect="excel-tab", strict=True)
    known = (*required, *optional)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(path, header, required, optional)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise OntologyError(
                    f"{path}, line {reader.line_num}: expected {len(header)} tab-separated fields as in "
                    f"the header, found {len(cells)}: {_how_to_mend_width(cells, header)}"
                )
            fields = dict(zip(header, cells, strict=True))
            yield Row(reader.line_num, {name: fields.get(name, "").strip() for name in known})
    except csv.Error as error:
        raise OntologyError(
            f"{path}, line {reader.line_num}: the row cannot be read ({error}): "
            'a field that begins with a double quote must end with one, and quotes inside it are doubled ("")'
        ) from None


def _decode(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OntologyError(f"{path}: the table cannot be read ({error.strerror}): check the path") from None
    if not data.strip():
        raise OntologyError(f"{path}: the table is empty: expected a header line and at least one row")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = before[before.rfind(b"\n") + 1 :].count(b"\t") + 1
        raise OntologyError(
            f"{path}, line {line}, column {column}: expected UTF-8 text, found the byte "
            f"0x{data[error.start]:02x}: save the table as UTF-8"
        ) from None


def _check_header(path: Path, header: list[str], required: Sequence[str], optional: Sequence[str]) -> None:
    doubled = {name for name in header if header.count(name) > 1}
    if doubled:
        raise OntologyError(
            f"{path}, line 1: the column {min(doubled)!r} stands twice in the header: keep one of them"
        )
    missing = [name for name in required if name not in header]
    if missing:
        if len(header) == 1 and any(mark in header[0] for mark in ",;"):
            mend = "its columns seem to be separated by commas or semicolons: separate them by tabs"
        else:
            mend = f"add {'it' if len(missing) == 1 else 'them'} to the header and to every row"
        raise OntologyError(
            f"{path}, line 1: missing column{'s' * (len(missing) > 1)} {', '.join(map(repr, missing))}; "
            f"found {', '.join(map(repr, header))}: {mend}"
        )
    for name in header:
        if name in required or name in optional:
            continue
        # A misspelt optional column would otherwise be left out without a word.
        absent = [other for other in optional if other not in header]
        near = difflib.get_close_matches(name, absent, n=1, cutoff=0.8)
        if near:
            raise OntologyError(f"{path}, line 1: unknown column {name!r}: did you mean {near[0]!r}?")


def _how_to_mend_width(cells: list[str], header: list[str]) -> str:
    if len(cells) > len(header):
        return "remove the tabs inside a field"
    return f"add the fields from {header[len(cells)]!r} on (an empty field still needs its tab)"
