"""Write events: one function a format, each pulling batches, so that memory stays bounded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coder.errors import InputError
from coder.pipeline.write.atomic import replacing
from coder.pipeline.write.columns import ColumnSet

if TYPE_CHECKING:
    import pyarrow as pa

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
    batches: Iterable["pa.RecordBatch"],
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
    # Each format loads its own library, and none that the run does not use.
    converted = (columns.convert(batch) for batch in batches)
    schema = columns.schema
    suffix = path.suffix.lower()
    with replacing(path, folder, ready) as temporary:
        if options.partition is not None:
            from coder.pipeline.write.parquet import write_partitioned

            write_partitioned(converted, schema, temporary, options.partition)
        elif suffix == ".parquet":
            from coder.pipeline.write.parquet import write_parquet

            write_parquet(converted, schema, temporary)
        elif suffix == ".jsonl":
            from coder.pipeline.write.jsonl import write_jsonl

            write_jsonl(converted, temporary)
        elif suffix == ".duckdb":
            from coder.pipeline.write.duckdb import write_duckdb

            write_duckdb(converted, schema, temporary)
        else:
            from coder.pipeline.write.csv import write_csv

            delimiter = "\t" if suffix == ".tsv" or columns.tab_separated else ","
            escape = options.escape_formulas
            return write_csv(
                converted,
                schema,
                temporary,
                delimiter=delimiter,
                header=columns.header,
                escape_formulas=escape,
            )
    return 0
