"""Source and target marked inside a sentence: ``<S>Iran</S> threatened <T>Iraq</T>.``"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from coder.corpus.importers.result import RecordError
from coder.corpus.records import Span
from coder.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Marks:
    """The strings that open and close a source and a target; opening and closing may be the same."""

    source: tuple[str, str] = ("<S>", "</S>")
    target: tuple[str, str] = ("<T>", "</T>")

    @classmethod
    def parse(cls, source: str, target: str) -> Marks:
        """Read two flags such as "<S> </S>"; raises CorpusError when one has not two marks or they clash."""
        pairs = []
        for name, flag in (("source", source), ("target", target)):
            marks = flag.split()
            if len(marks) != 2:
                raise CorpusError(
                    f'--{name}-marks must be two marks with a space, such as "<S> </S>", found {flag!r}'
                )
            pairs.append((marks[0], marks[1]))
        if set(pairs[0]) & set(pairs[1]):
            raise CorpusError(f"source and target marks must differ, found {source!r} and {target!r}")
        return cls(*pairs)

    def __iter__(self) -> Iterator[str]:
        yield from (*self.source, *self.target)


class Marked(NamedTuple):
    """A sentence without its marks, and the spans that they enclosed."""

    text: str
    sources: tuple[Span, ...]
    targets: tuple[Span, ...]


def read_marks(marked: str, marks: Marks) -> Marked:
    """Take the marks out of a sentence; space that stood beside them is made single.

    Raises RecordError when a mark is not closed, not opened, opened twice, or encloses nothing.
    """
    text: list[str] = []
    spans: dict[str, list[Span]] = {"source": [], "target": []}
    opened: dict[str, int] = {}
    position = 0
    while position < len(marked):
        found = _mark_at(marked, position, marks, opened)
        if found is None:
            character = marked[position]
            if not (character == " " and (not text or text[-1] == " ")):
                text.append(character)
            position += 1
            continue
        role, mark, closes = found
        if closes:
            if role not in opened:
                raise RecordError(f"{mark!r} at character {position} closes a {role} that was not opened")
            spans[role].append(_trim(text, opened.pop(role), f"{role} before character {position}"))
        elif role in opened:
            raise RecordError(f"{mark!r} at character {position} opens a {role} inside another one")
        else:
            opened[role] = len(text)
        position += len(mark)
    if opened:
        role = next(iter(opened))
        raise RecordError(f"a {role} is opened and not closed: end it with {getattr(marks, role)[1]!r}")
    if not any(spans.values()):
        raise RecordError(
            f"no source or target is marked: expected {marks.source[0]!r} … {marks.source[1]!r}"
        )
    return Marked("".join(text), tuple(spans["source"]), tuple(spans["target"]))


def _mark_at(
    marked: str, position: int, marks: Marks, opened: dict[str, int]
) -> tuple[str, str, bool] | None:
    found = [
        (role, mark, index == 1)
        for role in ("source", "target")
        for index, mark in enumerate(getattr(marks, role))
        if marked.startswith(mark, position)
    ]
    if not found:
        return None
    longest = max(len(mark) for _, mark, _ in found)
    same = [item for item in found if len(item[1]) == longest]
    # The same string opens and closes: which one it is depends on what is open.
    return next((item for item in same if item[2] == (item[0] in opened)), same[0])


def _trim(text: list[str], start: int, what: str) -> Span:
    end = len(text)
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        raise RecordError(f"the marked {what} is empty")
    return Span(start, end)
