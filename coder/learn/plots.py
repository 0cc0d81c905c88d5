"""The pictures of a run: confusion matrix of the roots and reliability diagram."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from coder.corpus.scoring import NONE, ece
from coder.corpus.scoring import reliability as reliability_bins
from coder.errors import CorpusError

_BLUE = "#2b6cb0"


def confusion(
    path: Path,
    gold_roots: Sequence[str],
    predicted_roots: Sequence[str],
    labels: Sequence[str],
    names: Mapping[str, str] | None = None,
) -> None:
    """Write the confusion matrix of roots as a PNG: rows gold, columns predicted, shades shares of the row.

    "none" (an event missed or made up) gets a row and a column where it occurs; ``names`` are written after
    the codes of the rows. Raises CorpusError when the sequences differ in length or hold another label.
    """
    if len(gold_roots) != len(predicted_roots):
        raise CorpusError(f"{len(gold_roots)} gold roots but {len(predicted_roots)} predicted: give pairs")
    order = list(labels)
    if NONE not in order and NONE in {*gold_roots, *predicted_roots}:
        order.append(NONE)
    unknown = sorted({*gold_roots, *predicted_roots} - set(order))
    if unknown:
        raise CorpusError(f"the roots {', '.join(unknown)} are not among the labels {', '.join(order)}")
    place = {label: i for i, label in enumerate(order)}
    counts = np.zeros((len(order), len(order)), dtype=np.int64)
    for gold, predicted in zip(gold_roots, predicted_roots, strict=True):
        counts[place[gold], place[predicted]] += 1
    totals = counts.sum(1, keepdims=True)
    shares = counts / np.maximum(totals, 1)
    side = 3.2 + 0.36 * len(order)
    figure = Figure(figsize=(side, side - 1.0), layout="constrained")
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[row, column] > 0.55 else "black"
        size = 8 if counts[row, column] < 1000 else 6.5
        axes.text(
            column, row, str(counts[row, column]), ha="center", va="center", fontsize=size, color=colour
        )
    axes.set_xticks(range(len(order)), order, fontsize=8)
    axes.set_yticks(range(len(order)), [_named(label, names) for label in order], fontsize=8)
    axes.set_xlabel("predicted root")
    axes.set_ylabel("annotated root")
    right = int(np.trace(counts))
    axes.set_title(f"{right} of {len(gold_roots)} right ({right / max(1, len(gold_roots)):.1%})", fontsize=10)
    figure.colorbar(image, ax=axes, shrink=0.7, label="share of the row")
    _save(figure, path)


def reliability(path: Path, confidences: Sequence[float], right: Sequence[bool]) -> None:
    """Write the reliability diagram as a PNG: share of right events a bin of confidence, and events a bin.

    The bins are those of coder.corpus.scoring.reliability, which raises CorpusError for unusable values.
    """
    rows = reliability_bins(confidences, right)
    figure = Figure(figsize=(5.2, 5.6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    middles = [(row["low"] + row["high"]) / 2 for row in rows]
    widths = [(row["high"] - row["low"]) * 0.94 for row in rows]
    upper.bar(
        middles, [row["accuracy"] for row in rows], widths, color=_BLUE, alpha=0.85, label="share right"
    )
    upper.plot(
        [row["confidence"] for row in rows],
        [row["accuracy"] for row in rows],
        "o",
        color="black",
        ms=4,
        label="at mean confidence",
    )
    upper.plot([0, 1], [0, 1], "--", color="grey", lw=1, label="perfectly calibrated")
    upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="share of events that are right")
    upper.set_title(f"ECE {ece(confidences, right):.3f} over {len(right)} events", fontsize=10)
    upper.legend(loc="upper left", fontsize=8)
    lower.bar(middles, [row["events"] for row in rows], widths, color="grey")
    lower.set(xlabel="confidence", ylabel="events")
    _save(figure, path)


def _named(label: str, names: Mapping[str, str] | None) -> str:
    return f"{label} {names[label]}" if names and label in names else label


def _save(figure: Any, path: Path) -> None:
    # The canvas is set by hand, so that drawing never touches the caller's matplotlib backend.
    FigureCanvasAgg(figure)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130, format="png", bbox_inches="tight", metadata={"Software": "coder"})
