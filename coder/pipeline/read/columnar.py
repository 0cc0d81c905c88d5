"""Parquet and Arrow (Hugging Face ``datasets``) files, batch by batch."""

import io
from collections.abc import Iterator
from itertools import accumulate

import pyarrow as pa
import pyarrow.parquet as pq

from coder.errors import InputError
from coder.pipeline.read.fields import FieldMap
from coder.pipeline.read.record import Item, Origin
from coder.pipeline.read.stream import Stream, read_whole

_BATCH = 128
# A Parquet file is read from its end, so one inside an archive is held in memory.
_PACKED_LIMIT = 512 * 2**20


def read_parquet(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error a row; only the columns that feed an article are read."""
    seekable = _seekable(stream)
    try:
        file = pq.ParquetFile(seekable)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"this is no Parquet file, or it is cut off: {_first_line(error)}") from None
    schema = file.schema_arrow
    fields = FieldMap.of_table(schema.names, origin)
    _check_types(schema, fields)
    columns = list(fields.columns.values())
    ends = list(accumulate(file.metadata.row_group(index).num_rows for index in range(file.num_row_groups)))
    if not ends or not ends[-1]:
        origin.notices(f"{origin.label}: the table has no rows")
    # Group by group, so that damage to one spares the others.
    for index, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        batches = file.iter_batches(batch_size=_BATCH, row_groups=[index], columns=columns)
        yield from _rows(batches, fields, origin, start, end)


def _seekable(stream: Stream) -> io.BufferedReader | io.BytesIO:
    if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO):
        return stream
    return io.BytesIO(read_whole(stream, _PACKED_LIMIT))


def read_arrow(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error a row of an Arrow file or stream, as in the folder of a saved Hugging Face
    dataset.
    """
    try:
        if stream.peek(6)[:6] == b"ARROW1":
            opened = pa.ipc.open_file(_seekable(stream))
            schema: pa.Schema = opened.schema
            batches: Iterator[pa.RecordBatch] = (
                opened.get_batch(index) for index in range(opened.num_record_batches)
            )
        else:
            reader = pa.ipc.open_stream(stream)
            schema = reader.schema
            batches = iter(reader)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"this is no Arrow file, or it is cut off: {_first_line(error)}") from None
    fields = FieldMap.of_table(schema.names, origin)
    _check_types(schema, fields)
    yield from _rows((batch.select(list(fields.columns.values())) for batch in batches), fields, origin)


def _check_types(schema: pa.Schema, fields: FieldMap) -> None:
    for name in fields.columns.values():
        if schema.names.count(name) > 1:
            raise InputError(
                f"the column {name!r} occurs {schema.names.count(name)} times: give the columns "
                "different names"
            )
    column = fields.columns["text"]
    kind = schema.field(column).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
    textual = (
        pa.types.is_string(inner)
        or pa.types.is_large_string(inner)
        or pa.types.is_binary(inner)
        or pa.types.is_large_binary(inner)
    )
    if not textual and not pa.types.is_string_view(inner):
        others = ", ".join(f"{field.name}: {field.type}" for field in schema)
        raise InputError(
            f"the column {column!r} holds no text but {kind}; the columns are {others}: name another "
            "with --text-column"
        )


def _rows(
    batches: Iterator[pa.RecordBatch],
    fields: FieldMap,
    origin: Origin,
    number: int = 0,
    end: int | None = None,
) -> Iterator[Item]:
    """Yield the rows of ``batches``, the first of which is row ``number`` + 1; ``end`` is the last one, where that is known."""
    batches = iter(batches)
    while True:
        try:
            batch = next(batches)
        except StopIteration:
            return
        except (pa.ArrowException, OSError) as error:
            lost = (
                f"rows {number + 1} to {end} were not read"
                if end is not None
                else "the rows before were read"
            )
            yield origin.error(f"the file is damaged: {_first_line(error)}; {lost}", f"after row {number}")
            return
        for index in range(batch.num_rows):
            number += 1
            position = f"row {number}"
            record = None
            try:
                record = {name: _value(batch.column(name)[index], name) for name in batch.schema.names}
                yield fields.article(record, origin, number)
            except InputError as error:
                yield origin.error(error, position, record)


def _value(scalar: pa.Scalar, name: str) -> object:
    try:
        if pa.types.is_timestamp(scalar.type) and scalar.type.unit == "ns":
            # Python has no nanoseconds, and Arrow would want pandas for them.
            scalar = scalar.cast(pa.timestamp("us", scalar.type.tz), safe=False)
        value = scalar.as_py()
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError as error:
        raise InputError(
            f"a cell is not valid UTF-8: {error.reason} at byte {error.start} (column {name!r})"
        ) from None
    except (ValueError, OverflowError, pa.ArrowException) as error:
        raise InputError(f"a cell cannot be read: {error} (column {name!r})") from None


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
