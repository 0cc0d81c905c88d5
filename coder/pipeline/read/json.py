"""JSON Lines and JSON arrays, one record at a time whatever the size of the file."""

import json
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Any

from coder.errors import InputError
from coder.pipeline.read.elements import elements
from coder.pipeline.read.encoding import text_stream
from coder.pipeline.read.fields import FIELDS, FieldMap, looks_like_text, map_columns
from coder.pipeline.read.record import MAX_RECORD, Item, Origin, too_large
from coder.pipeline.read.stream import Stream

_CHUNK = 1 << 16
_KEYS_KEPT = 1000
_WRAPPERS = ("articles", "data", "items", "results", "documents", "docs", "records", "stories", "entries")


def read_json_lines(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error a line; a file that begins with ``[`` is read as one array, one whose first object reaches
    over several lines as objects one after another.
    """
    text = text_stream(stream, origin)
    begins = _begins(text)
    if _is_one_array(begins):
        yield from _array(text, origin)
    elif _is_indented(begins):
        yield from _array(text, origin, in_array=False)
    else:
        yield from _lines(text, origin)


def read_json(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield the articles of a JSON array, of one object (also one that holds a list of articles), or of
    objects one after another.
    """
    text = text_stream(stream, origin)
    begins = _begins(text)
    if begins.startswith("["):
        yield from _array(text, origin)
        return
    line, newline, _ = begins.partition("\n")
    if newline and _is_object(line):
        yield from _lines(text, origin)
    else:
        yield from _array(text, origin, in_array=False)


def _begins(text: TextIOWrapper) -> str:
    sample = text.buffer.peek(_CHUNK)  # type: ignore[attr-defined]
    return sample.decode(text.encoding, "ignore").lstrip("\ufeff \t\r\n")


def _is_one_array(begins: str) -> bool:
    """Whether a file of lines is an array instead, and not lines of which the first is an array by mistake."""
    if not begins.startswith("["):
        return False
    line, _, rest = begins.partition("\n")
    return not rest.strip() or not _is_json(line)


def _is_indented(begins: str) -> bool:
    line, newline, _ = begins.partition("\n")
    if not newline or not begins.startswith("{") or _is_json(line):
        return False
    try:
        _, end = json.JSONDecoder().raw_decode(begins)
    except (ValueError, RecursionError):
        return False
    return end > len(line)


def _is_json(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


class _Records:
    """Turns the objects of one file into articles, and remembers which columns its records had."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.number = 0
        self._maps: dict[tuple[str, ...], FieldMap] = {}
        self._seen: set[str] = set()

    def items(self, raw: str, position: str) -> Iterator[Item]:
        """Yield the article of the record ``raw``, the articles of a list that it wraps, or the error."""
        before = self.number
        try:
            record = parse_object(raw)
            inner = _wrapped(record)
            if inner is None:
                yield self._article(record)
                return
        except InputError as error:
            # A record that is none has its number, too: ids tell places.
            self.number = before + 1
            yield self.origin.error(error, position, raw)
            return
        for record in inner:
            try:
                if not isinstance(record, dict):
                    raise InputError(f"a record is a JSON object, found {type(record).__name__}")
                yield self._article(record)
            except InputError as error:
                yield self.origin.error(error, f"record {self.number}", record)

    def _article(self, record: dict[str, Any]) -> Item:
        self.number += 1
        keys = tuple(record)
        fields = self._maps.get(keys)
        if fields is None:
            fields = self._map(keys)
        return fields.article(record, self.origin, self.number)

    def _map(self, keys: tuple[str, ...]) -> FieldMap:
        # A record may lack an optional column that the user named; that no record has it is told at the end.
        options = self.origin.options
        named = [
            column for field in FIELDS if field != "text" and (column := options.column(field)) is not None
        ]
        # A file whose keys are data would fill the memory: of those that nobody named some are enough for the message.
        self._seen.update(key for key in keys if key in named or len(self._seen) < _KEYS_KEPT)
        columns = map_columns([*keys, *(column for column in named if column not in keys)], self.origin)
        fields = FieldMap(columns)
        fields.announce(self.origin)
        if len(self._maps) < 1000:
            self._maps[keys] = fields
        return fields

    def unseen(self) -> Iterator[Item]:
        """Yield an error for each column that the user named and no record had."""
        for field in FIELDS:
            column = self.origin.options.column(field)
            if field != "text" and column is not None and self._maps and column not in self._seen:
                names = ", ".join(repr(name) for name in sorted(self._seen)[:30])
                yield self.origin.error(
                    f"no record has the column {column!r} for the {field}; they have {names}: give "
                    f"another --{field}-column"
                )


def _lines(text: TextIOWrapper, origin: Origin) -> Iterator[Item]:
    records = _Records(origin)
    line_number, empty = 0, True
    while line := text.readline(MAX_RECORD):
        line_number += 1
        position = f"line {line_number}"
        if len(line) >= MAX_RECORD and not line.endswith("\n"):
            size = len(line)
            while rest := text.readline(_CHUNK):
                size += len(rest)
                if rest.endswith("\n"):
                    break
            yield origin.error(too_large(size), position, line)
            empty = False
        elif stripped := line.strip().strip("\ufeff").strip():  # files joined end to end keep their marks
            yield from records.items(stripped, position)
            empty = False
    if empty:
        raise InputError("the file has no records")
    yield from records.unseen()


def _array(text: TextIOWrapper, origin: Origin, in_array: bool = True) -> Iterator[Item]:
    records = _Records(origin)
    count = 0
    for raw, problem in elements(text, in_array):
        count += 1
        position = f"record {count}"
        if problem is not None:
            yield origin.error(problem, position, raw)
        else:
            yield from records.items(raw, position)
    if not count:
        yield origin.error("the JSON array has no records")
    yield from records.unseen()


def parse_object(raw: str) -> dict[str, Any]:
    """Return the JSON object ``raw``; raises InputError when it is broken, no object, nested too deep, or has
    a key twice.
    """
    nuls = raw.count("\0")
    if nuls:
        raise InputError(f"this is no valid JSON: {nuls:,} NUL characters: the file is damaged there")
    try:
        value = json.loads(raw, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as error:
        raise InputError(f"this is no valid JSON: {error.msg} at character {error.pos + 1}") from None
    except RecursionError:
        raise InputError("this JSON is nested too deep") from None
    except ValueError as error:
        raise InputError(f"this is no valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise InputError(f"a record is a JSON object with a text, found {_json_kind(value)}")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"the key {twice!r} occurs twice in one object: which one counts?")
    return record


def _json_kind(value: object) -> str:
    kinds = {
        "list": "an array",
        "str": "a string",
        "int": "a number",
        "float": "a number",
        "bool": "true or false",
        "NoneType": "null",
    }
    return kinds[type(value).__name__]


def _wrapped(record: dict[str, Any], depth: int = 3) -> list[Any] | None:
    """The list of articles inside an object that is no article itself (``{"articles": [...]}``, also
    ``{"response": {"docs": [...]}}``), or None.
    """
    if any(looks_like_text(name) for name in record):
        return None
    for name in _WRAPPERS:
        value = record.get(name)
        if isinstance(value, list) and value and any(isinstance(item, dict) for item in value):
            return value
    for value in record.values():
        if depth > 1 and isinstance(value, dict) and (inner := _wrapped(value, depth - 1)) is not None:
            return inner
    return None
