"""States whose capital is today another state's."""

from __future__ import annotations

import datetime

_BEFORE = {
    "RUS": (("SUN", datetime.date(1922, 12, 30), datetime.date(1991, 12, 25)),),
    "CZE": (("CSK", datetime.date(1945, 5, 8), datetime.date(1992, 12, 31)),),
    "COD": (("ZAR", datetime.date(1971, 10, 27), datetime.date(1997, 5, 16)),),
    "SRB": (
        ("YUG", datetime.date(1945, 11, 29), datetime.date(2003, 2, 3)),
        ("SCG", datetime.date(2003, 2, 4), datetime.date(2006, 6, 4)),
    ),
}


def state_of(country: str | None, day: datetime.date | None) -> str | None:
    """Return the state whose government sat in the capital of ``country`` on ``day``: in Moscow, until 1991, SUN."""
    if day is not None and country in _BEFORE:
        for code, since, until in _BEFORE[country]:
            if since <= day <= until:
                return code
    return country
