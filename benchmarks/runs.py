"""Runs in this process with a model that is already loaded: stage shares, and rates by length and by number of sentences.

What runs in one thread is timed by the processor's clock of this process: that is what a core has to do, whatever else the machine does.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.articles import Corpus, mean_words, of_length, sentences, take, write_articles
from benchmarks.model_calls import ModelCalls, recorded
from benchmarks.stopwatch import STAGES, Stopwatch, attached
from coder.pipeline.coding import EventCoder, Parser, Selection
from coder.pipeline.engine import ModelEngine
from coder.pipeline.event import Event
from coder.pipeline.run import Listeners, RunOptions, run
from coder.pipeline.summary import Summary


@dataclass(frozen=True, slots=True)
class WarmEngine:
    """An engine whose coder is loaded already, so that a run measures coding alone."""

    coder: EventCoder
    model: Path | None = None

    def load(self) -> EventCoder:
        """Return the loaded coder."""
        return self.coder

    def fingerprint(self) -> dict[str, Any]:
        """Return a fixed mark: nothing is resumed here."""
        return {"benchmark": True}


@contextmanager
def warm(model: Path | None, threads: int, watch: Stopwatch) -> Iterator[tuple[WarmEngine, ModelCalls]]:
    """Load the model with ``threads`` (0: all cores) and code a little, so that tables are read and memory is there."""
    with recorded(watch) as calls:
        engine = WarmEngine(ModelEngine(model, (), Selection(), threads).load(), model)
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "warm.jsonl"
            write_articles(source, ["Turkey summoned the US ambassador in Ankara on Monday."] * 30, 30)
            code_file(engine, source)
        if not calls.sessions:
            _time_session(engine.coder, watch)
        watch.seconds.clear()
        calls.clear()
        yield engine, calls


def code_file(engine: WarmEngine, source: Path) -> tuple[Summary, float]:
    """Run the pipeline over a file of articles into Parquet; return its summary and the CPU seconds."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.process_time()
        summary = run(
            RunOptions((str(source),), Path(folder) / "events.parquet"), engine, Listeners(), _no_show
        )
        return summary, time.process_time() - begin


def stage_shares(model: Path | None, texts: Sequence[str]) -> dict[str, Any]:
    """Return where the CPU time of an end-to-end run goes, with one thread, and what the model was asked for."""
    watch = Stopwatch(time.process_time)
    with tempfile.TemporaryDirectory() as folder, warm(model, 1, watch) as (engine, calls):
        source = Path(folder) / "articles.jsonl"
        write_articles(source, texts, len(texts))
        with attached(watch) as missing:
            summary, seconds = code_file(engine, source)
        stages = {stage: watch.seconds.get(stage, 0.0) for stage in STAGES}
        stages["other"] = max(0.0, seconds - sum(stages.values()))
        return {
            "sentences": summary.sentences,
            "words": mean_words(texts) * len(texts) / max(1, summary.sentences),
            "events": summary.events,
            "seconds": seconds,
            "stages": stages,
            "not_separated": missing,
            "model": _computed(calls, summary.sentences, watch.seconds.get("model", 0.0)),
        }


def rates_by_length(
    model: Path | None, corpus: Corpus, lengths: Iterable[int], words: int
) -> list[dict[str, Any]]:
    """Return the sentences a CPU second by length, with one thread: about ``words`` words are read for each of ``lengths``."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, warm(model, 1, Stopwatch()) as (engine, _):
        for length in lengths:
            texts = of_length(corpus, length, max(8, words // length))
            source = Path(folder) / f"{length}.jsonl"
            write_articles(source, texts, len(texts))
            row = {"words": length, **_parsed(engine.coder.parser, texts, time.process_time)}
            summary, seconds = code_file(engine, source)
            rows.append({**row, "end_to_end_per_second": summary.sentences / seconds})
    return rows


def parser_by_number(
    model: Path | None, corpus: Corpus, share: float, numbers: Iterable[int]
) -> list[dict[str, Any]]:
    """Return the sentences a second of the parser alone (tokenise, model, decode) on all cores, for each number of sentences."""
    with warm(model, 0, Stopwatch()) as (engine, _):
        return [
            {
                "sentences": number,
                **_parsed(engine.coder.parser, take(sentences(corpus, share), number), time.perf_counter),
            }
            for number in numbers
        ]


def _parsed(parser: Parser, texts: Sequence[str], clock: Callable[[], float]) -> dict[str, Any]:
    begin = clock()
    found = parser.parse(texts)
    seconds = clock() - begin
    return {
        "number": len(texts),
        "parser_per_second": len(texts) / seconds,
        "events_a_sentence": sum(map(len, found)) / len(texts),
    }


def _computed(calls: ModelCalls, number: int, seconds: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "seconds": seconds,
        "rows": calls.rows(),
        "tokens": calls.tokens,
        "padded_tokens": calls.padded_tokens,
    }
    try:
        found["multiply_adds"] = calls.multiply_adds() if calls.shapes else None
        found["multiply_adds_a_sentence"] = found["multiply_adds"] / number if calls.shapes else None
    except (ImportError, ValueError) as error:
        found["multiply_adds"] = found["multiply_adds_a_sentence"] = None
        found["not_counted"] = str(error)
    return found


def _time_session(coder: EventCoder, watch: Stopwatch) -> None:
    """Another runtime than onnxruntime: time the session's own methods."""
    session = getattr(coder.parser, "session", None)
    for name in dir(session):
        method = getattr(session, name)
        if not name.startswith("_") and callable(method):
            setattr(session, name, watch.timed("model", method))


def _no_show(groups: Iterable[list[Event]]) -> None:
    raise AssertionError("the run has an output file")
