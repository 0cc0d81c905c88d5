"""Actor code tables: roles, organizations with a code of their own, regions, religions and ethnic groups.

Source of all codes: the actor codebook of CAMEO (Schrodt, Gerner and Yilmaz; version 1.1b3).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coder.assets import asset
from coder.errors import OntologyError
from coder.ontology.table import mistake, read_table

LEVELS = ("primary", "modifier", "secondary", "tertiary", "international", "organization")


@dataclass(frozen=True, slots=True)
class Role:
    """A three-letter part of an actor code; its level (one of LEVELS) says where in the code it stands."""

    code: str
    name: str
    level: str
    description: str


@dataclass(frozen=True, slots=True)
class Group:
    """An organization, party or armed group with a code of its own.

    acronym and full_code are '' if there is none; full_code is the composed actor code that the codebook
    gives, such as IGOUNOWHO.
    """

    code: str
    name: str
    acronym: str
    full_code: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A world region, religion or ethnic group and its code."""

    code: str
    name: str


@cache
def load_roles(path: Path | None = None) -> dict[str, Role]:
    """Return the actor roles by code, in the order of LEVELS; raises OntologyError on a broken table."""
    file = path or asset("seeds/ontology/roles.tsv")
    roles: dict[str, Role] = {}
    for row in read_table(file, ("code", "name", "level", "description")):
        role = Role(**row.fields)
        if role.code in roles:
            raise mistake(file, row.line, "code", f"duplicate role {role.code!r}: remove one of the rows")
        if role.level not in LEVELS:
            text = f"expected one of {', '.join(LEVELS)}, found {role.level!r}: write one of them"
            raise mistake(file, row.line, "level", text)
        roles[role.code] = role
    if not roles:
        raise OntologyError(f"{file}: the table has a header but no rows: expected at least one role")
    return dict(sorted(roles.items(), key=lambda item: LEVELS.index(item[1].level)))


@cache
def load_groups() -> tuple[Group, ...]:
    """Return the organizations with codes of their own; the code CEM stands for two of them."""
    file = asset("seeds/ontology/groups.tsv")
    return tuple(Group(**row.fields) for row in read_table(file, ("code", "name", "acronym", "full_code")))


@cache
def load_regions() -> tuple[Identity, ...]:
    """Return the world regions, such as SEA for Southeast Asia."""
    return _identities("regions")


@cache
def load_religions() -> tuple[Identity, ...]:
    """Return the religions, such as MOS for Muslim."""
    return _identities("religion")


@cache
def load_ethnic_groups() -> tuple[Identity, ...]:
    """Return the ethnic groups, such as kur for Kurd; bod, moh and mon each stand for two of them."""
    return _identities("ethnic")


def _identities(table: str) -> tuple[Identity, ...]:
    file = asset(f"seeds/ontology/{table}.tsv")
    return tuple(Identity(**row.fields) for row in read_table(file, ("code", "name")))
