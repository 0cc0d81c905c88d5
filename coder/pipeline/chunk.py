"""The unit of work of a batch run: some articles in, one self-contained payload out."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from coder.errors import CoderError, InputError
from coder.pipeline.article import Article
from coder.pipeline.coding import CodedArticle, EventCoder
from coder.pipeline.event import EVENT_SCHEMA, Event, events_to_batch
from coder.pipeline.read import ReadOptions, RecordError, Source, read_source
from coder.pipeline.read.record import Notices

# About a thousand sentences: full batches for the parser, and little lost when a run is killed.
_CHARACTERS = 200_000
_ITEMS = 256
_META = b"coder"


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
        return Chunk(self.number, [self.articles[index]], [self.places[index]], [], self.end)

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


def code_chunk(coder: EventCoder, chunk: Chunk) -> bytes:
    """Return the payload of a chunk: its events as an Arrow file whose metadata are its :class:`ChunkMeta`.

    An article that cannot be coded becomes an error and spoils no other. Raises CoderError when the model
    or another file of ours is at fault.
    """
    errors = list(chunk.errors)
    coded: list[CodedArticle] = []
    try:
        coded = _coded(coder, chunk.articles)
    except _ArticleError:
        # One of them broke the batch: find out which by coding each alone.
        for index, article in enumerate(chunk.articles):
            try:
                coded.extend(_coded(coder, [article]))
            except _ArticleError as error:
                errors.append(chunk.article_error(index, f"this article cannot be coded: {error}"))
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
    return pack(events_to_batch(events), meta)


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


def pack(batch: pa.RecordBatch, meta: ChunkMeta) -> bytes:
    """Return events and meta as the bytes of one Arrow file."""
    values = {
        "number": meta.number,
        "end": [meta.end.source, meta.end.record],
        "read": meta.read,
        "articles": meta.articles,
        "sentences": meta.sentences,
        "events": meta.events,
        "errors": [error.to_dict() for error in meta.errors],
        "codes": meta.codes,
        "dyads": meta.dyads,
    }
    schema = EVENT_SCHEMA.with_metadata({_META: json.dumps(values).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        if batch.num_rows:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))
    payload: bytes = sink.getvalue().to_pybytes()
    return payload


def unpack(payload: Any) -> tuple[list[pa.RecordBatch], ChunkMeta]:
    """Return the events and meta of a payload (bytes, or an Arrow buffer or file); raises pyarrow's error
    when it is not whole.
    """
    with pa.ipc.open_file(payload) as reader:
        values = json.loads(reader.schema.metadata[_META])
        batches = [
            pa.RecordBatch.from_arrays(reader.get_batch(index).columns, schema=EVENT_SCHEMA)
            for index in range(reader.num_record_batches)
        ]
    meta = ChunkMeta(
        values["number"],
        Position(*values["end"]),
        values["read"],
        values["articles"],
        values["sentences"],
        values["events"],
        [RecordError(**error) for error in values["errors"]],
        Counter(values["codes"]),
        Counter(values["dyads"]),
    )
    return batches, meta


def merge_payloads(chunk: Chunk, payloads: Iterable[bytes]) -> bytes:
    """Return one payload for a chunk whose articles were coded one by one."""
    meta = ChunkMeta(chunk.number, chunk.end, read=len(chunk.articles), errors=list(chunk.errors))
    batches: list[pa.RecordBatch] = []
    for payload in payloads:
        events, part = unpack(payload)
        batches.extend(events)
        meta.articles += part.articles
        meta.sentences += part.sentences
        meta.events += part.events
        meta.errors.extend(part.errors)
        meta.codes.update(part.codes)
        meta.dyads.update(part.dyads)
    table = pa.Table.from_batches(batches, EVENT_SCHEMA).combine_chunks()
    return pack(table.to_batches()[0] if table.num_rows else events_to_batch([]), meta)
