"""What each kind of time expression means: from a match of its pattern to a day."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import NamedTuple

from coder.resolve.calendar import (
    DAYS,
    FEASTS,
    MONTHS,
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


_WEEK = datetime.timedelta(days=7)


def _day(days: int) -> datetime.timedelta:
    return datetime.timedelta(days=days)


def _date(year: int, month: int, day: int) -> Reading | None:
    try:
        return Reading(datetime.date(year, month, day), "day")
    except ValueError:
        return None


def read_iso(match: re.Match[str], setting: Setting) -> Reading | None:
    return _date(int(match[1]), int(match[2]), int(match[3]))


def read_slashed(match: re.Match[str], setting: Setting) -> Reading | None:
    """Read 25/12/2019 and 12/25/2019; where day and month could be either, only the year is sure."""
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if first > 12:
        return _date(year, second, first)
    if second > 12 or first == second:
        return _date(year, first, second)
    return Reading(datetime.date(year, 1, 1), "year")


def read_month_day(match: re.Match[str], setting: Setting) -> Reading | None:
    return _named_day(match["month"], match["day"], match["year"], setting)


def _named_day(month: str, day: str, year: str | None, setting: Setting) -> Reading | None:
    if year:
        return _date(int(year), MONTHS[month], int(day))
    found = nearest_year(MONTHS[month], int(day), setting.anchor, setting.future)
    return Reading(found, "day") if found else None


def read_weekday(match: re.Match[str], setting: Setting) -> Reading | None:
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


def read_near(match: re.Match[str], setting: Setting) -> Reading | None:
    word = match[1]
    days = {
        "yesterday": -1, "tomorrow": 1, "today": 0, "tonight": 0, "day before yesterday": -2,
        "day after tomorrow": 2, "last night": -1, "last evening": -1,
    }  # fmt: skip
    return Reading(setting.anchor + _day(days.get(word, 0)), "day")


def read_last_night(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(setting.anchor - _day(1), "day")


def read_same_day(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(setting.reference, "day")


def read_adjacent_day(match: re.Match[str], setting: Setting) -> Reading | None:
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


def read_ago(match: re.Match[str], setting: Setting) -> Reading | None:
    return _shift(setting.anchor, -number(match[1]), match[2])


def read_week_ago_day(match: re.Match[str], setting: Setting) -> Reading | None:
    """ "a week ago Friday", "two weeks ago on Monday"."""
    back = (setting.anchor.weekday() - DAYS[match["day"]]) % 7
    return Reading(setting.anchor - _day(back) - number(match["n"]) * _WEEK, "day")


def read_earlier(match: re.Match[str], setting: Setting) -> Reading | None:
    sign = 1 if match[3] in ("later", "after", "afterwards", "on") else -1
    return _shift(setting.reference, sign * number(match[1]), match[2])


def read_ahead(match: re.Match[str], setting: Setting) -> Reading | None:
    return _shift(setting.anchor, number(match[1]), match[2])


def read_vague_past(match: re.Match[str], setting: Setting) -> Reading | None:
    unit = match[1]
    if unit in ("day", "hour"):
        return Reading(setting.anchor - _day(6 if unit == "day" else 0), "week" if unit == "day" else "day")
    if unit == "week":
        return Reading(add_months(setting.anchor, -1), "month")
    return Reading(add_months(setting.anchor, -12), "year") if unit in ("month", "year") else None


def read_past_count(match: re.Match[str], setting: Setting) -> Reading | None:
    count, unit = number(match[1] or "one"), match[2]
    if unit == "hour":
        return Reading(setting.anchor - _day(max(1, count // 24)), "day")
    if unit == "day":
        return Reading(setting.anchor - _day(count), "day" if count == 1 else "week")
    shifted = _shift(setting.anchor, -count, unit)
    return shifted


def read_week_of_month(match: re.Match[str], setting: Setting) -> Reading | None:
    month, year = MONTHS[match["month"]], match["year"]
    found = nearest_year(month, 1, setting.anchor, setting.future)
    if found is None:
        return None
    first = found.replace(year=int(year)) if year else found
    if match["which"] == "last":
        return Reading(add_months(first, 1) - _WEEK, "week")
    which = ("first", "second", "third", "fourth").index(match["which"])
    return Reading(first + which * _WEEK, "week")


def read_end_of(match: re.Match[str], setting: Setting) -> Reading | None:
    """ "by the end of the month": the span that is to end, whose last day nobody means exactly."""
    unit, anchor = match[1], setting.anchor
    if unit == "week":
        return Reading(monday_of(anchor), "week")
    return (
        Reading(anchor.replace(day=1), "month")
        if unit == "month"
        else Reading(anchor.replace(month=1, day=1), "year")
    )


def read_quarter(match: re.Match[str], setting: Setting) -> Reading | None:
    """ "the second quarter of 2019", "the first half of last year": named by its first month."""
    which = ("first", "second", "third", "fourth").index(match[1])
    months = 3 if match[2] == "quarter" else 6
    year = int(match[3]) if match[3] else setting.anchor.year - (1 if match[4] == "last" else 0)
    return Reading(datetime.date(year, 1 + which * months, 1), "year")


def read_easter(match: re.Match[str], setting: Setting) -> Reading | None:
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


def read_relative_unit(match: re.Match[str], setting: Setting) -> Reading | None:
    which, unit, anchor = match[1], match[2], setting.anchor
    if which == "past":
        return _shift(anchor, -1, unit)
    step = {"last": -1, "previous": -1, "next": 1, "coming": 1}.get(which, 0)
    if unit == "week":
        return Reading(monday_of(anchor) + step * _WEEK, "week")
    if unit == "month":
        return Reading(add_months(anchor.replace(day=1), step), "month")
    return Reading(datetime.date(anchor.year + step, 1, 1), "year")


def read_week_before(match: re.Match[str], setting: Setting) -> Reading | None:
    sign = 1 if match[1] in ("following", "next") or match[0].endswith("after") else -1
    return _shift(setting.reference, sign, match[2])


def read_weekend(match: re.Match[str], setting: Setting) -> Reading | None:
    anchor, which = setting.anchor, match[1]
    saturday = monday_of(anchor) + _day(5)
    if which in ("next", "coming") or (which in (None, "", "the", "this") and setting.future):
        return Reading(saturday + (_WEEK if which == "next" and anchor.weekday() >= 5 else _day(0)), "week")
    if which == "last" or saturday > anchor:
        return Reading(saturday - _WEEK, "week")
    return Reading(saturday, "week")


def read_month(match: re.Match[str], setting: Setting) -> Reading | None:
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


def read_month_of_year(match: re.Match[str], setting: Setting) -> Reading | None:
    step = {"last": -1, "next": 1}.get(match[2], 0)
    return Reading(datetime.date(setting.anchor.year + step, MONTHS[match[1]], 1), "month")


def read_year(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(datetime.date(int(match[1]), 1, 1), "year")


def read_season(match: re.Match[str], setting: Setting) -> Reading | None:
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


def read_feast(match: re.Match[str], setting: Setting) -> Reading | None:
    month, day = FEASTS[match[1]]
    if match[2]:
        return _date(int(match[2]), month, day)
    found = nearest_year(month, day, setting.anchor, setting.future)
    return Reading(found, "day") if found else None


def read_eleventh(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(datetime.date(2001, 9, 11), "day")


def read_no_day(match: re.Match[str], setting: Setting) -> Reading | None:
    return Reading(None, None)
