"""Import of sentences with labels and no spans: CSV, TSV or JSON Lines (grade "label")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coder.corpus.importers.columns import USUAL_NAMES, choose_columns
from coder.corpus.importers.labels import LabelMap
from coder.corpus.importers.result import ImportResult, RecordError, make_sentence
from coder.corpus.importers.rows import Row, read_table
from coder.corpus.records import AnnotatedSentence, EventAnnotation


def import_labels(
    path: Path,
    labels: LabelMap,
    *,
    kind: str = "csv",
    columns: Mapping[str, Sequence[str]] | None = None,
    label_separator: str = "",
    delimiter: str = "",
    encoding: str = "utf-8",
    batch: str = "",
) -> ImportResult:
    """Import a table of sentences with one or more labels each; every label becomes an event without spans.

    Several labels stand in several columns, in a JSON list, or in one cell split at ``label_separator``. A
    sentence whose only label means no event gets no event. Raises CorpusError when the file cannot be used.
    """
    table = read_table(path, kind, delimiter, encoding)
    result = ImportResult(rejected=table.rejected, notes=table.notes)
    chosen = choose_columns(path, table.columns, columns or {}, ("text", "label"), ("id",), result.notes)
    actors = [name for name in table.columns if name.lower() in USUAL_NAMES["source"] + USUAL_NAMES["target"]]
    if actors:
        result.notes.append(
            f"not used: {', '.join(map(repr, actors))} (--format pairs reads source and target)"
        )
    for row in table.rows:
        try:
            result.sentences.append(_sentence(row, chosen, labels, label_separator, batch or path.stem))
        except RecordError as error:
            result.reject(row.line, error, row.values)
    result.rejected.sort(key=lambda item: item.line)
    return result


def _sentence(
    row: Row, chosen: Mapping[str, Sequence[str]], labels: LabelMap, separator: str, batch: str
) -> AnnotatedSentence:
    values = [value for name in chosen["label"] for value in _split(row.values.get(name), separator)]
    if len(chosen["label"]) > 1:
        # One of several label columns may be empty, all of them may not.
        values = [value for value in values if value not in ("", None)] or [""]
    codes = dict.fromkeys(labels.code(value) for value in values)
    events = [EventAnnotation(code) for code in codes if code is not None]
    return make_sentence(
        row.values.get(chosen["text"][0]), events, "label", row_id(row, chosen), batch, row.line
    )


def _split(value: Any, separator: str) -> list[Any]:
    if isinstance(value, list):
        return value
    if separator and isinstance(value, str):
        return [part.strip() for part in value.split(separator)]
    return [value]


def row_id(row: Row, chosen: Mapping[str, Sequence[str]]) -> str:
    """Return the row's own id as text, "" when it has none."""
    value = row.values.get(chosen["id"][0]) if "id" in chosen else None
    return "" if value is None else str(value).strip()
