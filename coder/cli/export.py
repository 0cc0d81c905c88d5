"""``coder export``: from a finished training run to a model folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coder.cli.extras import needs_extra

if TYPE_CHECKING:
    from coder.learn.schema import DataConfig


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a finished run of 'coder train'.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FOLDER", help="Model folder to write. Default: RUN/export."),
    ] = None,
    float32: Annotated[
        bool, typer.Option("--float32", help="Keep 32-bit weights; by default they become 8-bit integers.")
    ] = False,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder with train.jsonl, validation.jsonl and perhaps test.jsonl. Default: those of the run.",
        ),
    ] = None,
) -> None:
    """Export a trained run to a model folder that 'coder code' and Predictor read, calibrated and evaluated.

    Example: coder export runs/parser/2026-11-24_19-42-56 -o models/mine
    """
    with needs_extra("train", "coder export"):
        folder, metrics = export_run(run, output, quantise=not float32, data=data)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    typer.echo(f"{folder}: {size:.1f} MB, {'float32' if float32 else 'int8'}")
    for split in ("validation", "test"):
        scored = metrics.get(f"{split}_tuples")
        if scored:
            tuples = scored["levels"]["root+source+target"]["f1"]
            typer.echo(f"{split}: tuple F1 {tuples:.3f}, ECE {scored['calibration']['ece']:.3f}")


def export_run(
    run: Path, output: Path | None = None, *, quantise: bool = True, data: Path | None = None
) -> tuple[Path, dict[str, Any]]:
    """Export ``run`` into ``output`` and return the model folder and the run's metrics.

    The splits, for the ranges of int8, for calibration and for evaluation, come from the folder ``data``, else from
    where the run had them. Raises ModelError for a folder that is no finished run of an event parser, CorpusError
    for missing splits.
    """
    from coder.errors import ModelError
    from coder.learn.data import check_codes, labels_of, load_splits
    from coder.learn.finish import finish, load_config

    if not (run / "config.yaml").is_file() or not (run / "metrics.json").is_file():
        raise ModelError(
            f"{run} is no finished training run (no config.yaml or metrics.json): give the folder that 'coder train' named at its end"
        )
    config = load_config(run)
    if config.model.kind != "parser":
        raise ModelError(
            f"{run} is a run of model={config.model.kind}: only the event parser is exported (model=parser)"
        )
    given = config.data if data is None else _splits_in(data, config.data)
    splits = load_splits(given)
    check_codes(splits, labels_of(given))
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    return finish(run, splits, metrics, output, quantise), metrics


def _splits_in(folder: Path, config: DataConfig) -> DataConfig:
    """Return ``config`` with the split files of ``folder``."""
    from dataclasses import replace

    test = folder / "test.jsonl"
    return replace(
        config,
        seeds=None,
        train=str(folder / "train.jsonl"),
        validation=str(folder / "validation.jsonl"),
        test=str(test) if test.is_file() else None,
    )
