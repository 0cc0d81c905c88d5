"""`coder codes`: browse the ontology."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coder.ontology import Code, Ontology

QUAD_CLASSES = {
    1: "verbal cooperation",
    2: "material cooperation",
    3: "verbal conflict",
    4: "material conflict",
}


def codes(
    query: Annotated[
        list[str] | None, typer.Argument(help="A code (190), several codes, or words to search for (truce).")
    ] = None,
    root: Annotated[str | None, typer.Option(help="Only this code and the codes below it.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line; all codes if no QUERY.")
    ] = False,
    ontology: Annotated[
        Path | None, typer.Option(help="Another code table of the form of seeds/ontology/cameo.tsv.")
    ] = None,
) -> None:
    """Browse the event codes: their meaning, tree, quad class, Goldstein value and PLOVER counterpart.

    Examples: coder codes; coder codes 190; coder codes suicide bombing; coder codes --root 19 --json
    """
    from coder.ontology import load_ontology

    onto = load_ontology(ontology)
    words = " ".join(query or ()).split()
    if root is not None:
        onto[root]  # an unknown root is an unusable call, not an empty answer
    found = find_codes(onto, words, root)
    if not found:
        typer.echo(f"error: {no_match(onto, words, root)}", err=True)
        raise typer.Exit(1)
    if as_json:
        shown = found if words or root else [onto[code] for code in onto.codes]
        for code in shown:
            typer.echo(json.dumps(record(onto, code), ensure_ascii=False))
    elif words and all(word in onto for word in words):
        print_details(onto, found)
    else:
        print_table(onto, found)
        if not words and root is None:
            hint = f"{len(onto)} codes in all; those below a root: coder codes --root {found[-1].code}"
            typer.echo(hint, err=True)  # not into a pipe


def find_codes(onto: Ontology, words: Sequence[str], root: str | None = None) -> list[Code]:
    """Return the codes that the words name, else those that a search for them finds, best first.

    Without words: everything below root, or the roots if root is None. Raises OntologyError for an unknown
    root.
    """
    within = set(onto.codes if root is None else onto.subtree(root))
    if not words:
        return [onto[code] for code in (onto.roots if root is None else onto.subtree(root))]
    if all(word in onto for word in words):
        return [onto[word] for word in words if word in within]
    return [code for code in onto.search(" ".join(words)) if code.code in within]


def no_match(onto: Ontology, words: Sequence[str], root: str | None = None) -> str:
    """Say why a query found nothing, and what to try."""
    from coder.errors import OntologyError

    for word in words:
        if word not in onto and any(character.isdigit() for character in word):
            try:
                onto[word]
            except OntologyError as error:
                return str(error)
    outside = [word for word in words if word in onto]
    if root and len(outside) == len(words):
        return f"{', '.join(outside)} is not below {root}: leave --root out to see it"
    what = f"no code matches {' '.join(words)!r}" + (f" below {root}" if root else "")
    unknown = [word for word in words if word not in onto and not onto.search(word)]
    near = [other for word in unknown for other in onto.nearest_words(word)]
    if near:
        return f"{what}; did you mean {', '.join(near)}?"
    if unknown or root:
        return f"{what}: try another word, or 'coder codes' for the roots"
    return f"{what} in all of its words: try fewer words"


def record(onto: Ontology, code: Code) -> dict[str, object]:
    """Return one code as JSON-ready fields, with its ancestors (nearest first) and children."""
    return asdict(code) | {
        "ancestors": list(onto.ancestors(code.code)),
        "children": list(onto.children(code.code)),
    }


def plover(code: Code) -> str:
    """Return PLOVER type, mode and context as one text; '-' if PLOVER has no counterpart."""
    return " / ".join(filter(None, (code.plover_type, code.plover_mode, code.plover_context))) or "-"


def print_table(onto: Ontology, found: Sequence[Code]) -> None:
    """Print one line a code: a table with descriptions on a terminal, aligned columns in a pipe."""
    from rich.console import Console

    console = Console(emoji=False)
    if not console.is_terminal:
        width = max(4, *(len(code.code) for code in found))
        typer.echo(f"{'code':<{width}}  Q  Gold.  name")
        for code in found:
            typer.echo(f"{code.code:<{width}}  {code.quad_class}  {code.goldstein:>5.1f}  {code.name}")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("code", style="cyan", no_wrap=True)
    table.add_column("quad", justify="right")
    table.add_column("Goldstein", justify="right")
    table.add_column("name and meaning")
    for code in found:
        text = f"[bold]{_plain(code.name)}[/bold]\n[dim]{_plain(code.description)}[/dim]"
        table.add_row(code.code, str(code.quad_class), f"{code.goldstein:.1f}", text)
    console.print(table)


def print_details(onto: Ontology, found: Sequence[Code]) -> None:
    """Print all that is known of each code."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False, soft_wrap=not Console().is_terminal)
    for number, code in enumerate(found):
        if number:
            console.print()
        console.print(f"[bold cyan]{code.code}[/bold cyan]  [bold]{_plain(code.name)}[/bold]")
        if code.description:
            console.print(_plain(code.description))
        for label, text in _facts(onto, code):
            console.print(f"  [dim]{label:<12}[/dim]{_plain(text)}")
        below = onto.children(code.code)
        if below:
            console.print("  [dim]children[/dim]")
            for child in below:
                console.print(f"    [cyan]{child:<6}[/cyan]{_plain(onto[child].name)}")


def _facts(onto: Ontology, code: Code) -> list[tuple[str, str]]:
    from_parent = {"parent": " (from its parent)"}
    above = [f"{key} {onto[key].name}" for key in onto.ancestors(code.code)]
    return [
        ("part of", " < ".join(above) or "- (a root)"),
        ("quad class", f"{code.quad_class} {QUAD_CLASSES[code.quad_class]}"),
        ("Goldstein", f"{code.goldstein:.1f}{from_parent.get(code.goldstein_basis, '')}"),
        ("PLOVER", f"{plover(code)}{from_parent.get(code.plover_basis, '')}"),
    ]


def _plain(text: str) -> str:
    from rich.markup import escape  # a user's table may hold square brackets

    return escape(text)
