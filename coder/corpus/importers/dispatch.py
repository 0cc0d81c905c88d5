"""One door to all importers: pick by format, or by the file's ending."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coder.corpus.importers.annotated import import_markup
from coder.corpus.importers.conll import TagNames, import_conll
from coder.corpus.importers.label_rows import import_labels
from coder.corpus.importers.label_studio import import_label_studio
from coder.corpus.importers.labels import LabelMap
from coder.corpus.importers.marks import Marks
from coder.corpus.importers.pair_rows import import_pairs
from coder.corpus.importers.result import ImportResult, write_rejected
from coder.corpus.read import write_split
from coder.errors import CorpusError

FORMATS = ("csv", "tsv", "jsonl", "pairs", "conll", "label-studio", "markup")
_BY_ENDING = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".conll": "conll",
    ".bio": "conll",
    ".iob": "conll",
    ".json": "label-studio",
    ".txt": "markup",
}
_TABLES = {".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """Everything that an importer may want to know beyond the file; each reads what concerns it."""

    labels: LabelMap
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    label_separator: str = ""
    marks: Marks = field(default_factory=Marks)
    tags: TagNames = field(default_factory=TagNames)
    token_column: int = 0
    tag_column: int = -1
    delimiter: str = ""
    encoding: str = "utf-8"
    batch: str = ""


def guess_format(path: Path) -> str:
    """Return the format that a file's ending stands for; raises CorpusError when it stands for none."""
    try:
        return _BY_ENDING[path.suffix.lower()]
    except KeyError:
        raise CorpusError(
            f"{path}: the ending {path.suffix!r} tells no format: give --format, one of {', '.join(FORMATS)}"
        ) from None


def import_file(path: Path, format: str, options: ImportOptions) -> ImportResult:
    """Import a file in one of FORMATS; raises CorpusError when the format or the whole file is unusable."""
    o = options
    if format in ("csv", "tsv", "jsonl"):
        return import_labels(
            path,
            o.labels,
            kind=format,
            columns=o.columns,
            label_separator=o.label_separator,
            delimiter=o.delimiter,
            encoding=o.encoding,
            batch=o.batch,
        )
    if format == "pairs":
        return import_pairs(
            path,
            o.labels,
            kind=_TABLES.get(path.suffix.lower(), "csv"),
            columns=o.columns,
            marks=o.marks,
            delimiter=o.delimiter,
            encoding=o.encoding,
            batch=o.batch,
        )
    if format == "conll":
        return import_conll(
            path,
            tags=o.tags,
            token_column=o.token_column,
            tag_column=o.tag_column,
            encoding=o.encoding,
            batch=o.batch,
        )
    if format == "label-studio":
        text_key = next(iter(o.columns.get("text", ())), "text")
        return import_label_studio(path, o.labels, text_key=text_key, encoding=o.encoding, batch=o.batch)
    if format == "markup":
        return import_markup(path, o.labels.known, batch=o.batch)
    raise CorpusError(f"unknown format {format!r}: expected one of {', '.join(FORMATS)}")


def import_to(
    path: Path, format: str, options: ImportOptions, out: Path, errors: Path, force: bool = False
) -> ImportResult:
    """Import a file and write the sentences to ``out`` and the rejected records, if any, to ``errors``.

    Raises CorpusError when the output exists (unless ``force``), when the file is unusable, or when no record
    of it could be imported; the errors file is written then too.
    """
    if path.resolve() in (out.resolve(), errors.resolve()):
        raise CorpusError(f"{path} is the file to import: give another -o or --errors")
    if out.exists() and not force:
        raise CorpusError(f"{out} exists already: give another -o, or --force to replace it")
    result = import_file(path, format, options)
    errors.unlink(missing_ok=True)  # what an earlier call rejected is no result of this one
    if result.rejected:
        errors.parent.mkdir(parents=True, exist_ok=True)
        write_rejected(errors, result.rejected)
    if not result.sentences:
        first = result.rejected[0]
        raise CorpusError(
            f"{path}: none of {len(result.rejected)} records could be imported (reasons in {errors}), "
            f"the first: line {first.line}: {first.reason}"
        )
    write_split(out, result.sentences)
    return result
