"""The shipped lexicon as one file, ``seeds/actors/lexicon.json``, from which a meaning is made when it is first met.

Building the twenty thousand names from the tables takes a fifth of a second, more than anything else at the start. ``python -m
coder.resolve.stored`` writes the file anew after a change of the tables; it bears their digest, and an outdated file is not read.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coder.errors import InputError
from coder.resolve.lexicon import Entry, Kind, Lexicon, Name, Office

FILE = "lexicon.json"
TABLES = (
    "countries.tsv", "historic_states.tsv", "roles.tsv", "bodies.tsv", "groups.tsv", "organisations.tsv", "identities.tsv",
    "world_regions.tsv", "regions.tsv", "leaders.tsv",
)  # fmt: skip
FORMAT = 1


def digest(folder: Path) -> str:
    """Return what tells one state of the tables in ``folder`` from another."""
    found = hashlib.blake2b(str(FORMAT).encode(), digest_size=16)
    for name in TABLES:
        found.update((folder / name).read_bytes())
    return found.hexdigest()


class StoredNames:
    """Names with their meanings as they stand in the file, in its order."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.keys: list[str] = data["keys"]
        self.countries: dict[str, str] = data["countries"]
        self._exact: dict[str, str] = data["exact"]
        self._proper: str = data["proper"]
        self._meanings: list[list[int]] = data["meanings"]
        self._rows: list[list[Any]] = data["entries"]
        self._offices: list[list[Any]] = data["offices"]
        self._made: dict[int, Entry] = {}

    def name(self, number: int) -> Name:
        """Return name ``number`` with its meanings."""
        return Name(
            [self._entry(row) for row in self._meanings[number]],
            self._exact.get(str(number)),
            self._proper[number] == "1",
        )

    def entries(self, number: int, kind: Kind) -> Iterator[Entry]:
        """Yield the meanings of name ``number`` that are of one kind."""
        for row in self._meanings[number]:
            if self._rows[row][0] == kind:
                yield self._entry(row)

    def _entry(self, row: int) -> Entry:
        made = self._made.get(row)
        if made is None:
            kind, name, country, roles, organisation, religion, ethnicity, offices, *rest = self._rows[row]
            weak, number, person, short, seat = rest
            made = self._made[row] = Entry(
                kind,
                name,
                country,
                tuple(roles),
                organisation,
                religion,
                ethnicity,
                tuple(self._office(office) for office in offices),
                bool(weak),
                number,
                bool(person),
                bool(short),
                seat,
            )
        return made

    def _office(self, number: int) -> Office:
        country, roles, since, until, title, organisation = self._offices[number]
        return Office(country, tuple(roles), _day(since), _day(until), title, organisation)


def _day(number: int) -> datetime.date | None:
    return datetime.date.fromordinal(number) if number else None


def stored_names(folder: Path) -> StoredNames | None:
    """Read the file in ``folder``, None when there is none or the tables have changed since; InputError when it is damaged."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_bytes())
        if data["digest"] != digest(folder):
            return None
        return StoredNames(data)
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is damaged ({error!r}): reinstall coder, or write it anew with python -m coder.resolve.stored"
        ) from None


def write(lexicon: Lexicon, folder: Path) -> Path:
    """Write ``lexicon``, as it was read from the tables of ``folder``, beside them; returns the file."""
    names = lexicon.names()
    entries: dict[Entry, int] = {}
    offices: dict[Office, int] = {}
    rows: list[list[Any]] = []
    office_rows: list[list[Any]] = []

    def office_number(office: Office) -> int:
        if office not in offices:
            offices[office] = len(office_rows)
            days = [day.toordinal() if day else 0 for day in (office.since, office.until)]
            office_rows.append([office.country, office.roles, *days, office.title, office.organisation])
        return offices[office]

    def entry_number(entry: Entry) -> int:
        if entry not in entries:
            entries[entry] = len(rows)
            rows.append(
                [
                    entry.kind,
                    entry.name,
                    entry.country,
                    entry.roles,
                    entry.organisation,
                    entry.religion,
                    entry.ethnicity,
                    [office_number(office) for office in entry.offices],
                    int(entry.weak),
                    entry.number,
                    int(entry.person),
                    int(entry.short),
                    entry.seat,
                ]
            )
        return entries[entry]

    meanings = [[entry_number(entry) for entry in name.entries] for _, name in names]
    data = {
        "digest": digest(folder),
        "keys": [key for key, _ in names],
        "countries": lexicon.countries(),
        "exact": {str(i): name.exact for i, (_, name) in enumerate(names) if name.exact is not None},
        "proper": "".join("1" if name.proper else "0" for _, name in names),
        "meanings": meanings,
        "entries": rows,
        "offices": office_rows,
    }
    path = folder / FILE
    lines = ",\n".join(
        f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
        for key, value in data.items()
    )
    path.write_text(f"{{{lines}}}\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    from coder.assets import asset
    from coder.resolve.knowledge import read_tables

    actors = asset("seeds/actors")
    made = write(read_tables(actors), actors)
    print(f"{made}: {made.stat().st_size / 1e6:.1f} MB")
