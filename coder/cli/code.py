"""``coder code``: articles in, event tuples out."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from coder.pipeline.event import Event
    from coder.pipeline.run import RunOptions
    from coder.pipeline.summary import Summary

_COLUMN = "Column of the {}, when the guess is wrong."


def code(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH…", help="Files, folders, patterns, '-' for standard input, or a sentence in quotes."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Where to write: .parquet, .csv, .tsv, .jsonl or .duckdb. Without it: a table.",
        ),
    ] = None,
    date: Annotated[
        str | None, typer.Option(help="Day of publication of records that have none, such as 2019-10-07.")
    ] = None,
    min_confidence: Annotated[float, typer.Option(help="Leave out events below this probability.")] = 0.0,
    not_asserted: Annotated[
        bool,
        typer.Option(
            "--include-not-asserted",
            help="Keep negated, hypothetical and merely demanded acts (status not_asserted) too.",
        ),
    ] = False,
    every_mention: Annotated[
        bool,
        typer.Option(
            "--every-mention",
            help="One row a mention; by default, an event is one row an article, mentions counted.",
        ),
    ] = False,
    lone_statements: Annotated[
        bool,
        typer.Option(
            "--lone-statements",
            help="Keep a statement (01) only where its sentence tells no other event.",
        ),
    ] = False,
    schema: Annotated[str, typer.Option(help="Column set: coder, icews, gdelt or phoenix.")] = "coder",
    mark_duplicates: Annotated[
        str | None,
        typer.Option(
            metavar="copies|daily",
            help="Link events that repeat others of the run in duplicate_of; none is dropped.",
        ),
    ] = None,
    partition: Annotated[
        str | None,
        typer.Option(
            metavar="month|country", help="Write a folder of Parquet files, one subfolder a month or country."
        ),
    ] = None,
    errors: Annotated[
        Path | None,
        typer.Option(help="Where records that cannot be coded go (JSONL). Default: OUTPUT.errors.jsonl."),
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(help="Write the counts of the run to this JSON file.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Folder of an exported model. Default: the one that ships with coder.")
    ] = None,
    dictionary: Annotated[
        list[Path] | None, typer.Option(help="Your own actors (CSV or PETRARCH dictionary); may be repeated.")
    ] = None,
    text_column: Annotated[str | None, typer.Option(help=_COLUMN.format("text"))] = None,
    title_column: Annotated[str | None, typer.Option(help=_COLUMN.format("title"))] = None,
    date_column: Annotated[str | None, typer.Option(help=_COLUMN.format("day of publication"))] = None,
    url_column: Annotated[str | None, typer.Option(help=_COLUMN.format("address"))] = None,
    id_column: Annotated[str | None, typer.Option(help=_COLUMN.format("id"))] = None,
    publisher_column: Annotated[str | None, typer.Option(help=_COLUMN.format("publisher"))] = None,
    format: Annotated[
        str | None,
        typer.Option(help="Read all as txt, jsonl, json, csv, tsv, parquet, arrow, html, warc or feed."),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of text files, when the guess is wrong.")
    ] = None,
    workers: Annotated[
        int,
        typer.Option(help="Processes that code at the same time, each with its own model; 0: this process."),
    ] = 0,
    threads: Annotated[
        int, typer.Option(help="Threads of each process; 0: all cores, shared among the workers.")
    ] = 0,
    engine: Annotated[
        str, typer.Option(help="local, or daft: processes of Daft (pip install 'coder\\[scale]').")
    ] = "local",
    address: Annotated[
        str | None,
        typer.Option(
            metavar="ray://HOST:PORT", help="Ray cluster that --engine daft codes on; default: this machine."
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Stop after this many articles.")] = None,
    csv_escape_formulas: Annotated[
        bool,
        typer.Option(
            "--csv-escape-formulas",
            help="Put ' before CSV cells that a spreadsheet takes for formulas (shifts offsets).",
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the output of an earlier run.")] = False,
    restart: Annotated[
        bool,
        typer.Option("--restart", help="Drop the work of an interrupted run instead of going on with it."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, notices or summary on the terminal.")
    ] = False,
) -> None:
    """Code articles into event tuples.

    Exit codes: 0 all coded; 1 some records are in the error file; 2 the call cannot work.
    An interrupted run goes on where it was when the same command is given again.

    \b
    Examples:
      coder code "Turkey summoned the US ambassador on Monday." --date 2019-10-07
      coder code articles/ news.jsonl.gz -o events.parquet
      zcat wire.txt.gz | coder code - --date 2003-03-20 > events.jsonl
      coder code archive/ -o events.parquet --engine daft --address ray://head:10001
    """
    from coder.pipeline.engine import ModelEngine, threads_each
    from coder.pipeline.predictor import selection
    from coder.pipeline.read import ReadOptions
    from coder.pipeline.run import RunOptions
    from coder.pipeline.write import WriteOptions

    options = RunOptions(
        inputs=tuple(inputs),
        output=output,
        errors=errors,
        summary=summary,
        schema=schema,
        read=ReadOptions(
            text=text_column,
            title=title_column,
            date=date_column,
            url=url_column,
            id=id_column,
            publisher=publisher_column,
            default_date=date,
            format=format,
            encoding=encoding,
        ),
        write=WriteOptions(csv_escape_formulas, partition),
        workers=workers,
        engine=engine,
        address=address,
        duplicates=mark_duplicates,
        limit=limit,
        force=force,
        restart=restart,
    )
    check_outputs(output, options.error_file, summary)
    chosen = selection(min_confidence, not_asserted, every_mention, lone_statements)
    # Daft has one process a core, wherever that is.
    share = threads or 1 if engine == "daft" else threads_each(threads, workers)
    parser = ModelEngine(model, tuple(dictionary or ()), chosen, share)
    raise typer.Exit(run_with_terminal(options, parser, quiet))


def check_outputs(output: Path | None, errors: Path | None, summary: Path | None) -> None:
    """Raise InputError when two of the files to write are one, since the last would replace the others, or when there is neither
    an output file nor a standard output.
    """
    from coder.errors import InputError

    named: dict[Path, str] = {}
    for path, option in ((output, "--output"), (errors, "--errors"), (summary, "--summary")):
        if path is not None and (before := named.setdefault(path.resolve(), option)) != option:
            raise InputError(f"{before} and {option} are the same file, {path}: name two")
    if output is None and sys.stdout is None:
        raise InputError("standard output is closed: name a file with -o")


def run_with_terminal(options: "RunOptions", engine: Any, quiet: bool = False) -> int:
    """Run with notices, progress and summary on standard error, events without a file on standard output;
    return the exit code.
    """
    from rich.console import Console

    from coder.pipeline.run import Listeners, run

    console = Console(stderr=True, highlight=False, soft_wrap=True)

    def tell(text: str) -> None:
        if not quiet or text.startswith("error:"):
            console.print(text, markup=False)

    try:
        if console.is_terminal and not quiet:
            result = _run_with_bar(options, engine, console, tell)
        else:
            result = run(options, engine, Listeners(tell), lambda groups: _show(groups, options.schema))
    except KeyboardInterrupt:
        kept = " Run the same command again to go on." if options.output is not None else ""
        console.print(f"stopped.{kept}", markup=False)
        return 130
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough; Python would complain once more when it
        # flushes at exit.
        sys.stdout = open("/dev/null", "w") if sys.platform != "win32" else None  # noqa: SIM115
        return 0
    _tell_summary(result, options, tell)
    return result.exit_code


def _run_with_bar(options: "RunOptions", engine: Any, console: Any, tell: Any) -> "Summary":
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from coder.pipeline.run import Listeners, run

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task("loading the model")

        def progress(done: "Summary") -> None:
            counts = f"{done.articles:,} articles, {done.sentences:,} sentences, {done.events:,} events"
            bar.update(task, description=counts)

        listeners: Listeners = Listeners(tell, progress)
        return run(options, engine, listeners, lambda groups: _show(groups, options.schema))


def _show(groups: "Iterable[list[Event]]", schema: str) -> None:
    """Events to standard output: a table on a terminal, JSON Lines in a pipe."""
    if sys.stdout.isatty():
        from rich.console import Console

        from coder.pipeline.write.table import show_table

        show_table(groups, Console())
        return
    from coder.pipeline.write.columns import column_set
    from coder.pipeline.write.jsonl import write_rows

    columns = column_set(schema)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    for events in groups:
        write_rows((columns.convert_row(event.to_row()) for event in events), sys.stdout)


def _tell_summary(result: "Summary", options: "RunOptions", tell: Any) -> None:
    for line in result.lines():
        tell(line)
    if options.output is not None:
        tell(f"events: {options.output}")
    if result.errors and options.error_file is not None:
        tell(f"errors: {options.error_file}")
