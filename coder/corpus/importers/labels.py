"""From the labels of somebody's data to codes of the ontology."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coder.corpus.importers.files import read_text
from coder.corpus.importers.result import RecordError
from coder.corpus.markup import CodeTable
from coder.errors import CoderError, CorpusError

NO_EVENT = "none"


@dataclass(frozen=True, slots=True)
class LabelMap:
    """Looks labels up: by the mapping when there is one, else as codes; "none" means no event."""

    known: CodeTable
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    origin: str = ""

    def code(self, label: Any) -> str | None:
        """Return the code of a label, None when it means no event.

        A number is taken for a code only where a lost leading zero cannot make it another one. Raises
        RecordError for an empty or unknown label.
        """
        text = self._text(label)
        if text in self.mapping:
            return self.mapping[text]
        if text.lower() == NO_EVENT:
            return None
        if isinstance(label, int) and text in self.known and f"0{text}" in self.known:
            raise RecordError(
                f"the label {text} is a number and may mean {text!r} or '0{text}': write codes as text"
            )
        if text in self.known:
            return text
        raise RecordError(self._unknown(text))

    @staticmethod
    def _text(label: Any) -> str:
        if isinstance(label, str) and label.strip():
            return label.strip()
        if isinstance(label, int) and not isinstance(label, bool):
            return str(label)
        found = "is empty" if label is None or label == "" or isinstance(label, str) else f"is {label!r:.60}"
        raise RecordError(f'the label {found}: expected a code or label, or "{NO_EVENT}" for no event')

    def _unknown(self, text: str) -> str:
        try:
            self.known[text]
            hint = ""
        except CoderError as error:
            hint = f" ({error})"
        if self.origin:
            return f"unknown label {text!r}: not in {self.origin} and no code{hint}: add it there"
        return f"unknown label {text!r}: no code{hint}: give a file of label,code lines by --labels"


def read_label_map(path: Path, known: CodeTable) -> LabelMap:
    """Read a label file: a JSON object {label: code}, or CSV/TSV with the header label,code.

    "none", null or an empty code means no event. Raises CorpusError for another form, an unknown code or a
    label given twice.
    """
    text = read_text(path)
    pairs = _json_pairs(path, text) if path.suffix.lower() == ".json" else _csv_pairs(path, text)
    mapping: dict[str, str | None] = {}
    for where, label, code in pairs:
        if label in mapping:
            raise CorpusError(f"{where}: the label {label!r} is given twice")
        if code is None or code.strip().lower() in ("", NO_EVENT):
            mapping[label] = None
            continue
        try:
            known[code.strip()]
        except CoderError as error:
            raise CorpusError(f"{where}: label {label!r}: {error}") from error
        mapping[label] = code.strip()
    return LabelMap(known, mapping, str(path))


def _json_pairs(path: Path, text: str) -> list[tuple[str, str, str | None]]:
    try:
        content = json.loads(text, object_pairs_hook=list)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{path}:{error.lineno}: not JSON ({error.msg})") from error
    if not isinstance(content, list) or not all(
        isinstance(pair, tuple) and (pair[1] is None or isinstance(pair[1], str)) for pair in content
    ):
        raise CorpusError(f'{path}: expected one object of label and code, such as {{"Protest": "14"}}')
    return [(str(path), label.strip(), code) for label, code in content]


def _csv_pairs(path: Path, text: str) -> list[tuple[str, str, str | None]]:
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    reader = csv.reader(text.splitlines(), delimiter=delimiter, strict=True)
    pairs: list[tuple[str, str, str | None]] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if header != ["label", "code"]:
            raise CorpusError(f"{path}:1: expected the header label,code, found {','.join(header)!r}")
        for cells in reader:
            if not cells:
                continue
            where = f"{path}:{reader.line_num}"
            if len(cells) != 2 or not cells[0].strip():
                raise CorpusError(f"{where}: expected a label and a code, found {len(cells)} fields: {cells}")
            pairs.append((where, cells[0].strip(), cells[1]))
    except csv.Error as error:
        raise CorpusError(f"{path}:{reader.line_num}: cannot be read as CSV ({error})") from error
    return pairs
