"""The event tuple. The table that it becomes is defined in :mod:`coder.pipeline.table`."""

import datetime
from dataclasses import dataclass, fields
from typing import Any


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
        row = self.to_row()
        for name in _DATES:
            day = row[name]
            row[name] = None if day is None else day.isoformat()
        return row

    def to_row(self) -> dict[str, Any]:
        """Return the event as a row of the event table: column -> value, roles as a list."""
        row = {name: getattr(self, name) for name in FIELD_NAMES}
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


def __getattr__(name: str) -> Any:
    # pyarrow takes a third of a second to load, which a sentence on the command line need not wait for.
    if name in ("EVENT_SCHEMA", "events_to_batch", "batch_to_events"):
        from coder.pipeline import table

        return getattr(table, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
