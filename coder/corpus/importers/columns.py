"""Which column of a table holds what: as the user says, else by usual names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from coder.errors import CorpusError

USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "text": ("text", "sentence", "sentence_text", "sent", "content", "body", "story"),
    "label": (
        "label",
        "labels",
        "code",
        "codes",
        "event_code",
        "eventcode",
        "cameo",
        "cameo_code",
        "category",
        "class",
        "event_type",
    ),
    "id": ("id", "sentence_id", "sent_id", "event_id", "uid", "doc_id"),
    "source": ("source", "source_text", "actor1", "src", "subject", "agent"),
    "target": ("target", "target_text", "actor2", "tgt", "object", "recipient"),
    "source_start": ("source_start", "actor1_start", "src_start"),
    "source_end": ("source_end", "actor1_end", "src_end"),
    "target_start": ("target_start", "actor2_start", "tgt_start"),
    "target_end": ("target_end", "actor2_end", "tgt_end"),
}


def parse_columns(flags: Sequence[str]) -> dict[str, list[str]]:
    """Read flags such as ``text=body`` into what -> columns; label may come more than once.

    Raises CorpusError for a flag of another form or an unknown name before the "=".
    """
    chosen: dict[str, list[str]] = {}
    for flag in flags:
        what, equals, name = flag.partition("=")
        if not equals or not name:
            raise CorpusError(f"--column {flag!r}: expected WHAT=COLUMN, such as text=body")
        if what not in USUAL_NAMES:
            raise CorpusError(f"--column {flag!r}: unknown {what!r} (known: {', '.join(USUAL_NAMES)})")
        if what != "label" and what in chosen:
            raise CorpusError(f"--column {what} was given twice: only label may have several columns")
        chosen.setdefault(what, []).append(name)
    return chosen


def choose_columns(
    path: Path,
    found: Sequence[str],
    given: Mapping[str, Sequence[str]],
    required: Sequence[str],
    optional: Sequence[str],
    notes: list[str],
) -> dict[str, list[str]]:
    """Return what -> columns for the required and optional things; guesses are added to ``notes``.

    Raises CorpusError, listing the columns found, when a column is missing.
    """
    listed = ", ".join(map(repr, found)) or "none"
    lower = {name.lower(): name for name in reversed(found)}
    chosen: dict[str, list[str]] = {}
    for what in (*required, *optional):
        if what in given:
            for name in given[what]:
                if name not in found:
                    raise CorpusError(f"{path}: there is no column {name!r} (columns found: {listed})")
            chosen[what] = list(given[what])
            continue
        candidates = [lower[usual] for usual in USUAL_NAMES[what] if usual in lower]
        if candidates:
            chosen[what] = candidates[:1]
            others = f" (not {', '.join(map(repr, candidates[1:]))})" if len(candidates) > 1 else ""
            notes.append(f"{what}: column {candidates[0]!r}{others}")
        elif what in required:
            raise CorpusError(
                f"{path}: no column for the {what} was recognised (columns found: {listed}): "
                f"name it by --column {what}=COLUMN"
            )
    return chosen
