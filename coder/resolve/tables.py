"""Reader of the tab-separated tables of facts in ``seeds/actors``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from coder.errors import InputError


def read_table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and row of a table: ``#`` lines are comments, the first other line names the columns.

    A row may be shorter than the header (its last cells are empty), never longer: InputError names the line.
    """
    header: list[str] | None = None
    with path.open(encoding="utf-8", newline="") as lines:
        for number, line in enumerate(lines, start=1):
            line = line.rstrip("\r\n")
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if header is None:
                header = cells
                continue
            if len(cells) > len(header):
                raise InputError(
                    f"{path}:{number}: expected at most {len(header)} tab-separated cells "
                    f"({', '.join(header)}), found {len(cells)}: remove the extra tabs"
                )
            cells.extend([""] * (len(header) - len(cells)))
            yield number, dict(zip(header, cells, strict=True))


def split_cell(cell: str) -> list[str]:
    """Split a cell of several values, which are separated by ``|``."""
    return [part.strip() for part in cell.split("|") if part.strip()] if cell else []


def csv_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and row of a comma-separated file with a header line."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            yield (
                reader.line_num,
                {
                    (key or "").strip(): (value or "")
                    for key, value in row.items()
                    if isinstance(value, str) or value is None
                },
            )


def word_set(text: str) -> frozenset[str]:
    """Return the words of ``text``, separated by white space, as a set."""
    return frozenset(text.split())
