"""The names that coder knows, and a matcher that finds all of them in a sentence in one pass."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from coder.resolve.normalise import normalise
from coder.resolve.tables import word_set

if TYPE_CHECKING:
    from coder.resolve.stored import StoredNames

Kind = Literal[
    "country", "nationality", "capital", "region", "person", "group", "organisation", "body", "role", "ethnic",
    "religion", "world_region", "user",
]  # fmt: skip


# Names that a text without capitals does not tell from words.
_WORDS_TOO = word_set(
    """us car fry ice nab num raw ard arena fact is it mend model mud pan spa tip care nam swift who pole
    poles polish reunion capitol let solidarity anonymous amnesty apple memorial pace quad shell
    telegram tyre nice split van bath male mobile orange deal hull cork man jersey march may reading
    aid act pact hope one red new sun time star total visa meta target oracle dawn unity forward
    nation guardian independent economist sand"""
)


@dataclass(frozen=True, slots=True)
class Office:
    """An office, membership or status with the days between which it was held (None: open)."""

    country: str | None
    roles: tuple[str, ...]
    since: datetime.date | None = None
    until: datetime.date | None = None
    title: str = ""
    organisation: str | None = None
    code: str | None = None  # the code of a user's dictionary for these days, used as it stands

    def holds(self, day: datetime.date) -> bool:
        """Whether the office was held on ``day``; both ends count."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a name can mean."""

    kind: Kind
    name: str
    country: str | None = None
    roles: tuple[str, ...] = ()
    organisation: str | None = None
    religion: str | None = None
    ethnicity: str | None = None
    offices: tuple[Office, ...] = ()
    weak: bool = False  # a role that only counts where nothing more telling stands beside it
    number: str = "s"  # s: one person or thing, p: several, c: a body of people
    person: bool = False
    short: bool = False  # a short form, valid only while the person holds office or after the full name
    seat: str = ""  # the place that a capital's metonym is
    code: str | None = None  # the code of a user's dictionary, used as it stands
    user: bool = False  # from a user's dictionary: no second guess is made


# A known word that is here part of an unknown name: the Jordan of "Michael Jordan".
PART_OF_NAME = Entry("person", "")


class Match(NamedTuple):
    """A known name found at characters ``start`` to ``end`` of a text; ``key`` is its normal form."""

    start: int
    end: int
    entries: tuple[Entry, ...]
    key: str


@dataclass(slots=True)
class Name:
    """What one spelling can mean, and how it has to be written."""

    entries: list[Entry] = field(default_factory=list)
    exact: str | None = None  # spelling that must be met letter for letter (acronyms)
    proper: bool = False  # must be written with a capital letter


class Lexicon:
    """Names with their meanings; built once, then only read. ``stored`` are names to begin with."""

    def __init__(self, stored: StoredNames | None = None) -> None:
        self._stored = stored
        # A number: that name of the stored ones, not yet made.
        self._names: dict[str, Name | int] = {}
        self._patterns: list[str] = []
        self._matcher: object | None = None
        self._countries: dict[str, str] = {}
        if stored is not None:
            self._names.update(zip(stored.keys, range(len(stored.keys)), strict=True))
            self._countries.update(stored.countries)

    def country_name(self, code: str) -> str | None:
        """Return the name of the country with ``code``, None for an unknown code."""
        return self._countries.get(code)

    def countries(self) -> dict[str, str]:
        """Return the names of all countries by their codes."""
        return dict(self._countries)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: str) -> bool:
        return normalise(name) in self._names

    def names(self) -> list[tuple[str, Name]]:
        """Return all names by their normalised spelling, in the order in which they were added."""
        return [(key, name) for key in self._names if (name := self._name(key)) is not None]

    def _name(self, key: str) -> Name | None:
        found = self._names.get(key)
        if isinstance(found, int) and self._stored is not None:
            made = self._names[key] = self._stored.name(found)
            return made
        return found if isinstance(found, Name) else None

    def add(self, name: str, entry: Entry, *, first: bool = False) -> None:
        """Give ``name`` another meaning; ``first`` puts it before the ones it has, replacing none."""
        key = normalise(name).strip()
        if not key:
            return
        if entry.kind == "country" and entry.country:
            self._countries.setdefault(entry.country, entry.name)
        known = self._name(key)
        if known is None:
            known = self._names[key] = Name(proper=entry.kind != "role" and name != name.lower())
            if len(name) <= 5 and name.replace(".", "").isupper() and entry.kind != "role":
                known.exact = name
        elif entry.kind == "role" or name == name.lower():
            known.proper, known.exact = False, None
        elif known.exact and known.exact != name:
            known.exact = None
        if entry in known.entries:
            return
        if first:
            known.entries.insert(0, entry)
        else:
            known.entries.append(entry)
        self._matcher = None

    def replace(self, name: str, entries: Iterable[Entry]) -> None:
        """Let ``name`` mean ``entries`` only: how a user's dictionary wins over the shipped tables."""
        self._names.pop(normalise(name).strip(), None)
        self._matcher = None
        for entry in entries:
            self.add(name, entry)

    def get(self, name: str) -> tuple[Entry, ...]:
        """Return the meanings of exactly this name, empty when it is unknown."""
        found = self._name(normalise(name).strip())
        return tuple(found.entries) if found else ()

    def entries(self, kind: Kind) -> Iterator[Entry]:
        """Yield all meanings of one kind, in the order in which they were added."""
        for name in self._names.values():
            if isinstance(name, Name):
                yield from (entry for entry in name.entries if entry.kind == kind)
            elif self._stored is not None:
                yield from self._stored.entries(name, kind)

    def find(self, text: str, *, caseless: bool = False) -> list[Match]:
        """Return every known name in ``text`` at word boundaries, overlaps included, by start and then length.

        ``caseless`` is for text without any capital: names are then found in small letters, surnames and names that are
        words of the language excepted.
        """
        matcher = self._matcher or self._build()
        folded = normalise(text)
        found: list[Match] = []
        size = len(folded)
        for index, start, end in matcher.find_matches_as_indexes(folded, overlapping=True):  # type: ignore[attr-defined]
            if start and folded[start - 1].isalnum():
                continue
            if end < size and folded[end].isalnum():
                continue
            key = self._patterns[index]
            name = self._name(key)
            if name is None:
                continue
            original = text[start:end]
            if caseless and (name.proper or name.exact is not None):
                if key in _WORDS_TOO or all(entry.short for entry in name.entries):
                    continue
            elif name.exact is not None:
                if original != name.exact:
                    continue
            elif name.proper and not any(map(str.isupper, original)):
                continue
            found.append(Match(start, end, tuple(name.entries), key))
        found.sort(key=lambda match: (match.start, -match.end))
        return found

    def _build(self) -> object:
        from ahocorasick_rs import AhoCorasick, MatchKind

        self._patterns = list(self._names)
        self._matcher = AhoCorasick(self._patterns, matchkind=MatchKind.Standard)
        return self._matcher


def longest(matches: Sequence[Match]) -> list[Match]:
    """Keep the leftmost longest of overlapping matches (``matches`` sorted by start, then length)."""
    kept: list[Match] = []
    end = -1
    for match in matches:
        if match.start >= end:
            kept.append(match)
            end = match.end
    return kept
