"""Plain text and Markdown: one article a file."""

import re
from collections.abc import Iterator

from coder.errors import InputError
from coder.pipeline.article import Article
from coder.pipeline.dates import parse_date
from coder.pipeline.read.encoding import decode
from coder.pipeline.read.fields import field_of
from coder.pipeline.read.record import Item, Origin
from coder.pipeline.read.stream import Stream, read_whole

_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z _-]{0,24}):(?:[ \t]+(.*?))?[ \t]*\r?$")
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FRONT_LINE = re.compile(r"([A-Za-z_]+):[ \t]*(.*?)[ \t]*\r?$", re.MULTILINE)


def read_text(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield the article of a text file.

    It may begin with a header, lines ``Title:``, ``Date:``, ``Url:``, ``Id:``, ``Publisher:`` (or another usual name of one of
    them) and others of that form up to the first blank line, or, in Markdown, with a front matter between two lines ``---``. Without a header, a
    first line that is a date and nothing else is the date of publication; it stays in the text. Raises
    InputError when the file is no text or has none.
    """
    yield text_article(decode(read_whole(stream), origin), origin)


def text_article(text: str, origin: Origin) -> Article:
    """Return the article that a text with or without a header holds; raises InputError when it is empty."""
    header, body = split_header(text.lstrip("\ufeff"))
    if not body.strip():
        raise InputError("the file has a header but no text below it" if header else "the file has no text")
    date = header.get("date") or _first_line_date(body) or origin.options.default_date
    return Article(
        text=body,
        id=header.get("id") or origin.label,
        date=date,
        url=header.get("url"),
        title=header.get("title"),
        publisher=header.get("publisher"),
    )


def split_header(text: str) -> tuple[dict[str, str], str]:
    """Return the fields of the header, if there is one, and the text below it."""
    if match := _FRONT_MATTER.match(text):
        pairs = [(name, value.strip("\"'")) for name, value in _FRONT_LINE.findall(match[1])]
        return _fields(pairs), text[match.end() :]
    header: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        line = text[at : end if end >= 0 else len(text)]
        at = end + 1 if end >= 0 else len(text)
        if not line.strip():
            break
        match = _HEADER_LINE.match(line)
        if match is None:
            return {}, text
        header.append((match[1], match[2] or ""))
    # Lines of that form without a name that is ours may as well be who says what in a transcript.
    known = [name.lower() for name, _ in header if field_of(name) is not None]
    if not known or len(set(known)) < len(known):
        return {}, text
    return _fields(header), text[at:]


def _fields(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The fields of the article among the lines of a header; what bears the name of the field itself goes before other names."""
    fields: dict[str, str] = {}
    for name, value in sorted(pairs, key=lambda pair: pair[0].lower() != field_of(pair[0])):
        field = field_of(name)
        if field is not None and value:
            fields.setdefault(field, value)
    return fields


def _first_line_date(body: str) -> str | None:
    line = body.lstrip().split("\n", 1)[0].strip()
    # A bare number would pass for an epoch or a compact date, and a text may well begin with one.
    if len(line) > 40 or line.isdigit():
        return None
    try:
        return line if parse_date(line) else None
    except InputError:
        return None
