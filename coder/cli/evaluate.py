"""``coder evaluate``: how well a model does on annotated sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    model: Annotated[
        str,
        typer.Argument(metavar="MODEL", help="Folder of an exported model, or 'default': the shipped one."),
    ],
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="DATA…", help="Split files (.jsonl), batch files of markup, or folders of them."
        ),
    ],
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the whole report as JSON ('-': print only that)."),
    ] = None,
    count_all: Annotated[
        bool, typer.Option("--all", help="Count all events; by default only the asserted ones count.")
    ] = False,
    min_confidence: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Leave out predicted events below this confidence.")
    ] = 0.0,
    ontology: Annotated[
        Path | None, typer.Option(help="Table of codes to take names from; CAMEO by default.")
    ] = None,
) -> None:
    """Score a model on annotated sentences: event tuples, codes, spans, calibration, each root.

    Example: coder evaluate default data/built/test.jsonl --json scores.json
    """
    from coder.infer.parser import EventParser
    from coder.ontology import load_ontology
    from coder.report.evaluate import evaluate_files, grids, summary
    from coder.report.tables import show

    codes = load_ontology(ontology)
    parser = EventParser.from_pretrained(None if model == "default" else model)
    with _Progress() as progress:
        report = evaluate_files(
            parser,
            data,
            asserted_only=not count_all,
            min_confidence=min_confidence,
            progress=progress,
        )
    report["model"]["folder"] = model
    text = json.dumps(report, indent=1, ensure_ascii=False)
    if json_file == Path("-"):
        typer.echo(text)
        return
    typer.echo(summary(report))
    show(grids(report, {root: codes[root].name for root in codes.roots}))
    if json_file is not None:
        write_text(json_file, text + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a result file, whole or not at all; InputError when its folder is missing or not writable."""
    from coder.errors import InputError
    from coder.pipeline.write.atomic import replacing

    if not path.parent.is_dir():
        raise InputError(f"{path} cannot be written: the folder {path.parent} does not exist: make it first")
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


class _Progress:
    """A bar on standard error, shown on a terminal only."""

    def __enter__(self) -> _Progress:
        from rich.console import Console
        from rich.progress import Progress

        console = Console(stderr=True)
        self._bar = Progress(console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("parsing", total=None)
        self._bar.start()
        return self

    def __call__(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
