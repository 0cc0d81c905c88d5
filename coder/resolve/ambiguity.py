"""Names that mean several things: the article's own words decide, or nobody does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from coder.resolve.lexicon import Entry, Kind, Lexicon, Match
from coder.resolve.normalise import normalise
from coder.resolve.tables import read_table, split_cell

_WORD_BEFORE = re.compile(r"([^\W_][\w'’.-]*)\s+$")
_WORD_AFTER = re.compile(r"\s+([^\W\d_][\w'’.-]*)")
# Words that begin with a capital for another reason than being part of a person's name.
_PLAIN = frozenset(
    re.findall(
        r"\S+",
        "the a an in on at as but and or if when while after before since until for from to with by of that this these those "
        "his her its their our my your it he she they we i not no yes both all some many most each every other another such "
        "east west north south northern southern eastern western central greater upper lower new old downtown inner outer "
        "mr mrs ms dr president king queen prince minister premier chancellor sir lord lady gen col sen gov rep pope "
        "neighbouring neighboring between among against over under inside outside near meanwhile however also now then "
        "republic kingdom sultan emir monday tuesday wednesday thursday friday saturday sunday january february march april "
        "may june july august september october november december government parliament army police embassy says said "
        "will has had is was are were would could should may might can does did do have be been than because although "
        "though only even just like unlike despite during amid without within across through per via what who which how why "
        "free occupied ancient modern anti pro state city former ex us u.s uk u.s.",
    )
)
_GIVEN_NAME = re.compile(r"[^\W\d_a-z][^\W\d_]+\s+$")
_SURNAME = re.compile(r"\s+[^\W\d_a-z][^\W\d_]+")
# Words of place: what is "in" a name is a place.
LOCATED = re.compile(r"\b(?:in|at|near|to|from|into|across|around|outside|inside)\s+$")
LANDS = frozenset({"country", "nationality", "capital"})


@dataclass(frozen=True, slots=True)
class _Reading:
    entry: Entry | None
    cues: tuple[str, ...]
    countries: tuple[str, ...]
    default: bool


class Ambiguities:
    """The readings of ``ambiguous.tsv``."""

    def __init__(self, path: Path, lexicon: Lexicon) -> None:
        self._readings: dict[str, list[_Reading]] = {}
        self._personal: set[str] = set()
        for _, row in read_table(path):
            key = normalise(row["name"])
            kind = row["kind"]
            readings = self._readings.setdefault(key, [])
            if kind == "person":
                self._personal.add(key)
                continue
            cues = split_cell(row["cues"])
            known = next(
                (
                    e
                    for e in lexicon.get(row["name"])
                    if (e.country or "") == row["country"] and e.kind == kind
                ),
                None,
            )
            entry = None if kind == "none" else known or _entry(kind, row["name"], row["country"])
            if entry is not None and known is None:
                lexicon.add(row["name"], entry)
            elif entry is None:
                lexicon.add(row["name"], Entry("region", row["name"]))
            readings.append(
                _Reading(
                    entry,
                    tuple(normalise(cue) for cue in cues if not cue.startswith("@")),
                    tuple(cue[1:] for cue in cues if cue.startswith("@")),
                    row["default"] == "yes",
                )
            )

    def __contains__(self, key: str) -> bool:
        return key in self._readings

    def personal(self, key: str) -> bool:
        """Whether the name is also a person's given name or surname."""
        return key in self._personal

    def only_personal(self, key: str) -> bool:
        """Whether the name is a surname and a common word or common name, too: Rice, Power, Jones."""
        return key in self._personal and not self._readings[key]

    def plain(self, key: str) -> Entry | None:
        """Return the single reading of a name that holds without any cue, None for a name with several."""
        readings = self._readings[key]
        return readings[0].entry if len(readings) == 1 and readings[0].default else None

    def names_place(self, key: str) -> bool:
        """Whether one of the readings is a place or country."""
        return any(reading.entry is not None for reading in self._readings[key])

    def choose(self, key: str, text: str, lands: Mapping[str, float]) -> Entry | None:
        """Return the reading that the article (``text`` in normal form, weights of ``lands``) speaks for, else the default."""
        readings = self._readings[key]
        if len(readings) == 1 and readings[0].default:
            return readings[0].entry
        scored = []
        for reading in readings:
            score = sum(lands.get(country, 0.0) for country in reading.countries)
            if reading.cues:
                score += sum(1.5 for cue in reading.cues if stands_in(cue, text))
            scored.append((score, reading))
        scored.sort(key=lambda pair: -pair[0])
        if scored and scored[0][0] > 0 and (len(scored) == 1 or scored[0][0] > scored[1][0] * 1.5):
            return scored[0][1].entry
        return next((reading.entry for reading in readings if reading.default), None)


def stands_in(cue: str, text: str) -> bool:
    """Whether the words of ``cue`` stand in ``text``, both in normal form."""
    at = text.find(cue)
    while at >= 0:
        end = at + len(cue)
        if not (at and text[at - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            return True
        at = text.find(cue, at + 1)
    return False


def _entry(kind: str, name: str, country: str) -> Entry:
    kinds: dict[str, Kind] = {
        "country": "country", "region": "region", "capital": "capital", "nationality": "nationality",
    }  # fmt: skip
    return Entry(kinds[kind], name, country or None)


def personal_names(
    ambiguities: Ambiguities,
    names: Sequence[tuple[str, Match]],
    is_part_of_name: Callable[[str, Match], bool],
) -> frozenset[str]:
    """Return the ambiguous names that a story gives to persons: after Michael Jordan, Jordan is he.

    ``names`` are the story's known names, each with its sentence. A given name (Chad Smith) counts only in a story that has no other word for
    the place: "Kenya Airways" is nobody in Kenya's news.
    """
    found = set()
    for text, match in names:
        if match.key not in ambiguities or not ambiguities.personal(match.key):
            continue
        if match.entries[0].kind == "role" or not is_part_of_name(text, match):
            continue
        before, after = _GIVEN_NAME.search(text, 0, match.start), _SURNAME.match(text, match.end)
        if before is not None or (after is not None and not _spoken_otherwise(match, names)):
            found.add(match.key)
    return frozenset(found)


def _spoken_otherwise(match: Match, names: Sequence[tuple[str, Match]]) -> bool:
    """Whether a story speaks of a name's place by another word, or says that something is in it."""
    lands = {entry.country for entry in match.entries if entry.country}
    for text, other in names:
        if other.key == match.key:
            if LOCATED.search(text, 0, other.start):
                return True
        elif any(entry.kind in LANDS and entry.country in lands for entry in other.entries):
            return True
    return False


def beside_unknown_name(text: str, start: int, end: int, known: Callable[[str], bool]) -> bool:
    """Whether the name at ``start:end`` stands beside a capitalised word that nobody knows: "Michael Jordan"."""
    before = _WORD_BEFORE.search(text, max(0, start - 30), start)
    if before is not None and _is_name(before.group(1), known):
        return True
    after = _WORD_AFTER.match(text, end)
    return after is not None and _is_name(after.group(1), known)


def _is_name(word: str, known: Callable[[str], bool]) -> bool:
    bare = re.sub(r"['’]s$", "", word).rstrip(".,'’-")
    if not bare[:1].isupper() or (bare.isupper() and len(bare) > 1):
        return False
    return normalise(bare) not in _PLAIN and not known(bare)
