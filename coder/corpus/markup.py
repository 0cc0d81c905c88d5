r"""The annotation markup of seeds/: one sentence a line, spans as ``[text|tags]``.

Tags are separated by commas: ``sN`` source, ``tN`` target, ``eN=CODE`` trigger (``eN=CODE!no``: not
asserted), ``pN`` place, ``dN`` time of event N. Spans do not nest. ``#`` starts a comment line.
``\[ \] \| \\ \#`` stand for the characters themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span
from coder.errors import CoderError, CorpusError, MarkupError

_ESCAPABLE = "[]|\\#"
_TAG = re.compile(
    r"(?P<role>[stpd])(?P<number>[1-9][0-9]{0,2})|e(?P<event>[1-9][0-9]{0,2})=(?P<code>[0-9A-Za-z]+)(?P<no>!no)?"
)
_FIELDS = {"s": "sources", "t": "targets", "p": "places", "d": "times"}
_TAG_ORDER = "estpd"


class CodeTable(Protocol):
    """A table of codes, such as coder.ontology.Ontology; looking up an unknown code raises a CoderError."""

    def __contains__(self, code: Any, /) -> bool: ...

    def __getitem__(self, code: str, /) -> Any: ...


class Problem(NamedTuple):
    """Something wrong at a place of a batch file; ``column`` counts characters of the line from 1."""

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.text}"


class _Tag(NamedTuple):
    kind: str
    number: int
    span: Span
    column: int
    code: str = ""
    asserted: bool = True


@dataclass
class _Scan:
    """One line being read: the bare text so far, the tags met, and what is wrong (with columns from 1)."""

    line: str
    known: CodeTable | None = None
    text: list[str] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    tags: list[_Tag] = field(default_factory=list)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    broken_triggers: set[int] = field(default_factory=set)
    position: int = 0

    def run(self) -> None:
        while self.position < len(self.line):
            character = self.line[self.position]
            if character == "[":
                self._span()
            elif character in "]|":
                self._wrong(
                    self.position,
                    f"{character!r} outside a span: write \\{character} for the character itself, "
                    "or open the span with '['",
                )
                self.position += 1
            else:
                self._character()

    def _wrong(self, position: int, text: str) -> None:
        self.wrong.append((position + 1, text))

    def _character(self) -> None:
        character = self.line[self.position]
        if character == "\\":
            escaped = self.line[self.position + 1 : self.position + 2]
            if escaped and escaped in _ESCAPABLE:
                self._take(escaped)
                self.position += 1
                return
            self._wrong(
                self.position,
                f"'\\' before {escaped!r}: only [ ] | \\ # are escaped; write \\\\ for a backslash"
                if escaped
                else "'\\' at the end of the line: write \\\\ for a backslash",
            )
        self._take(character)

    def _take(self, character: str) -> None:
        self.text.append(character)
        self.columns.append(self.position + 1)
        self.position += 1

    def _span(self) -> None:
        opening = self.position
        start = len(self.text)
        self.position += 1
        while self.position < len(self.line) and self.line[self.position] not in "[]|":
            self._character()
        if self.position >= len(self.line):
            self._wrong(
                opening, "'[' is never closed: end the span with |tags], or write \\[ for the character"
            )
            return
        if self.line[self.position] == "[":
            self._wrong(
                self.position,
                f"'[' inside the span opened at column {opening + 1}: spans do not nest; "
                "close it with |tags] first, or write \\[ for the character",
            )
            return
        if self.line[self.position] == "]":
            self._wrong(
                opening,
                f"span {self.line[opening : self.position + 1]!r} has no tags: write [text|s1], "
                "or \\[ and \\] for the characters",
            )
            self.position += 1
            return
        self._check_span_text("".join(self.text[start:]), opening)
        first_tag = self.position + 1
        closing = self.line.find("]", first_tag)
        if closing < 0:
            self._wrong(opening, "the tags of this span are never closed: end them with ']'")
            self.position = len(self.line)
            return
        self._read_tags(first_tag, closing, Span(start, len(self.text)))
        self.position = closing + 1

    def _check_span_text(self, text: str, opening: int) -> None:
        if not text.strip():
            self._wrong(opening, "empty span: put the words between '[' and '|'")
        elif text != text.strip():
            self._wrong(opening, f"space at the edge of the span {text!r}: move it outside the brackets")

    def _read_tags(self, first: int, closing: int, span: Span) -> None:
        position = first
        for raw in self.line[first:closing].split(","):
            tag = raw.strip()
            column = position + len(raw) - len(raw.lstrip())
            position += len(raw) + 1
            found = _TAG.fullmatch(tag)
            if found is None:
                self._wrong(column, _explain_tag(tag))
                if meant := re.match(r"e([0-9]{1,3})", tag):
                    self.broken_triggers.add(int(meant[1]))
            elif found["role"]:
                self._add(_Tag(found["role"], int(found["number"]), span, column + 1))
            else:
                self._check_code(found["code"], column + found.start("code"))
                self._add(
                    _Tag("e", int(found["event"]), span, column + 1, found["code"], found["no"] is None)
                )

    def _check_code(self, code: str, position: int) -> None:
        if self.known is None or code in self.known:
            return
        try:
            self.known[code]
        except CoderError as error:
            # The table knows the codes nearest to it.
            self._wrong(position, str(error))

    def _add(self, tag: _Tag) -> None:
        for other in self.tags:
            if (other.kind, other.number) != (tag.kind, tag.number):
                continue
            if tag.kind == "e":
                self._wrong(
                    tag.column - 1,
                    f"second trigger for event {tag.number} (the first is at column {other.column}): one "
                    "trigger an event; mark the words that name the act best, or give it its own number",
                )
                return
            if other.span == tag.span:
                self._wrong(
                    tag.column - 1, f"tag {tag.kind}{tag.number} stands twice on this span: remove one"
                )
                return
        self.tags.append(tag)

    def events(self) -> tuple[EventAnnotation, ...]:
        """Gather the tags by event number; notes what is wrong between them."""
        triggers = {tag.number: tag for tag in self.tags if tag.kind == "e"}
        orphans = {tag.number: tag for tag in reversed(self.tags) if tag.number not in triggers}
        for number, tag in sorted(orphans.items()):
            if number in self.broken_triggers:
                continue
            self._wrong(
                tag.column - 1,
                f"event {number} has no trigger: mark the words that name its act as [words|e{number}=CODE]",
            )
        if not orphans:
            for expected, number in enumerate(sorted(triggers), 1):
                if number != expected:
                    self._wrong(
                        triggers[number].column - 1,
                        f"events are numbered 1, 2, 3 … without gaps: found {number}, expected {expected}",
                    )
                    break
        events = []
        for number in sorted(triggers):
            trigger = triggers[number]
            spans = {
                name: tuple(tag.span for tag in self.tags if (tag.kind, tag.number) == (kind, number))
                for kind, name in _FIELDS.items()
            }
            events.append(EventAnnotation(trigger.code, trigger.asserted, trigger.span, **spans))
        return tuple(events)


def _explain_tag(tag: str) -> str:
    forms = "sN, tN, pN, dN, eN=CODE or eN=CODE!no (N from 1)"
    if not tag:
        return f"empty tag: expected {forms}"
    if re.fullmatch(r"e[0-9]+", tag):
        return f"trigger tag {tag!r} has no code: write {tag}=CODE, as in {tag}=190"
    return f"unknown tag {tag!r}: expected {forms}"


def parse_line(
    line: str, *, file: str = "<line>", number: int = 1, batch: str = "", known: CodeTable | None = None
) -> AnnotatedSentence:
    """Read one line of markup into an annotated sentence of grade "tuples".

    White space around the line is no part of the sentence. With ``known`` (such as an Ontology) codes are
    looked up. Raises MarkupError, which lists all that is wrong with the line, one problem on each line of
    its text.
    """
    sentence, problems = scan_line(line, file=file, number=number, batch=batch, known=known)
    if problems or sentence is None:
        raise MarkupError("\n".join(map(str, problems)))
    return sentence


def scan_line(
    line: str, *, file: str, number: int, batch: str = "", known: CodeTable | None = None
) -> tuple[AnnotatedSentence | None, list[Problem]]:
    """Read one line of markup; return the sentence, or None and all that is wrong with the line."""
    bare = line.strip()
    offset = len(line) - len(line.lstrip())
    scan = _Scan(bare, known)
    if not bare:
        scan.wrong.append((1, "empty line: expected a sentence"))
    elif bare.startswith("#"):
        scan.wrong.append((1, "this is a comment line: write \\# when the sentence begins with '#'"))
    elif re.search(r"[\r\n]", bare):
        scan.wrong.append((1, "more than one line: a sentence stands on one line"))
    else:
        scan.run()
    events = scan.events()
    if scan.wrong:
        return None, [Problem(file, number, column + offset, text) for column, text in sorted(scan.wrong)]
    name = f"{batch}-{number:04d}" if batch else ""
    return AnnotatedSentence("".join(scan.text), events, "tuples", name, batch, number), []


def text_columns(line: str) -> list[int]:
    """Return, for each character of the sentence that a good line holds, its column in the line, from 1."""
    scan = _Scan(line.strip())
    scan.run()
    offset = len(line) - len(line.lstrip())
    return [column + offset for column in scan.columns]


def format_line(sentence: AnnotatedSentence) -> str:
    """Write a sentence of grade "tuples" as markup, tags ordered by event and then as e, s, t, p, d.

    ``parse_line(format_line(x))`` gives the same text and events, each event's spans in the order of the
    text. Raises MarkupError when markup cannot say it: overlapping spans, an event without code or trigger,
    spaces at the ends of the sentence or of a span.
    """
    text = sentence.text
    if not text.strip() or text != text.strip() or re.search(r"[\r\n]", text):
        raise MarkupError(f"a sentence of markup is one line without spaces at its ends, found {text!r:.80}")
    tags: dict[Span, list[tuple[int, int, str]]] = {}
    for number, event in enumerate(sentence.events, 1):
        if event.code is None or event.trigger is None:
            raise MarkupError(f"event {number} of {text!r:.80} has no code or no trigger: markup needs both")
        code = f"e{number}={event.code}" + ("" if event.asserted else "!no")
        if not _TAG.fullmatch(code):
            raise MarkupError(f"event {number} of {text!r:.80}: the tag {code!r} cannot be written in markup")
        marks = [(event.trigger, "e", code)]
        for kind, name in _FIELDS.items():
            marks += [(span, kind, f"{kind}{number}") for span in dict.fromkeys(getattr(event, name))]
        for span, kind, tag in marks:
            tags.setdefault(Span(*span), []).append((number, _TAG_ORDER.index(kind), tag))
    pieces = []
    position = 0
    for span in sorted(tags):
        inside = text[span.start : span.end]
        if span.start < position:
            raise MarkupError(
                f"spans overlap at character {span.start} of {text!r:.80}: markup cannot nest them"
            )
        if not inside or inside != inside.strip() or span.end > len(text):
            raise MarkupError(
                f"the span {list(span)} of {text!r:.80} is empty, outside it or has space at its edge"
            )
        pieces.append(_escape(text[position : span.start]))
        pieces.append(f"[{_escape(inside)}|{','.join(tag for _, _, tag in sorted(tags[span]))}]")
        position = span.end
    line = "".join(pieces) + _escape(text[position:])
    return "\\" + line if line.startswith("#") else line


def _escape(text: str) -> str:
    return re.sub(r"[\[\]|\\]", r"\\\g<0>", text)


def batch_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number, line) for the lines of a batch file that hold a sentence.

    Raises CorpusError when the file cannot be opened or is not UTF-8.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CorpusError(
            f"{path}: cannot be read ({error.strerror}): give a file of annotated sentences"
        ) from error
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise CorpusError(f"{path}:{row}: not UTF-8 (byte {error.start}): save the file as UTF-8") from error
    # Not splitlines(): a sentence may hold U+2028 or a form feed, and offsets must not move.
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def scan_batch(path: Path, known: CodeTable | None = None) -> tuple[list[AnnotatedSentence], list[Problem]]:
    """Read a batch file; return its good sentences and every problem of the others.

    Raises CorpusError when the file cannot be read at all.
    """
    sentences: list[AnnotatedSentence] = []
    problems: list[Problem] = []
    for number, line in batch_lines(path):
        sentence, wrong = scan_line(line, file=str(path), number=number, batch=path.stem, known=known)
        problems += wrong
        if sentence is not None:
            sentences.append(sentence)
    return sentences, problems


def read_batch(path: Path | str, known: CodeTable | None = None) -> list[AnnotatedSentence]:
    """Read a batch file (one authoring batch of annotated sentences) whole.

    Raises MarkupError listing every problem of the file, CorpusError when it cannot be read.
    """
    sentences, problems = scan_batch(Path(path), known)
    if problems:
        raise MarkupError("\n".join(map(str, problems)))
    return sentences
