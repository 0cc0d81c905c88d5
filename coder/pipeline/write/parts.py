"""Pieces of an event that more than one of the other data sets' column sets needs."""

import csv
import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from coder.ontology.roles import load_ethnic_groups, load_religions, load_roles

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ActorCode:
    """A CAMEO actor code taken apart: country, roles, religions, ethnic group, and what names a known group."""

    country: str | None
    roles: tuple[str, ...]
    religions: tuple[str, ...]
    ethnic: str | None
    group: str | None


def actor_code(row: Row, side: str) -> ActorCode:
    """Return the parts of the ``source_`` or ``target_`` code of a row of the event table."""
    code: str = row[f"{side}_code"] or ""
    country: str | None = row[f"{side}_country"]
    pieces = [code[start : start + 3] for start in range(0, len(code), 3)]
    if pieces and pieces[0] == country:
        del pieces[0]
    roles, religions, ethnic_groups = _tables()
    found = tuple(piece for piece in pieces if piece in roles)
    faiths = tuple(piece for piece in pieces if piece in religions and piece not in roles)
    ethnic = next((piece for piece in pieces if piece in ethnic_groups), None)
    group = next((piece for piece in pieces if piece not in roles | religions | ethnic_groups), None)
    return ActorCode(country, found, faiths, ethnic, group)


@cache
def _tables() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    levels = {"organization"}
    return (
        frozenset(role.code for role in load_roles().values() if role.level not in levels),
        frozenset(religion.code for religion in load_religions()),
        frozenset(group.code for group in load_ethnic_groups()),
    )


@cache
def countries() -> dict[str, tuple[str, str]]:
    """Return alpha-3 code -> (English name, FIPS 10-4 code or '')."""
    with Path(__file__).with_name("countries.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(
            (line for line in file if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )
        return {row["code"]: (row["name"], row["fips"]) for row in rows}


def country_name(code: str | None) -> str | None:
    """Return the English name of a country; None for none, the code itself for one that has no row."""
    return None if code is None else countries().get(code, (code, ""))[0]


def fips(code: str | None) -> str | None:
    """Return the FIPS 10-4 code of a country, None where there is none."""
    return (countries().get(code, ("", ""))[1] or None) if code else None


def event_day(row: Row) -> datetime.date | None:
    """Return the day of an event, else of its publication: the other data sets have no events without a date."""
    day: datetime.date | None = row["event_date"] or row["published"]
    return day


def full_code(code: str) -> str:
    """Return an event code as the other data sets write it: a bare root "02" is "020" there."""
    return code + "0" if len(code) == 2 else code


def number_of(event_id: str) -> int:
    """Return a positive 63-bit number for an event_id, since the other data sets number their events."""
    return int(event_id[:16], 16) >> 1


# The five classes of Phoenix; a statement or an appeal is neither cooperation nor conflict there.
PENTA = {
    f"{root:02d}": 0 if root <= 2 else 1 if root <= 5 else 2 if root <= 8 else 3 if root <= 13 else 4
    for root in range(1, 21)
}
