"""The column sets that ``--schema`` chooses from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coder.errors import InputError
from coder.pipeline.write.gdelt import GDELT_COLUMNS, gdelt_row
from coder.pipeline.write.icews import ICEWS_COLUMNS, icews_row
from coder.pipeline.write.parts import Row
from coder.pipeline.write.phoenix import PHOENIX_COLUMNS, phoenix_row

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """Names, order and Arrow types of an output table, and how a row of the event table becomes one of it.

    ``columns`` and ``row`` are None for the event table itself. ``tab_separated`` and ``header`` describe its text files, as the data set
    of that name distributes them.
    """

    name: str
    columns: tuple[tuple[str, str], ...] | None = None
    row: Callable[[Row], Row] | None = None
    tab_separated: bool = False
    header: bool = True

    @property
    def schema(self) -> "pa.Schema":
        """The Arrow schema of the table."""
        import pyarrow as pa

        from coder.pipeline.table import EVENT_SCHEMA

        if self.columns is None:
            return EVENT_SCHEMA
        return pa.schema([(name, pa.type_for_alias(kind)) for name, kind in self.columns])

    def convert_row(self, row: Row) -> Row:
        """Return a row of the event table in these columns."""
        return row if self.row is None else self.row(row)

    def convert(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """Return a batch of the event table in these columns."""
        import pyarrow as pa

        if self.row is None:
            return batch
        rows = [self.row(row) for row in batch.to_pylist()]
        schema = self.schema
        columns = [pa.array([row[field.name] for row in rows], field.type) for field in schema]
        return pa.RecordBatch.from_arrays(columns, schema=schema)


_SETS = {
    "coder": ColumnSet("coder"),
    "icews": ColumnSet("icews", ICEWS_COLUMNS, icews_row, tab_separated=True),
    "gdelt": ColumnSet("gdelt", GDELT_COLUMNS, gdelt_row, tab_separated=True, header=False),
    "phoenix": ColumnSet("phoenix", PHOENIX_COLUMNS, phoenix_row),
}
CODER = _SETS["coder"]


def column_set(name: str) -> ColumnSet:
    """Return the column set called ``name``; raises InputError with the names that there are."""
    if name not in _SETS:
        raise InputError(f"there is no schema {name!r}: expected one of {', '.join(_SETS)}")
    return _SETS[name]
