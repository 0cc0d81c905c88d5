"""Events to one Parquet file, or to a folder of them by month or country."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# Large enough to compress well, small enough that a reader can skip what it does not want.
_ROW_GROUP = 50_000


def write_parquet(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path) -> None:
    """Write the batches to the file ``path`` in row groups of about 50,000 events."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            waiting.append(batch)
            rows += batch.num_rows
            if rows >= _ROW_GROUP:
                writer.write_table(pa.Table.from_batches(waiting, schema))
                waiting, rows = [], 0
        if rows or not writer.is_open:
            writer.write_table(pa.Table.from_batches(waiting, schema))


def write_partitioned(batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path, by: str) -> None:
    """Write a folder of Parquet files, one subfolder ``month=2019-10`` or ``country=TUR`` a partition.

    ``by`` is ``month`` (of event_date) or ``country`` (place_country); events without one are in
    ``month=unknown``.
    """
    partitioned = schema.append(pa.field(by, pa.string()))
    # Loads half a second of modules that no other output needs.
    import pyarrow.dataset as ds

    ds.write_dataset(
        (_with_key(batch, partitioned, by) for batch in batches),
        path,
        schema=partitioned,
        format="parquet",
        partitioning=ds.partitioning(pa.schema([pa.field(by, pa.string())]), flavor="hive"),
        basename_template="events-{i}.parquet",
        file_options=ds.ParquetFileFormat().make_write_options(compression="zstd"),
        max_rows_per_group=_ROW_GROUP,
        max_open_files=256,
    )


def _with_key(batch: pa.RecordBatch, schema: pa.Schema, by: str) -> pa.RecordBatch:
    import pyarrow.compute as pc

    if by == "month":
        key = pc.strftime(batch.column("event_date").cast(pa.timestamp("s")), format="%Y-%m")
    else:
        key = batch.column("place_country")
    return pa.RecordBatch.from_arrays([*batch.columns, pc.fill_null(key, "unknown")], schema=schema)
