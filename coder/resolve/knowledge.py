"""The shipped tables of ``seeds/actors``, read into one lexicon."""

from __future__ import annotations

import datetime
from functools import lru_cache
from pathlib import Path

from coder.assets import asset
from coder.errors import InputError
from coder.resolve.compose import ROLES
from coder.resolve.inflect import people, plural
from coder.resolve.lexicon import Entry, Kind, Lexicon, Office
from coder.resolve.tables import read_table, split_cell


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


def split_roles(code: str, where: str) -> tuple[str, ...]:
    """Split ``GOVMIL`` into its role codes; InputError for a group that is no role of the actor codebook."""
    roles = tuple(code[start : start + 3] for start in range(0, len(code), 3))
    for role in roles:
        if role not in ROLES:
            raise InputError(
                f"{where}: {role!r} of {code!r} is no role code: see seeds/ontology for the roles"
            )
    return roles


def load_countries(lexicon: Lexicon, folder: Path) -> None:
    """Add countries, their demonyms and capitals, and the states that are no more."""
    for _, row in read_table(folder / "countries.tsv"):
        _add_state(lexicon, row, row["code"], ())
    for _, row in read_table(folder / "historic_states.tsv"):
        office = Office(row["code"], (), parse_day(row["from"]), parse_day(row["to"], end=True))
        offices = [office]
        if row["code_after"]:
            offices.append(Office(row["code_after"], (), office.until))
        _add_state(lexicon, row, row["code"], tuple(offices))


def _add_state(lexicon: Lexicon, row: dict[str, str], code: str, offices: tuple[Office, ...]) -> None:
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
        lexicon.add(capital, Entry("capital", name, code, offices=offices, seat=capital))


def load_roles(lexicon: Lexicon, folder: Path) -> None:
    """Add role nouns and titles with their plurals (columns: phrase, roles, number s|c|p, weak)."""
    for number, row in read_table(folder / "roles.tsv"):
        roles = split_roles(row["roles"], f"roles.tsv:{number}")
        weak = row["weak"] == "weak"
        person = row["number"] == "s"
        phrase = row["phrase"]
        lexicon.add(
            phrase, Entry("role", phrase, None, roles, weak=weak, number=row["number"], person=person)
        )
        if row["number"] == "s" and row["plural"] != "-":
            form = row["plural"] or plural(phrase)
            lexicon.add(form, Entry("role", phrase, None, roles, weak=weak, number="p"))


def load_named(lexicon: Lexicon, path: Path, kind: Kind) -> None:
    """Add named actors: columns name, aliases, country, roles, and optionally organisation, religion, from, to."""
    for number, row in read_table(path):
        roles = split_roles(row["roles"], f"{path.name}:{number}")
        entry = Entry(
            kind,
            row["name"],
            row["country"] or None,
            roles,
            organisation=row.get("organisation") or None,
            religion=row.get("religion") or None,
            ethnicity=row.get("ethnicity") or None,
            number="c",
        )
        for form in [row["name"], *split_cell(row["aliases"])]:
            lexicon.add(form, entry)


@lru_cache(maxsize=1)
def shipped_lexicon() -> Lexicon:
    """Return the lexicon of all shipped tables, read on the first call only."""
    return read_lexicon(asset("seeds/actors"))


def read_lexicon(folder: Path) -> Lexicon:
    """Read all tables of ``folder`` into a new lexicon."""
    lexicon = Lexicon()
    load_countries(lexicon, folder)
    load_roles(lexicon, folder)
    load_named(lexicon, folder / "bodies.tsv", "body")
    return lexicon
