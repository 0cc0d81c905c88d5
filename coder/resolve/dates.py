"""When an event took place: its time span read against the day of the report."""

from __future__ import annotations

import datetime
import re

from coder.resolve.date_handlers import Setting
from coder.resolve.date_rules import read_time
from coder.resolve.records import EventDate

_COMING = re.compile(
    r"\b(?:will|would|shall|won't|'ll|due|scheduled|slated|to resume|plans? to|planning to|planned for|set to|set for|"
    r"(?:is|are) on|falls on|expected (?:to|on|in)|is to|are to|was to|were to|going to|ahead of|by the end of|deadline|"
    r"upcoming|starting|begins?|arrives?|opens?|resumes?|expires?|takes? place|vows? to|agreed to meet|to be held|"
    r"called for|calls? for|intends? to|promised to|may|might|could)\b",
    re.I,
)
_TELLING = re.compile(
    r"\b(?:said|says|told|announced|warned|reported|added|declared|accused|confirmed|denied|stated|vowed|agreed|"
    r"ordered|decided|urged|threatened|promised|signed|approved)\b",
    re.I,
)


def speaks_of_future(sentence: str, start: int, end: int) -> bool:
    """Whether the time at ``start:end`` lies ahead: a word of plan or promise governs it.

    "The court will rule on Monday" is ahead; in "said on Monday it will rule" the saying is what happened on Monday.
    """
    before = sentence[:start]
    coming = max((match.start() for match in _COMING.finditer(sentence, 0, start + 2)), default=-1)
    if coming < 0:
        return False
    telling = max((match.start() for match in _TELLING.finditer(before)), default=-1)
    return telling < coming


def resolve_date(
    sentence: str,
    span: tuple[int, int] | None,
    published: datetime.date | None,
    dateline: datetime.date | None = None,
    reference: datetime.date | None = None,
) -> EventDate:
    """Return the date of an event whose time span is ``span`` of ``sentence``.

    Relative times count from the dateline's day, else from ``published``; "the next day" and "two days earlier" from
    ``reference``, the day the article last spoke of. Without a span the event is dated by the dateline or the day of
    publication, and ``basis`` says so.
    """
    anchor = dateline or published
    default = EventDate(
        date=anchor,
        precision="day" if anchor else None,
        basis=("dateline" if dateline else "published") if anchor else None,
    )
    if span is None:
        return default
    text = sentence[span[0] : span[1]]
    known = anchor is not None
    day = anchor or datetime.date(2000, 1, 3)
    future = speaks_of_future(sentence, *span)
    setting = Setting(day, reference or day, future)
    # The span may leave the decisive "in" or "last" outside: "in [May]".
    lead = sentence[max(0, span[0] - 5) : span[0]]
    reading = read_time(text, setting) or (read_time(lead + text, setting) if lead else None)
    if reading is None:
        return EventDate(default.date, text, default.precision, default.basis)
    if not known and not _is_absolute(text):
        return EventDate(None, text, None, None)
    return EventDate(reading.day, text, reading.precision, "stated")


def _is_absolute(text: str) -> bool:
    return bool(re.search(r"\b(?:1[6-9]|20)\d\d\b|9/11", text)) and not re.search(
        r"\b(?:ago|last|next|this)\b", text, re.I
    )
