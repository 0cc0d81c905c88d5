"""The dateline that opens a report: "BAGHDAD, Jan 9 (Reuters) - ..."."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from coder.resolve.calendar import MONTHS, nearest_year

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DAY = rf"(?P<month>{_MONTH})\s+(?P<day>\d{{1,2}})(?:,?\s+(?P<year>\d{{4}}))?|(?P<day2>\d{{1,2}})\s+(?P<month2>{_MONTH})(?:,?\s+(?P<year2>\d{{4}}))?"
_CAPITALS = r"[A-Z][A-Z'’.\-]+(?:[ -](?:[A-Z][A-Z'’.\-]+|DE|DA|AL|OF))*"
_TITLE = r"[A-Z][a-z'’\-]+(?: [A-Z][a-z'’\-]+){0,2}"
_AGENCY = r"\((?P<agency>[A-Za-z .&/-]{2,40})\)"
# A hyphen within a word, as in "US-backed", closes no dateline.
_DASH = r"(?:\s*--\s*|\s+[-–—_]+\s*|\s*[–—:]\s+|-\s+|\s*_\s+|(?<=\))\s*[-–—:_]\s*)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        # BAGHDAD, Iraq, Jan. 9 (AP) -- ; BEIRUT/DAMASCUS (Reuters) - ; BAGHDAD: ; KYIV, Ukraine —
        rf"^\s*(?P<place>{_CAPITALS})(?:/(?P<second>{_CAPITALS}))?"
        rf"(?:,\s*(?P<land>(?!{_MONTH}\s)[A-Z][A-Za-z. ]+?))?(?:,?\s+(?:{_DAY}))?\s*(?:{_AGENCY})?{_DASH}(?=\S)",
        # Baghdad, Jan 9 (Reuters) - ; Baghdad (AFP) -
        rf"^\s*(?P<place>{_TITLE})(?:,\s*(?P<land>(?!{_MONTH}\s)[A-Z][A-Za-z. ]+?))?(?:,?\s+(?:{_DAY}))?\s*{_AGENCY}{_DASH}(?=\S)",
        # Baghdad, January 9, 2020 -
        rf"^\s*(?P<place>{_TITLE}),\s+(?:{_DAY}){_DASH}(?=\S)",
        # Xinhua: KABUL, Jan. 9 (Xinhua)
        rf"^\s*(?P<place>{_CAPITALS}),\s+(?:{_DAY})\s*{_AGENCY}\s+(?=\S)",
    )
)
_LONE_DAY = re.compile(rf"^\s*(?:[A-Z][a-z]+day,?\s+)?(?:{_DAY})\s*$")
# Words that open a sentence in capitals without being a place.
_NO_PLACE = frozenset(
    re.findall(
        r"\w+", "BREAKING UPDATE URGENT EXCLUSIVE FACTBOX ANALYSIS OPINION WATCH VIDEO CORRECTED LIVE RELATED"
    )
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """Place words (as written), the country or state after them, the day, and how many characters it takes."""

    place: str | None = None
    land: str | None = None
    day: datetime.date | None = None
    length: int = 0


def _read_day(match: re.Match[str], published: datetime.date | None) -> datetime.date | None:
    month = match["month"] or match["month2"]
    if not month:
        return None
    day, year = int(match["day"] or match["day2"]), match["year"] or match["year2"]
    number = MONTHS.get(month.rstrip(".").lower())
    if number is None:
        return None
    if year is None:
        # A report is published on its dateline's day or soon after it.
        anchor = published and published + datetime.timedelta(days=1)
        return nearest_year(number, day, anchor, False) if anchor else None
    try:
        return datetime.date(int(year), number, day)
    except ValueError:
        return None


def read_dateline(sentences: list[str], published: datetime.date | None) -> Dateline:
    """Return the dateline of an article, looked for at the head of its first three sentences."""
    lone: datetime.date | None = None
    for sentence in sentences[:3]:
        alone = _LONE_DAY.match(sentence)
        if alone:
            lone = lone or _read_day(alone, published)
            continue
        for form in _FORMS:
            match = form.match(sentence)
            if match is None or match["place"].split()[0] in _NO_PLACE:
                continue
            return Dateline(
                match["place"],
                match.groupdict().get("land"),
                _read_day(match, published) or lone,
                match.end(),
            )
    return Dateline(day=lone)
