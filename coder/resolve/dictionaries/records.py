"""What a user's dictionary says, whatever its format."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path


class DictionaryWarning(UserWarning):
    """A line of a user's dictionary could not be read; the rest of the file is used."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A line that was left out, and why."""

    path: Path
    line: int
    reason: str
    text: str = ""

    def __str__(self) -> str:
        shown = f": {self.text.strip()[:80]}" if self.text.strip() else ""
        return f"{self.path}:{self.line}: {self.reason}{shown}"


@dataclass(frozen=True, slots=True)
class UserCode:
    """An actor code and the days on which it holds (None: open; both ends count)."""

    code: str
    since: datetime.date | None = None
    until: datetime.date | None = None

    @property
    def dated(self) -> bool:
        """Whether the code holds on some days only."""
        return self.since is not None or self.until is not None


@dataclass(frozen=True, slots=True)
class UserActor:
    """A name with its synonyms and codes; ``agent`` marks a role noun, whose code is added to an actor's."""

    name: str
    line: int
    codes: tuple[UserCode, ...]
    synonyms: tuple[str, ...] = ()
    agent: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        """All spellings, the name first."""
        return tuple(dict.fromkeys((self.name, *self.synonyms)))


@dataclass(slots=True)
class Dictionary:
    """The actors of one file and the lines that could not be read."""

    path: Path
    actors: list[UserActor] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def names(self) -> int:
        """How many spellings the dictionary knows."""
        return sum(len(actor.forms) for actor in self.actors)
