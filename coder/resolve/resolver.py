"""The resolver: events with character spans in, actors, places and dates out."""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from coder.assets import asset
from coder.resolve.ambiguity import Ambiguities
from coder.resolve.antecedents import Antecedent, Antecedents
from coder.resolve.article import Article
from coder.resolve.coding import Coding, country_at
from coder.resolve.constitution import can_have, likely_holder
from coder.resolve.coreference import Coreference, is_another, is_country_word, refers_back, speaks_for_owner
from coder.resolve.dates import resolve_date
from coder.resolve.history import state_of
from coder.resolve.knowledge import read_lexicon, shipped_lexicon
from coder.resolve.lexicon import Lexicon
from coder.resolve.normalise import normalise
from coder.resolve.places import PlaceTables, capitalised, resolve_place, speaks_of_capital, with_land
from coder.resolve.records import Actor, Place, Resolved

Span = tuple[int, int]
_LOCATING = re.compile(
    r"\b(?:in|at|near|inside|outside|across|around|throughout)\s+(?:the\s+)?(?:\w+\s+){0,3}$", re.I
)

_INDEFINITE = re.compile(
    r"^(?:an?|some|several|other|another|many|two|three|four|five|six|dozens of|hundreds of)\b", re.I
)

_FOREIGN = re.compile(
    r"\b(?:foreign(?!\s+(?:minist|secretar|affairs|polic|office|department))|international|overseas|expatriate|other countries)",
    re.I,
)
# Whose drone it was, the place of the strike does not tell.
_INSTRUMENT = re.compile(
    r"\b(?:drones?|strikes?|missiles?|rockets?|planes?|jets?|aircraft|helicopters?|warplanes?|warships?|tanks?|ships?|"
    r"vessels?|submarines?|fighter jets?|shells?|bombs?)$",
    re.I,
)


_SENDING = re.compile(
    r"\s+(?:(?:has|have|had|will|would|also|then|later)\s+){0,2}(?:sen[dt]s?|dispatch(?:ed|es)?|deploy(?:ed|s)?|recall(?:ed|s)?|"
    r"withdr[ae]ws?|withdrawn|contribut(?:ed|es?))\s+",
    re.I,
)
_ORDERING = re.compile(
    r"\b(?:sen[dt]s?|sending|dispatch(?:ed|es)?|deploy(?:ed|s)?|redeploy(?:ed|s)?|recall(?:ed|s)?|withdr[ae]ws?|withdrawn|"
    r"order(?:ed|s)?|pull(?:ed|s)|mobili[sz]e[ds]?)\s+(?:(?!to\b|that\b)[\w,-]+\s+){0,3}$",
    re.I,
)
_AUDIENCE = re.compile(r"\b(?:told|tells|telling|briefed|assured|informed|spoke to|speaking to)\s+$", re.I)
_SENDABLE = frozenset({"GOV", "MIL", "COP", "SPY", "HLH", "EDU", "LEG", "JUD"})


class Discourse:
    """An article with what its pronouns and short forms stand for."""

    def __init__(self, article: Article, spans: Sequence[tuple[int, Span]]) -> None:
        self.article = article
        self.actors: dict[tuple[int, Span], Actor] = {}
        self.coreference = Coreference(Antecedents(article, spans))


class Event(Protocol):
    """What the resolver reads of an event: spans in characters of its sentence."""

    @property
    def source(self) -> Span | None: ...
    @property
    def target(self) -> Span | None: ...
    @property
    def place(self) -> Span | None: ...
    @property
    def time(self) -> Span | None: ...


