"""``coder corpus``: build, check and describe annotated sentences, and bring in other people's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Optional

import typer

corpus_app = typer.Typer(
    no_args_is_help=True,
    help="Build, check and describe annotated sentences; import labelled data of your own.",
)

_SEEDS = Path("seeds/cameo")
_Ontology = Annotated[
    Optional[Path],  # noqa: UP045 - Typer reads this at run time, on Python 3.10 too
    typer.Option("--ontology", help="Table of codes to check against; CAMEO by default."),
]


@corpus_app.command()
def build(
    seeds: Annotated[Path, typer.Option(help="Folder of batch files (*.txt) and splits.toml.")] = _SEEDS,
    out: Annotated[Path, typer.Option(help="Folder of the split files.")] = Path("data/built"),
    seed: Annotated[int, typer.Option(help="Seed of MinHash.")] = 0,
    validation_batches: Annotated[
        str, typer.Option(help="Batches for validation, separated by commas, in place of splits.toml.")
    ] = "",
    test_batches: Annotated[
        str, typer.Option(help="Batches for test, separated by commas, in place of splits.toml.")
    ] = "",
    skip_broken: Annotated[
        bool, typer.Option("--skip-broken", help="Leave out broken lines (listed, exit code 1).")
    ] = False,
    ontology: _Ontology = None,
) -> None:
    """Write train, validation and test files: whole batches a split, duplicates across splits removed.

    Example: coder corpus build --seeds seeds/cameo --out data/built
    """
    from coder.corpus.build import build_splits
    from coder.ontology import load_ontology

    report = build_splits(
        seeds,
        out,
        validation=_names(validation_batches),
        test=_names(test_batches),
        known=load_ontology(ontology),
        seed=seed,
        skip_broken=skip_broken,
    )
    for problem in report.skipped:
        typer.echo(f"{problem.file}:{problem.line}:{problem.column}: skipped: {problem.text}", err=True)
    for split, counts in report.counts().items():
        typer.echo(
            f"{split + '.jsonl':<17} {counts['sentences']:>6} sentences, {counts['events']:>6} events, "
            f"{counts['without_event']:>5} sentences without event"
        )
    removed = report.removed_counts()
    total = ", ".join(f"{count} {reason}" for reason, count in removed.items()) or "none"
    typer.echo(f"left out: {total} (each in {out / 'manifest.json'})")
    if report.skipped:
        lines = len({(problem.file, problem.line) for problem in report.skipped})
        typer.echo(f"skipped {lines} broken lines: run coder corpus check {seeds}", err=True)
        raise typer.Exit(1)


@corpus_app.command()
def check(
    paths: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Argument(help=f"Batch files or folders of them; {_SEEDS} by default."),
    ] = None,
    warnings: Annotated[bool, typer.Option(help="Print warnings too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON Lines.")] = False,
    ontology: _Ontology = None,
) -> None:
    """Report every error and warning of annotated sentences; exit code 1 when there is an error.

    Example: coder corpus check seeds/cameo/a.txt
    """
    from dataclasses import asdict

    from coder.corpus.check import check_corpus
    from coder.ontology import load_ontology

    report = check_corpus(paths or [_SEEDS], load_ontology(ontology))
    for finding in report.findings:
        if warnings or finding.level == "error":
            typer.echo(json.dumps(asdict(finding), ensure_ascii=False) if as_json else str(finding))
    rules = ", ".join(f"{rule} {count}" for rule, count in report.by_rule().items())
    typer.echo(
        f"{report.files} files, {report.sentences} sentences, {report.events} events: "
        f"{report.errors} errors, {report.warnings} warnings" + (f" ({rules})" if rules else ""),
        err=as_json,
    )
    if report.errors:
        raise typer.Exit(1)


@corpus_app.command()
def stats(
    paths: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Argument(help=f"Batch files, folders of them, or split files (.jsonl); {_SEEDS} by default."),
    ] = None,
    min_root: Annotated[int, typer.Option("--min-root", help="Events a root should have.")] = 600,
    min_3: Annotated[int, typer.Option("--min-3", help="Events a 3-digit code should have.")] = 60,
    min_4: Annotated[int, typer.Option("--min-4", help="Events a 4-digit code should have.")] = 25,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    codes: Annotated[bool, typer.Option("--codes", help="Print the count of every code too.")] = False,
    card: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Dataset card whose figures are replaced, such as seeds/cameo/README.md."),
    ] = None,
    ontology: _Ontology = None,
) -> None:
    """Print how many events each code has, how varied the sentences are, and what is below the minima.

    Example: coder corpus stats --card seeds/cameo/README.md
    """
    from coder.corpus.batches import read_sentences
    from coder.corpus.card import refresh_card, render_below, render_codes, render_figures
    from coder.corpus.stats import Minima, corpus_stats
    from coder.ontology import load_ontology

    table = load_ontology(ontology)
    figures = corpus_stats(read_sentences(paths or [_SEEDS], table), table, Minima(min_root, min_3, min_4))
    if as_json:
        typer.echo(json.dumps(figures.to_dict(), ensure_ascii=False, indent=1))
    else:
        typer.echo(render_figures(figures) + "\n\n" + render_below(figures))
        if codes:
            typer.echo("\n" + render_codes(figures))
    if card is not None:
        changed = refresh_card(card, figures)
        typer.echo(f"{card}: {'figures refreshed' if changed else 'figures were up to date'}", err=True)


@corpus_app.command()
def agree(
    first: Annotated[Path, typer.Argument(help="Markup file (or folder of them) of the first annotation.")],
    second: Annotated[Path, typer.Argument(help="The second annotation of the same sentences.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    ontology: _Ontology = None,
) -> None:
    """Compare two annotations of the same sentences: Cohen's kappa, event F1, span agreement, confusions.

    Example: coder corpus agree seeds/agreement/first.txt seeds/agreement/second.txt
    """
    from coder.corpus.agreement import agreement, render_agreement
    from coder.corpus.batches import read_sentences
    from coder.ontology import load_ontology

    table = load_ontology(ontology)
    one, other = read_sentences([first], table), read_sentences([second], table)
    report = agreement(one, other, lambda code: table[code].root)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=1))
    else:
        typer.echo(render_agreement(report))


@corpus_app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="File of labelled sentences.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Split file to write (.jsonl).")],
    format: Annotated[
        str, typer.Option(help="csv, tsv, jsonl, pairs, conll, label-studio or markup; by the file's ending.")
    ] = "",
    column: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(help="WHAT=COLUMN, such as text=body or label=code; may be given again.", metavar="W=C"),
    ] = None,
    labels: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Your labels' codes: a CSV or TSV with the header label,code, or a JSON object."),
    ] = None,
    label_separator: Annotated[str, typer.Option(help="Splits several labels in one cell.")] = "",
    source_marks: Annotated[str, typer.Option(help="pairs: what encloses a marked source.")] = "<S> </S>",
    target_marks: Annotated[str, typer.Option(help="pairs: what encloses a marked target.")] = "<T> </T>",
    source_tag: Annotated[str, typer.Option(help="conll: name of source tags, such as ACTOR1.")] = "",
    target_tag: Annotated[str, typer.Option(help="conll: name of target tags, such as ACTOR2.")] = "",
    ignore_tags: Annotated[str, typer.Option(help="conll: tag names to pass over, by comma.")] = "",
    token_column: Annotated[int, typer.Option(help="conll: column of the token, from 0.")] = 0,
    tag_column: Annotated[int, typer.Option(help="conll: column of the tag; -1 is the last.")] = -1,
    delimiter: Annotated[str, typer.Option(help="csv: what separates the columns.")] = "",
    encoding: Annotated[str, typer.Option(help="Encoding of the file.")] = "utf-8",
    batch: Annotated[str, typer.Option(help="Name of the batch; the file's name by default.")] = "",
    errors: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Where rejected records go; beside the output as NAME.errors.jsonl by default."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an output that exists.")] = False,
    ontology: _Ontology = None,
) -> None:
    """Turn labelled sentences of your own into a split file that ``coder train data.train=…`` reads.

    Exit code 0: all imported; 1: some records rejected; 2: nothing imported.

    Example: coder corpus import mine.csv --column text=body --column label=event -o mine.jsonl
    """
    from coder.corpus.importers import (
        ImportOptions,
        LabelMap,
        Marks,
        TagNames,
        guess_format,
        import_to,
        parse_columns,
        read_label_map,
    )
    from coder.ontology import load_ontology

    table = load_ontology(ontology)
    options = ImportOptions(
        labels=read_label_map(labels, table) if labels else LabelMap(table),
        columns=parse_columns(column or []),
        label_separator=label_separator,
        marks=Marks.parse(source_marks, target_marks),
        tags=TagNames.parse(source_tag, target_tag, ignore_tags),
        token_column=token_column,
        tag_column=tag_column,
        delimiter="\t" if delimiter in ("\\t", "tab") else delimiter,
        encoding=encoding,
        batch=batch,
    )
    chosen = format or guess_format(file)
    errors = errors or out.with_suffix(".errors.jsonl")
    result = import_to(file, chosen, options, out, errors, force)
    for note in ([] if format else [f"format: {chosen} (by the ending)"]) + result.notes:
        typer.echo(note, err=True)
    events = sum(len(sentence.events) for sentence in result.sentences)
    typer.echo(f"{out}: {len(result.sentences)} sentences, {events} events")
    if result.rejected:
        typer.echo(f"{errors}: {len(result.rejected)} records rejected, the first:", err=True)
        for item in result.rejected[:3]:
            typer.echo(f"  {file}:{item.line}: {item.reason}", err=True)
        raise typer.Exit(1)


def _names(value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]
