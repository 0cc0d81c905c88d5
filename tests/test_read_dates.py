"""Publication dates in every form that archives use, and the ones that are none."""

import datetime

import pytest

from coder.errors import InputError
from coder.pipeline.dates import parse_date

DAY = datetime.date(2019, 10, 7)


@pytest.mark.parametrize(
    "value",
    [
        DAY,
        datetime.datetime(2019, 10, 7, 23, 59),
        datetime.datetime(2019, 10, 7, 23, 59, tzinfo=datetime.timezone.utc),
        "2019-10-07",
        " 2019-10-07 ",
        "2019-10-7",
        "2019/10/07",
        "2019.10.07",
        "20191007",
        20191007,
        "2019-10-07T12:00:00Z",
        "2019-10-07T23:30:00-05:00",
        "2019-10-07T12:00:00.123456+00:00",
        "2019-10-07 12:00:00",
        "2019-10-07 12:00",
        "20191007T120000Z",
        "20191007120000",
        20191007120000,
        "Mon, 07 Oct 2019 12:00:00 GMT",
        "07 Oct 2019 12:00:00 +0200",
        "7 October 2019",
        "7th October 2019",
        "7-Oct-2019",
        "October 7, 2019",
        "Oct. 7, 2019",
        "Oct 7 2019",
        "Monday, October 7, 2019",
        "Monday, 7 October 2019",
        "October 7, 2019, 3:15 p.m. EST",
        "October 7, 2019 at 15:15",
        1570449600,
        1570449600.5,
        "1570449600",
        1570449600000,
        "1570449600000",
        1570449600000000,
        1570449600000000000,
    ],
)
def test_forms_of_one_day(value: object) -> None:
    assert parse_date(value) == DAY


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("25/12/1999", datetime.date(1999, 12, 25)),
        ("12/25/1999", datetime.date(1999, 12, 25)),
        ("25.12.1999", datetime.date(1999, 12, 25)),
        ("05/05/2005", datetime.date(2005, 5, 5)),
        ("Sept. 3, 1979", datetime.date(1979, 9, 3)),
        ("2000-02-29", datetime.date(2000, 2, 29)),
    ],
)
def test_other_days(value: str, day: datetime.date) -> None:
    assert parse_date(value) == day


@pytest.mark.parametrize("value", [None, "", "  ", float("nan"), "NaN", "NaT", "null", "None", "N/A"])
def test_an_empty_date_is_no_error(value: object) -> None:
    assert parse_date(value) is None


def test_a_pandas_like_missing_time_is_no_error() -> None:
    class NaT(datetime.datetime):
        def __ne__(self, other: object) -> bool:
            return True

    assert parse_date(NaT(2019, 1, 1)) is None


@pytest.mark.parametrize(
    "value",
    ["yesterday", "2019", 2019, "2019-13-01", "2019-02-30", "20191332", "0000-00-00", 0, -5, 5, "May", "on 7 Foo 2019", True,
     float("inf"), [2019, 10, 7], {"year": 2019}, "2019-10-07 and more", "7 Octopus 2019", "12:00", "Mon, 99 Oct 2019 12:00:00 GMT"],
)  # fmt: skip
def test_what_is_no_date_is_an_error_that_shows_the_forms(value: object) -> None:
    with pytest.raises(InputError, match="is no date: expected a form such as 2019-10-07"):
        parse_date(value)


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", datetime.date(9999, 12, 31), "1066-10-14"])
def test_a_year_that_stands_for_unknown_is_an_error(value: object) -> None:
    with pytest.raises(InputError, match="expected a publication date between 1500 and 2200"):
        parse_date(value)


def test_day_and_month_that_could_be_either_are_an_error() -> None:
    with pytest.raises(
        InputError, match=r"'07/10/2019' can be day/month or month/day: write it as 2019-MM-DD"
    ):
        parse_date("07/10/2019")
