"""A folder of articles and the options of a run over it, for tests of interrupted runs."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from coder.pipeline.event import Event
from coder.pipeline.run import RunOptions


def no_show(groups: Iterable[list[Event]]) -> None:
    raise AssertionError("there is an output file")


def corpus(folder: Path, files: int = 4, articles: int = 300) -> Path:
    """Files of articles with some broken lines, enough for several chunks."""
    source = folder / "news"
    source.mkdir(exist_ok=True)
    for number in range(files):
        lines = []
        for index in range(articles):
            text = f"Turkey attacked Iran in Place{number}x{index}. Nothing else. Jordan met Egypt in Town{index}."
            lines.append("{broken" if index % 97 == 5 else json.dumps({"text": text, "date": "2019-10-07"}))
        (source / f"{number}.jsonl").write_text("\n".join(lines) + "\n")
    return source


def rows(path: Path) -> list[dict]:
    return pq.read_table(path).to_pylist()


def errors(path: Path) -> list[str]:
    return Path(f"{path}.errors.jsonl").read_text().splitlines()


def options(source: Path, output: Path, **changes: object) -> RunOptions:
    return replace(RunOptions((str(source),), output), **changes)  # type: ignore[arg-type]
