"""Publication dates as records give them, turned into calendar days."""

import datetime
import math
import re
from decimal import Decimal
from email.utils import parsedate_to_datetime

from coder.errors import InputError

FIRST_YEAR, LAST_YEAR = 1500, 2200
_MISSING = {"", "nan", "nat", "none", "null", "n/a", "na", "<na>", "-", "\\n"}
_FORMS = "2019-10-07, 20191007, 2019-10-07T12:00:00Z, 7 Oct 2019 12:00 GMT, October 7, 2019, or epoch seconds"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:?\d{2}.*)?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(?:\.\d+)?Z?)?$")
_NUMERIC = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ,]+\d{1,2}:\d{2}.*)?$")
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?[.,]?\s+", re.IGNORECASE)
_CLOCK = re.compile(
    r"[ ,]+(?:at )?\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?(?:\s*(?:[A-Z]{2,4}|[+-]\d{2}:?\d{2}))?$", re.I
)
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -](?:of )?([a-z]+)\.?,?[ -](\d{4})$", re.IGNORECASE)
_MONTH_DAY = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$", re.IGNORECASE)
# The date of C, Java and Twitter: "Oct  7 12:00:00 2019", "Oct 07 12:00:00 UTC 2019", "Oct 07 12:00:00 +0000 2019"
_CLOCK_YEAR = re.compile(
    r"([a-z]+) (\d{1,2}) \d{1,2}:\d{2}(?::\d{2})? (?:[A-Z]{2,5} |[+-]\d{2}:?\d{2} )?(\d{4})$", re.IGNORECASE
)
_RFC_2822 = re.compile(r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def parse_date(value: object) -> datetime.date | None:
    """Return the calendar day that a record's date field names; None when the field is empty or NaN.

    Takes dates and datetimes, ISO 8601, YYYYMMDD, RFC 2822, "7 October 2019", "October 7, 2019" and epoch
    seconds, milliseconds, microseconds or nanoseconds. A time of day is dropped: the day is the one written,
    in its own time zone; an epoch is read in UTC. Years reach from 1500 to 2200. Raises InputError for
    anything else, and for day/month order that could be either ("07/10/2019").
    """
    if value is None:
        return None
    if isinstance(value, datetime.datetime):
        # pandas' NaT is an instance of datetime that is unequal to itself.
        return None if value != value else _checked(value.year, value.month, value.day, value)
    if isinstance(value, datetime.date):
        return _checked(value.year, value.month, value.day, value)
    if isinstance(value, bool):
        raise _no_date(value)
    if isinstance(value, Decimal):
        return None if value.is_nan() else _number(value, value)
    if isinstance(value, int | float):
        return None if isinstance(value, float) and math.isnan(value) else _number(value, value)
    if isinstance(value, str):
        text = " ".join(value.split())
        return None if text.lower() in _MISSING else _text(text, value)
    raise _no_date(value)


def _text(text: str, value: str) -> datetime.date:
    if match := _ISO.match(text) or _COMPACT.match(text):
        return _checked(int(match[1]), int(match[2]), int(match[3]), value)
    if match := _NUMERIC.match(text):
        return _day_or_month_first(int(match[1]), int(match[2]), int(match[3]), value)
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return _number(float(text) if len(text) < 40 else math.inf, value)
    if _RFC_2822.match(text):
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, IndexError, OverflowError):
            raise _no_date(value) from None
        return _checked(moment.year, moment.month, moment.day, value)
    plain = _CLOCK.sub("", _WEEKDAY.sub("", text))
    if match := _DAY_MONTH.match(plain):
        return _checked(int(match[3]), _month(match[2], value), int(match[1]), value)
    if match := _MONTH_DAY.match(plain) or _CLOCK_YEAR.match(_WEEKDAY.sub("", text)):
        return _checked(int(match[3]), _month(match[1], value), int(match[2]), value)
    raise _no_date(value)


def _number(number: int | float | Decimal, value: object) -> datetime.date:
    # No date has a number as large as that; converting it would fail or take long.
    if not -(10**24) < number < 10**24:
        raise _no_date(value)
    whole = int(number)
    if 10_000_000 <= whole <= 99_999_999:
        return _checked(whole // 10_000, whole // 100 % 100, whole % 100, value)
    if len(str(whole)) == 14:  # YYYYMMDDHHMMSS, as GDELT writes it; no epoch has 14 digits
        return _number(whole // 1_000_000, value)
    # Seconds have 9 or 10 digits from 1973 on; every thousandfold finer unit has three digits more.
    for unit in (1, 1_000, 1_000_000, 1_000_000_000):
        if 100_000_000 * unit <= whole < 10_000_000_000 * unit:
            day = datetime.date(1970, 1, 1) + datetime.timedelta(days=whole // unit // 86_400)
            return _checked(day.year, day.month, day.day, value)
    raise _no_date(value)


def _day_or_month_first(first: int, second: int, year: int, value: object) -> datetime.date:
    if first != second and first <= 12 and second <= 12:
        raise InputError(
            f"the date {_shown(value)} can be day/month or month/day: write it as {year:04d}-MM-DD"
        )
    if second > 12:
        return _checked(year, first, second, value)
    return _checked(year, second, first, value)


def _month(name: str, value: object) -> int:
    low = name.lower()
    if len(low) >= 3:
        for number, month in enumerate(_MONTHS, 1):
            if month.startswith(low) or (month == "september" and low == "sept"):
                return number
    raise _no_date(value)


def _checked(year: int, month: int, day: int, value: object) -> datetime.date:
    try:
        date = datetime.date(year, month, day)
    except ValueError:
        raise _no_date(value) from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(
            f"the date {_shown(value)} is in the year {year}: expected a publication date between "
            f"{FIRST_YEAR} and {LAST_YEAR}"
        )
    return date


def _no_date(value: object) -> InputError:
    return InputError(f"{_shown(value)} is no date: expected a form such as {_FORMS}")


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write out numbers of thousands of digits
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else text[:77] + "..."
