"""What one mention says about its actor by its own words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from coder.resolve.compose import compose
from coder.resolve.lexicon import Entry, Office
from coder.resolve.records import Actor, ActorBasis


@dataclass(slots=True)
class Coding:
    """What one mention says about its actor, before the article's context is asked."""

    country: str | None = None
    roles: tuple[str, ...] = ()
    organisation: str | None = None
    religion: str | None = None
    ethnicity: str | None = None
    name: str | None = None
    basis: ActorBasis | None = None
    person: bool = False
    number: str = "s"
    head: str = ""
    international: bool = False
    held_back: bool = False  # a name with several meanings stands here and none could be chosen
    region: str | None = None  # a region of the world in place of a country: "Western diplomats"
    verbatim: str | None = None  # the code that a user's dictionary gives
    owned: frozenset[str] = frozenset()  # roles that the verbatim code has already
    used: list[tuple[int, int, Entry]] = field(default_factory=list)

    @property
    def code(self) -> str | None:
        """The composed code of what the mention itself says."""
        return self.code_for(self.country)

    def code_for(self, country: str | None) -> str | None:
        """Return the code composed with ``country``."""
        if self.verbatim:
            extra = [role for role in self.roles if role not in self.verbatim and role not in self.owned]
            return self.verbatim + "".join(extra)
        return compose(
            country or self.region,
            self.roles,
            ethnicity=self.ethnicity,
            religion=self.religion,
            organisation=self.organisation,
        )

    def actor(self, text: str, *, country: str | None = None, basis: ActorBasis | None = None) -> Actor:
        """Return the record for a mention that reads ``text``, with another country and basis where given."""
        land = self.country or country
        code = self.code_for(land)
        return Actor(
            text=text,
            code=code,
            name=self.name,
            country=land,
            roles=self.roles,
            basis=((basis if land and not self.country else None) or self.basis) if code else None,
            ethnicity=self.ethnicity,
            religion=self.religion,
            organisation=self.organisation,
        )


def office_at(entry: Entry, day: datetime.date | None) -> tuple[Office | None, bool]:
    """Return the office that ``entry`` held on ``day`` and whether all of them are past.

    Without a day, the roles that all offices share; before the first office, nothing.
    """
    if day is None:
        countries = {office.country for office in entry.offices}
        shared = [role for role in entry.offices[0].roles if all(role in o.roles for o in entry.offices)]
        return Office(countries.pop() if len(countries) == 1 else None, tuple(shared)), False
    held = [office for office in entry.offices if office.holds(day)]
    if held:
        return held[-1], False
    past = all(office.until is not None and office.until < day for office in entry.offices)
    between = any(office.until is not None and office.until < day for office in entry.offices)
    return None, past or between


def country_at(entry: Entry, day: datetime.date | None) -> str | None:
    """Return the country that a name stands for on ``day``: Zaire is ZAR until 1997, then COD."""
    if day is not None:
        for office in entry.offices:
            if office.holds(day):
                return office.country
    return entry.country
