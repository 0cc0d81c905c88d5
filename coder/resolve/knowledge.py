"""The shipped tables of ``seeds/actors``, read into one lexicon."""

from __future__ import annotations

import datetime
import gc
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from coder.assets import asset
from coder.errors import InputError
from coder.resolve.compose import ROLES
from coder.resolve.inflect import people, plural
from coder.resolve.lexicon import Entry, Kind, Lexicon, Office
from coder.resolve.stored import stored_names
from coder.resolve.tables import read_table, split_cell

# Where the family name comes first, and where a name has no part that stands for the whole.
_FAMILY_FIRST = frozenset({"CHN", "TWN", "KOR", "PRK", "SGP"})
_NO_SURNAME = frozenset({"MMR", "VNM", "KHM", "ETH", "MNG", "VAT"})


def parse_day(text: str, *, end: bool = False) -> datetime.date | None:
    """Read ``2019``, ``2019-07`` or ``2019-07-23``; ``end`` gives the last day of a month or year. Empty: None."""
    if not text:
        return None
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return datetime.date(*parts)
    if len(parts) == 2:
        year, month = parts
        if not end:
            return datetime.date(year, month, 1)
        following = datetime.date(year + month // 12, month % 12 + 1, 1)
        return following - datetime.timedelta(days=1)
    return datetime.date(parts[0], 12, 31) if end else datetime.date(parts[0], 1, 1)


def parse_day_option(text: str | None) -> datetime.date | None:
    """Read a day that a user gave as YYYY-MM-DD; InputError for anything else, None for None."""
    if text is None:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"expected a date such as 2020-01-09, found {text!r}: write it as YYYY-MM-DD"
        ) from None


def split_roles(code: str, where: str) -> tuple[str, ...]:
    """Split ``GOVMIL`` into its role codes; InputError for a group that is no role of the actor codebook."""
    roles = _split(code)
    for role in roles:
        if role not in ROLES:
            raise InputError(
                f"{where}: {role!r} of {code!r} is no role code: see seeds/ontology for the roles"
            )
    return roles


@lru_cache(maxsize=1024)
def _split(code: str) -> tuple[str, ...]:
    return tuple(code[start : start + 3] for start in range(0, len(code), 3))


def load_countries(lexicon: Lexicon, folder: Path) -> None:
    """Add countries, their demonyms and capitals, and the states that are no more."""
    for _, row in read_table(folder / "countries.tsv"):
        _add_state(lexicon, row, row["code"], ())
    for _, row in read_table(folder / "historic_states.tsv"):
        office = Office(row["code"], (), parse_day(row["from"]), parse_day(row["to"], end=True))
        offices = [office]
        if row["code_after"]:
            offices.append(Office(row["code_after"], (), office.until))
        seats = [office, Office(row["seat_after"], (), office.until)] if row["seat_after"] else offices
        _add_state(lexicon, row, row["code"], tuple(offices), tuple(seats))


def _add_state(
    lexicon: Lexicon,
    row: dict[str, str],
    code: str,
    offices: tuple[Office, ...],
    seats: tuple[Office, ...] = (),
) -> None:
    name = row["name"]
    country = Entry("country", name, code, offices=offices)
    for form in [name, *split_cell(row["variants"])]:
        lexicon.add(form, country)
    adjectives = split_cell(row["adjectives"])
    one = Entry("nationality", name, code, offices=offices, person=True)
    many = Entry("nationality", name, code, offices=offices, number="p")
    for adjective in adjectives:
        lexicon.add(adjective, one)
        regular = people(adjective)
        if regular:
            lexicon.add(regular, many)
    for form in split_cell(row["people"]):
        lexicon.add(form, one if form in adjectives else many)
    for capital in split_cell(row["capitals"]):
        lexicon.add(capital, Entry("capital", name, code, offices=seats, seat=capital))


def load_roles(lexicon: Lexicon, folder: Path) -> None:
    """Add role nouns and titles with their plurals (columns: phrase, roles, number s|t|c|p, weak, plural, religion)."""
    for number, row in read_table(folder / "roles.tsv"):
        roles = split_roles(row["roles"], f"roles.tsv:{number}")
        weak = row["weak"] == "weak"
        person = row["number"] == "s"
        number_of = "s" if row["number"] == "t" else row["number"]
        phrase, religion = row["phrase"], row["religion"] or None
        lexicon.add(
            phrase,
            Entry("role", phrase, None, roles, religion=religion, weak=weak, number=number_of, person=person),
        )
        if number_of == "s" and row["plural"] != "-":
            form = row["plural"] or plural(phrase)
            lexicon.add(form, Entry("role", phrase, None, roles, religion=religion, weak=weak, number="p"))


