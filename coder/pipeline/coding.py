"""Articles to events, many at a time: segment, parse, resolve. Everything that codes goes through here."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

from coder.infer.records import ASSERTED, Offsets, ParsedEvent
from coder.pipeline.article import Article
from coder.pipeline.collapse import collapse_mentions
from coder.pipeline.event import Event
from coder.pipeline.segment import Sentence, segment

if TYPE_CHECKING:
    from coder.ontology import Ontology
    from coder.resolve import Resolved


# Tokens and windows take some 5 kB a sentence while they are read, so a parser is given at most so many at once: a chunk of the
# batch run fits, and an article of 16 MB, 100,000 sentences, goes in slices.
_MOST_SENTENCES = 4_096

# CAMEO's root for making a public statement.
STATEMENT = "01"


class Parser(Protocol):
    """What coding needs of :class:`coder.infer.parser.EventParser`."""

    def parse(self, sentences: Sequence[str]) -> list[list[ParsedEvent]]: ...

    def classify(
        self, sentence: str, source: str | None = None, target: str | None = None
    ) -> dict[str, float]: ...


class ArticleResolver(Protocol):
    """What coding needs of :class:`coder.resolve.Resolver`."""

    def resolve(
        self,
        sentences: Sequence[str],
        published: datetime.date | None,
        events: Sequence[tuple[int, ParsedEvent]],
        title: str | None = None,
    ) -> "list[Resolved]": ...


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the parser's events are kept.

    ``min_confidence`` 0..1; ``not_asserted`` keeps negated and hypothetical acts too; ``every_mention`` keeps
    one row for each mention of an event instead of one row an article with the mentions counted;
    ``lone_statements`` keeps a statement (root 01) only where its sentence tells no other event.
    """

    min_confidence: float = 0.0
    not_asserted: bool = False
    every_mention: bool = False
    lone_statements: bool = False

    def of(self, events: Sequence[ParsedEvent]) -> list[ParsedEvent]:
        """Return those of one sentence's events that are kept."""
        kept = [
            event
            for event in events
            if event.confidence >= self.min_confidence and (self.not_asserted or event.status == ASSERTED)
        ]
        if self.lone_statements and any(event.code[:2] != STATEMENT for event in kept):
            return [event for event in kept if event.code[:2] != STATEMENT]
        return kept


@dataclass(frozen=True, slots=True)
class CodedArticle:
    """The events of one article, in text order, and how many sentences were read for them."""

    article: Article
    sentences: int
    events: list[Event]


class EventCoder:
    """Codes articles with a parser, a resolver and an ontology; holds no state between calls."""

    def __init__(
        self,
        parser: Parser,
        resolver: ArticleResolver,
        ontology: "Ontology",
        selection: Selection | None = None,
    ) -> None:
        self.parser = parser
        self.resolver = resolver
        self.ontology = ontology
        self.selection = selection or Selection()

    def code(self, articles: Sequence[Article]) -> list[CodedArticle]:
        """Return one result an article, in order.

        Sentences of all articles go to the parser together (4,096 a call at most), so that it can fill its batches with sentences of
        equal length.
        """
        segmented = [segment(article.text) for article in articles]
        texts = [sentence.text for sentences in segmented for sentence in sentences]
        parsed: list[list[ParsedEvent]] = []
        # One call at least: a parser may say what is wrong with it even when there is nothing to read.
        for start in range(0, max(1, len(texts)), _MOST_SENTENCES):
            parsed += self.parser.parse(texts[start : start + _MOST_SENTENCES])
        results = iter(parsed)
        coded = [
            CodedArticle(article, len(sentences), self._events(article, sentences, results))
            for article, sentences in zip(articles, segmented, strict=True)
        ]
        if next(results, None) is not None:
            raise ValueError(
                f"the parser returned {len(parsed)} results for {sum(map(len, segmented))} sentences"
            )
        return coded

    def _events(
        self, article: Article, sentences: list[Sentence], results: Iterator[list[ParsedEvent]]
    ) -> list[Event]:
        found = [
            (index, event) for index in range(len(sentences)) for event in self.selection.of(next(results))
        ]
        if not found:
            return []
        texts = [sentence.text for sentence in sentences]
        resolved = self.resolver.resolve(texts, article.published, found, title=article.title)
        events = [
            self._event(article, index, sentences[index], event, resolution)
            for (index, event), resolution in zip(found, resolved, strict=True)
        ]
        return events if self.selection.every_mention else collapse_mentions(events)

    def _event(
        self, article: Article, index: int, sentence: Sentence, parsed: ParsedEvent, resolved: "Resolved"
    ) -> Event:
        code = self.ontology[parsed.code]
        source, target, place, when = resolved.source, resolved.target, resolved.place, resolved.when
        return Event(
            event_id=event_id(article.key, index, sentence.text, parsed),
            article_id=article.key,
            url=article.url,
            publisher=article.publisher,
            published=article.published,
            sentence_index=index,
            sentence_start=sentence.start,
            sentence=sentence.text,
            event_date=when.date,
            date_text=when.text,
            date_precision=when.precision,
            date_basis=when.basis,
            source_text=_cut(sentence.text, parsed.source),
            source_start=_start(parsed.source),
            source_end=_end(parsed.source),
            source_code=source.code,
            source_name=source.name,
            source_country=source.country,
            source_roles=tuple(source.roles),
            source_basis=source.basis,
            target_text=_cut(sentence.text, parsed.target),
            target_start=_start(parsed.target),
            target_end=_end(parsed.target),
            target_code=target.code,
            target_name=target.name,
            target_country=target.country,
            target_roles=tuple(target.roles),
            target_basis=target.basis,
            code=code.code,
            code_name=code.name,
            root=code.root,
            quad_class=code.quad_class,
            goldstein=code.goldstein,
            plover_type=code.plover_type or None,
            plover_context=code.plover_context or None,
            trigger_text=_cut(sentence.text, parsed.trigger),
            trigger_start=_start(parsed.trigger),
            trigger_end=_end(parsed.trigger),
            place_text=place.text,
            place_name=place.name,
            place_country=place.country,
            place_admin1=place.admin1,
            latitude=place.latitude,
            longitude=place.longitude,
            geonames_id=place.geonames_id,
            place_precision=place.precision,
            place_basis=place.basis,
            status=parsed.status,
            confidence=float(parsed.confidence),
            code_confidence=float(parsed.code_confidence),
        )


def event_id(article_key: str, sentence_index: int, sentence: str, event: ParsedEvent) -> str:
    """Return a hash (24 hex digits) of where an event stands and what it says, the same on every machine.

    It does not depend on confidences, so it stays when a model is recalibrated.
    """
    spans = (event.trigger, event.source, event.target, event.place, event.time)
    shown = [f"{span[0]}:{span[1]}" if span else "" for span in spans]
    parts = (article_key, str(sentence_index), sentence, event.code, event.status, *shown)
    return blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()


def _cut(sentence: str, span: Offsets | None) -> str | None:
    if span is None:
        return None
    start, end = span
    if not 0 <= start < end <= len(sentence):
        raise ValueError(
            f"the parser returned the span {start}:{end} in a sentence of {len(sentence)} characters"
        )
    return sentence[start:end]


def _start(span: Offsets | None) -> int | None:
    return None if span is None else span[0]


def _end(span: Offsets | None) -> int | None:
    return None if span is None else span[1]
