"""Import of actor tags in CoNLL form: one token a line, BIO tags, an empty line between sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coder.corpus.importers.files import read_text
from coder.corpus.importers.result import ImportResult, RecordError, make_sentence
from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span
from coder.errors import CorpusError

_NO_SPACE_BEFORE = re.compile(r"[.,;:!?)\]}%’”]+|''|'s|’s|n't|n’t|'(?:re|ve|ll|d|m)|\.\.\.")
# A '#' token with its tag is no comment.
_COMMENT = re.compile(r"#\s(?!(?:.*\s)?(?:O|[BI]-\S+)\s*$)")
_NO_SPACE_AFTER = ("(", "[", "{", "``", "“", "‘", "$", "£", "€", "#")
_DEFAULT_NAMES: dict[str, tuple[str, ...]] = {
    "sources": ("S", "SRC", "SOURCE"),
    "targets": ("T", "TGT", "TARGET"),
    "places": ("P", "PLACE", "LOC"),
    "times": ("D", "DATE", "TIME"),
}


@dataclass(frozen=True, slots=True)
class TagNames:
    """What the tags are called after B- and I-, by role; case does not matter. ``ignored`` count as O."""

    roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _DEFAULT_NAMES)
    ignored: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, source: str = "", target: str = "", ignored: str = "") -> TagNames:
        """Read flags: names of source and target tags (empty: the usual ones), ignored names by comma."""
        roles = dict(_DEFAULT_NAMES)
        for role, name in (("sources", source), ("targets", target)):
            if name:
                roles = {
                    other: tuple(n for n in names if n != name.upper()) for other, names in roles.items()
                }
                roles[role] = (name.upper(),)
        return cls(roles, frozenset(n.strip().upper() for n in ignored.split(",") if n.strip()))

    def role(self, name: str) -> str | None:
        """Return the role of a tag name, None when it is ignored; raises RecordError when it is unknown."""
        for role, names in self.roles.items():
            if name.upper() in names:
                return role
        if name.upper() in self.ignored:
            return None
        known = ", ".join(name for names in self.roles.values() for name in names)
        raise RecordError(
            f"unknown tag {name!r} (known: {known}): name yours by --source-tag and --target-tag, "
            "or pass it over by --ignore-tags"
        )


def import_conll(
    path: Path,
    *,
    tags: TagNames | None = None,
    token_column: int = 0,
    tag_column: int = -1,
    encoding: str = "utf-8",
    batch: str = "",
) -> ImportResult:
    """Import BIO actor tags: a sentence gets one event of grade "pairs" without code, none when all is O.

    Columns are split at tabs where a line has one, else at spaces, and counted from 0 (negative: from the
    end). Comment lines (``# …``) and -DOCSTART- are passed over. The text is the tokens with spaces between
    them, punctuation closed up. Raises CorpusError when the file cannot be read.
    """
    tags = tags or TagNames()
    result = ImportResult()
    result.notes.append(f"tokens: column {token_column}, tags: column {tag_column}")
    for lines in _blocks(read_text(path, encoding)):
        number = lines[0][0]
        try:
            result.sentences.append(_sentence(lines, tags, token_column, tag_column, batch or path.stem))
        except RecordError as error:
            result.reject(number, error, [line for _, line in lines])
    if not result.sentences and not result.rejected:
        raise CorpusError(f"{path}: no sentence in it: expected one token and its tag on each line")
    return result


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    block: list[tuple[int, str]] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r")
        if not line.strip():
            if block:
                yield block
            block = []
        elif not line.startswith("-DOCSTART-") and not _COMMENT.match(line):
            block.append((number, line))
    if block:
        yield block


def _sentence(
    lines: list[tuple[int, str]], tags: TagNames, token_column: int, tag_column: int, batch: str
) -> AnnotatedSentence:
    text = ""
    spans: dict[str, list[Span]] = {role: [] for role in _DEFAULT_NAMES}
    running = ""
    glue = False
    for number, line in lines:
        cells = line.split("\t") if "\t" in line else line.split()
        try:
            token, tag = cells[token_column].strip(), cells[tag_column].strip()
        except IndexError:
            raise RecordError(
                f"line {number}: {len(cells)} columns, too few for token and tag: {line!r:.60}"
            ) from None
        if len(cells) < 2 or not token:
            raise RecordError(f"line {number}: expected a token and its tag, found {line!r:.60}")
        if text and not glue and not _NO_SPACE_BEFORE.fullmatch(token):
            text += " "
        glue = token in _NO_SPACE_AFTER
        start = len(text)
        text += token
        running = _tag(tag, running, tags, spans, Span(start, len(text)), number)
    event = EventAnnotation(
        None,
        sources=tuple(spans["sources"]),
        targets=tuple(spans["targets"]),
        places=tuple(spans["places"]),
        times=tuple(spans["times"]),
    )
    if not event.sources and not event.targets and (event.places or event.times):
        raise RecordError(
            "there is a place or time and neither source nor target: tag the actors of the event"
        )
    events = [event] if event.sources or event.targets else []
    return make_sentence(text, events, "pairs", "", batch, lines[0][0])


def _tag(
    tag: str, running: str, tags: TagNames, spans: dict[str, list[Span]], span: Span, number: int
) -> str:
    """Add a token to the spans; returns the name of the tag that is open after it, "" for O."""
    if tag == "O":
        return ""
    match = re.fullmatch(r"([BI])-(.+)", tag)
    if match is None:
        raise RecordError(f"line {number}: expected O, B-NAME or I-NAME, found {tag!r}")
    begins, name = match[1] == "B", match[2]
    try:
        role = tags.role(name)
    except RecordError as error:
        raise RecordError(f"line {number}: {error}") from None
    if not begins and name != running:
        raise RecordError(
            f"line {number}: I-{name} does not continue a B-{name}: write B-{name} for its first token"
        )
    if role is not None:
        if begins:
            spans[role].append(span)
        else:
            spans[role][-1] = Span(spans[role][-1].start, span.end)
    return name
