"""The Python door: text in, events out."""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from coder.errors import InputError
from coder.pipeline.article import Article, check_text
from coder.pipeline.coding import ArticleResolver, EventCoder, Parser, Selection
from coder.pipeline.event import Event

if TYPE_CHECKING:
    from coder.ontology import Ontology

# Enough text at once that the parser's length-sorted batches are full; little enough that memory stays small.
_STREAM_CHARACTERS = 100_000
_STREAM_ARTICLES = 256

DateLike = datetime.date | str | int | float | None


class Predictor:
    """Codes texts and articles into events; loads once, serves many calls.

    Example::

        predictor = Predictor.from_pretrained()
        for event in predictor("Turkey summoned the US ambassador on Monday.", date="2019-10-07"):
            print(event.source_text, event.code, event.target_text, event.confidence)
    """

    def __init__(
        self,
        parser: Parser,
        resolver: ArticleResolver,
        ontology: "Ontology",
        selection: Selection | None = None,
    ) -> None:
        self._coder = EventCoder(parser, resolver, ontology, selection)

    @classmethod
    def from_pretrained(
        cls,
        path: str | PathLike[str] | None = None,
        dictionaries: Sequence[str | PathLike[str]] = (),
        *,
        min_confidence: float = 0.0,
        not_asserted: bool = False,
        every_mention: bool = False,
        lone_statements: bool = False,
    ) -> "Predictor":
        """Return a predictor with the model in the folder ``path``, or the one that ships with coder; never
        uses the network.

        ``dictionaries`` are the user's own actor tables; the other arguments are those of
        :class:`coder.pipeline.coding.Selection`. Raises ModelError when the folder holds no model, InputError
        when a value is out of range or a dictionary is missing.
        """
        coder = load_event_coder(
            None if path is None else Path(path),
            [Path(dictionary) for dictionary in dictionaries],
            selection(min_confidence, not_asserted, every_mention, lone_statements),
        )
        return cls(coder.parser, coder.resolver, coder.ontology, coder.selection)

    def __call__(self, text: str | Article, date: DateLike = None) -> list[Event]:
        """Return the events of one text or article, in the order of the text.

        ``date`` is the day of publication, for a text or for an article that has none; without it, only dates
        that the text states in full are resolved. Raises TypeError for anything but text or Article,
        InputError for a date that is no date.
        """
        article = _article(text)
        if date is not None:
            article = replace(article, date=date) if article.published is None else article
        return self._coder.code([article])[0].events

    def stream(self, articles: Iterable[str | Article]) -> Iterator[list[Event]]:
        """Yield one list of events an item, in order, an empty list for an item without events.

        Reads ahead by at most 256 items or about 100,000 characters, so memory is bounded whatever the number
        of articles. Raises TypeError for an item that is neither text nor Article, after the results of the
        items before it.
        """
        if isinstance(articles, str | Article):
            raise TypeError(
                "stream takes an iterable of texts or articles, found a single one: call predictor(text) "
                "instead"
            )
        waiting: list[Article] = []
        characters = 0
        for item in articles:
            try:
                article = _article(item)
            except (TypeError, InputError):
                yield from self._flush(waiting)
                raise
            waiting.append(article)
            characters += len(article.text)
            if characters >= _STREAM_CHARACTERS or len(waiting) >= _STREAM_ARTICLES:
                yield from self._flush(waiting)
                waiting, characters = [], 0
        yield from self._flush(waiting)

    def _flush(self, waiting: list[Article]) -> Iterator[list[Event]]:
        if waiting:
            for coded in self._coder.code(waiting):
                yield coded.events

    def classify(
        self, sentence: str, source: str | None = None, target: str | None = None, roots: bool = False
    ) -> list[tuple[str, str, float]]:
        """Return (code, name, probability) of what ``source`` did to ``target`` in ``sentence``, most
        probable first.

        An actor is given as it is written in the sentence, or not at all. ``roots=True`` sums the codes below
        each of the roots. Raises InputError when an actor does not stand in the sentence.
        """
        check_text(sentence, "sentence")
        for role, actor in (("source", source), ("target", target)):
            if actor is None:
                continue
            check_text(actor, role)
            if not actor or actor not in sentence:
                raise InputError(
                    f"the {role} {actor!r} does not occur in the sentence: give it as it is written there"
                )
        ontology = self._coder.ontology
        ranking: dict[str, float] = {}
        for code, probability in self._coder.parser.classify(sentence, source, target).items():
            key = ontology[code].root if roots else code
            ranking[key] = ranking.get(key, 0.0) + probability
        ordered = sorted(ranking.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(code, ontology[code].name, probability) for code, probability in ordered]


def selection(
    min_confidence: float, not_asserted: bool, every_mention: bool, lone_statements: bool = False
) -> Selection:
    """Return the selection of events to keep; raises InputError when ``min_confidence`` is no probability."""
    if not 0.0 <= min_confidence <= 1.0:
        raise InputError(f"the least confidence is a number from 0 to 1, found {min_confidence}")
    return Selection(min_confidence, not_asserted, every_mention, lone_statements)


def load_event_coder(
    model: Path | None, dictionaries: Sequence[Path], chosen: Selection, threads: int = 0
) -> EventCoder:
    """Return the coder with the model, the resolver and the ontology read from disk; ``threads`` 0 lets the runtime choose."""
    from coder.infer.parser import EventParser
    from coder.ontology import load_ontology
    from coder.resolve import Resolver

    for dictionary in dictionaries:
        if not dictionary.is_file():
            raise InputError(f"the dictionary {dictionary} was not found")
    return EventCoder(
        EventParser.from_pretrained(model, threads=threads), Resolver(dictionaries), load_ontology(), chosen
    )


def _article(item: object) -> Article:
    if isinstance(item, Article):
        return item
    if isinstance(item, str):
        return Article(item)
    raise TypeError(f"expected a text (str) or an Article, found {type(item).__name__} ({repr(item)[:60]})")
