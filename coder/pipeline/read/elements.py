"""The elements of a JSON array, or the values of a file of values, as raw text, not loading the file."""

import re
from collections.abc import Iterator
from io import TextIOWrapper

from coder.errors import InputError
from coder.pipeline.read.record import MAX_RECORD, too_large

_CHUNK = 1 << 16
_TOKEN = re.compile(r'["\\{}\[\],]')

Element = tuple[str, InputError | None]


def elements(text: TextIOWrapper, in_array: bool) -> Iterator[Element]:
    """Yield the raw text of each element, with the problem when it cannot be whole.

    Brackets are matched without parsing, so that a broken element spoils itself alone.
    """
    scanner = _Scanner(in_array)
    while chunk := text.read(_CHUNK):
        yield from scanner.feed(chunk)
    yield from scanner.finish()


class _Scanner:
    """Follows strings and brackets over chunk borders."""

    def __init__(self, in_array: bool) -> None:
        self._in_array = in_array
        self._depth = 0
        self._in_string = False
        self._escaped_at = -1  # index in the chunk of the character that a backslash escapes
        self._ended = False
        self._parts: list[str] = []
        self._size = 0

    def feed(self, chunk: str) -> Iterator[Element]:
        at = 0
        for match in _TOKEN.finditer(chunk):
            token = match[0]
            if self._in_string:
                self._inside_string(token, match.start())
            elif token == '"':
                self._in_string = True
            elif token in "{[":
                self._depth += 1
                if self._in_array and self._depth == 1 and not self._ended:
                    at = match.end()
            elif token == ",":
                if self._in_array and self._depth == 1:
                    self._keep(chunk[at : match.start()])
                    at = match.end()
                    yield self._take()
            else:
                self._depth -= 1
                if self._depth == 0:
                    last = match.start() if self._in_array else match.end()
                    self._keep(chunk[at:last])
                    at = match.end()
                    self._ended = self._in_array
                    if not self._blank():
                        yield self._take()
        self._keep(chunk[at:])
        self._escaped_at = 0 if self._escaped_at == len(chunk) else -1

    def finish(self) -> Iterator[Element]:
        if self._blank() and (self._ended or not self._in_array):
            return
        raw, _ = self._take()
        if self._ended:
            yield raw, InputError("there is text after the end of the JSON array")
        else:
            yield (
                raw,
                InputError(
                    "the file ends inside this record: it is cut off, or a quote or bracket before its "
                    "end is not closed"
                ),
            )

    def _inside_string(self, token: str, start: int) -> None:
        if start == self._escaped_at:
            self._escaped_at = -1
        elif token == "\\":
            self._escaped_at = start + 1
        elif token == '"':
            self._in_string = False

    def _keep(self, piece: str) -> None:
        if self._size <= MAX_RECORD:
            self._parts.append(piece)
        self._size += len(piece)

    def _blank(self) -> bool:
        return not any(part.strip() for part in self._parts)

    def _take(self) -> Element:
        raw = "".join(self._parts).strip()
        problem = too_large(self._size) if self._size > MAX_RECORD else None
        self._parts, self._size = [], 0
        return raw, problem
