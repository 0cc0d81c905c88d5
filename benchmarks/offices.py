"""How much of the time since 1990 the table of office holders covers, per country and office.

    python benchmarks/offices.py [--all]

Heads: president, king, prime minister or whoever rules; one of them is enough. A country counts from its independence.
Shares are of the days from 1990 (or independence) to the middle of 2025. Left out are days on which a state had no such
office (Brazil's ministry of defence dates from 1999) or its head held it himself (Bangladesh, Jordan): nobody else is to be named.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from coder.resolve.knowledge import parse_day  # noqa: E402
from coder.resolve.tables import read_table  # noqa: E402

FIRST, LAST = datetime.date(1990, 1, 1), datetime.date(2025, 6, 30)
# Independent, united or newly named since 1990; before it another code of the table held.
BORN = {
    **dict.fromkeys(("RUS", "UKR", "BLR", "KAZ", "UZB", "ARM", "AZE", "KGZ", "TKM", "TJK", "MDA"), 1992),
    **dict.fromkeys(("GEO", "EST", "LVA", "LTU", "HRV", "SVN", "MKD"), 1992),
    **dict.fromkeys(("CZE", "SVK", "ERI"), 1993),
    "BIH": 1992, "PSE": 1994, "TLS": 2002, "MNE": 2006, "XKX": 2008, "SSD": 2011, "SOM": 2000, "AFG": 2002, "SRB": 2000,
}  # fmt: skip
# Days without a minister of their own: no such office, or the head of state or government held it.
_ALWAYS = (("1990-01-01", "2025-12-31"),)
NO_MINISTER = {
    ("BRA", "defence"): (("1990-01-01", "1999-06-09"),),
    ("BGD", "defence"): _ALWAYS,
    ("JOR", "defence"): _ALWAYS,
    ("PSE", "defence"): _ALWAYS,
    ("PSE", "foreign"): (("1994-01-01", "2003-04-29"), ("2024-03-31", "2025-06-30")),
    ("DZA", "defence"): (("1994-01-31", "2025-12-31"),),
    ("LKA", "defence"): (("1990-01-01", "2001-12-11"), ("2003-11-04", "2025-12-31")),
    ("MAR", "defence"): (("1990-01-01", "2010-01-03"),),
    ("MMR", "defence"): (("1990-01-01", "2011-03-29"),),
    ("UGA", "defence"): (("1990-01-01", "1998-12-31"),),
    ("HTI", "defence"): (("1990-01-01", "2018-12-31"),),
    ("NPL", "foreign"): (("1990-04-19", "1994-11-30"),),
    ("IND", "foreign"): (("1992-03-31", "1993-01-18"), ("1998-03-19", "1998-12-05"), ("2005-11-07", "2006-10-24")),
    ("IND", "defence"): (("1990-01-01", "1991-06-26"), ("1993-03-06", "1996-05-16")),
    ("ISR", "foreign"): (("1998-01-06", "1998-10-13"), ("2012-12-18", "2013-11-11"), ("2015-05-14", "2019-02-17")),
    ("ISR", "defence"): (("1990-03-15", "1990-06-11"), ("1995-11-04", "1996-06-18"), ("1999-07-06", "2001-03-07"),
                         ("2018-11-18", "2019-11-08")),
    ("ITA", "foreign"): (("2002-01-06", "2002-11-14"),),
    ("GRC", "foreign"): (("1992-04-13", "1992-08-07"), ("2009-10-06", "2010-09-07"), ("2018-10-20", "2019-02-15")),
    ("THA", "defence"): (("1996-11-25", "2001-02-17"), ("2008-02-06", "2008-12-02"), ("2013-06-30", "2014-05-07")),
    ("IRQ", "defence"): (("2010-12-21", "2011-08-17"), ("2018-10-25", "2019-06-24")),
    ("LBY", "defence"): (("2018-07-01", "2020-08-28"), ("2021-03-15", "2025-12-31")),
    ("SDN", "defence"): (("1990-01-01", "1993-10-19"),),
    ("MYS", "defence"): (("2008-09-17", "2009-04-09"),),
    ("BIH", "defence"): (("1996-01-01", "2004-03-01"),),
    ("KEN", "defence"): (("1990-01-01", "2005-12-01"),),
    ("NPL", "defence"): (("1990-01-01", "2008-08-21"),),
    ("PAK", "foreign"): (("2013-06-05", "2017-08-03"),),
    ("PAK", "defence"): (("1990-01-01", "1990-08-06"), ("1997-02-17", "2002-11-22")),
    ("PRK", "defence"): (("1997-02-21", "1998-09-05"),),
}  # fmt: skip
_CODES = """
    USA GBR FRA DEU ITA ESP RUS UKR POL TUR GRC SRB BIH HRV GEO ARM AZE BLR ISR PSE LBN SYR IRQ IRN
    SAU YEM EGY LBY TUN DZA MAR SDN SSD ETH SOM KEN UGA RWA COD NGA ZAF ZWE AFG PAK IND BGD LKA NPL
    MMR THA KHM VNM IDN PHL MYS CHN TWN JPN KOR PRK AUS CAN MEX COL VEN BRA ARG PER CUB HTI JOR
