"""Spans that name several actors: "Britain and the United States", "a general and Iraqi commander X"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coder.resolve.lexicon import Entry, Match

_AND = re.compile(r"\s*,?\s+(?:and|as well as|along with|together with)\s+")
_OF_THE_FIRST = re.compile(r"(?:his|her|its|their)\s")  # "Pelosi and her family"
_NAMED = frozenset({"person", "group", "organisation", "body", "user"})
_STATES = frozenset({"country", "nationality", "capital", "region"})
_BARE = frozenset({"country", "capital"})


def first_conjunct(text: str, start: int, end: int, named: Sequence[tuple[Match, Entry]]) -> int:
    """Return where the first of several whole actors of ``text[start:end]`` ends; ``end`` where there is one only.

    ``named`` are the known names inside. "Syrian and Iraqi forces" and "ministers and lawmakers" are left whole: what is said of the
    last belongs to all.
    """
    if " and " not in text[start:end] and " with " not in text[start:end] and " as " not in text[start:end]:
        return end
    for cut in _AND.finditer(text, start, end):
        if any(match.start < cut.end() and cut.start() < match.end for match, _ in named):
            continue
        left = [entry for match, entry in named if match.end <= cut.start()]
        right = [entry for match, entry in named if match.start >= cut.end()]
        whole = _is_other(left, right) or _OF_THE_FIRST.match(text, cut.end())
        if _stands_alone(left, right) and whole:
            return cut.start()
    return end


def _stands_alone(left: list[Entry], right: list[Entry]) -> bool:
    kinds = {entry.kind for entry in left}
    if kinds & _NAMED or (kinds & _STATES and "role" in kinds):
        return True
    return bool(kinds & _BARE) and not any(entry.kind == "role" for entry in right)


def _is_other(left: list[Entry], right: list[Entry]) -> bool:
    names = {entry.name for entry in left if entry.kind in _NAMED}
    lands = {entry.country for entry in left if entry.kind in _STATES}
    return any(
        (entry.kind in _NAMED and entry.name not in names)
        or (entry.kind in _STATES and entry.country not in lands)
        for entry in right
    )
