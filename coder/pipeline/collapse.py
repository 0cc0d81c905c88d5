"""An event that an article reports several times becomes one row with its mentions counted."""

from collections.abc import Hashable, Sequence
from dataclasses import replace

from coder.pipeline.event import Event


def collapse_mentions(events: Sequence[Event]) -> list[Event]:
    """Return the events of one article with repetitions counted in ``mentions`` of the first one, in order.

    Two events are the same when both name a source and a target and agree in who (actor code, else the text),
    what (code, status), when and where. Events with an unknown actor are never collapsed.
    """
    counts: dict[Hashable, int] = {}
    for event in events:
        identity = _identity(event)
        counts[identity] = counts.get(identity, 0) + event.mentions
    kept: list[Event] = []
    for event in events:
        mentions = counts.pop(_identity(event), None)
        if mentions is not None:
            kept.append(event if mentions == event.mentions else replace(event, mentions=mentions))
    return kept


def _identity(event: Event) -> Hashable:
    source = _actor(event.source_code, event.source_text)
    target = _actor(event.target_code, event.target_text)
    if source is None or target is None:
        return event.event_id
    place = event.geonames_id or event.place_name or (event.place_text or "").casefold()
    return (source, target, event.code, event.status, event.event_date, place)


def _actor(code: str | None, text: str | None) -> str | None:
    if code:
        return code
    return None if text is None else " ".join(text.casefold().split())
