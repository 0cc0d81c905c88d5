"""Events to CSV or tab-separated text."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

# A spreadsheet takes a cell that begins so for a formula.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_LIST_SEPARATOR = ";"


def write_csv(
    batches: Iterable["pa.RecordBatch"],
    schema: "pa.Schema",
    path: Path,
    *,
    delimiter: str = ",",
    header: bool = True,
    escape_formulas: bool = False,
) -> int:
    """Write the batches to the file ``path``; lists are joined with ``;``, null is an empty cell.

    Returns how many text cells begin like a formula; ``escape_formulas`` puts an apostrophe before them,
    which shifts the offsets in a sentence by one, so it is the user's choice.
    """
    formulas = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        if header:
            writer.writerow(schema.names)
        for batch in batches:
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                cells = [_cell(value) for value in row]
                for index, cell in enumerate(cells):
                    if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS):
                        formulas += 1
                        if escape_formulas:
                            cells[index] = "'" + cell
                writer.writerow(cells)
    return formulas


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return _LIST_SEPARATOR.join(value)
    return "" if value is None else value
