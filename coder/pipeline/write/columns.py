"""The column sets that ``--schema`` chooses from."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from coder.errors import InputError
from coder.pipeline.event import EVENT_SCHEMA


@dataclass(frozen=True, slots=True)
class ColumnSet:
    """Names, order and types of an output table, and how a batch of the event table becomes one of it.

    ``tab_separated`` and ``header`` describe its text files, as the data set of that name distributes them.
    """

    name: str
    schema: pa.Schema
    convert: Callable[[pa.RecordBatch], pa.RecordBatch]
    tab_separated: bool = False
    header: bool = True


CODER = ColumnSet("coder", EVENT_SCHEMA, lambda batch: batch)
NAMES = ("coder", "icews", "gdelt", "phoenix")


def column_set(name: str) -> ColumnSet:
    """Return the column set called ``name``; raises InputError with the names that there are."""
    if name == "coder":
        return CODER
    if name in NAMES:
        raise InputError(f"the schema {name!r} is not written yet: use coder")
    raise InputError(f"there is no schema {name!r}: expected one of {', '.join(NAMES)}")
