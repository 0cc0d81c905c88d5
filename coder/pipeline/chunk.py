"""The unit of work of a batch run: some articles in, their events and what is to be known of them out."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from coder.errors import CoderError, InputError
from coder.pipeline.article import Article
from coder.pipeline.coding import CodedArticle, EventCoder
from coder.pipeline.event import Event
from coder.pipeline.read import ReadOptions, RecordError, Source, read_source
from coder.pipeline.read.record import Notices

# About a thousand sentences: full batches for the parser, and little lost when a run is killed.
_CHARACTERS = 200_000
_ITEMS = 256


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading stands: ``source`` sources are behind, and ``record`` items of the one at hand."""

    source: int = 0
    record: int = 0


@dataclass(slots=True)
class Chunk:
    """Articles read one after another, with the source label and item number of each, and the errors between
    them.
    """

    number: int
    articles: list[Article] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)
    errors: list[RecordError] = field(default_factory=list)
    end: Position = Position()

    def only(self, index: int) -> "Chunk":
        """Return a chunk of one of the articles and none of the errors."""
        return self.part(index, index + 1)

    def part(self, start: int, end: int) -> "Chunk":
        """Return a chunk of the articles from ``start`` to before ``end``, and none of the errors."""
        return Chunk(self.number, self.articles[start:end], self.places[start:end], [], self.end)

    def article_error(self, index: int, reason: str) -> RecordError:
        """Return the error for one of the articles."""
        label, number = self.places[index]
        return RecordError(label, f"record {number}", reason, self.articles[index].text[:2000])


@dataclass(slots=True)
class ChunkMeta:
    """What a run keeps of a chunk besides its events."""

    number: int
    end: Position
    read: int = 0  # articles, whether they could be coded or not
    articles: int = 0
    sentences: int = 0
    events: int = 0
    errors: list[RecordError] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    dyads: Counter[str] = field(default_factory=Counter)


def chunked(
    sources: Iterable[Source],
    options: ReadOptions,
    notices: Notices,
    start: Position = Position(),
    first: int = 0,
    limit: int | None = None,
) -> Iterator[Chunk]:
    """Yield chunks of the sources from ``start`` on, numbered from ``first``; at most ``limit`` articles.

    The same sources give the same chunks, wherever reading starts between two of them.
    """
    chunk = Chunk(first, end=start)
    characters = 0
    for index, source in enumerate(sources):
        if index < start.source:
            continue
        done = start.record if index == start.source else 0
        for number, item in enumerate(read_source(source, options, notices), 1):
            if number <= done:
                continue
            if isinstance(item, Article):
                if limit is not None and limit <= 0:
                    yield from [chunk] if chunk.articles or chunk.errors else []
                    return
                limit = None if limit is None else limit - 1
                chunk.articles.append(item)
                chunk.places.append((source.label, number))
                characters += len(item.text)
            else:
                chunk.errors.append(item)
            chunk.end = Position(index, number)
            if characters >= _CHARACTERS or len(chunk.articles) + len(chunk.errors) >= _ITEMS:
                yield chunk
                chunk, characters = Chunk(chunk.number + 1, end=chunk.end), 0
        chunk.end = Position(index + 1, 0)
    if chunk.articles or chunk.errors:
        yield chunk


class CodedChunk:
    """The events of a chunk and its meta; made in this process, or in another one and brought here as the bytes of a payload."""

    def __init__(
        self, meta: ChunkMeta, events: list[Event] | None = None, payload: bytes | None = None
    ) -> None:
        self.meta = meta
        self._events = events
        self._payload = payload

    def events(self) -> list[Event]:
        """Return the events, in order."""
        if self._events is None:
            from coder.pipeline.payload import unpack
            from coder.pipeline.table import batch_to_events

            batches, _ = unpack(self._payload)
            self._events = [event for batch in batches for event in batch_to_events(batch)]
        return self._events

    def payload(self) -> bytes:
        """Return events and meta as the bytes of one Arrow file."""
        if self._payload is None:
            from coder.pipeline.payload import pack
            from coder.pipeline.table import events_to_batch

            self._payload = pack(events_to_batch(self._events or []), self.meta)
        return self._payload


def code_chunk(coder: EventCoder, chunk: Chunk) -> CodedChunk:
    """Return the events of a chunk.

    An article that cannot be coded becomes an error and spoils no other. Raises CoderError when the model
    or another file of ours is at fault.
    """
    errors = list(chunk.errors)
    coded: list[CodedArticle] = []
    for index, result in enumerate(code_each(coder, chunk.articles)):
        if isinstance(result, CodedArticle):
            coded.append(result)
        else:
            errors.append(chunk.article_error(index, result))
    events = [event for article in coded for event in article.events]
    meta = ChunkMeta(
        chunk.number,
        chunk.end,
        read=len(chunk.articles),
        articles=len(coded),
        sentences=sum(article.sentences for article in coded),
        events=len(events),
        errors=errors,
        codes=Counter(event.code for event in events),
        dyads=Counter(_dyad(event) for event in events if event.source_country and event.target_country),
    )
    return CodedChunk(meta, events)


def code_each(coder: EventCoder, articles: list[Article]) -> list[CodedArticle | str]:
    """Return for each article, in order, its events or the reason why it cannot be coded.

    Raises CoderError when the model or another file of ours is at fault.
    """
    try:
        return [*_coded(coder, articles)]
    except _ArticleError:
        # One of them broke the batch: find out which by coding each alone.
        return [_coded_alone(coder, article) for article in articles]


def _coded_alone(coder: EventCoder, article: Article) -> CodedArticle | str:
    try:
        return _coded(coder, [article])[0]
    except _ArticleError as error:
        return f"this article cannot be coded: {error}"


class _ArticleError(Exception):
    """Coding failed, and an article may be why."""


def _coded(coder: EventCoder, articles: list[Article]) -> list[CodedArticle]:
    """Code the articles; raises _ArticleError for what one of them may have caused, and what is no article's fault as it is."""
    try:
        return coder.code(articles) if articles else []
    except InputError as error:
        raise _ArticleError(str(error)) from error
    except CoderError:
        raise
    except (OSError, ImportError) as error:
        raise CoderError(
            f"a file or package that coding needs cannot be read: {type(error).__name__}: {error}"
        ) from error
    except Exception as error:
        raise _ArticleError(f"{type(error).__name__}: {error}") from error


def _dyad(event: Event) -> str:
    return f"{event.source_country}-{event.target_country}"
