"""Rules that read the time expressions of news: each a pattern and the handler that says what it means."""

from __future__ import annotations

import re
from collections.abc import Callable

from coder.resolve.calendar import DAYS, FEASTS, MONTHS, NUMBERS
from coder.resolve.date_handlers import (
    Reading,
    Setting,
    read_adjacent_day,
    read_ago,
    read_ahead,
    read_earlier,
    read_easter,
    read_eleventh,
    read_end_of,
    read_feast,
    read_iso,
    read_last_night,
    read_month,
    read_month_day,
    read_month_of_year,
    read_near,
    read_no_day,
    read_past_count,
    read_quarter,
    read_relative_unit,
    read_same_day,
    read_season,
    read_slashed,
    read_vague_past,
    read_week_ago_day,
    read_week_before,
    read_week_of_month,
    read_weekday,
    read_weekend,
    read_year,
)

Handler = Callable[[re.Match[str], Setting], Reading | None]

_DAY = "|".join(sorted(DAYS, key=len, reverse=True))
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_NUMBER = r"\d{1,3}|" + "|".join(sorted(NUMBERS, key=len, reverse=True))
_FEAST = "|".join(sorted(FEASTS, key=len, reverse=True))
_ABOUT = r"(?:about|around|nearly|almost|some|roughly|more than|less than|at least|just over|just under|just|only|over)?\s*"
_YEAR = r"(?:1[6-9]|20)\d\d"
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
        (rf"\b({_YEAR})-(\d\d)-(\d\d)\b", read_iso),
        (rf"\b(\d{{1,2}})[/.](\d{{1,2}})[/.]({_YEAR})\b", read_slashed),
        (r"\b9/11\b", read_eleventh),
        (
            rf"\b(good friday|easter sunday|easter monday|holy saturday|maundy thursday|easter)\b(?:,?\s+({_YEAR}))?",
            read_easter,
        ),
        (
            rf"\b(?P<which>first|second|third|fourth|last)\s+week\s+(?:of|in)\s+(?P<month>{_MONTH})\b(?:,?\s+(?P<year>{_YEAR}))?",
            read_week_of_month,
        ),
        (
            rf"\b(first|second|third|fourth)\s+(quarter|half)\s+of\s+(?:({_YEAR})|(?:the|(last|this))\s+year)\b",
            read_quarter,
        ),
        (r"\bend\s+of\s+(?:the|this)\s+(week|month|year)\b", read_end_of),
        (rf"\b{_DATE_MD}", read_month_day),
        (rf"\b{_DATE_DM}", read_month_day),
        (rf"\b(?P<n>{_NUMBER})\s+weeks?\s+ago\s+(?:on\s+)?(?P<day>{_DAY})\b", read_week_ago_day),
        (rf"\b{_ABOUT}({_NUMBER})\s+{_UNIT}\s+ago\b", read_ago),
        (rf"\b{_ABOUT}({_NUMBER})\s+{_UNIT}\s+{_LATER}\b", read_earlier),
        (rf"\bin\s+{_ABOUT}({_NUMBER})\s+(day|week|month|year)s?'?s?(?:\s+time)?\b", read_ahead),
        (rf"\b(?:the\s+)?{_RECENT}\s+(hour|day|week|month|year)s\b", read_vague_past),
        (
            rf"\b(?:the\s+)?(?:past|last|previous)\s+({_NUMBER})\s+(hour|day|week|month|year)s?\b",
            read_past_count,
        ),
        (r"\b(?:the\s+)?(day before yesterday|day after tomorrow)\b", read_near),
        (r"\b(last night|last evening)\b", read_last_night),
        (
            rf"\b(?:(?P<which>last|past|previous|next|coming|upcoming|this)\s+)?(?P<day>{_DAY})\b\.?{_OF_WEEK}",
            read_weekday,
        ),
        (r"\b(yesterday|tomorrow|today|tonight)\b", read_near),
        (r"\b(overnight)\b", read_near),
        (r"\bthis\s+(morning|afternoon|evening)\b", read_near),
        (rf"\b({_SHORTLY})\b", read_same_day),
        (
            r"\b(?:the\s+)?(?:same|that|very)\s+(?:day|night|morning|afternoon|evening|same day)\b",
            read_same_day,
        ),
        (r"\b(?:the\s+)?(next|following|previous)\s+(?:day|morning|night|evening)\b", read_adjacent_day),
        (r"\b(the)\s+(?:day|night|evening)\s+(?:before|after|earlier)\b", read_adjacent_day),
        (r"\b(last|previous|this|next|coming|past)\s+(week|month|year)\b", read_relative_unit),
        (r"\bthe\s+(previous|following|next)\s+(week|month|year)\b", read_week_before),
        (r"\b(the)\s+(week|month|year)\s+(?:before|after|earlier)\b", read_week_before),
        (r"\b(?:over\s+)?(?:the\s+)?(last|past|this|next|coming)?\s*weekend\b", read_weekend),
        (rf"\b({_FEAST})\b(?:,?\s+({_YEAR}))?", read_feast),
        (rf"\b({_MONTH})\s+(?:of\s+)?(last|this|next)\s+year\b", read_month_of_year),
        (
            rf"\b(?:(?P<which>last|next|this)\s+)?(?P<month>{_A_MONTH})\b\.?(?:,?\s+(?:of\s+)?(?P<year>{_YEAR}))?",
            read_month,
        ),
        (
            r"\b(?:(?P<which>last|this|next|the)\s+)?(?P<season>spring|summer|autumn|winter|fall)\b"
            rf"(?:\s+(?:of\s+)?(?P<year>{_YEAR}))?",
            read_season,
        ),
        (
            r"\b(?:1[6-9]|20)?\d0'?s\b|\b\w+(?:teenth|tieth|first) century\b|\b\d\d(?:th|st) century\b",
            read_no_day,
        ),
        (rf"\b({_YEAR})\b", read_year),
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
            try:
                reading = handler(match, setting)
            except (OverflowError, ValueError):  # beyond the years 1 to 9999
                return Reading(None, None)
            if reading is not None:
                return reading
    return None
