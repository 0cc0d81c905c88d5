"""The resolver: events with character spans in, actors, places and dates out."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from coder.assets import asset
from coder.resolve.ambiguity import Ambiguities
from coder.resolve.article import Article
from coder.resolve.dates import resolve_date
from coder.resolve.knowledge import shipped_lexicon
from coder.resolve.lexicon import Lexicon
from coder.resolve.mention import Coding, code_mention
from coder.resolve.places import PlaceTables, resolve_place
from coder.resolve.records import Actor, Place, Resolved

Span = tuple[int, int]
_LOCATING = re.compile(
    r"\b(?:in|at|near|inside|outside|across|around|throughout)\s+(?:the\s+)?(?:\w+\s+){0,3}$", re.I
)


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
    """Resolves the actors, place and date of each event of an article; tables are read on first use."""

    def __init__(self, dictionaries: Sequence[Path] = ()) -> None:
        self._dictionaries = tuple(dictionaries)
        self._lexicon: Lexicon | None = None
        self._ambiguities: Ambiguities | None = None
        self._places: PlaceTables | None = None

    def _load(self) -> tuple[Lexicon, Ambiguities, PlaceTables]:
        if self._lexicon is None or self._ambiguities is None or self._places is None:
            self._lexicon = shipped_lexicon()
            self._ambiguities = Ambiguities(asset("seeds/actors/ambiguous.tsv"), self._lexicon)
            self._places = PlaceTables(self._lexicon)
        return self._lexicon, self._ambiguities, self._places

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
        resolved = []
        reference: datetime.date | None = None
        for index, event in events:
            text = sentences[index]
            when = resolve_date(text, event.time, published, article.dateline.day, reference)
            if when.basis == "stated" and when.precision == "day":
                reference = when.date
            place = self._place(article, index, event.place)
            land = place.country if place.basis == "stated" else None
            source = self._actor(article, index, event.source, land, event.target)
            target = self._actor(article, index, event.target, land, event.source)
            resolved.append(Resolved(source, target, place, when))
        return resolved

    def _place(self, article: Article, index: int, span: Span | None) -> Place:
        text = article.text(index)
        if span is not None:
            tables = self._load()[2]
            spoken = text[span[0] : span[1]]
            return resolve_place(spoken, tables, article.weights) or Place(text=spoken)
        return article.dateline_place or Place()

    def _actor(
        self, article: Article, index: int, span: Span | None, land: str | None, other: Span | None
    ) -> Actor:
        if span is None:
            return Actor()
        text = article.text(index)
        coding = self.code(article, index, span)
        spoken = text[span[0] : span[1]]
        if coding.country or coding.international or coding.held_back or not coding.roles:
            return coding.actor(spoken)
        country = land or self._located(article, index, span) or article.country
        return coding.actor(spoken, country=country, basis="context")

    def code(self, article: Article, index: int, span: Span) -> Coding:
        """Code the mention at ``span`` of sentence ``index`` by its own words."""
        return code_mention(
            article.text(index),
            *span,
            article.matches(index),
            article.day,
            lambda match: article.choose(index, match),
        )

    def _located(self, article: Article, index: int, span: Span) -> str | None:
        """Return the one country that the sentence locates itself in ("in Nairobi"), None for none or several."""
        text = article.text(index)
        lands = set()
        for match in article.matches(index):
            if span[0] <= match.start < span[1] or not _LOCATING.search(text, 0, match.start):
                continue
            entry = article.choose(index, match)
            if entry is not None and entry.country and entry.kind in ("country", "capital", "region"):
                lands.add(entry.country)
        return lands.pop() if len(lands) == 1 else None
