"""Tables of results: drawn by rich on a terminal, aligned text in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Grid:
    """A titled table; the first ``texts`` columns hold text, the others numbers; None is shown as "-"."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    texts: int = 1


def show(grids: Iterable[Grid], console: Console | None = None) -> None:
    """Print the tables, each after an empty line: on a terminal with rules and colour, else as plain text."""
    console = console or Console(emoji=False, highlight=False)
    for grid in grids:
        console.print()
        if console.is_terminal:
            console.print(_drawn(grid))
        else:
            # soft_wrap: a pipe has no width at which to fold lines
            console.print(Text(plain(grid)), soft_wrap=True)


def plain(grid: Grid) -> str:
    """Return the table as lines of aligned columns below its title."""
    lines = [grid.header, *(tuple(map(shown, row)) for row in grid.rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(grid.header))]
    return "\n".join([grid.title, *(_line(line, widths, grid.texts) for line in lines)])


def shown(cell: Cell) -> str:
    """Return a cell as it is printed: shares with three digits."""
    if cell is None:
        return "-"
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def _line(cells: Sequence[str], widths: Sequence[int], texts: int) -> str:
    padded = [
        f"{cell:<{width}}" if i < texts else f"{cell:>{width}}"
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _drawn(grid: Grid) -> Table:
    table = Table(
        title=Text(grid.title, style="bold"),
        title_justify="left",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
        header_style="dim",
    )
    for i, name in enumerate(grid.header):
        table.add_column(Text(name), justify="left" if i < grid.texts else "right", no_wrap=i >= grid.texts)
    for row in grid.rows:
        table.add_row(*(Text(shown(cell)) for cell in row))
    return table
