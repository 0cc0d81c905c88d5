"""Write events: one function a format, each pulling batches, so that memory stays bounded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from coder.errors import InputError
from coder.pipeline.write.atomic import replacing
from coder.pipeline.write.columns import ColumnSet
from coder.pipeline.write.csv import write_csv
from coder.pipeline.write.duckdb import write_duckdb
from coder.pipeline.write.jsonl import write_jsonl
from coder.pipeline.write.parquet import write_parquet, write_partitioned

OUTPUT_SUFFIXES = (".parquet", ".csv", ".tsv", ".jsonl", ".duckdb")
PARTITIONS = ("month", "country")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write: ``escape_formulas`` in CSV cells, ``partition`` (None, "month" or "country") of a folder
    of Parquet files.
    """

    escape_formulas: bool = False
    partition: str | None = None


def check_output(path: Path, columns: ColumnSet, options: WriteOptions) -> None:
    """Raise InputError when the events cannot be written to ``path`` in that form; called before anything is
    coded.
    """
    if not path.absolute().parent.is_dir():
        raise InputError(
            f"the folder of the output, {path.absolute().parent}, does not exist: create it first"
        )
    if options.partition is not None:
        if options.partition not in PARTITIONS:
            raise InputError(
                f"events are partitioned by {' or '.join(PARTITIONS)}, found {options.partition!r}"
            )
        if path.suffix.lower() in OUTPUT_SUFFIXES:
            raise InputError(
                "--partition writes a folder of Parquet files: name a folder, such as "
                f"{path.with_suffix('')}, with -o"
            )
        if columns.name != "coder":
            raise InputError(
                f"--partition needs the columns of the coder schema, found --schema {columns.name}"
            )
        return
    suffix = path.suffix.lower()
    if suffix not in OUTPUT_SUFFIXES:
        raise InputError(
            f"the output {path.name!r} has the extension {suffix!r}: expected one of "
            f"{', '.join(OUTPUT_SUFFIXES)}"
        )
    if path.is_dir():
        raise InputError(f"the output {path} is a folder: name a file")


def write_events(
    batches: Iterable[pa.RecordBatch],
    path: Path,
    columns: ColumnSet,
    options: WriteOptions,
    folder: Path | None = None,
    ready: Callable[[Path], None] | None = None,
) -> int:
    """Write batches of the event table to ``path`` in the format of its extension; the file appears when it
    is whole.

    ``folder`` and ``ready`` are those of :func:`coder.pipeline.write.atomic.replacing`. Returns the number of
    CSV cells that a spreadsheet would take for a formula (0 for other formats).
    """
    converted = (columns.convert(batch) for batch in batches)
    schema = columns.schema
    formulas = 0
    with replacing(path, folder, ready) as temporary:
        suffix = path.suffix.lower()
        if options.partition is not None:
            write_partitioned(converted, schema, temporary, options.partition)
        elif suffix == ".parquet":
            write_parquet(converted, schema, temporary)
        elif suffix == ".jsonl":
            write_jsonl(converted, temporary)
        elif suffix == ".duckdb":
            write_duckdb(converted, schema, temporary)
        else:
            tabs = suffix == ".tsv" or columns.tab_separated
            formulas = write_csv(
                converted,
                schema,
                temporary,
                delimiter="\t" if tabs else ",",
                header=columns.header,
                escape_formulas=options.escape_formulas,
            )
    return formulas
