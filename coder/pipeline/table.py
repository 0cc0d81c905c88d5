"""The event table: its one Arrow schema, and events to rows and back."""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from coder.pipeline.event import Event

_TEXT, _INDEX = pa.string(), pa.int32()


def _required(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


EVENT_SCHEMA = pa.schema(
    [
        _required("event_id", _TEXT),
        _required("article_id", _TEXT),
        pa.field("url", _TEXT),
        pa.field("publisher", _TEXT),
        pa.field("published", pa.date32()),
        _required("sentence_index", _INDEX),
        _required("sentence_start", _INDEX),
        _required("sentence", _TEXT),
        pa.field("event_date", pa.date32()),
        pa.field("date_text", _TEXT),
        pa.field("date_precision", _TEXT),
        pa.field("date_basis", _TEXT),
        pa.field("source_text", _TEXT),
        pa.field("source_start", _INDEX),
        pa.field("source_end", _INDEX),
        pa.field("source_code", _TEXT),
        pa.field("source_name", _TEXT),
        pa.field("source_country", _TEXT),
        _required("source_roles", pa.list_(_TEXT)),
        pa.field("source_basis", _TEXT),
        pa.field("target_text", _TEXT),
        pa.field("target_start", _INDEX),
        pa.field("target_end", _INDEX),
        pa.field("target_code", _TEXT),
        pa.field("target_name", _TEXT),
        pa.field("target_country", _TEXT),
        _required("target_roles", pa.list_(_TEXT)),
        pa.field("target_basis", _TEXT),
        _required("code", _TEXT),
        _required("code_name", _TEXT),
        _required("root", _TEXT),
        _required("quad_class", pa.int8()),
        pa.field("goldstein", pa.float64()),
        pa.field("plover_type", _TEXT),
        pa.field("plover_context", _TEXT),
        pa.field("trigger_text", _TEXT),
        pa.field("trigger_start", _INDEX),
        pa.field("trigger_end", _INDEX),
        pa.field("place_text", _TEXT),
        pa.field("place_name", _TEXT),
        pa.field("place_country", _TEXT),
        pa.field("place_admin1", _TEXT),
        pa.field("latitude", pa.float64()),
        pa.field("longitude", pa.float64()),
        pa.field("geonames_id", pa.int64()),
        pa.field("place_precision", _TEXT),
        pa.field("place_basis", _TEXT),
        _required("status", _TEXT),
        _required("confidence", pa.float64()),
        _required("code_confidence", pa.float64()),
        _required("mentions", _INDEX),
        pa.field("duplicate_of", _TEXT),
    ]
)


def events_to_batch(events: Sequence[Event]) -> pa.RecordBatch:
    """Return the events as one batch of the table, in order."""
    columns = [
        pa.array([getattr(event, field.name) for event in events], type=field.type) for field in EVENT_SCHEMA
    ]
    return pa.RecordBatch.from_arrays(columns, schema=EVENT_SCHEMA)


def batch_to_events(batch: pa.RecordBatch | pa.Table) -> Iterable[Event]:
    """Yield the events of a batch or table, in order; the inverse of :func:`events_to_batch`."""
    for row in batch.to_pylist():
        yield Event.from_dict(row)
