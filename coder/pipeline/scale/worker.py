"""What runs in Daft's processes: classes that load one model and code batches with it."""

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from daft import DataType, Series, cls, method

from coder.errors import CoderError, InputError, ModelError, OntologyError
from coder.pipeline.article import Article
from coder.pipeline.chunk import code_chunk, code_each
from coder.pipeline.coding import CodedArticle, EventCoder
from coder.pipeline.engine import Engine
from coder.pipeline.event import Event
from coder.pipeline.read import Notices, ReadOptions
from coder.pipeline.read.fields import FieldMap
from coder.pipeline.read.record import Origin
from coder.pipeline.scale.wire import chunk_from_bytes
from coder.pipeline.table import EVENT_SCHEMA

CODED = pa.struct([("number", pa.int64()), ("payload", pa.binary()), ("failure", pa.string())])
EVENTS = pa.struct([("events", pa.list_(pa.struct(list(EVENT_SCHEMA)))), ("error", pa.string())])
# What a worker takes in Ray's books: the workers of a machine that is lost find room on the others, if those are half of all.
_CPUS = 0.5
_ERRORS = {kind.__name__: kind for kind in (CoderError, InputError, ModelError, OntologyError)}


class ChunkWorker:
    """Codes chunks; a failure that is no article's fault is returned, since an exception would say less on the other side."""

    def __init__(self, engine: Engine, expected: str) -> None:
        self._coder: EventCoder | None = None
        self._failure: str | None = None
        try:
            found = fingerprint_text(engine)
            if found != expected:
                raise ModelError(
                    f"a worker has another model, dictionary or version of coder than this machine: expected {expected}, found {found}. "
                    "Install the same version everywhere, and give --model and --dictionary as paths that every machine has"
                )
            self._coder = engine.load()
        except Exception as error:
            self._failure = _failure_text(error)

    @method.batch(return_dtype=DataType.from_arrow_type(CODED), batch_size=1)
    def code(self, chunks: Series) -> pa.Array:
        """Return number, payload and failure of each chunk."""
        return pa.array([self._code(data) for data in chunks.to_pylist()], CODED)

    def _code(self, data: bytes) -> dict[str, Any]:
        chunk = chunk_from_bytes(data)
        if self._coder is None:
            return {"number": chunk.number, "failure": self._failure}
        try:
            return {"number": chunk.number, "payload": code_chunk(self._coder, chunk).payload()}
        except CoderError as error:
            return {"number": chunk.number, "failure": _failure_text(error)}


class FrameWorker:
    """Codes rows of a table; ``columns`` says which column feeds each field of an article, as in :class:`FieldMap`."""

    def __init__(self, engine: Engine, columns: dict[str, str], default_date: str | None) -> None:
        self._coder = engine.load()
        self._fields = FieldMap(columns)
        self._origin = Origin("row", ReadOptions(default_date=default_date), Notices(lambda text: None))

    def code(self, *columns: Series) -> pa.Array:
        """Return events and error of each row; exactly one of them is null."""
        names = list(self._fields.columns.values())
        records = zip(*(column.to_pylist() for column in columns), strict=True)
        items = [self._item(dict(zip(names, record, strict=True))) for record in records]
        results = iter(code_each(self._coder, [item for item in items if isinstance(item, Article)]))
        rows = [_row(next(results) if isinstance(item, Article) else item) for item in items]
        return pa.array(rows, EVENTS)

    def _item(self, record: dict[str, Any]) -> Article | str:
        try:
            return self._fields.article(record, self._origin, None)
        except InputError as error:
            return str(error)


def chunk_worker(engine: Engine, workers: int) -> Any:
    """Return a Daft class of ``workers`` processes that code chunks."""
    made = cls(ChunkWorker, cpus=_CPUS, max_concurrency=workers, use_process=True)
    return made(engine, fingerprint_text(engine))


def frame_worker(
    engine: Engine, columns: dict[str, str], default_date: str | None, workers: int, batch: int
) -> Any:
    """Return a Daft class of ``workers`` processes that code rows, ``batch`` at a time."""

    class Sized(FrameWorker):
        @method.batch(return_dtype=DataType.from_arrow_type(EVENTS), batch_size=batch)
        def code(self, *columns: Series) -> pa.Array:
            return super().code(*columns)

    made = cls(Sized, cpus=_CPUS, max_concurrency=workers, use_process=True)
    return made(engine, columns, default_date)


def fingerprint_text(engine: Engine) -> str:
    """Return what decides the results of an engine, as text that can be compared between machines."""
    return json.dumps(engine.fingerprint(), sort_keys=True)


def failure_of(text: str) -> CoderError:
    """Return the error that a worker reported."""
    name, _, reason = text.partition(": ")
    return _ERRORS.get(name, CoderError)(reason)


def _failure_text(error: Exception) -> str:
    if isinstance(error, CoderError):
        return f"{type(error).__name__}: {error}"
    return f"CoderError: a worker cannot load its model: {type(error).__name__}: {error}"


def _row(result: CodedArticle | str) -> dict[str, Any]:
    if isinstance(result, str):
        return {"events": None, "error": result}
    return {"events": _rows(result.events), "error": None}


def _rows(events: Sequence[Event]) -> list[dict[str, Any]]:
    return [event.to_row() for event in events]
