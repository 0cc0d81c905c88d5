"""Events to a DuckDB file; needs the ``duckdb`` extra."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from coder.errors import MissingExtraError

# By itself DuckDB keeps blocks in memory up to 80 % of the machine's.
_MEMORY = "512MB"


def write_duckdb(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """Write the batches to the table ``events`` of a new DuckDB file ``path``."""
    try:
        import duckdb
    except ImportError:
        raise MissingExtraError("duckdb", "duckdb", "writing a .duckdb file") from None
    with duckdb.connect(str(path), config={"memory_limit": _MEMORY}) as connection:
        connection.register("empty", schema.empty_table())
        connection.execute("CREATE TABLE events AS SELECT * FROM empty")
        for batch in batches:
            connection.register("batch", pa.Table.from_batches([batch], schema))
            connection.execute("INSERT INTO events SELECT * FROM batch")
            connection.unregister("batch")
