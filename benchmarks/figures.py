"""The results as pictures, a PNG each."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

Results = dict[str, Any]
_COLOURS = ("#2b6cb0", "#dd6b20", "#2f855a", "#805ad5", "#b83280", "#718096", "#d69e2e", "#319795", "#4a5568")
_BAR, _GOAL, _MOST_MB = 400, 1000, 1000


def draw(results: Results, folder: Path) -> list[Path]:
    """Write a picture of each section that was measured; return the files."""
    files = []
    for name, picture in _PICTURES.items():
        if name in results:
            figure = Figure(figsize=(8, 4.5), layout="constrained")
            picture(figure, results[name])
            FigureCanvasAgg(figure)
            path = folder / f"{name}.png"
            figure.savefig(path, dpi=130)
            files.append(path)
    return files


def _shares(figure: Figure, found: Results) -> None:
    axes = figure.add_subplot()
    for row, part in enumerate(found.values()):
        left = 0.0
        for place, (stage, seconds) in enumerate(part["stages"].items()):
            each = 1000 * seconds / part["sentences"]
            share = seconds / part["seconds"]
            axes.barh(row, each, left=left, color=_COLOURS[place], height=0.55, label=None if row else stage)
            if share > 0.06:
                axes.text(
                    left + each / 2, row, f"{share:.0%}", ha="center", va="center", color="white", fontsize=9
                )
            left += each
        note = f" {left:.1f} ms: {1000 / left:,.0f} sentences/CPU-s\n {part['events'] / part['sentences']:.2f} events a sentence"
        axes.text(left, row, note, ha="left", va="center", fontsize=9)
    axes.set_yticks(range(len(found)), [f"event-{mix}" for mix in found])
    axes.set_ylim(-0.6, len(found) - 0.4)
    axes.set_xlim(0, 1.32 * max(1000 * part["seconds"] / part["sentences"] for part in found.values()))
    axes.set_xlabel("milliseconds of CPU time a sentence, one thread")
    axes.set_title("Where the time of a run goes (28 words a sentence)")
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=5, frameon=False, fontsize=9
    )


def _lengths(figure: Figure, found: Results) -> None:
    left, right = figure.subplots(1, 2)
    words = [row["words"] for row in found["rows"]]
    for place, (key, label) in enumerate(
        (("parser_per_second", "parser alone"), ("end_to_end_per_second", "end to end"))
    ):
        rates = [row[key] for row in found["rows"]]
        left.plot(words, rates, "o-", color=_COLOURS[place], label=label)
        costs = [1e6 / rate / length for rate, length in zip(rates, words, strict=True)]
        right.plot(words, costs, "o-", color=_COLOURS[place], label=label)
    left.set(ylabel="sentences a second of CPU time", ylim=(0, None), title="Rate")
    right.set(ylabel="microseconds of CPU time a word", ylim=(0, None), title="Cost of a word")
    for axes in (left, right):
        axes.set_xlabel("words a sentence")
        axes.set_xlim(0, max(words) * 1.05)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    figure.suptitle("How the cost grows with the length of sentences (one thread)")


def _numbers(figure: Figure, found: Results) -> None:
    left, right = figure.subplots(1, 2)
    for place, (mix, part) in enumerate(found.items()):
        runs = part["end_to_end"]
        numbers = [run["sentences"] for run in runs]
        left.plot(
            numbers, [run["seconds"] for run in runs], "o-", color=_COLOURS[place], label=f"event-{mix}"
        )
        right.plot(
            numbers,
            [run["per_second"] for run in runs],
            "o-",
            color=_COLOURS[place],
            label=f"{mix}: end to end",
        )
        right.plot(
            [row["sentences"] for row in part["parser"]],
            [row["parser_per_second"] for row in part["parser"]],
            "s--",
            color=_COLOURS[place],
            label=f"{mix}: parser alone",
            alpha=0.7,
        )
    left.set(xscale="log", yscale="log", ylabel="seconds from the start of the command", title="Time")
    right.set(xscale="log", ylabel="sentences a second", title="Rate, start included")
    right.axhline(_BAR, color="grey", lw=1, ls=":", label=f"bar {_BAR}")
    if max(run["per_second"] for part in found.values() for run in part["end_to_end"]) > 0.5 * _GOAL:
        right.axhline(_GOAL, color="black", lw=1, ls=":", label=f"goal {_GOAL:,}")
    right.set_ylim(0, None)
    left.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    left.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    left.yaxis.set_minor_formatter(NullFormatter())
    for axes in (left, right):
        _number_ticks(axes, [run["asked"] for run in next(iter(found.values()))["end_to_end"]])
        axes.grid(alpha=0.3, which="major")
    workers = next(iter(found.values()))["end_to_end"][0]["workers"]
    left.legend(frameon=False)
    figure.legend(
        *right.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, fontsize=9
    )
    figure.suptitle(f"How the cost grows with the number of sentences (--workers {workers})")


def _workers(figure: Figure, found: Results) -> None:
    axes = figure.add_subplot()
    width = 0.8 / len(found)
    for place, (mix, runs) in enumerate(found.items()):
        at = [i + (place - (len(found) - 1) / 2) * width for i in range(len(runs))]
        rates = [run["per_second"] for run in runs]
        bars = axes.bar(at, rates, width * 0.95, color=_COLOURS[place], label=f"event-{mix}")
        axes.bar_label(bars, [f"{rate:,.0f}" for rate in rates], padding=2, fontsize=9)
    runs = next(iter(found.values()))
    names = [f"{run['workers']} workers" if run["workers"] else "this process, all cores" for run in runs]
    axes.set_xticks(range(len(runs)), [name.replace("1 workers", "1 worker, all cores") for name in names])
    axes.set(
        ylabel="sentences a second, start included", title=f"{runs[0]['asked']:,} sentences by coder code"
    )
    axes.margins(y=0.12)
    axes.legend(frameon=False)


def _memory(figure: Figure, found: Results) -> None:
    """Peaks by number of sentences, and the course of the longest run of each kind, on one axis of sentences."""
    left, right = figure.subplots(1, 2, sharey=True)
    kinds = sorted({(row["standin"], row["workers"]) for row in found["rows"]})
    for place, (standin, workers) in enumerate(kinds):
        rows = sorted(
            (row for row in found["rows"] if (row["standin"], row["workers"]) == (standin, workers)),
            key=lambda row: row["sentences"],
        )
        label = f"{'stand-in for the arithmetic' if standin else 'coder code'}, {workers} workers"
        course = [sample for sample in rows[-1]["memory"] if sample[3] > 0]
        for column, peak, style, name in ((1, "peak_mb", "-", "RSS"), (2, "peak_pss_mb", "--", "PSS")):
            left.plot(
                [row["sentences"] for row in rows],
                [row[peak] for row in rows],
                "o" + style,
                color=_COLOURS[place],
                label=f"{label}, {name}",
            )
            right.plot(
                [sample[3] for sample in course],
                [sample[column] for sample in course],
                style,
                color=_COLOURS[place],
                lw=1.2,
            )
    left.set(ylabel="MB, all processes", title="Peak of a run, by its sentences")
    right.set(title="During the longest run, by sentences done")
    highest = max(_MOST_MB, *(row["peak_mb"] for row in found["rows"]))
    for axes in (left, right):
        axes.axhline(_MOST_MB, color="grey", ls=":", lw=1, label="bar: 1 GB with 2 workers")
        axes.set(xscale="log", xlabel="sentences", ylim=(0, 1.1 * highest))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.grid(alpha=0.3)
    figure.legend(
        *left.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False, fontsize=8
    )
    figure.suptitle("Memory of coder code: resident (RSS), and with shared pages counted once (PSS)")


def _cold(figure: Figure, found: Results) -> None:
    axes = figure.add_subplot()
    left = 0.0
    for place, (step, seconds) in enumerate(found["steps"].items()):
        axes.barh(0, seconds, left=left, color=_COLOURS[place], height=0.5, label=f"{step}: {seconds:.2f} s")
        left += seconds
    axes.barh(1, found["first_event"], color=_COLOURS[5], height=0.5)
    axes.text(
        found["first_event"], 1, f"{found['first_event']:.2f} s ", va="center", ha="right", color="white"
    )
    axes.axvline(1.0, color="black", ls=":", lw=1)
    axes.text(1.0, 1.42, " goal 1 s", fontsize=9, va="center")
    axes.set_yticks([0, 1], ["in Python,\nimported", "coder code,\nfrom its start to\nthe first event"])
    axes.set_ylim(-0.5, 1.6)
    axes.set_xlim(0, 1.15 * max(1.0, left, found["first_event"]))
    axes.set(
        xlabel="seconds",
        title="Cold start (a new process, files in the system's cache)",
    )
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=9
    )


def _number_ticks(axes: Axes, numbers: Sequence[int]) -> None:
    """Label a logarithmic axis of sentences with the numbers that were measured."""
    axes.set_xticks(numbers, [f"{number:,}" for number in numbers], rotation=20, fontsize=9)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("sentences")


def _baselines(figure: Figure, found: Results) -> None:
    figure.set_size_inches(8, 1.6 + 0.4 * sum(map(len, found.values())))
    panels = figure.subplots(len(found), 1, squeeze=False, sharex=True)[:, 0]
    for axes, (mix, rows) in zip(panels, found.items(), strict=True):
        _baseline_bars(axes, [row for row in rows if "skipped" not in row])
        axes.set_title(f"event-{mix}", fontsize=10)
    panels[-1].set_xlabel("sentences a second, all cores allowed")
    figure.suptitle("The same sentences read by others")


def _baseline_bars(axes: Axes, rows: list[Results]) -> None:
    rates = [row["per_second"] for row in rows]
    colours = [_COLOURS[0] if row["name"].startswith("coder") else _COLOURS[5] for row in rows]
    bars = axes.barh(range(len(rows)), rates, color=colours)
    axes.bar_label(bars, [f"{rate:,.0f}" for rate in rates], padding=3, fontsize=9)
    axes.set_yticks(range(len(rows)), [row["name"] for row in rows], fontsize=9)
    axes.invert_yaxis()
    axes.margins(x=0.1)


def _limit(figure: Figure, found: Results) -> None:
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.3))
    peak = found["peak"]
    mixes = {mix: part for mix, part in found.items() if mix != "peak" and part["model_rate"]}
    names = ["int8\npeak", "float32\npeak", *(f"model,\n{mix}" for mix in mixes)]
    rates = [peak["int8"]["1"], peak["float32"]["1"], *(part["model_rate"] for part in mixes.values())]
    bars = left.bar(range(len(names)), rates, color=[_COLOURS[5], _COLOURS[5], *_COLOURS[: len(mixes)]])
    left.bar_label(bars, [f"{rate:,.0f}" for rate in rates], padding=2, fontsize=9)
    left.set_xticks(range(len(names)), names, fontsize=9)
    left.set(ylabel="giga-operations a second, one core", title="Matrix products")
    left.margins(y=0.12)
    columns = {"bound_int8": "limit,\nall int8", "bound_float32": "limit,\nall float32"}
    if all(part["end_to_end_per_second"] for part in mixes.values()):
        columns["end_to_end_per_second"] = "reached,\nend to end"
    for place, (mix, part) in enumerate(mixes.items()):
        values = [part[column] for column in columns]
        at = [i + (place - (len(mixes) - 1) / 2) * 0.4 for i in range(len(columns))]
        bars = right.bar(at, values, 0.38, color=_COLOURS[place], label=f"event-{mix}")
        right.bar_label(bars, [f"{value:,.0f}" for value in values], padding=2, fontsize=9)
    right.set_xticks(range(len(columns)), list(columns.values()), fontsize=9)
    right.set(ylabel="sentences a second, all cores", title="If the cores did nothing else")
    right.margins(y=0.12)
    if mixes:
        right.legend(frameon=False)
    figure.suptitle("The model's arithmetic against the peak of the cores")


_PICTURES: dict[str, Callable[[Figure, Results], None]] = {
    "shares": _shares,
    "lengths": _lengths,
    "numbers": _numbers,
    "workers": _workers,
    "memory": _memory,
    "cold": _cold,
    "baselines": _baselines,
    "limit": _limit,
}
