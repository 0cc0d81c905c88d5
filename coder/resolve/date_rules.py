"""Rules that read the time expressions of news: each a pattern and the day that it means."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from coder.resolve.calendar import (
    DAYS,
    FEASTS,
    MONTHS,
    NUMBERS,
    add_months,
    easter,
    monday_of,
    nearest_year,
    number,
)
from coder.resolve.records import DatePrecision


@dataclass(frozen=True, slots=True)
class Setting:
    """What a time expression is relative to."""

    anchor: datetime.date  # the day of the report
    reference: datetime.date  # the day last spoken of, for "the next day" or "two days earlier"
    future: bool  # the sentence speaks of what is to come


class Reading(NamedTuple):
    """The first day of a time span and its width; a day of None: a time that no single day or year stands for."""

    day: datetime.date | None
    precision: DatePrecision | None


Handler = Callable[[re.Match[str], Setting], Reading | None]

_DAY = "|".join(sorted(DAYS, key=len, reverse=True))
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_NUMBER = r"\d{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True))
_FEAST = "|".join(sorted(FEASTS, key=len, reverse=True))
_ABOUT = r"(?:about|around|nearly|almost|some|roughly|more than|less than|at least|just over|just under|just|only|over)?\s*"
_YEAR = r"(?:1[6-9]|20)\d\d"
_WEEK = datetime.timedelta(days=7)


def _day(days: int) -> datetime.timedelta:
    return datetime.timedelta(days=days)


def _date(year: int, month: int, day: int) -> Reading | None:
    try:
        return Reading(datetime.date(year, month, day), "day")
    except ValueError:
        return None


def _iso(match: re.Match[str], setting: Setting) -> Reading | None:
    return _date(int(match[1]), int(match[2]), int(match[3]))


def _slashed(match: re.Match[str], setting: Setting) -> Reading | None:
    """Read 25/12/2019 and 12/25/2019; where day and month could be either, only the year is sure."""
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if first > 12:
        return _date(year, second, first)
    if second > 12 or first == second:
        return _date(year, first, second)
    return Reading(datetime.date(year, 1, 1), "year")


def _month_day(match: re.Match[str], setting: Setting) -> Reading | None:
    return _named_day(match["month"], match["day"], match["year"], setting)


def _named_day(month: str, day: str, year: str | None, setting: Setting) -> Reading | None:
    if year:
        return _date(int(year), MONTHS[month], int(day))
    found = nearest_year(MONTHS[month], int(day), setting.anchor, setting.future)
    return Reading(found, "day") if found else None


def _weekday(match: re.Match[str], setting: Setting) -> Reading | None:
    which, day = match["which"], DAYS[match["day"]]
    back = (setting.anchor.weekday() - day) % 7
    ahead = (day - setting.anchor.weekday()) % 7
    if match["week"] == "last":
        return Reading(monday_of(setting.anchor) - _WEEK + _day(day), "day")
    if match["week"] == "next":
        return Reading(monday_of(setting.anchor) + _WEEK + _day(day), "day")
    if which in ("last", "past", "previous"):
        return Reading(setting.anchor - _day(back or 7), "day")
    if which in ("next", "coming", "upcoming"):
        return Reading(setting.anchor + _day(ahead or 7), "day")
    if which == "this" or setting.future:
        return Reading(setting.anchor + _day(ahead), "day")
    return Reading(setting.anchor - _day(back), "day")


def _near(match: re.Match[str], setting: Setting) -> Reading | None:
    word = match[1]
    days = {
        "yesterday": -1, "tomorrow": 1, "today": 0, "tonight": 0, "day before yesterday": -2,
        "day after tomorrow": 2, "last night": -1, "last evening": -1,
    }  # fmt: skip
    return Reading(setting.anchor + _day(days.get(word, 0)), "day")


def _last_night(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(setting.anchor - _day(1), "day")


def _same_day(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(setting.reference, "day")


def _adjacent_day(match: re.Match[str], setting: Setting) -> Reading | None:
    after = match[1] in ("next", "following") or match[0].endswith(("later", "after"))
    return Reading(setting.reference + _day(1 if after else -1), "day")


def _shift(start: datetime.date, count: int, unit: str) -> Reading | None:
    """Move by ``count`` units; the answer is as wide as the unit, for nobody means the exact day by "a year ago"."""
    try:
        if unit == "hour":
            return Reading(start + _day(count // 24 if count > 0 else -(-count // 24)), "day")
        if unit == "day":
            return Reading(start + _day(count), "day")
        if unit in ("week", "fortnight"):
            return Reading(start + _day(count * (7 if unit == "week" else 14)), "week")
        if unit == "month":
            return Reading(add_months(start, count), "month")
        years = count * 10 if unit == "decade" else count
        return Reading(add_months(start, 12 * years), "year")
    except (OverflowError, ValueError):
        return Reading(None, None)


def _ago(match: re.Match[str], setting: Setting) -> Reading | None:
    return _shift(setting.anchor, -number(match[1]), match[2])


def _week_ago_day(match: re.Match[str], setting: Setting) -> Reading | None:
    """ "a week ago Friday", "two weeks ago on Monday"."""
    back = (setting.anchor.weekday() - DAYS[match["day"]]) % 7
    return Reading(setting.anchor - _day(back) - number(match["n"]) * _WEEK, "day")


def _earlier(match: re.Match[str], setting: Setting) -> Reading | None:
    sign = 1 if match[3] in ("later", "after", "afterwards", "on") else -1
    return _shift(setting.reference, sign * number(match[1]), match[2])


def _ahead(match: re.Match[str], setting: Setting) -> Reading | None:
    return _shift(setting.anchor, number(match[1]), match[2])


def _vague_past(match: re.Match[str], setting: Setting) -> Reading | None:
    unit = match[1]
    if unit in ("day", "hour"):
        return Reading(setting.anchor - _day(6 if unit == "day" else 0), "week" if unit == "day" else "day")
    if unit == "week":
        return Reading(add_months(setting.anchor, -1), "month")
    return Reading(add_months(setting.anchor, -12), "year") if unit in ("month", "year") else None


def _past_count(match: re.Match[str], setting: Setting) -> Reading | None:
    count, unit = number(match[1] or "one"), match[2]
    if unit == "hour":
        return Reading(setting.anchor - _day(max(1, count // 24)), "day")
    if unit == "day":
        return Reading(setting.anchor - _day(count), "day" if count == 1 else "week")
    shifted = _shift(setting.anchor, -count, unit)
    return shifted


def _week_of_month(match: re.Match[str], setting: Setting) -> Reading | None:
    month, year = MONTHS[match["month"]], match["year"]
    found = nearest_year(month, 1, setting.anchor, setting.future)
    if found is None:
        return None
    first = found.replace(year=int(year)) if year else found
    if match["which"] == "last":
        return Reading(add_months(first, 1) - _WEEK, "week")
    which = ("first", "second", "third", "fourth").index(match["which"])
    return Reading(first + which * _WEEK, "week")


def _end_of(match: re.Match[str], setting: Setting) -> Reading | None:
    """ "by the end of the month": the span that is to end, whose last day nobody means exactly."""
    unit, anchor = match[1], setting.anchor
    if unit == "week":
        return Reading(monday_of(anchor), "week")
    return (
        Reading(anchor.replace(day=1), "month")
        if unit == "month"
        else Reading(anchor.replace(month=1, day=1), "year")
    )


def _easter(match: re.Match[str], setting: Setting) -> Reading | None:
    shift = {"good friday": -2, "easter monday": 1, "holy saturday": -1, "maundy thursday": -3}.get(
        match[1], 0
    )
    years = (
        [int(match[2])]
        if match[2]
        else [setting.anchor.year + step for step in ((0, 1) if setting.future else (0, -1))]
    )
    for year in years:
        day = easter(year) + _day(shift)
        if match[2] or (day >= setting.anchor if setting.future else day <= setting.anchor):
            return Reading(day, "day")
    return None


def _relative_unit(match: re.Match[str], setting: Setting) -> Reading | None:
    which, unit, anchor = match[1], match[2], setting.anchor
    if which == "past":
        return _shift(anchor, -1, unit)
    step = {"last": -1, "previous": -1, "next": 1, "coming": 1}.get(which, 0)
    if unit == "week":
        return Reading(monday_of(anchor) + step * _WEEK, "week")
    if unit == "month":
        return Reading(add_months(anchor.replace(day=1), step), "month")
    return Reading(datetime.date(anchor.year + step, 1, 1), "year")


def _week_before(match: re.Match[str], setting: Setting) -> Reading | None:
    sign = 1 if match[1] in ("following", "next") or match[0].endswith("after") else -1
    return _shift(setting.reference, sign, match[2])


def _weekend(match: re.Match[str], setting: Setting) -> Reading | None:
    anchor, which = setting.anchor, match[1]
    saturday = monday_of(anchor) + _day(5)
    if which in ("next", "coming") or (which in (None, "", "the", "this") and setting.future):
        return Reading(saturday + (_WEEK if which == "next" and anchor.weekday() >= 5 else _day(0)), "week")
    if which == "last" or saturday > anchor:
        return Reading(saturday - _WEEK, "week")
    return Reading(saturday, "week")


def _month(match: re.Match[str], setting: Setting) -> Reading | None:
    month, year, which = MONTHS[match["month"]], match["year"], match["which"]
    if year:
        return Reading(datetime.date(int(year), month, 1), "month")
    first = datetime.date(setting.anchor.year, month, 1)
    if which == "next" or (setting.future and which is None):
        if first < setting.anchor.replace(day=1) or (which == "next" and month == setting.anchor.month):
            first = first.replace(year=first.year + 1)
        return Reading(first, "month")
    if first > setting.anchor or (which == "last" and month == setting.anchor.month):
        first = first.replace(year=first.year - 1)
    return Reading(first, "month")


def _month_of_year(match: re.Match[str], setting: Setting) -> Reading | None:
    step = {"last": -1, "next": 1}.get(match[2], 0)
    return Reading(datetime.date(setting.anchor.year + step, MONTHS[match[1]], 1), "month")


def _year(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(datetime.date(int(match[1]), 1, 1), "year")


def _season(match: re.Match[str], setting: Setting) -> Reading | None:
    which, season, year = match["which"], match["season"], match["year"]
    month = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}[season]
    if year:
        return Reading(datetime.date(int(year), month, 1), "year")
    start = datetime.date(setting.anchor.year, month, 1)
    if (start > setting.anchor and not setting.future and which not in ("next", "this")) or (
        which == "last" and (setting.anchor - start).days < 60
    ):
        start = start.replace(year=start.year - 1)
    return Reading(start, "year")


def _feast(match: re.Match[str], setting: Setting) -> Reading | None:
    month, day = FEASTS[match[1]]
    if match[2]:
        return _date(int(match[2]), month, day)
    found = nearest_year(month, day, setting.anchor, setting.future)
    return Reading(found, "day") if found else None


def _eleventh(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(datetime.date(2001, 9, 11), "day")


def _no_day(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(None, None)


_UNIT = r"(hour|day|week|fortnight|month|year|decade)s?"
_TO_DAY = r"(?:\s*(?:-|–|to|and)\s*\d{1,2}(?:st|nd|rd|th)?)?"
_DATE_MD = (
    rf"(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_TO_DAY}(?:,?\s+(?P<year>{_YEAR}))?\b"
)
_DATE_DM = (
    rf"(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_TO_DAY}\s+(?:of\s+)?"
    rf"(?P<month>{_MONTH})\b\.?(?:,?\s+(?P<year>{_YEAR}))?"
)
_RECENT = r"(?:recent|past few|last few|previous few|last several|past several|past couple of|last couple of)"
_LATER = r"(earlier|later|before|after|afterwards|previously|prior|on)"
_OF_WEEK = r"(?:\s+(?:of\s+)?(?P<week>last|next|this)\s+week)?"
_SHORTLY = (
    r"earlier in the day|later in the day|hours (?:earlier|later|before|after)|minutes (?:earlier|later)|"
    r"moments (?:earlier|later)|shortly (?:before|after|afterwards)"
)
# "may" and "march" are months only beside a word that makes them so.
_BESIDE = "|".join(
    rf"(?<={word} )(?:may|march)" for word in ("in", "of", "last", "next", "early", "late", "since", "mid")
)
_A_MONTH = rf"(?!may\b|march\b)(?:{_MONTH})|{_BESIDE}|(?:may|march)(?=,?\s+{_YEAR})|^(?:may|march)$"

RULES: tuple[tuple[re.Pattern[str], Handler], ...] = tuple(
    (re.compile(pattern), handler)
    for pattern, handler in (
        (rf"\b({_YEAR})-(\d\d)-(\d\d)\b", _iso),
        (rf"\b(\d{{1,2}})[/.](\d{{1,2}})[/.]({_YEAR})\b", _slashed),
        (r"\b9/11\b", _eleventh),
        (
            rf"\b(good friday|easter sunday|easter monday|holy saturday|maundy thursday|easter)\b(?:,?\s+({_YEAR}))?",
            _easter,
        ),
        (
            rf"\b(?P<which>first|second|third|fourth|last)\s+week\s+(?:of|in)\s+(?P<month>{_MONTH})\b(?:,?\s+(?P<year>{_YEAR}))?",
            _week_of_month,
        ),
        (r"\bend\s+of\s+(?:the|this)\s+(week|month|year)\b", _end_of),
        (rf"\b{_DATE_MD}", _month_day),
        (rf"\b{_DATE_DM}", _month_day),
        (rf"\b(?P<n>{_NUMBER})\s+weeks?\s+ago\s+(?:on\s+)?(?P<day>{_DAY})\b", _week_ago_day),
        (rf"\b{_ABOUT}({_NUMBER})\s+{_UNIT}\s+ago\b", _ago),
        (rf"\b{_ABOUT}({_NUMBER})\s+{_UNIT}\s+{_LATER}\b", _earlier),
        (rf"\bin\s+{_ABOUT}({_NUMBER})\s+(day|week|month|year)s?'?s?(?:\s+time)?\b", _ahead),
        (rf"\b(?:the\s+)?{_RECENT}\s+(hour|day|week|month|year)s\b", _vague_past),
        (rf"\b(?:the\s+)?(?:past|last|previous)\s+({_NUMBER})\s+(hour|day|week|month|year)s?\b", _past_count),
        (r"\b(?:the\s+)?(day before yesterday|day after tomorrow)\b", _near),
        (r"\b(last night|last evening)\b", _last_night),
        (
            rf"\b(?:(?P<which>last|past|previous|next|coming|upcoming|this)\s+)?(?P<day>{_DAY})\b\.?{_OF_WEEK}",
            _weekday,
        ),
        (r"\b(yesterday|tomorrow|today|tonight)\b", _near),
        (r"\b(overnight)\b", _near),
        (r"\bthis\s+(morning|afternoon|evening)\b", _near),
        (rf"\b({_SHORTLY})\b", _same_day),
        (r"\b(?:the\s+)?(?:same|that|very)\s+(?:day|night|morning|afternoon|evening|same day)\b", _same_day),
        (r"\b(?:the\s+)?(next|following|previous)\s+(?:day|morning|night|evening)\b", _adjacent_day),
        (r"\b(the)\s+(?:day|night|evening)\s+(?:before|after|earlier)\b", _adjacent_day),
        (r"\b(last|previous|this|next|coming|past)\s+(week|month|year)\b", _relative_unit),
        (r"\bthe\s+(previous|following|next)\s+(week|month|year)\b", _week_before),
        (r"\b(the)\s+(week|month|year)\s+(?:before|after|earlier)\b", _week_before),
        (r"\b(?:over\s+)?(?:the\s+)?(last|past|this|next|coming)?\s*weekend\b", _weekend),
        (rf"\b({_FEAST})\b(?:,?\s+({_YEAR}))?", _feast),
        (rf"\b({_MONTH})\s+(?:of\s+)?(last|this|next)\s+year\b", _month_of_year),
        (
            rf"\b(?:(?P<which>last|next|this)\s+)?(?P<month>{_A_MONTH})\b\.?(?:,?\s+(?:of\s+)?(?P<year>{_YEAR}))?",
            _month,
        ),
        (
            r"\b(?:(?P<which>last|this|next|the)\s+)?(?P<season>spring|summer|autumn|winter|fall)\b"
            rf"(?:\s+(?:of\s+)?(?P<year>{_YEAR}))?",
            _season,
        ),
        (
            r"\b(?:1[6-9]|20)?\d0'?s\b|\b\w+(?:teenth|tieth|first) century\b|\b\d\d(?:th|st) century\b",
            _no_day,
        ),
        (rf"\b({_YEAR})\b", _year),
    )
)


def read_time(text: str, setting: Setting) -> Reading | None:
    """Read the time expression in ``text``; None when no rule knows one.

    The text is compared in lower case. The rules are tried in order, the first that fits wins.
    """
    folded = text.lower().replace("’", "'").replace("mid-", "mid ").replace("\n", " ")
    for pattern, handler in RULES:
        match = pattern.search(folded)
        if match is not None:
            reading = handler(match, setting)
            if reading is not None:
                return reading
    return None