def load_named(lexicon: Lexicon, path: Path, kind: Kind) -> None:
    """Add named actors: columns name, aliases, country, roles, organisation, religion, ethnicity, from, to.

    Rows of one name are one actor: a row with ``from`` or ``to`` says what it was in those years, the row without
    what it is at all other times.
    """
    rows: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for number, row in read_table(path):
        rows.setdefault(row["name"], []).append((f"{path.name}:{number}", row))
    for name, group in rows.items():
        offices = []
        base: dict[str, str] | None = None
        roles: tuple[str, ...] = ()
        for where, row in group:
            own = split_roles(row["roles"], where)
            if row["from"] or row["to"]:
                since, until = parse_day(row["from"]), parse_day(row["to"], end=True)
                offices.append(Office(row["country"] or None, own, since, until))
            else:
                base, roles = row, own
        first = base or group[0][1]
        entry = Entry(
            kind,
            name,
            first["country"] or None,
            roles,
            organisation=_any_cell(group, "organisation"),
            religion=_any_cell(group, "religion"),
            ethnicity=_any_cell(group, "ethnicity"),
            offices=tuple(offices),
            number="c",
        )
        forms = [name, *(alias for _, row in group for alias in split_cell(row["aliases"]))]
        bare = re.sub(r" \([^)]*\)$", "", name)
        for form in dict.fromkeys([*forms, bare]):
            if "(" not in form:
                lexicon.add(form, entry)


def _any_cell(group: list[tuple[str, dict[str, str]]], column: str) -> str | None:
    return next((row[column] for _, row in group if row[column]), None)


def load_leaders(lexicon: Lexicon, path: Path) -> None:
    """Add office holders: columns country, roles, title, name, aliases, from, to, organisation, religion; rows of one person are one entry.

    The full name holds at all times (out of office: ELI), the surname only on days in office.
    """
    persons: dict[tuple[str, str], list[Office]] = {}
    aliases: dict[tuple[str, str], list[str]] = {}
    religions: dict[tuple[str, str], str | None] = {}
    for number, row in read_table(path):
        where = f"{path.name}:{number}"
        since, until = parse_day(row["from"]), parse_day(row["to"], end=True)
        office = Office(
            row["country"] or None,
            split_roles(row["roles"], where),
            since,
            until,
            row["title"],
            row["organisation"] or None,
        )
        religions.setdefault((row["name"], row["country"]), row["religion"] or None)
        key = (row["name"], row["country"])
        persons.setdefault(key, []).append(office)
        aliases.setdefault(key, []).extend(split_cell(row["aliases"]))
    for (name, country), offices in persons.items():
        offices.sort(key=lambda office: office.since or datetime.date.min)
        entry = Entry(
            "person",
            name,
            country or None,
            religion=religions[name, country],
            offices=tuple(offices),
            person=True,
        )
        short = replace(entry, short=True)
        forms = [name, *aliases[name, country]]
        for form in forms:
            lexicon.add(form, short if " " not in form and "-" not in form else entry)
        if not any(" " not in form for form in forms) and country not in _NO_SURNAME:
            family = name.partition(" ")[0] if country in _FAMILY_FIRST else name.rpartition(" ")[2]
            if len(family) > 1 and family.strip("IVX"):
                lexicon.add(family, short)


def load_identities(lexicon: Lexicon, folder: Path) -> None:
    """Add ethnic and religious words and the regions of the world."""
    for _, row in read_table(folder / "identities.tsv"):
        kind: Kind = "ethnic" if row["kind"] == "ethnic" else "religion"
        for number, column in (("s", "adjectives"), ("p", "people")):
            entry = Entry(
                kind,
                row["name"],
                row["country"] or None,
                ethnicity=(row["code"] or None) if kind == "ethnic" else None,
                religion=row["code"] if kind == "religion" else None,
                number=number,
            )
            for form in split_cell(row[column]):
                lexicon.add(form, entry)
    for _, row in read_table(folder / "world_regions.tsv"):
        entry = Entry("world_region", row["name"], organisation=row["code"])
        for form in [row["name"], *split_cell(row["forms"])]:
            lexicon.add(form, entry)


def load_regions(lexicon: Lexicon, folder: Path) -> None:
    """Add provinces, states and regions that act or are acted upon in news, each with its country."""
    for _, row in read_table(folder / "regions.tsv"):
        for form in split_cell(row["names"]):
            if not any(entry.kind in ("country", "capital") for entry in lexicon.get(form)):
                lexicon.add(form, Entry("region", form, row["country"]))
        for form in split_cell(row["adjectives"]):
            lexicon.add(form, Entry("region", form, row["country"]))


@lru_cache(maxsize=1)
def shipped_lexicon() -> Lexicon:
    """Return the lexicon of all shipped tables, read on the first call only."""
    return read_lexicon(asset("seeds/actors"))


def read_lexicon(folder: Path) -> Lexicon:
    """Return a new lexicon of the tables of ``folder``, by their stored form where it is up to date."""
    # Some fifty thousand small objects that all stay: collecting garbage among them doubles the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        stored = stored_names(folder)
        return read_tables(folder) if stored is None else Lexicon(stored)
    finally:
        if collecting:
            gc.enable()


def read_tables(folder: Path) -> Lexicon:
    """Read all tables of ``folder`` into a new lexicon."""
    lexicon = Lexicon()
    load_countries(lexicon, folder)
    load_roles(lexicon, folder)
    load_named(lexicon, folder / "bodies.tsv", "body")
    load_named(lexicon, folder / "groups.tsv", "group")
    load_named(lexicon, folder / "organisations.tsv", "organisation")
    load_identities(lexicon, folder)
    load_regions(lexicon, folder)
    load_leaders(lexicon, folder / "leaders.tsv")
    return lexicon
