"""Chunks coded by a pool of processes, results in order, a bounded number under way."""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from coder.errors import CoderError
from coder.pipeline.chunk import Chunk, CodedChunk, code_chunk
from coder.pipeline.coding import EventCoder
from coder.pipeline.engine import Engine
from coder.pipeline.heap import return_freed_memory
from coder.pipeline.payload import merge_payloads, unpack

# Chunks under way a worker: one at hand and one waiting keep it busy while results are written.
_AHEAD = 2
_MOST_DEATHS = 8


def code_in_pool(chunks: Iterable[Chunk], engine: Engine, workers: int) -> Iterator[CodedChunk]:
    """Yield the chunks coded by ``workers`` processes, in order.

    A worker that dies is replaced; the article that kills it twice becomes an error, and everything else is coded.
    Raises the error of the engine when it cannot be loaded.
    """
    pool = _Pool(engine, workers)
    try:
        for payload in pool.code(chunks):
            _, meta = unpack(payload)
            yield CodedChunk(meta, payload=payload)
    finally:
        pool.stop()


class _Pool:
    def __init__(self, engine: Engine, workers: int) -> None:
        self._engine = engine
        self._workers = workers
        self._executor = self._start()
        self._deaths = 0

    def _start(self) -> ProcessPoolExecutor:
        # spawn: a fork of a process with a loaded runtime and its threads may hang.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(
            self._workers, mp_context=context, initializer=_load, initargs=(self._engine,)
        )

    def stop(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def code(self, chunks: Iterable[Chunk]) -> Iterator[bytes]:
        under_way: deque[tuple[Chunk, Future[bytes]]] = deque()
        for chunk in chunks:
            under_way.append((chunk, self._submit(chunk)))
            if len(under_way) >= self._workers * _AHEAD:
                yield self._next(under_way)
        while under_way:
            yield self._next(under_way)

    def _submit(self, chunk: Chunk) -> "Future[bytes]":
        try:
            return self._executor.submit(_code, chunk)
        except BrokenProcessPool as error:
            failed: Future[bytes] = Future()
            failed.set_exception(error)
            return failed

    def _next(self, under_way: "deque[tuple[Chunk, Future[bytes]]]") -> bytes:
        chunk, future = under_way.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            # Which chunk did it is not known: this one goes alone, the others are sent again to the new pool
            # afterwards.
            self._restart()
            payload = self._alone(chunk)
            for index, (other, future) in enumerate(under_way):
                if not (future.done() and future.exception() is None):
                    under_way[index] = (other, self._submit(other))
            return payload

    def _restart(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = self._start()

    def _alone(self, chunk: Chunk) -> bytes:
        """Code a chunk with nothing else under way; where it kills its worker, article by article."""
        try:
            return self._executor.submit(_code, chunk).result()
        except BrokenProcessPool:
            self._died()
        payloads = []
        for index in range(len(chunk.articles)):
            try:
                payloads.append(self._executor.submit(_code, chunk.only(index)).result())
            except BrokenProcessPool:
                chunk.errors.append(
                    chunk.article_error(
                        index, "coding this article ended its worker process (out of memory?)"
                    )
                )
                self._died()
        return merge_payloads(chunk, payloads)

    def _died(self) -> None:
        self._deaths += 1
        if self._deaths > _MOST_DEATHS:
            raise CoderError(
                f"{self._deaths} worker processes died one after another: the machine may lack memory "
                f"for {self._workers} of them; "
                "give fewer --workers and run the same command again to go on"
            )
        self._restart()


_coder: EventCoder | None = None
_failure: Exception | None = None


def _load(engine: Engine) -> None:
    """Load the coder of this worker; a failure is kept for the first chunk, since one raised here would look
    like a death.
    """
    global _coder, _failure
    # Ctrl-C reaches the whole process group: the parent decides. And a worker must not outlive a parent that was killed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _coder = engine.load()
    except Exception as error:
        _failure = error


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _code(chunk: Chunk) -> bytes:
    if _coder is None:
        raise _failure or CoderError("the worker process has no model")
    payload = code_chunk(_coder, chunk).payload()
    return_freed_memory()
    return payload
