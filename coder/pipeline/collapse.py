"""An event that an article reports several times becomes one row with its mentions counted."""

import datetime
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

from coder.pipeline.event import Event

_WHEN = ("event_date", "date_text", "date_precision", "date_basis")
_WHERE = (
    "place_text",
    "place_name",
    "place_country",
    "place_admin1",
    "latitude",
    "longitude",
    "geonames_id",
    "place_precision",
    "place_basis",
)
_STATED = "stated"
# A mention without a day of its own has the day of the article: it repeats an act of these days, not one of years ago.
_NEWS = datetime.timedelta(days=7)


def collapse_mentions(events: Sequence[Event]) -> list[Event]:
    """Return the events of one article with repetitions counted in ``mentions`` of the first one, in order.

    Two events are the same when both name a source and a target and agree in who (actor code, else the text), what (code, status), when and
    where. A day or place that a sentence does not state agrees with any that another states (a day within a week), and the row takes what is
    stated. Events with an unknown actor are never collapsed.
    """
    kept: list[Event] = []
    of_act: dict[Hashable, list[int]] = {}
    for event in events:
        places = of_act.setdefault(_act(event), [])
        for place in places:
            same = _merged(kept[place], event)
            if same is not None:
                kept[place] = same
                break
        else:
            places.append(len(kept))
            kept.append(event)
    return kept


def _act(event: Event) -> Hashable:
    source = _actor(event.source_code, event.source_text)
    target = _actor(event.target_code, event.target_text)
    if source is None or target is None:
        return event.event_id
    return (source, target, event.code, event.status)


def _merged(first: Event, again: Event) -> Event | None:
    """Return the row of two mentions of one act, None when they tell of different days or places."""
    taken: dict[str, Any] = {}
    if first.event_date != again.event_date:
        if first.date_basis == again.date_basis == _STATED or not _near(first.event_date, again.event_date):
            return None
        if again.date_basis == _STATED:
            taken |= {name: getattr(again, name) for name in _WHEN}
    if _where(first) != _where(again):
        if first.place_basis == again.place_basis == _STATED:
            return None
        if again.place_basis == _STATED:
            taken |= {name: getattr(again, name) for name in _WHERE}
    return replace(first, mentions=first.mentions + again.mentions, **taken)


def _near(one: datetime.date | None, other: datetime.date | None) -> bool:
    return one is None or other is None or abs(one - other) <= _NEWS


def _where(event: Event) -> Hashable:
    return event.geonames_id or event.place_name or (event.place_text or "").casefold()


def _actor(code: str | None, text: str | None) -> str | None:
    if code:
        return code
    return None if text is None else " ".join(text.casefold().split())
