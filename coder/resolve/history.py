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


def renamed(country: str | None, day: datetime.date | None) -> str | None:
    """Return the code that the state itself had on ``day`` under another name: of Congo, as Zaire, ZAR."""
    return state_of(country, day) if country == "COD" else country


# Seats of government that moved: the country, the former capital, its last day as such.
_SEATS_BEFORE = {
    "MMR": ("Yangon", datetime.date(2005, 11, 6)),
    "KAZ": ("Almaty", datetime.date(1997, 12, 9)),
    "NGA": ("Lagos", datetime.date(1991, 12, 11)),
    "TZA": ("Dar es Salaam", datetime.date(1996, 2, 1)),
    "DEU": ("Bonn", datetime.date(1990, 10, 2)),
    "CIV": ("Abidjan", datetime.date(1983, 3, 20)),
}


def capital_before(country: str, day: datetime.date | None) -> str | None:
    """Return the town that was the country's capital on ``day`` where it is another today, else None."""
    known = _SEATS_BEFORE.get(country)
    return known[0] if known and day is not None and day <= known[1] else None
