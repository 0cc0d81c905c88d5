"""Dates of events: the gold table, and what the basis says."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st
from resolve_gold import read_dates

from coder.resolve.calendar import easter
from coder.resolve.dates import resolve_date

DAY = datetime.date(2020, 1, 9)


def test_gold_dates() -> None:
    cases = read_dates()
    wrong, total = [], 0
    for case in cases:
        reference = None
        for span, expected in zip(case.spans, case.expected, strict=True):
            found = resolve_date(case.sentence, span, case.day, None, reference)
            if found.precision == "day" and found.basis == "stated":
                reference = found.date
            total += 1
            got = (str(found.date), found.precision) if found.date else None
            if got != expected:
                wrong.append((case.sentence, expected, got))
    assert total >= 120
    assert len(wrong) <= 0.03 * total, wrong


def test_event_without_a_time_has_the_day_of_publication_and_says_so() -> None:
    found = resolve_date("Troops crossed the border.", None, DAY)
    assert (found.date, found.precision, found.basis) == (DAY, "day", "published")


def test_dateline_day_goes_before_the_day_of_publication() -> None:
    dateline = datetime.date(2020, 1, 7)
    assert resolve_date("Troops crossed.", None, DAY, dateline).basis == "dateline"
    found = resolve_date("Troops crossed yesterday.", (15, 24), DAY, dateline)
    assert (found.date, found.basis) == (datetime.date(2020, 1, 6), "stated")


def test_unknown_publication_leaves_relative_times_open_and_keeps_absolute_ones() -> None:
    relative = resolve_date("Troops crossed on Monday.", (15, 24), None)
    assert (relative.date, relative.text, relative.basis) == (None, "on Monday", None)
    absolute = resolve_date("Troops crossed on 5 May 2014.", (15, 28), None)
    assert (absolute.date, absolute.basis) == (datetime.date(2014, 5, 5), "stated")


def test_time_that_nobody_can_read_falls_back_and_keeps_its_words() -> None:
    text = "Troops crossed at the hour of the wolf."
    found = resolve_date(text, (15, 38), DAY)
    assert (found.date, found.basis, found.text) == (DAY, "published", "at the hour of the wolf")


def test_easter_of_known_years() -> None:
    assert [easter(year) for year in (1998, 2008, 2019, 2024)] == [
        datetime.date(1998, 4, 12),
        datetime.date(2008, 3, 23),
        datetime.date(2019, 4, 21),
        datetime.date(2024, 3, 31),
    ]


@given(text=st.text(max_size=60), day=st.dates(datetime.date(1, 1, 1), datetime.date(9999, 12, 31)))
def test_no_text_and_no_day_breaks_the_reader(text: str, day: datetime.date) -> None:
    resolve_date(text, (0, len(text)), day)


@given(
    words=st.sampled_from(
        [
            "99 years ago",
            "999 weeks ago",
            "in 999 years",
            "next year",
            "last week",
            "30 February",
            "500 decades ago",
        ]
    ),
    day=st.dates(datetime.date(1, 1, 1), datetime.date(9999, 12, 31)),
)
def test_times_beyond_the_calendar_are_open(words: str, day: datetime.date) -> None:
    resolve_date(words, (0, len(words)), day)