class Resolver:
    """Resolves the actors, place and date of each event of an article; tables are read on first use.

    ``dictionaries`` are users' own actor files (CSV, PETRARCH/TABARI); they win over the shipped tables, later ones over
    earlier ones. A line that cannot be read raises a DictionaryWarning, an unreadable file InputError, both at first use.
    """

    def __init__(self, dictionaries: Sequence[Path] = ()) -> None:
        self._dictionaries = tuple(dictionaries)
        self._lexicon: Lexicon | None = None
        self._ambiguities: Ambiguities | None = None
        self._places: PlaceTables | None = None

    def _load(self) -> tuple[Lexicon, Ambiguities, PlaceTables]:
        if self._lexicon is None or self._ambiguities is None or self._places is None:
            self._lexicon = self._read_lexicon()
            self._ambiguities = Ambiguities(asset("seeds/actors/ambiguous.tsv"), self._lexicon)
            self._places = PlaceTables(self._lexicon)
        return self._lexicon, self._ambiguities, self._places

    def _read_lexicon(self) -> Lexicon:
        if not self._dictionaries:
            return shipped_lexicon()
        from coder.resolve.dictionaries import DictionaryWarning, add_dictionary, read_dictionary

        lexicon = read_lexicon(asset("seeds/actors"))
        for path in self._dictionaries:
            dictionary = read_dictionary(path)
            add_dictionary(lexicon, dictionary)
            for problem in dictionary.problems:
                warnings.warn(str(problem), DictionaryWarning, stacklevel=2)
        return lexicon

    def article(
        self, sentences: Sequence[str], published: datetime.date | None, title: str | None = None
    ) -> Article:
        """Return the context of an article, for asking several questions about it."""
        return Article(sentences, published, title, *self._load())

    def resolve(
        self,
        sentences: Sequence[str],
        published: datetime.date | None,
        events: Sequence[tuple[int, Event]],
        title: str | None = None,
    ) -> list[Resolved]:
        """Resolve ``events``, pairs of sentence index and event, of one article; same length and order.

        ``sentences`` are the article's sentences in order, ``published`` its day of publication. Nothing is guessed:
        what neither the words nor the dictionary nor the article's context support stays None.
        """
        if not events:
            return []
        article = self.article(sentences, published, title)
        spans = [
            (index, article.widened(index, span))
            for index, event in events
            for span in (event.source, event.target)
            if span
        ]
        discourse = Discourse(article, spans)
        resolved = []
        reference: datetime.date | None = None
        for index, event in events:
            text = sentences[index]
            when = resolve_date(text, event.time, published, article.dateline.day, reference)
            if when.basis == "stated" and when.precision == "day":
                reference = when.date
            place = self._place(article, index, event.place)
            land = place.country if place.basis == "stated" else None
            source = self._actor(discourse, index, event.source, land, event.target)
            target = self._actor(discourse, index, event.target, land, event.source)
            resolved.append(Resolved(source, target, place, when))
        return resolved

    def _place(self, article: Article, index: int, span: Span | None) -> Place:
        text = article.text(index)
        if span is not None:
            tables = self._load()[2]
            spoken = text[span[0] : span[1]]
            longer = capitalised(spoken) if article.caseless else with_land(text, span, tables)
            line = article.dateline.place
            if line and normalise(line) == normalise(longer) and article.dateline_place is not None:
                return replace(article.dateline_place, text=spoken, basis="stated")
            place = resolve_place(longer, tables, article.weights, "stated", article.settle, article.tells_of)
            if place is not None:
                place = replace(place, text=spoken)
            if speaks_of_capital(spoken) and (place is None or place.precision == "country"):
                country = place.country if place else article.country
                seat = tables.capital(country, article.weights, article.day) if country else None
                if seat is not None:
                    return replace(seat, text=spoken, basis="stated" if place else "context")
            return place or Place(text=spoken)
        return article.dateline_place or Place()

    def _actor(
        self, discourse: Discourse, index: int, span: Span | None, land: str | None, other: Span | None
    ) -> Actor:
        if span is None:
            return Actor()
        key = (index, span)
        actor = discourse.actors.get(key)
        if actor is None:
            discourse.actors[key] = Actor()  # a mention that leads back to itself stays open
            wide = discourse.article.widened(index, span)
            actor = self._resolve_actor(discourse, index, wide, land, other)
            if wide != span:
                actor = replace(actor, text=discourse.article.text(index)[span[0] : span[1]])
            discourse.actors[key] = actor
        return actor

    def _antecedent(self, discourse: Discourse, found: Antecedent, text: str) -> Actor:
        """Return what a mention is that leads back to ``found``: all that the article says of that one."""
        actor = self._actor(discourse, found.index, (found.start, found.end), None, None)
        return replace(actor, text=text, basis="coreference" if actor.code else None)

    def _resolve_actor(
        self, discourse: Discourse, index: int, span: Span, land: str | None, other: Span | None
    ) -> Actor:
        article = discourse.article
        spoken = article.text(index)[span[0] : span[1]]
        coding = article.code(index, span)
        if not coding.country and not coding.name and _SIDES.search(spoken):
            return Actor(text=spoken)
        if refers_back(spoken):
            actor = self._referring(discourse, index, span, other, coding, land)
            if actor is not None:
                return actor
        if coding.code is None:
            return self._short(discourse, index, span, coding)
        if coding.country or coding.international or coding.held_back or not _takes_country(coding, spoken):
            return coding.actor(spoken)
        if coding.head in ("officer", "officers") and coding.roles == ("MIL",):
            police = discourse.coreference.police_before(index, span[0])
            if police is not None:
                return self._antecedent(discourse, police, spoken)
        sender = self._sender(discourse, index, span, other) if _SENDABLE & set(coding.roles) else None
        if sender is not None:
            return coding.actor(spoken, country=sender, basis="context")
        country = land or self._located(article, index, span)
        if country is None and not _INDEFINITE.match(spoken):
            same = discourse.coreference.same_head(coding, index, span[0], spoken[:4].lower() == "the ")
            if same is not None:
                return coding.actor(spoken, country=same.coding.country, basis="coreference")
        country = country or article.country
        if country and not can_have(country, coding.head):
            country = likely_holder(coding.head, article.weights)
        if country and _AUDIENCE.search(article.text(index), max(0, span[0] - 14), span[0]):
            country = self._audience(discourse, index, other, coding, country)
        return coding.actor(spoken, country=state_of(country, article.day), basis="context")

    def _audience(
        self, discourse: Discourse, index: int, other: Span | None, coding: Coding, country: str
    ) -> str | None:
        """Return the country of those whom someone told something; ``country``: the story's.

        A minister speaks to the parliament of his own country; where he tells reporters something, nobody says.
        """
        speaker = self._actor(discourse, index, other, None, None).country
        if speaker is None or speaker == country:
            return country
        return speaker if "LEG" in coding.roles else None if coding.roles == ("MED",) else country

    def _short(self, discourse: Discourse, index: int, span: Span, coding: Coding) -> Actor:
        """Resolve a name that the tables do not know to the fuller name of the article."""
        spoken = discourse.article.text(index)[span[0] : span[1]]
        if not coding.held_back:
            known = discourse.coreference.short_form(spoken, index, span[0])
            if known is not None:
                return self._antecedent(discourse, known, spoken)
        return coding.actor(spoken)

    def _referring(
        self,
        discourse: Discourse,
        index: int,
        span: Span,
        other: Span | None,
        coding: Coding,
        land: str | None,
    ) -> Actor | None:
        """Resolve a pronoun, "his country" or a definite description; None leaves the mention to its own words."""
        article, coreference = discourse.article, discourse.coreference
        spoken = article.text(index)[span[0] : span[1]]
        owned = coreference.owner(spoken, index, span[0])
        if owned is not None:
            owner, rest = owned
            whose = self._antecedent(discourse, owner, spoken)
            country = whose.country
            if coding.country or coding.international:
                return None
            if is_another(rest):
                return Actor(text=spoken)
            if is_country_word(rest):
                name = article.lexicon_name(country)
                return Actor(spoken, country, name, country, (), "coreference" if country else None)
            if speaks_for_owner(rest, owner, whose):
                return replace(whose, name=None)
            return coding.actor(spoken, country=country, basis="coreference") if coding.roles else None
        if len(spoken.split()) == 1:
            found = coreference.pronoun(spoken, index, span[0], other)
            return self._antecedent(discourse, found, spoken) if found else Actor(text=spoken)
        if coding.country or coding.international or coding.name:
            return None
        found = coreference.description(spoken, index, span[0], other, coding)
        if found is not None:
            known = self._antecedent(discourse, found, spoken)
            return replace(known, code=known.country, roles=()) if is_country_word(spoken) else known
        if is_country_word(spoken):
            country = land or article.country
            head = spoken.split()[-1]
            if country and not can_have(country, head):
                country = likely_holder(head, article.weights)
            name = article.lexicon_name(country)
            return Actor(spoken, country, name, country, (), "context" if country else None)
        return None

    def _sender(self, discourse: Discourse, index: int, span: Span, other: Span | None) -> str | None:
        """Return the country whose people they are by the verb: "Cuba sent doctors", "Obama ordered marines to Tripoli"."""
        article = discourse.article
        text = article.text(index)
        if other and other[1] < span[0] and _ORDERING.search(text, other[1], span[0]):
            sender = self._actor(discourse, index, other, None, None)
            if sender.country and (not sender.roles or "GOV" in sender.roles):
                return sender.country
        for match in article.matches(index):
            if match.end < span[0] and _SENDING.fullmatch(text, match.end, span[0]):
                entry = article.choose(index, match)
                if entry is not None and entry.country and entry.kind in ("country", "capital"):
                    return country_at(entry, article.day)
        return None

    def _located(self, article: Article, index: int, span: Span) -> str | None:
        """Return the one country that the sentence locates itself in ("in Nairobi"), None for none or several.

        A country that the story as a whole hardly speaks of does not count where the story has another.
        """
        text = article.text(index)
        lands = set()
        for match in article.matches(index):
            if span[0] <= match.start < span[1] or not _LOCATING.search(text, 0, match.start):
                continue
            entry = article.choose(index, match)
            if entry is not None and entry.country and entry.kind in ("country", "capital", "region"):
                lands.add(entry.country)
        if len(lands) != 1:
            return None
        land = lands.pop()
        story = article.country
        if story and story != land and article.weights.get(land, 0.0) < article.weights.get(story, 0.0):
            return None
        return land


# Neither of two sides is the story's country.
_SIDES = re.compile(
    r"\b(?:on|from|of|by)\s+(?:both|(?:the\s+)?two|all|opposing|either)\s+sides?\b|"
    r"^(?:(?:the\s+)?(?:both|two|all|three|each|either|warring|rival|opposing)\s+)+(?:sides?|parties|governments?|armies|"
    r"countries|nations|states|capitals|leaders|presidents|foes|neighbou?rs|militaries|navies|foreign ministers|prime ministers|"
    r"delegations|men|women|powers|allies|republics|koreas|air forces|armed forces)$",
    re.I,
)


def _takes_country(coding: Coding, spoken: str) -> bool:
    """Whether the country of the story can be that of the mention: of police, but not of foreign forces or a drone."""
    if (
        _INSTRUMENT.search(spoken)
        or _FOREIGN.search(spoken)
        or "-based " in spoken
        or coding.ethnicity == "ara"
    ):
        return False
    return bool(coding.roles or coding.ethnicity or coding.religion)
