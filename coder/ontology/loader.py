"""Loading and checking an ontology table: the shipped CAMEO one or another of the same form."""

import math
from functools import lru_cache
from os import PathLike
from pathlib import Path

from coder.assets import asset
from coder.errors import OntologyError
from coder.ontology.ontology import Code, Ontology
from coder.ontology.table import Row, mistake, read_table

REQUIRED_COLUMNS = ("code", "name", "description", "parent", "quad_class", "goldstein")
OPTIONAL_COLUMNS = ("goldstein_basis", "plover_type", "plover_mode", "plover_context", "plover_basis")


def load_ontology(path: str | PathLike[str] | None = None) -> Ontology:
    """Return the ontology of a table with the columns of seeds/ontology/cameo.tsv (None: the shipped CAMEO).

    Codes and parents may be any text without spaces; the root of a code is its topmost ancestor. The result
    is cached until the file changes. Raises OntologyError naming file, line, column and the mend for a table
    that is empty, not UTF-8, lacks a column, repeats a code, names a parent that is not there or a cycle of
    parents, or has a quad class outside 1..4 or a Goldstein value that is no number of -10..10.
    """
    file = asset("seeds/ontology/cameo.tsv") if path is None else Path(path)
    try:
        changed = file.stat().st_mtime_ns
    except OSError:
        changed = 0  # the reader says what is wrong with the file
    return _load(file.absolute(), changed)


@lru_cache(maxsize=8)
def _load(path: Path, changed: int) -> Ontology:
    rows: dict[str, Row] = {}
    for row in read_table(path, REQUIRED_COLUMNS, OPTIONAL_COLUMNS):
        code = row.fields["code"]
        if not code or code.split() != [code]:
            text = f"expected a code without spaces, found {code!r}: write one"
            raise mistake(path, row.line, "code", text)
        if code in rows:
            text = f"duplicate code {code!r}, first on line {rows[code].line}: remove one of them"
            raise mistake(path, row.line, "code", text)
        rows[code] = row
    if not rows:
        raise OntologyError(f"{path}: the table has a header but no rows: expected at least one code")
    return Ontology((_code(path, row, rows) for row in rows.values()), name=path.name)


def _code(path: Path, row: Row, rows: dict[str, Row]) -> Code:
    fields = row.fields
    if not fields["name"]:
        raise mistake(path, row.line, "name", f"the code {fields['code']!r} has no name: write one")
    return Code(
        code=fields["code"],
        name=fields["name"],
        description=fields["description"],
        parent=fields["parent"] or None,
        root=_root(path, row, rows),
        quad_class=_quad_class(path, row),
        goldstein=_goldstein(path, row),
        plover_type=fields["plover_type"],
        plover_context=fields["plover_context"],
        plover_mode=fields["plover_mode"],
        goldstein_basis=fields["goldstein_basis"] or "stated",
        plover_basis=fields["plover_basis"] or ("stated" if fields["plover_type"] else "none"),
    )


def _root(path: Path, row: Row, rows: dict[str, Row]) -> str:
    """Walk up to the topmost ancestor."""
    chain = [row.fields["code"]]
    while parent := rows[chain[-1]].fields["parent"]:
        line = rows[chain[-1]].line
        if parent not in rows:
            raise mistake(
                path,
                line,
                "parent",
                f"the parent {parent!r} of code {chain[-1]!r} is not in the table: "
                "add its row, correct it, or leave the parent empty for a root",
            )
        if parent in chain:
            cycle = " -> ".join([*chain[chain.index(parent) :], parent])
            text = f"the parents go round in a circle ({cycle}): leave the parent of the root empty"
            raise mistake(path, line, "parent", text)
        chain.append(parent)
    return chain[-1]


def _quad_class(path: Path, row: Row) -> int:
    text = row.fields["quad_class"]
    if text not in {"1", "2", "3", "4"}:
        raise mistake(
            path,
            row.line,
            "quad_class",
            f"expected 1 (verbal cooperation), 2 (material cooperation), 3 (verbal conflict) or 4 (material "
            f"conflict), found {text!r}: write one of the four digits",
        )
    return int(text)


def _goldstein(path: Path, row: Row) -> float:
    text = row.fields["goldstein"]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not -10 <= value <= 10:
        raise mistake(
            path,
            row.line,
            "goldstein",
            f"expected a number from -10 (conflict) to 10 (cooperation), found {text!r}: "
            "write one, with a point for decimals",
        )
    return value
