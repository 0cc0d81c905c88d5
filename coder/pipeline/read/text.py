"""Plain text and Markdown: one article a file."""

import re
from collections.abc import Iterator

from coder.errors import InputError
from coder.pipeline.article import Article
from coder.pipeline.dates import parse_date
from coder.pipeline.read.encoding import decode
from coder.pipeline.read.record import Item, Origin
from coder.pipeline.read.stream import Stream, read_whole

_HEADER_LINE = re.compile(r"(title|date|url|id|publisher):[ \t]*(.*?)[ \t]*\r?$", re.IGNORECASE)
_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FRONT_LINE = re.compile(r"([A-Za-z_]+):[ \t]*(.*?)[ \t]*\r?$", re.MULTILINE)


def read_text(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield the article of a text file.

    It may begin with a header, lines ``Title:``, ``Date:``, ``Url:``, ``Id:`` or ``Publisher:`` up to the
    first blank line, or, in Markdown, with a front matter between two lines ``---``. Without a header, a
    first line that is a date and nothing else is the date of publication; it stays in the text. Raises
    InputError when the file is no text or has none.
    """
    yield text_article(decode(read_whole(stream), origin), origin)


def text_article(text: str, origin: Origin) -> Article:
    """Return the article that a text with or without a header holds; raises InputError when it is empty."""
    header, body = split_header(text)
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
        fields = {name.lower(): value.strip("\"'") for name, value in _FRONT_LINE.findall(match[1])}
        return {name: value for name, value in fields.items() if value}, text[match.end() :]
    header: dict[str, str] = {}
    at = 0
    while at < len(text):
        end = text.find("\n", at)
        line = text[at : end if end >= 0 else len(text)]
        at = end + 1 if end >= 0 else len(text)
        if not line.strip():
            break
        match = _HEADER_LINE.match(line)
        if match is None or match[1].lower() in header:
            return {}, text
        header[match[1].lower()] = match[2]
    if not header:
        return {}, text
    return {name: value for name, value in header.items() if value}, text[at:]


def _first_line_date(body: str) -> str | None:
    line = body.lstrip().split("\n", 1)[0].strip()
    # A bare number would pass for an epoch or a compact date, and a text may well begin with one.
    if len(line) > 40 or line.isdigit():
        return None
    try:
        return line if parse_date(line) else None
    except InputError:
        return None
