"""The Python door to what ``coder code --engine daft`` does."""

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from coder.pipeline.engine import ModelEngine
from coder.pipeline.predictor import selection
from coder.pipeline.read import ReadOptions
from coder.pipeline.run import Listeners, RunOptions, run
from coder.pipeline.summary import Summary

StrPath = str | PathLike[str]


def code_files(
    inputs: StrPath | Sequence[StrPath],
    output: StrPath,
    *,
    address: str | None = None,
    workers: int = 0,
    threads: int = 1,
    model: StrPath | None = None,
    dictionaries: Sequence[StrPath] = (),
    min_confidence: float = 0.0,
    not_asserted: bool = False,
    every_mention: bool = False,
    lone_statements: bool = False,
    read: ReadOptions | None = None,
    tell: Callable[[str], None] = lambda text: None,
    progress: Callable[[Summary], None] = lambda summary: None,
    **options: Any,
) -> Summary:
    """Code files with Daft into one table and return the counts; called again after an interruption, it goes on.

    Rows, order, error file and resume are those of ``coder code``. ``address`` is that of a Ray cluster (None: this machine), ``workers`` the
    number of processes, each with its own model and ``threads`` threads (0: one a CPU). ``read`` names columns and dates; ``options`` are
    further fields of :class:`coder.pipeline.run.RunOptions`, such as ``errors``, ``summary``, ``limit``, ``force`` and ``restart``. ``tell`` gets
    notices, ``progress`` the counts after each chunk. Raises what :func:`coder.pipeline.run.run` raises, and MissingExtraError without Daft.
    """
    named = [inputs] if isinstance(inputs, str | PathLike) else inputs
    chosen = selection(min_confidence, not_asserted, every_mention, lone_statements)
    engine = ModelEngine(
        None if model is None else Path(model), tuple(map(Path, dictionaries)), chosen, threads
    )
    run_options = RunOptions(
        inputs=tuple(str(path) for path in named),
        output=Path(output),
        read=read or ReadOptions(),
        workers=workers,
        engine="daft",
        address=address,
        **options,
    )
    return run(run_options, engine, Listeners(tell, progress), _no_show)


def _no_show(groups: object) -> None:
    raise AssertionError("a run with an output shows no events")
