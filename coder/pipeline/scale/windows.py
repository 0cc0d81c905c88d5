"""Chunks coded by Daft, results in order, a window of them under way."""

from collections.abc import Callable, Iterable, Iterator

from coder.errors import CoderError
from coder.pipeline.chunk import Chunk, CodedChunk
from coder.pipeline.engine import Engine
from coder.pipeline.payload import merge_payloads, unpack
from coder.pipeline.scale.session import Session

# Every window is one Daft query, whose processes load the model anew (a second or two): the first is short, so that a run shows
# soon whether it works, the next ones long enough for the loading not to count (64 chunks of a thousand sentences take minutes).
_FIRST, _MOST = 8, 64
_CHARACTERS = 256_000_000
_MOST_DEATHS = 8


def code_in_daft(
    chunks: Iterable[Chunk], engine: Engine, session: Session, workers: int, tell: Callable[[str], None]
) -> Iterator[CodedChunk]:
    """Yield the chunks coded by ``workers`` processes of Daft (0: one a CPU of the machine or cluster), in order.

    What was under way in a process, machine or query that dies is coded again; an article that ends its process every time becomes an
    error, and everything else is coded. Raises the error of the engine when a worker cannot load it, CoderError when Daft no longer
    works at all.
    """
    if workers > session.cpus and session.runner == "ray":
        tell(f"the Ray cluster has {session.cpus} CPUs: {session.cpus} workers code, not {workers}")
        workers = session.cpus
    windows = _Windows(engine, session, workers or session.cpus, tell)
    for window in windows.split(chunks):
        for payload in windows.code(window):
            _, meta = unpack(payload)
            yield CodedChunk(meta, payload=payload)


class _Broken(Exception):
    """A query ended before all its chunks were coded."""


class _Windows:
    def __init__(self, engine: Engine, session: Session, workers: int, tell: Callable[[str], None]) -> None:
        from coder.pipeline.scale.worker import chunk_worker

        self._session = session
        self._workers = workers
        self._tell = tell
        self._worker = chunk_worker(engine, workers)
        self._deaths = 0

    def split(self, chunks: Iterable[Chunk]) -> Iterator[list[Chunk]]:
        window: list[Chunk] = []
        size, characters = _FIRST, 0
        for chunk in chunks:
            window.append(chunk)
            characters += sum(len(article.text) for article in chunk.articles)
            if len(window) >= size * self._workers or characters >= _CHARACTERS:
                yield window
                window, characters, size = [], 0, min(2 * size, _MOST)
        if window:
            yield window

    def code(self, window: list[Chunk]) -> Iterator[bytes]:
        """Yield the payloads of a window in order, each as soon as those before it are there."""
        waiting: dict[int, bytes] = {}
        following = window[0].number
        for number, payload in self._results(window, first_time=True):
            waiting[number] = payload
            while following in waiting:
                yield waiting.pop(following)
                following += 1

    def _results(self, window: list[Chunk], first_time: bool) -> Iterator[tuple[int, bytes]]:
        """Yield number and payload of every chunk, in any order."""
        missing = {chunk.number: chunk for chunk in window}
        try:
            for number, payload in self._query(window):
                del missing[number]
                yield number, payload
            return
        except _Broken as error:
            reason = error
        rest = list(missing.values())
        if first_time:
            # A process or machine may be gone for reasons of its own: all that it left undone, once more.
            self._tell(f"a worker or query of Daft ended early ({reason}): coding {len(rest)} chunks again")
            yield from self._results(rest, first_time=False)
        elif len(rest) > 1:
            # One of them does it: halves tell which.
            for part in (rest[: len(rest) // 2], rest[len(rest) // 2 :]):
                yield from self._results(part, first_time=False)
        else:
            for chunk in rest:
                yield chunk.number, self._alone(chunk, reason)

    def _alone(self, chunk: Chunk, reason: _Broken) -> bytes:
        """Code a chunk that ends its process: without the article that does it, found by halves."""
        parts: list[Chunk] = [chunk.part(0, len(chunk.articles))]
        payloads: list[bytes] = []
        while parts:
            part = parts.pop(0)
            count = len(part.articles)
            try:
                payloads.extend(payload for _, payload in self._query([part]))
            except _Broken as error:
                if count > 1:
                    parts[:0] = [part.part(0, count // 2), part.part(count // 2, count)]
                else:
                    self._died(chunk, error)
                    chunk.errors.extend(
                        part.article_error(
                            index, "coding this article ended its worker process (out of memory?)"
                        )
                        for index in range(count)
                    )
        return merge_payloads(chunk, payloads)

    def _died(self, chunk: Chunk, reason: _Broken) -> None:
        """Make sure that it is the article, not Daft or the cluster, that fails."""
        self._deaths += 1
        try:
            for _ in self._query([chunk.part(0, 0)]):
                pass
        except _Broken as error:
            raise CoderError(
                f"Daft no longer works: {error}. What was coded so far is kept: mend this and run the same command again to go on"
            ) from reason
        if self._deaths > _MOST_DEATHS:
            raise CoderError(
                f"{self._deaths} articles ended their worker process: the machines may lack memory for {self._workers} workers; "
                "give fewer --workers and run the same command again to go on"
            )

    def _query(self, chunks: list[Chunk]) -> Iterator[tuple[int, bytes]]:
        """Yield number and payload as Daft returns them; raises _Broken when it stops before the end."""
        from coder.pipeline.scale.wire import chunk_to_bytes
        from coder.pipeline.scale.worker import failure_of

        daft = self._session.daft
        left = len(chunks)
        try:
            frame = daft.from_pydict({"chunk": [chunk_to_bytes(chunk) for chunk in chunks]})
            if self._session.runner == "ray" and left > 1:
                # A partition is a task of Ray's: one a chunk, so that a dead machine takes few of them along.
                frame = frame.into_partitions(left)
            coded = frame.select(self._worker.code(daft.col("chunk")).alias("coded"))
            for row in coded.iter_rows(results_buffer_size=2 * self._workers):
                result = row["coded"]
                if result["failure"] is not None:
                    raise failure_of(result["failure"])
                left -= 1
                yield result["number"], result["payload"]
        except CoderError:
            raise
        except Exception as error:
            # Daft's errors for a dead process are RuntimeError, EOFError, Ray's own or a DaftCoreException.
            raise _Broken(f"{type(error).__name__}: {_first_line(error)}") from error
        if left:
            raise _Broken(f"{left} chunks came back without a result")


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no reason given")[:300]
