"""The event tuple, and the one definition of the table it becomes."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Event:
    """Who did what to whom, when and where: one row of the event table, in the order of its columns.

    Offsets (``*_start``, ``*_end``) are characters of ``sentence``, end exclusive:
    ``sentence[source_start:source_end] == source_text``. ``sentence_start`` is where the sentence begins in
    the text of the article. Codes: CAMEO (``code``, ``root``), quad class 1 to 4, Goldstein -10 to 10, PLOVER
    type and context, ISO 3166 alpha-3 countries, CAMEO actor codes and roles. Confidences are calibrated
    probabilities. ``mentions`` counts how often the article reports the event; ``duplicate_of`` is the
    event_id of an earlier event that this one repeats (None unless de-duplication over the run was asked
    for).
    """

    event_id: str
    article_id: str
    url: str | None
    publisher: str | None
    published: datetime.date | None
    sentence_index: int
    sentence_start: int
    sentence: str
    event_date: datetime.date | None
    date_text: str | None
    date_precision: str | None
    date_basis: str | None
    source_text: str | None
    source_start: int | None
    source_end: int | None
    source_code: str | None
    source_name: str | None
    source_country: str | None
    source_roles: tuple[str, ...]
    source_basis: str | None
    target_text: str | None
    target_start: int | None
    target_end: int | None
    target_code: str | None
    target_name: str | None
    target_country: str | None
    target_roles: tuple[str, ...]
    target_basis: str | None
    code: str
    code_name: str
    root: str
    quad_class: int
    goldstein: float | None
    plover_type: str | None
    plover_context: str | None
    trigger_text: str | None
    trigger_start: int | None
    trigger_end: int | None
    place_text: str | None
    place_name: str | None
    place_country: str | None
    place_admin1: str | None
    latitude: float | None
    longitude: float | None
    geonames_id: int | None
    place_precision: str | None
    place_basis: str | None
    status: str
    confidence: float
    code_confidence: float
    mentions: int = 1
    duplicate_of: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the event as JSON-ready values: dates as ISO text, roles as a list."""
        row = {name: getattr(self, name) for name in FIELD_NAMES}
        for name in _DATES:
            day = row[name]
            row[name] = None if day is None else day.isoformat()
        row["source_roles"] = list(self.source_roles)
        row["target_roles"] = list(self.target_roles)
        return row

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> "Event":
        """Return the event of a row of the table or of a line of JSON; the inverse of :meth:`to_dict`."""
        values = dict(row)
        for name in _DATES:
            if isinstance(values[name], str):
                values[name] = datetime.date.fromisoformat(values[name])
        values["source_roles"] = tuple(values["source_roles"])
        values["target_roles"] = tuple(values["target_roles"])
        return cls(**values)


_DATES = ("published", "event_date")
FIELD_NAMES = tuple(field.name for field in fields(Event))

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
