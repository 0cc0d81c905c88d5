"""The coded chunk as bytes: what travels between processes, and what an unfinished run keeps on disk."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from coder.pipeline.chunk import Chunk, ChunkMeta, Position
from coder.pipeline.read import RecordError
from coder.pipeline.table import EVENT_SCHEMA, events_to_batch

_META = b"coder"


def pack(batch: pa.RecordBatch, meta: ChunkMeta) -> bytes:
    """Return events and meta as the bytes of one Arrow file."""
    values = {
        "number": meta.number,
        "end": [meta.end.source, meta.end.record],
        "read": meta.read,
        "articles": meta.articles,
        "sentences": meta.sentences,
        "events": meta.events,
        "errors": [error.to_dict() for error in meta.errors],
        "codes": meta.codes,
        "dyads": meta.dyads,
    }
    schema = EVENT_SCHEMA.with_metadata({_META: json.dumps(values).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        if batch.num_rows:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    payload: bytes = sink.getvalue().to_pybytes()
    return payload


def unpack(payload: Any) -> tuple[list[pa.RecordBatch], ChunkMeta]:
    """Return the events and meta of a payload (bytes, or an Arrow buffer or file); raises pyarrow's error
    when it is not whole.
    """
    with pa.ipc.open_file(payload) as reader:
        values = json.loads(reader.schema.metadata[_META])
        batches = [
            pa.RecordBatch.from_arrays(reader.get_batch(index).columns, schema=EVENT_SCHEMA)
            for index in range(reader.num_record_batches)
        ]
    meta = ChunkMeta(
        values["number"],
        Position(*values["end"]),
        values["read"],
        values["articles"],
        values["sentences"],
        values["events"],
        [RecordError(**error) for error in values["errors"]],
        Counter(values["codes"]),
        Counter(values["dyads"]),
    )
    return batches, meta


def merge_payloads(chunk: Chunk, payloads: Iterable[bytes]) -> bytes:
    """Return one payload for a chunk whose articles were coded one by one."""
    meta = ChunkMeta(chunk.number, chunk.end, read=len(chunk.articles), errors=list(chunk.errors))
    batches: list[pa.RecordBatch] = []
    for payload in payloads:
        events, part = unpack(payload)
        batches.extend(events)
        meta.articles += part.articles
        meta.sentences += part.sentences
        meta.events += part.events
        meta.errors.extend(part.errors)
        meta.codes.update(part.codes)
        meta.dyads.update(part.dyads)
    table = pa.Table.from_batches(batches, EVENT_SCHEMA).combine_chunks()
    return pack(table.to_batches()[0] if table.num_rows else events_to_batch([]), meta)
