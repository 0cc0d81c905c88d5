"""``coder actors``: look up how a mention is coded and import actor dictionaries."""

from pathlib import Path
from typing import Annotated

import typer

actors_app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Look up how an actor is coded, and check or convert actor dictionaries of your own.",
)


@actors_app.command(
    epilog='Example: coder actors lookup "Pentagon chief" --date 2020-01-09',
)
def lookup(
    mention: Annotated[str, typer.Argument(help="The words of the mention, as they stand in a text.")],
    date: Annotated[
        str | None, typer.Option(help="Day of the report (YYYY-MM-DD): who held which office then.")
    ] = None,
    context: Annotated[
        str | None, typer.Option(help="A sentence of the story, which decides what ambiguous words mean.")
    ] = None,
    dictionary: Annotated[
        list[Path] | None, typer.Option(help="Actor dictionary of your own (CSV or PETRARCH); repeatable.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Code one actor mention and explain the decision."""
    import json
    from dataclasses import asdict

    from coder.resolve import Resolver
    from coder.resolve.explain import explain
    from coder.resolve.knowledge import parse_day_option

    found = explain(Resolver(dictionary or ()), mention, parse_day_option(date), context)
    if as_json:
        typer.echo(json.dumps({**asdict(found.actor), "steps": found.steps}, ensure_ascii=False))
        return
    actor = found.actor
    typer.echo(f"{mention}: {actor.code or 'no code'}")
    parts = {
        "name": actor.name,
        "country": actor.country,
        "roles": " ".join(actor.roles),
        "ethnicity": actor.ethnicity,
        "religion": actor.religion,
        "organisation": actor.organisation,
        "basis": actor.basis,
    }
    for key, value in parts.items():
        if value:
            typer.echo(f"  {key + ':':<14}{value}")
    typer.echo("why:")
    for step in found.steps:
        typer.echo(f"  - {step}")


@actors_app.command(
    "import",
    epilog="Example: coder actors import Phoenix.Countries.actors.txt -o actors.csv",
)
def import_dictionary(
    file: Annotated[Path, typer.Argument(help="A dictionary in PETRARCH/TABARI format, or a CSV.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write what was read as a CSV that coder reads.")
    ] = None,
) -> None:
    """Read an actor dictionary, report what it holds and each line that cannot be read; with -o convert it to CSV.

    Exit code 1 when some lines could not be read (the rest is used), 2 when the file cannot be used at all.
    """
    from coder.resolve.dictionaries import read_dictionary
    from coder.resolve.dictionaries.table import write_table

    dictionary = read_dictionary(file)
    agents = sum(actor.agent for actor in dictionary.actors)
    actors = len(dictionary.actors) - agents
    dated = sum(any(code.dated for code in actor.codes) for actor in dictionary.actors)
    typer.echo(
        f"{file}: {actors} actors, {agents} role nouns, {dictionary.names} names, {dated} with dates, "
        f"{len(dictionary.problems)} lines left out"
    )
    for problem in dictionary.problems:
        typer.echo(str(problem), err=True)
    if output is not None:
        rows = write_table(dictionary.actors, output)
        typer.echo(f"{output}: {rows} rows written; use it with --dictionary {output}")
    if dictionary.problems:
        raise typer.Exit(1)