"""
REPORTED = tuple(_CODES.split())
FOREIGN = ("foreign minister", "foreign secretary", "secretary of state")
DEFENCE = ("defence minister", "defence secretary", "secretary of defense")
HEADS = (
    "president", "prime minister", "chancellor", "premier", "king", "queen", "emir", "sultan", "leader", "monarch", "emperor",
    "chief executive", "supreme leader", "head of state", "junta leader", "junta chief", "state counsellor", "chief adviser",
    "head of the Sovereign Council", "chairman of the Presidential Council", "chairman of the National Transitional Council",
    "head of the Presidential Leadership Council", "presidency member", "Taliban leader",
)  # fmt: skip


Terms = list[tuple[datetime.date, datetime.date]]


def covered(terms: Terms, first: datetime.date, absent: Terms) -> float:
    """Return the share of the days from ``first`` to LAST within one of the terms, days ``absent`` left out."""
    none = _days(absent, first)
    wanted = (LAST - first).days - none
    return (_days(terms + absent, first) - none) / wanted if wanted else 1.0


def _days(terms: Terms, first: datetime.date) -> int:
    days, reach = 0, first
    for since, until in sorted(terms):
        begin, end = max(since, reach), min(until, LAST)
        if end > begin:
            days, reach = days + (end - begin).days, end
    return days


def _absent(country: str, office: str) -> Terms:
    day = datetime.date.fromisoformat
    return [(day(since), day(until)) for since, until in NO_MINISTER.get((country, office), ())]


def coverage() -> dict[str, tuple[float, float, float]]:
    """Return for each country of the table the shares of heads, foreign and defence ministers."""
    terms: dict[tuple[str, str], list[tuple[datetime.date, datetime.date]]] = defaultdict(list)
    for _, row in read_table(ROOT / "seeds/actors/leaders.tsv"):
        for office, titles in (("head", HEADS), ("foreign", FOREIGN), ("defence", DEFENCE)):
            if row["title"] in titles and row["country"] and row["roles"].startswith("GOV"):
                since = parse_day(row["from"]) or FIRST
                country = "SRB" if row["country"] in ("YUG", "SCG") else row["country"]
                terms[country, office].append((since, parse_day(row["to"], end=True) or LAST))
    countries = sorted({country for country, _ in terms})
    shares = {}
    for country in countries:
        first = datetime.date(BORN.get(country, 1990), 1, 1)
        head, foreign, defence = (
            covered(terms[country, o], first, _absent(country, o)) for o in ("head", "foreign", "defence")
        )
        shares[country] = (head, foreign, defence)
    return shares


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--all", action="store_true", help="every country of the table, not the most reported"
    )
    found = coverage()
    countries = tuple(found) if parser.parse_args().all else REPORTED
    print("country  heads  foreign  defence")
    for country in countries:
        shares = found.get(country, (0.0, 0.0, 0.0))
        print(f"{country:<7}" + "".join(f"{share:8.0%}" for share in shares))
    for at, office in enumerate(("heads", "foreign ministers", "defence ministers")):
        column = sorted(found.get(country, (0.0, 0.0, 0.0))[at] for country in countries)
        full = sum(share >= 0.9 for share in column)
        print(
            f"{office}: mean {sum(column) / len(column):.0%}, nine tenths or more in {full} of {len(column)}"
        )


if __name__ == "__main__":
    main()
