"""Events as a table for the eye."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from coder.pipeline.event import Event

_MOST_ROWS = 200


def show_table(groups: Iterable[Sequence[Event]], console: Console) -> None:
    """Print up to 200 events as a table, with a line that says how many are not shown."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("date", "source", "code", "act", "target", "where", "conf."):
        table.add_column(name, overflow="fold", justify="right" if name == "conf." else "left")
    shown = hidden = 0
    for events in groups:
        for event in events:
            if shown >= _MOST_ROWS:
                hidden += 1
                continue
            shown += 1
            table.add_row(*(Text(cell) for cell in _cells(event)))
    if shown:
        console.print(table)
    else:
        console.print("no events")
    if hidden:
        console.print(f"{hidden:,} more events are not shown: write them to a file with -o events.parquet")


def _cells(event: Event) -> tuple[str, ...]:
    act = event.code_name.removesuffix(", not specified below")
    if event.status != "asserted":
        act += " (not asserted)"
    place, country = event.place_name or event.place_text or "–", event.place_country
    return (
        event.event_date.isoformat() if event.event_date else "–",
        _actor(event.source_text, event.source_code),
        event.code,
        act,
        _actor(event.target_text, event.target_code),
        f"{place}, {country}" if country and country != place else place,
        f"{event.confidence:.2f}",
    )


def _actor(text: str | None, code: str | None) -> str:
    shown = " ".join(text.split()) if text else "–"
    return f"{shown} [{code}]" if code else shown
