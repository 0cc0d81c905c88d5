"""Names of days, months, numbers and feasts, and arithmetic on days."""

from __future__ import annotations

import datetime

DAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "mon": 0, "tue": 1, "tues": 1, "wed": 2, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7,
    "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "ninety": 90, "a couple of": 2, "couple of": 2, "a dozen": 12,
}  # fmt: skip
FEASTS = {
    "christmas eve": (12, 24), "christmas day": (12, 25), "christmas": (12, 25), "boxing day": (12, 26),
    "new year's eve": (12, 31), "new year's day": (1, 1), "new year": (1, 1), "may day": (5, 1),
    "valentine's day": (2, 14), "halloween": (10, 31), "all saints' day": (11, 1), "bastille day": (7, 14),
    "epiphany": (1, 6), "victory day": (5, 9),
}  # fmt: skip


def number(word: str) -> int:
    """Read a count in digits or words; KeyError for another word."""
    word = word.strip().lower()
    return int(word) if word.isdigit() else NUMBERS[word]


def add_months(day: datetime.date, months: int) -> datetime.date:
    """Return the same day ``months`` later (earlier if negative), or the last day of a shorter month.

    OverflowError outside the years 1 to 9999.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not datetime.MINYEAR <= year <= datetime.MAXYEAR:
        raise OverflowError(f"year {year} is outside the calendar")
    for last in (day.day, 30, 29, 28):
        try:
            return datetime.date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def easter(year: int) -> datetime.date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm of Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    n = (h - m + r + 90) // 25
    return datetime.date(year, n, (h - m + r + n + 19) % 32)


def monday_of(day: datetime.date) -> datetime.date:
    """Return the Monday of the week in which ``day`` lies."""
    return day - datetime.timedelta(days=day.weekday())


def nearest_year(month: int, day: int, anchor: datetime.date, future: bool) -> datetime.date | None:
    """Return the latest such day up to ``anchor``, or the next from it on when ``future``; None for 30 February."""
    years = range(anchor.year, anchor.year + 5) if future else range(anchor.year, anchor.year - 5, -1)
    for year in years:
        try:
            found = datetime.date(year, month, day)
        except ValueError:
            continue
        if (found >= anchor) if future else (found <= anchor):
            return found
    return None
