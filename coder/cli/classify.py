"""``coder classify``: the code of what a given source did to a given target."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

if TYPE_CHECKING:
    from coder.ontology import Ontology
    from coder.report.pairs import Classifier


def classify(
    text: Annotated[
        str,
        typer.Argument(
            metavar="PAIRS|SENTENCE",
            help="JSONL file ('-': standard input), or a sentence in quotes with --source and --target.",
        ),
    ],
    source: Annotated[
        str | None, typer.Option(help="Who acts, as written in the sentence (sentence only).")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Who is acted upon, as written in the sentence (sentence only).")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="JSONL file to write; standard output by default.")
    ] = None,
    roots: Annotated[bool, typer.Option("--roots", help="Rank the root codes only.")] = False,
    top: Annotated[int, typer.Option(min=0, help="How many codes a record; 0 for all.")] = 3,
    errors: Annotated[
        Path | None,
        typer.Option(help="JSONL file for bad records. Default: OUTPUT.errors.jsonl, else standard error."),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Folder of an exported model. Default: the one that ships with coder.")
    ] = None,
    ontology: Annotated[
        Path | None, typer.Option(help="Table of codes to take names from; CAMEO by default.")
    ] = None,
) -> None:
    """Rank the event codes for sentences whose source and target are known.

    A record has sentence, source and target: a text of the sentence, [start, end] in characters, or null for an
    actor that is not named; and id if you like, else the line number stands for it. Exit code 1: some records
    were bad.

    Examples: coder classify pairs.jsonl -o codes.jsonl; coder classify "Turkey summoned the US ambassador." --source Turkey --target "US ambassador"
    """
    from coder.infer.parser import EventParser
    from coder.ontology import load_ontology

    single = source is not None or target is not None
    check_call(text, single, output, errors)
    codes = load_ontology(ontology)
    parser = EventParser.from_pretrained(model)
    if single:
        show_ranking(parser, codes, text, source, target, roots=roots, top=top, output=output)
        return
    with _input(text) as lines:
        bad = classify_lines(
            parser, codes, lines, roots=roots, top=top, output=output, errors=_error_file(output, errors)
        )
    if bad:
        where = _error_file(output, errors)
        typer.echo(
            f"{bad} bad record{'s' if bad > 1 else ''}" + (f": see {where}" if where else ""), err=True
        )
        raise typer.Exit(1)


def check_call(text: str, single: bool, output: Path | None, errors: Path | None) -> None:
    """Raise InputError, before the model loads, for a call that cannot work."""
    from coder.errors import InputError

    if not single and text != "-":
        # os.path: a sentence may be longer than a file name can be, which Path takes for an error.
        if os.path.isdir(text):
            raise InputError(f"{text} is a folder: name a JSONL file")
        if not os.path.exists(text):
            raise InputError(
                f"{text!r:.80}: no such file; for a sentence, say who acts on whom: "
                "coder classify SENTENCE --source NAME --target NAME"
            )
    for path in (output, errors):
        if path is not None and not path.parent.is_dir():
            raise InputError(
                f"{path} cannot be written: the folder {path.parent} does not exist: make it first"
            )


def classify_lines(
    classifier: Classifier,
    codes: Ontology,
    lines: Iterable[bytes],
    *,
    roots: bool = False,
    top: int = 3,
    output: Path | None = None,
    errors: Path | None = None,
) -> int:
    """Classify JSON Lines into ``output`` and ``errors`` (None: the standard streams); returns the bad records.

    Both files appear whole or not at all; the error file is not made when there is no error.
    """
    from coder.report.pairs import Bad, rank_pairs, read_pairs

    bad = 0
    with ExitStack() as files:
        out = files.enter_context(_writer(output))
        error_file: TextIO | None = None
        for result in rank_pairs(classifier, read_pairs(lines), codes, roots=roots, top=top):
            if not isinstance(result, Bad):
                out.write(json.dumps(result.to_dict(), ensure_ascii=False) + "\n")
                continue
            bad += 1
            if errors is None:
                typer.echo(f"line {result.line}: {result.reason}", err=True)
                continue
            if error_file is None:
                error_file = files.enter_context(_writer(errors))
            # In ASCII, because a bad record may hold what UTF-8 cannot.
            error_file.write(json.dumps(result.to_dict()) + "\n")
    if not bad and errors is not None:
        # That of an earlier run would speak against this one.
        errors.unlink(missing_ok=True)
    return bad


def show_ranking(
    classifier: Classifier,
    codes: Ontology,
    sentence: str,
    source: str | None,
    target: str | None,
    *,
    roots: bool = False,
    top: int = 3,
    output: Path | None = None,
) -> None:
    """Print the ranking of one sentence as a table, or write it as JSON to ``output``.

    Raises InputError when an actor does not occur in the sentence.
    """
    from coder.report.pairs import Ranked, ranking
    from coder.report.tables import Grid, show

    probabilities = classifier.classify_batch([(sentence, source, target)])[0]
    ranked = ranking(probabilities, codes, roots=roots, top=top)
    if output is not None:
        with _writer(output) as out:
            out.write(json.dumps(Ranked(1, ranked).to_dict(), ensure_ascii=False) + "\n")
        return
    title = f"{source or '(nobody named)'} → {target or '(nobody named)'}"
    show([Grid(title, ("code", "name", "probability"), tuple(ranked), texts=2)])


def _error_file(output: Path | None, errors: Path | None) -> Path | None:
    if errors is not None or output is None:
        return errors
    return output.with_name(output.name + ".errors.jsonl")


@contextmanager
def _input(text: str) -> Iterator[Iterable[bytes]]:
    from coder.errors import InputError

    if text == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = Path(text).open("rb")  # noqa: SIM115 - closed below, and only opening may fail here
    except OSError as error:
        raise InputError(f"{text} cannot be read: {error.strerror}") from None
    with stream:
        yield stream


@contextmanager
def _writer(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    from coder.pipeline.write.atomic import replacing

    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as out:
        yield out
