"""Import of pairs: a sentence, its source and target (marked, as text or as offsets) and a label."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from coder.corpus.importers.columns import choose_columns
from coder.corpus.importers.label_rows import row_id
from coder.corpus.importers.labels import LabelMap
from coder.corpus.importers.marks import Marked, Marks, read_marks
from coder.corpus.importers.result import ImportResult, RecordError, make_sentence
from coder.corpus.importers.rows import Row, read_table
from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span
from coder.errors import CorpusError

_ACTORS = ("source", "target")
_OFFSETS = ("source_start", "source_end", "target_start", "target_end")


def import_pairs(
    path: Path,
    labels: LabelMap,
    *,
    kind: str = "csv",
    columns: Mapping[str, Sequence[str]] | None = None,
    marks: Marks | None = None,
    delimiter: str = "",
    encoding: str = "utf-8",
    batch: str = "",
) -> ImportResult:
    """Import a table of pairs (grade "pairs"), one event a row.

    Offsets are used where the table has columns for them (with an actor text beside them they must agree),
    else actor texts, each of which must stand in the sentence exactly once as whole words, else marks inside
    the sentence. Raises CorpusError when the file cannot be used.
    """
    marks = marks or Marks()
    table = read_table(path, kind, delimiter, encoding)
    result = ImportResult(rejected=table.rejected, notes=table.notes)
    optional = ("id", *_ACTORS, *_OFFSETS)
    chosen = choose_columns(path, table.columns, columns or {}, ("text", "label"), optional, result.notes)
    given = _complete_offsets(path, chosen)
    if not given and not any(role in chosen for role in _ACTORS):
        result.notes.append(f"source and target: marked in the text by {' '.join(marks)}")
    for row in table.rows:
        try:
            result.sentences.append(_sentence(row, chosen, given, labels, marks, batch or path.stem))
        except RecordError as error:
            result.reject(row.line, error, row.values)
    result.rejected.sort(key=lambda item: item.line)
    return result


def _complete_offsets(path: Path, chosen: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the roles given by offsets; raises CorpusError when one end of a role has no column."""
    roles = []
    for role in _ACTORS:
        ends = [end for end in ("start", "end") if f"{role}_{end}" in chosen]
        if len(ends) == 1:
            other = "end" if ends == ["start"] else "start"
            raise CorpusError(
                f"{path}: there is a column for {role}_{ends[0]} and none for {role}_{other}: "
                f"name it by --column {role}_{other}=COLUMN"
            )
        if ends:
            roles.append(role)
    return tuple(roles)


def _sentence(
    row: Row,
    chosen: Mapping[str, Sequence[str]],
    by_offsets: Sequence[str],
    labels: LabelMap,
    marks: Marks,
    batch: str,
) -> AnnotatedSentence:
    text = row.values.get(chosen["text"][0])
    if not isinstance(text, str) or not text.strip():
        raise RecordError(f"the sentence is empty or no text: {text!r:.60}")
    values = [row.values.get(name) for name in chosen["label"]]
    codes = [labels.code(value) for value in values]
    code = codes[0]
    if len(codes) != 1 or code is None:
        raise RecordError("a pair needs one label that is an event: leave pairs without event out")
    if by_offsets or any(role in chosen for role in _ACTORS):
        spans = {role: _given_span(row, role, chosen, role in by_offsets, text) for role in _ACTORS}
        found = Marked(text, spans["source"], spans["target"])
    else:
        found = read_marks(text, marks)
    event = EventAnnotation(code, sources=found.sources, targets=found.targets)
    return make_sentence(found.text, [event], "pairs", row_id(row, chosen), batch, row.line)


def _given_span(
    row: Row, role: str, chosen: Mapping[str, Sequence[str]], by_offsets: bool, text: str
) -> tuple[Span, ...]:
    actor = row.values.get(chosen[role][0]) if role in chosen else None
    if isinstance(actor, (list, tuple)):
        return (_offsets(actor, role, text),)
    if actor is not None and not isinstance(actor, str):
        raise RecordError(f"the {role} must be text or [start, end], found {actor!r:.60}")
    actor = (actor or "").strip()
    if by_offsets:
        ends = [row.values.get(chosen[f"{role}_{end}"][0]) for end in ("start", "end")]
        if all(end in ("", None) for end in ends):
            return ()
        span = _offsets(ends, role, text)
        if actor and text[span.start : span.end] != actor:
            raise RecordError(
                f"the {role} is {actor!r}, but characters {span.start} to {span.end} of the sentence are "
                f"{text[span.start : span.end]!r}: offsets count characters from 0, the end is not included"
            )
        return (span,)
    return (find_actor(text, actor, role),) if actor else ()


def find_actor(text: str, actor: str, role: str) -> Span:
    """Return where an actor stands in a sentence, as whole words and with the same case.

    Raises RecordError when it is not there or there more than once.
    """
    # A lookaround for each edge, since an actor may begin or end with a sign ("U.S.").
    before = r"(?<!\w)" if re.match(r"\w", actor) else ""
    after = r"(?!\w)" if re.search(r"\w$", actor) else ""
    found = [match.span() for match in re.finditer(f"{before}{re.escape(actor)}{after}", text)]
    if len(found) == 1:
        return Span(*found[0])
    if found:
        places = ", ".join(str(start) for start, _ in found)
        raise RecordError(
            f"the {role} {actor!r} stands {len(found)} times in the sentence (at characters {places}): "
            f"give offsets ({role}_start, {role}_end) or mark it"
        )
    inside = " as whole words (only inside a longer one)" if actor in text else ""
    other = f"; there is {match[0]!r}" if (match := re.search(re.escape(actor), text, re.IGNORECASE)) else ""
    raise RecordError(f"the {role} {actor!r} is not in the sentence{inside or other}")


def _offsets(ends: Sequence[Any], role: str, text: str) -> Span:
    try:
        start, end = (int(value) if isinstance(value, str) else value for value in ends)
    except ValueError:
        raise RecordError(
            f"the {role} needs a start and an end in characters, found {list(ends)!r}"
        ) from None
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in (start, end)):
        raise RecordError(f"the {role} needs whole numbers for start and end, found {list(ends)!r}")
    if not 0 <= start < end <= len(text):
        raise RecordError(
            f"the {role} [{start}, {end}] does not lie inside the {len(text)} characters of the sentence"
        )
    return Span(start, end)
