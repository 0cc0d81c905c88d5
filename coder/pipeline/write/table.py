"""Events as a table for the eye."""

from collections.abc import Iterable

import pyarrow as pa
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_MOST_ROWS = 200


def show_table(batches: Iterable[pa.RecordBatch], console: Console) -> None:
    """Print up to 200 events as a table, article by article, with a line that says how many are not shown."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("date", "source", "code", "act", "target", "where", "conf."):
        table.add_column(name, overflow="fold", justify="right" if name == "conf." else "left")
    shown = hidden = 0
    for batch in batches:
        for row in batch.to_pylist():
            if shown >= _MOST_ROWS:
                hidden += 1
                continue
            shown += 1
            table.add_row(*(Text(cell) for cell in _cells(row)))
    if shown:
        console.print(table)
    else:
        console.print("no events")
    if hidden:
        console.print(f"{hidden:,} more events are not shown: write them to a file with -o events.parquet")


def _cells(row: dict) -> tuple[str, ...]:
    act = row["code_name"].removesuffix(", not specified below")
    if row["status"] != "asserted":
        act += " (not asserted)"
    day = row["event_date"].isoformat() if row["event_date"] else "–"
    place = row["place_name"] or row["place_text"] or "–"
    where = (
        f"{place}, {row['place_country']}"
        if row["place_country"] and row["place_country"] != place
        else place
    )
    return (
        day,
        _actor(row["source_text"], row["source_code"]),
        row["code"],
        act,
        _actor(row["target_text"], row["target_code"]),
        where,
        f"{row['confidence']:.2f}",
    )


def _actor(text: str | None, code: str | None) -> str:
    shown = " ".join(text.split()) if text else "–"
    return f"{shown} [{code}]" if code else shown
