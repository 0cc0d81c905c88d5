"""The results as text."""

from collections.abc import Callable, Sequence
from typing import Any

Results = dict[str, Any]


def print_tables(results: Results) -> None:
    """Print a table a section that was measured."""
    for name, section in _SECTIONS.items():
        if name in results:
            print()
            for line in section(results[name]):
                print(line)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Return the lines of a table: the first column to the left, numbers to the right."""
    cells = [list(map(_shown, row)) for row in rows]
    widths = [max(len(row[i]) for row in [list(head), *cells]) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        return "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()

    return [line(head), line(["-" * width for width in widths]), *map(line, cells)]


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _machine(found: Results) -> list[str]:
    return [
        f"{found['processor']}, {found['cores']} cores, Python {found['python']}, commit {found['commit']}, "
        f"load {found['load_at_start']}{', QUICK RUN' if found['quick'] else ''}"
    ]


def _shares(found: Results) -> list[str]:
    stages = list(next(iter(found.values()))["stages"])
    rows: list[list[object]] = []
    for stage in stages:
        row: list[object] = [stage]
        for mix in found.values():
            row += [
                1000 * mix["stages"][stage] / mix["sentences"],
                _percent(mix["stages"][stage] / mix["seconds"]),
            ]
        rows.append(row)
    rows.append(
        ["sum", *(x for mix in found.values() for x in (1000 * mix["seconds"] / mix["sentences"], "100 %"))]
    )
    rows.append(
        ["sentences/CPU-s", *(x for mix in found.values() for x in (mix["sentences"] / mix["seconds"], ""))]
    )
    rows.append(
        ["events a sentence", *(x for m in found.values() for x in (m["events"] / m["sentences"], ""))]
    )
    head = ["CPU time, one thread", *(text for mix in found for text in (f"{mix}: ms a sentence", "share"))]
    missing = sorted({name for mix in found.values() for name in mix["not_separated"]})
    return table(head, rows) + [f"not timed apart, since it is no more: {name}" for name in missing]


def _lengths(found: Results) -> list[str]:
    return table(
        [
            "words a sentence",
            "parser alone, sentences/CPU-s",
            "end to end, sentences/CPU-s",
            "events a sentence",
        ],
        [
            [row["words"], row["parser_per_second"], row["end_to_end_per_second"], row["events_a_sentence"]]
            for row in found["rows"]
        ],
    )


def _numbers(found: Results) -> list[str]:
    lines = []
    for mix, part in found.items():
        rows = [
            [run["sentences"], run["seconds"], run["per_second"], parser["parser_per_second"]]
            for run, parser in zip(part["end_to_end"], part["parser"], strict=True)
        ]
        head = [
            f"{mix}: sentences",
            "s, from the start",
            "end to end, sentences/s",
            "parser alone, sentences/s",
        ]
        steady = part["steady_state"]
        lines += table(head, rows)
        lines.append(
            f"steady state: {_shown(steady['per_second'])} sentences/s after {steady['start']:.2f} s of start; "
            f"{part['end_to_end'][0]['workers']} workers"
        )
    return lines


def _workers(found: Results) -> list[str]:
    rows = [
        [
            f"{mix}, --workers {run['workers']}",
            run["sentences"],
            run["seconds"],
            run["per_second"],
            _per_cpu(run),
        ]
        for mix, runs in found.items()
        for run in runs
    ]
    return table(["coder code, start included", "sentences", "s", "sentences/s", "sentences/CPU-s"], rows)


def _memory(found: Results) -> list[str]:
    rows = [
        [
            f"--workers {run['workers']}" + (", stand-in for the networks" if run["standin"] else ""),
            run["sentences"],
            run["peak_mb"],
            run["peak_pss_mb"],
            run["growth_mb"],
            run["seconds"],
        ]
        for run in found["rows"]
    ]
    return table(
        [
            "memory, all processes",
            "sentences",
            "peak RSS MB",
            "shared once (PSS) MB",
            "growth MB, late against early",
            "s",
        ],
        rows,
    )


def _cold(found: Results) -> list[str]:
    rows: list[list[object]] = [["coder code, to the first event on its output", found["first_event"]]]
    rows += [[f"  Python: {name}", seconds] for name, seconds in found["steps"].items()]
    return table(["cold start (median)", "s"], rows)


def _baselines(found: Results) -> list[str]:
    lines = []
    for mix, rows in found.items():
        measured = [row for row in rows if "skipped" not in row]
        lines += table(
            [f"same sentences, {mix} (all cores allowed)", "sentences/s", "sentences/CPU-s"],
            [[row["name"], row["per_second"], row["per_cpu_second"]] for row in measured],
        )
        lines += [f"skipped: {row['name']}: {row['skipped']}" for row in rows if "skipped" in row]
    return lines


def _limit(found: Results) -> list[str]:
    peak = found["peak"]
    cores = str(peak["cores"])
    lines = table(
        ["peak of matrix products, giga-operations/s", "one core", "all cores"],
        [[kind, peak[kind]["1"], peak[kind][cores]] for kind in ("float32", "int8")],
    )
    mixes = {name: part for name, part in found.items() if name != "peak"}
    if mixes:
        names = list(next(iter(mixes.values())))
        rows = [
            [name.replace("_", " "), *(_limit_value(name, part[name]) for part in mixes.values())]
            for name in names
        ]
        lines += table(["limit", *mixes], rows)
    return lines


def _limit_value(name: str, value: float | None) -> object:
    return _percent(value) if value is not None and ("share" in name or name == "padding") else value


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _per_cpu(run: Results) -> float:
    return float(run["sentences"] / run["cpu_seconds"])


_SECTIONS: dict[str, Callable[[Results], list[str]]] = {
    "machine": _machine,
    "shares": _shares,
    "lengths": _lengths,
    "numbers": _numbers,
    "workers": _workers,
    "memory": _memory,
    "cold": _cold,
    "baselines": _baselines,
    "limit": _limit,
}
