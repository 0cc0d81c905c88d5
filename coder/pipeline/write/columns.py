"""The column sets that ``--schema`` chooses from."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from coder.errors import InputError
from coder.pipeline.event import EVENT_SCHEMA
from coder.pipeline.write.gdelt import GDELT_SCHEMA, gdelt_row
from coder.pipeline.write.icews import ICEWS_SCHEMA, icews_row
from coder.pipeline.write.parts import Row
from coder.pipeline.write.phoenix import PHOENIX_SCHEMA, phoenix_row


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """Names, order and types of an output table, and how a row of the event table becomes one of it (None: as it is).

    ``tab_separated`` and ``header`` describe its text files, as the data set of that name distributes them.
    """

    name: str
    schema: pa.Schema
    row: Callable[[Row], Row] | None = None
    tab_separated: bool = False
    header: bool = True

    def convert(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the event table in these columns."""
        if self.row is None:
            return batch
        rows = [self.row(row) for row in batch.to_pylist()]
        columns = [pa.array([row[field.name] for row in rows], field.type) for field in self.schema]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)


_SETS = {
    "coder": ColumnSet("coder", EVENT_SCHEMA),
    "icews": ColumnSet("icews", ICEWS_SCHEMA, icews_row, tab_separated=True),
    "gdelt": ColumnSet("gdelt", GDELT_SCHEMA, gdelt_row, tab_separated=True, header=False),
    "phoenix": ColumnSet("phoenix", PHOENIX_SCHEMA, phoenix_row),
}
CODER = _SETS["coder"]


def column_set(name: str) -> ColumnSet:
    """Return the column set called ``name``; raises InputError with the names that there are."""
    if name not in _SETS:
        raise InputError(f"there is no schema {name!r}: expected one of {', '.join(_SETS)}")
    return _SETS[name]
