"""What an article as a whole says: its dateline, the countries it speaks of, and what ambiguous names mean in it."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from coder.resolve.ambiguity import (
    LANDS,
    LOCATED,
    Ambiguities,
    beside_unknown_name,
    personal_names,
    stands_in,
)
from coder.resolve.coding import Coding, office_at
from coder.resolve.dateline import Dateline, read_dateline
from coder.resolve.lexicon import PART_OF_NAME, Entry, Lexicon, Match, longest
from coder.resolve.mention import code_mention
from coder.resolve.normalise import normalise
from coder.resolve.phrase import names_feature, turned_away
from coder.resolve.places import STATES, PlaceTables, resolve_place
from coder.resolve.records import Place
from coder.resolve.widen import widen

_GIVEN_NAMES = re.compile(r"(?:[^\W\d_a-z][\w'’.-]*\s+){1,3}$")
_OWNING = frozenset({"country", "nationality", "capital", "region"})
# A body of one country ("Knesset", "State Department") is meant wherever the story is; of these names many countries have one.
_ANYWHERE = frozenset(
    {
        "ministry of defence", "national guard", "republican guard", "republican guards", "house of commons", "house of lords",
        "secret service", "shura council", "majlis", "national intelligence service", "ministry of state security",
        "state council", "diet", "democrats", "republicans", "christian democrats", "national unity government",
        "revolutionary guard", "minority rights group", "national transitional council", "foreign office", "home office",
        "supreme soviet", "national security agency", "environmental protection agency", "loya jirga", "joint chiefs",
        "joint chiefs of staff", "supreme council of the armed forces", "federation council", "grand national assembly",
    }
)  # fmt: skip
_WITH_DEPARTMENTS = frozenset({"AUS", "CAN", "HKG", "IRL", "PHL", "ZAF"})
_BODIES = frozenset({"body", "group", "organisation"})
_NAMED = frozenset({"person", "group", "body"})
_DATELINE_WEIGHT = 2.0
_OTHER_LEAST = 4.0
_OTHER_SHARE = 0.6
_CLEAR_LEAD = 1.6


class Article:
    """The sentences of one article with everything that is asked of them, each computed once and only when needed."""

    def __init__(
        self,
        sentences: Sequence[str],
        published: datetime.date | None,
        title: str | None,
        lexicon: Lexicon,
        ambiguities: Ambiguities,
        places: PlaceTables,
    ) -> None:
        self.sentences = sentences
        self.published = published
        self.title = title
        self.lexicon = lexicon
        self._ambiguities = ambiguities
        self._places = places
        self._matches: dict[int, list[Match]] = {}
        self._longest: dict[int, list[Match]] = {}
        self._widened: dict[tuple[int, tuple[int, int]], tuple[int, int]] = {}
        self._settled: dict[str, Entry | None] = {}
        self._codings: dict[tuple[int, tuple[int, int]], Coding] = {}

    @cached_property
    def dateline(self) -> Dateline:
        return read_dateline(list(self.sentences[:3]), self.published)

    @property
    def day(self) -> datetime.date | None:
        """The day of the report: the dateline's, else that of publication."""
        return self.dateline.day or self.published

    def matches(self, index: int) -> list[Match]:
        """Return the known names in sentence ``index`` (-1: the title)."""
        found = self._matches.get(index)
        if found is None:
            found = self.lexicon.find(self.text(index), caseless=self.caseless)
            self._matches[index] = found
        return found

    def widened(self, index: int, span: tuple[int, int]) -> tuple[int, int]:
        """Return the span of a mention with the words before it that say whose or which it is."""
        wide = self._widened.get((index, span))
        if wide is None:
            wide = self._widened[index, span] = widen(self.text(index), span, self.matches(index))
        return wide

    def longest(self, index: int) -> list[Match]:
        """Return the leftmost longest of the known names in sentence ``index``."""
        found = self._longest.get(index)
        if found is None:
            found = self._longest[index] = longest(self.matches(index))
        return found

    @cached_property
    def caseless(self) -> bool:
        """Whether the article is written without capital letters."""
        return all(sentence.islower() for sentence in self.sentences)

    def text(self, index: int) -> str:
        """Return sentence ``index``, or the title for -1."""
        return (self.title or "") if index < 0 else self.sentences[index]

    @cached_property
    def _folded(self) -> str:
        return normalise(" \n ".join([self.title or "", *self.sentences]))

    @cached_property
    def _plain_weights(self) -> Mapping[str, float]:
        """How often each country is spoken of, by names that mean one thing only."""
        counts: defaultdict[str, float] = defaultdict(float)
        for land in self._dateline_lands:
            counts[land] += _DATELINE_WEIGHT
        for match, _, value, ambiguous in self._spoken:
            entry: Entry | None = match.entries[0]
            if ambiguous is not None:
                entry = self._ambiguities.plain(ambiguous)
            _weigh(counts, entry, value)
        return counts

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """How often each country is spoken of; title and opening sentences count more."""
        counts = defaultdict(float, self._plain_weights)
        for match, index, value, ambiguous in self._spoken:
            if ambiguous is not None and self._ambiguities.plain(ambiguous) is None:
                _weigh(counts, self.choose(index, match), value)
        return counts

    @cached_property
    def _spoken(self) -> list[tuple[Match, int, float, str | None]]:
        """The names that speak of a country: match, sentence, what it counts, and its normal form when ambiguous."""
        found = []
        for index in range(-1 if self.title else 0, len(self.sentences)):
            value = 2.0 if index < 0 else 1.5 if index < 2 else 1.0
            text = self.text(index)
            skip = self.dateline.length if index == 0 else 0
            for match in self.longest(index):
                first = match.entries[0]
                if match.start < skip or first.kind == "role" or turned_away(text, match.start, match.end):
                    continue
                if first.kind in LANDS and names_feature(text, match.start, match.end):
                    continue
                key = match.key
                if key in self._personal_names:
                    continue
                found.append(
                    (match, index, value, key if key in self._ambiguities and not first.user else None)
                )
        return found

    def settle(self, name: str) -> tuple[bool, str | None]:
        """Return whether a place name has several meanings, and the country of the one that is meant here."""
        key = normalise(name)
        if key not in self._ambiguities or not self._ambiguities.names_place(key):
            return False, None
        entry = self._ambiguities.choose(key, self._folded, self._plain_weights)
        return True, entry.country if entry else None

    def tells_of(self, name: str) -> bool:
        """Whether the story has this name in it."""
        return stands_in(normalise(name), self._folded)

    @cached_property
    def _dateline_lands(self) -> set[str]:
        """The countries that the words of the dateline name: "GOMA, Congo", "CAIRO"."""
        line = self.dateline
        named = [line.land] if line.land else [line.place] if line.place else []
        lands = set()
        for name in named:
            key = normalise(name)
            settled = key not in self._ambiguities or self._ambiguities.plain(key) is not None
            entries = [e for e in self.lexicon.get(name) if e.kind in ("country", "capital", "region")]
            if settled and len({e.country for e in entries}) == 1:
                lands |= {e.country for e in entries if e.country}
        return lands

    def code(self, index: int, span: tuple[int, int]) -> Coding:
        """Code the mention at ``span`` of sentence ``index`` by its own words."""
        coding = self._codings.get((index, span))
        if coding is None:
            coding = code_mention(
                self.text(index),
                *span,
                self.matches(index),
                self.day,
                lambda match: self.choose(index, match),
            )
            self._codings[index, span] = coding
        return coding

    def choose(self, index: int, match: Match) -> Entry | None:
        """Return what a name in sentence ``index`` means here, None when it cannot be told or is no known thing."""
        text = self.text(index)
        key = match.key
        first = match.entries[0]
        if first.user:
            return first
        if first.kind in LANDS and names_feature(text, match.start, match.end):
            return PART_OF_NAME
        if self._ambiguities.only_personal(key):
            return self._common_word(text, match, key)
        if key in self._ambiguities:
            if self._ambiguities.personal(key) and (
                self._is_part_of_name(text, match)
                or (key in self._personal_names and not LOCATED.search(text, 0, match.start))
            ):
                return PART_OF_NAME
            if key not in self._settled:
                self._settled[key] = self._ambiguities.choose(key, self._folded, self._plain_weights)
            return self._settled[key]
        if first.kind in ("capital", "region") and self._is_part_of_name(text, match):
            return PART_OF_NAME
        if len(match.entries) == 1 and not first.short:
            return first
        if first.kind == "role" and text[match.start].isupper() and key not in _ANYWHERE:
            body = next((entry for entry in match.entries if entry.kind in _BODIES), None)
            if body is not None and not self._has_its_own(body, key):
                return body
        return self._choose_person(text, match)

    def _has_its_own(self, body: Entry, key: str) -> bool:
        """Whether a department of the USA is here that of the story's country, which has departments for ministries, too."""
        return "department" in key and self.country in _WITH_DEPARTMENTS and self.country != body.country

    def _common_word(self, text: str, match: Match, key: str) -> Entry | None:
        """Choose for a surname that is a common word, too: the thing or role it also is, else a holder whom the story supports."""
        things = [entry for entry in match.entries if entry.kind != "person"]
        if things and (things[0].kind == "role" or text[match.start].islower()):
            return (
                things[0]
                if text[match.start].islower()
                else self._office_holder(match, self.day) or things[0]
            )
        if self._is_part_of_name(text, match) or key in self._strangers:
            return PART_OF_NAME
        return self._office_holder(match, self.day) or (things[0] if things else None)

    def _choose_person(self, text: str, match: Match) -> Entry | None:
        """Choose between a name's meanings: things first, then the one person who was in office."""
        things = [entry for entry in match.entries if entry.kind != "person"]
        day = self.day
        if match.key in self._strangers:
            return None
        if things:
            person = self._office_holder(match, day) if things[0].kind in ("organisation", "body") else None
            return person or things[0]
        persons = [entry for entry in match.entries if not entry.short]
        if len(persons) == 1:
            return persons[0]
        if day is None or self._is_part_of_name(text, match):
            return None
        holding = [entry for entry in (persons or match.entries) if office_at(entry, day)[0] is not None]
        if len(holding) > 1:
            weighted = self._plain_weights
            holding.sort(key=lambda entry: -weighted.get(entry.country or "", 0.0))
            first, second = (weighted.get(entry.country or "", 0.0) for entry in holding[:2])
            if first <= second:
                return _head_of_state(holding, day)
        return holding[0] if holding else None

    @cached_property
    def _personal_names(self) -> frozenset[str]:
        """Names, like places', of persons whom the story names in full."""
        return personal_names(self._ambiguities, list(self._names()), self._is_part_of_name)

    def _names(self) -> Iterator[tuple[str, Match]]:
        """Yield the longest known names of the story, each with its sentence."""
        for index in range(-1 if self.title else 0, len(self.sentences)):
            for match in self.longest(index):
                yield self.text(index), match

    def _office_holder(self, match: Match, day: datetime.date | None) -> Entry | None:
        """Return the office holder whom the story, or its country, speaks for when a surname is a company's name too."""
        if day is None:
            return None
        for entry in match.entries:
            if (
                entry.kind == "person"
                and office_at(entry, day)[0] is not None
                and (normalise(entry.name) in self._folded or self._plain_weights.get(entry.country or ""))
            ):
                return entry
        return None

    @cached_property
    def _strangers(self) -> frozenset[str]:
        """Surnames of office holders that the story gives to someone else: after "nurse Mary Harris" Harris is she."""
        found = set()
        for text, match in self._names():
            if not any(entry.kind == "person" and entry.short for entry in match.entries):
                continue
            key = match.key
            before = _GIVEN_NAMES.search(text, 0, match.start)
            if before is None or key in found or not self._is_part_of_name(text, match):
                continue
            given = set(normalise(before.group()).replace(".", " ").split())
            persons = [entry for entry in match.entries if entry.kind == "person"]
            if any(normalise(e.name) in self._folded for e in persons):
                continue
            if not any(given & set(normalise(e.name).split()) for e in persons):
                found.add(key)
        return frozenset(found)

    def lexicon_name(self, country: str | None) -> str | None:
        """Return the name of a country by its code."""
        return self.lexicon.country_name(country) if country else None

    def _is_part_of_name(self, text: str, match: Match) -> bool:
        return beside_unknown_name(text, match.start, match.end, self._is_common)

    def _is_common(self, word: str) -> bool:
        return any(entry.kind != "person" for entry in self.lexicon.get(word))

    @cached_property
    def dateline_place(self) -> Place | None:
        """The place of the dateline, None without one."""
        line = self.dateline
        if not line.place:
            return None
        name = line.place.title() if line.place.isupper() else line.place
        land = STATES.get(line.land + ".", line.land) if line.land else None
        land = STATES.get(land, land) if land else None
        spoken = f"{name}, {land}" if land else name
        entry = next((e for e in self.lexicon.get(name) if e.kind == "capital"), None)
        weights = dict(self.weights)
        if entry is not None and entry.country:
            weights[entry.country] = weights.get(entry.country, 0.0) + 3.0
        return resolve_place(spoken, self._places, weights, "dateline", self.settle, self.tells_of)

    @cached_property
    def country(self) -> str | None:
        """The country of the story: the dateline's, unless the story is about another; None when nothing says."""
        place = self.dateline_place
        if place is not None and place.country:
            return self._other_than(place.country) or place.country
        ranked = sorted(self.weights.items(), key=lambda pair: -pair[1])
        if not ranked:
            return None
        if len(ranked) == 1 or ranked[0][1] >= _CLEAR_LEAD * ranked[1][1]:
            return ranked[0][0]
        return None

    def _other_than(self, land: str) -> str | None:
        """Return the country that a story with a dateline in ``land`` is about instead: it alone is spoken of, over and over.

        Reports on one country are often written in another, from Geneva, Beirut or Nairobi.
        """
        others = {country: weight for country, weight in self.weights.items() if country != land}
        if not others or self.weights.get(land, 0.0) > _DATELINE_WEIGHT:
            return None
        top = max(others, key=lambda country: others[country])
        leads = others[top] >= _OTHER_LEAST and others[top] >= _OTHER_SHARE * sum(others.values())
        return top if leads else None


def _weigh(counts: defaultdict[str, float], entry: Entry | None, value: float) -> None:
    if entry is None or not entry.country:
        return
    if entry.kind in _OWNING:
        counts[entry.country] += value
    elif entry.kind in _NAMED and not entry.short:
        counts[entry.country] += value / 2


_FIRST_OFFICES = frozenset(
    {"president", "prime minister", "leader", "king", "chancellor", "premier", "supreme leader"}
)


def _head_of_state(holding: list[Entry], day: datetime.date) -> Entry | None:
    """Among office holders of one country and one surname, the head of state or government is meant."""
    if len({entry.country for entry in holding}) > 1:
        return None
    heads = [
        entry for entry in holding if any(o.holds(day) and o.title in _FIRST_OFFICES for o in entry.offices)
    ]
    return heads[0] if len(heads) == 1 else None
