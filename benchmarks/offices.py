"""How much of the time since 1990 the table of office holders covers, per country and office.

    python benchmarks/offices.py [--all]

Heads: president, king, prime minister or whoever rules; one of them is enough. A country counts from its independence.
Shares are of the days from 1990 (or independence) to the middle of 2025.
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


def covered(terms: list[tuple[datetime.date, datetime.date]], first: datetime.date) -> float:
    """Return the share of the days from ``first`` to LAST within one of the terms."""
    days, reach = 0, first
    for since, until in sorted(terms):
        begin, end = max(since, reach), min(until, LAST)
        if end > begin:
            days, reach = days + (end - begin).days, end
    return days / (LAST - first).days


def coverage() -> dict[str, tuple[float, float, float]]:
    """Return for each country of the table the shares of heads, foreign and defence ministers."""
    terms: dict[tuple[str, str], list[tuple[datetime.date, datetime.date]]] = defaultdict(list)
    for _, row in read_table(ROOT / "seeds/actors/leaders.tsv"):
        for office, titles in (("head", HEADS), ("foreign", FOREIGN), ("defence", DEFENCE)):
            if row["title"] in titles and row["country"] and row["roles"].startswith("GOV"):
                since = parse_day(row["from"]) or FIRST
                terms[row["country"], office].append((since, parse_day(row["to"], end=True) or LAST))
    countries = sorted({country for country, _ in terms})
    shares = {}
    for country in countries:
        first = datetime.date(BORN.get(country, 1990), 1, 1)
        head, foreign, defence = (covered(terms[country, o], first) for o in ("head", "foreign", "defence"))
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
        shares = sorted(found.get(country, (0.0, 0.0, 0.0))[at] for country in countries)
        full = sum(share >= 0.9 for share in shares)
        print(
            f"{office}: mean {sum(shares) / len(shares):.0%}, nine tenths or more in {full} of {len(shares)}"
        )


if __name__ == "__main__":
    main()
