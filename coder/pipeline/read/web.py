"""HTML pages and feeds (RSS, Atom); needs the ``web`` extra."""

import datetime
import io
import logging
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from coder.errors import InputError, MissingExtraError
from coder.pipeline.article import Article
from coder.pipeline.read.encoding import decode
from coder.pipeline.read.record import Item, Origin
from coder.pipeline.read.stream import Stream, read_whole

_FEED_LIMIT = 64 * 2**20
_BLOCKS = {
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "tr",
    "table",
    "blockquote",
    "section",
    "article",
}
_HIDDEN = {"script", "style", "noscript", "template", "svg"}
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{3,20})", re.IGNORECASE)


def read_html(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield the main text of a page, with the title, date, address and publisher that it states."""
    yield page_article(read_whole(stream), origin, origin.label)


def page_article(page: bytes, origin: Origin, identity: str, url: str | None = None) -> Article:
    """Return the article of an HTML page; raises InputError when there is no text to be found in it."""
    try:
        import trafilatura
    except ImportError:
        raise MissingExtraError("trafilatura", "web", "reading HTML") from None
    # Its warnings about pages without text come back as our own error.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    found: Any = trafilatura.bare_extraction(
        _page_text(page, origin),
        url=url,
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        # The extensive search would take any number in the page for its date.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    text = (found.text or "") if found is not None else ""
    if not text.strip():
        raise InputError("no article text was found in this HTML page")
    return Article(
        # One line is one paragraph here; blank lines between them say so.
        text="\n\n".join(line for line in text.split("\n") if line.strip()),
        id=identity,
        date=found.date or origin.options.default_date,
        url=found.url or url,
        title=found.title,
        publisher=found.sitename,
    )


def _page_text(page: bytes, origin: Origin) -> str:
    declared = _CHARSET.search(page[:4096])
    if declared is not None and origin.options.encoding is None:
        try:
            return page.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass  # the page's word is wrong: its bytes tell
    return decode(page, origin)


def read_feed(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error for each entry of an RSS or Atom feed: its content, else its summary."""
    try:
        import feedparser
    except ImportError:
        raise MissingExtraError("feedparser", "web", "reading RSS and Atom") from None
    feed = feedparser.parse(io.BytesIO(read_whole(stream, _FEED_LIMIT)))
    if not feed.version and not feed.entries:
        reason = f": {feed.bozo_exception}" if feed.bozo else ""
        raise InputError(f"this XML is no RSS or Atom feed{reason}")
    if not feed.entries:
        raise InputError("the feed has no entries")
    if feed.bozo and not isinstance(feed.bozo_exception, feedparser.CharacterEncodingOverride):
        yield origin.error(
            f"the feed is damaged, {len(feed.entries)} entries could be read: {feed.bozo_exception}"
        )
    publisher = feed.feed.get("title")
    for number, entry in enumerate(feed.entries, 1):
        try:
            yield _entry_article(entry, publisher, origin, number)
        except InputError as error:
            yield origin.error(
                error, f"entry {number} ({entry.get('link') or entry.get('title') or 'no link'})"
            )


def _entry_article(entry: Any, publisher: str | None, origin: Origin, number: int) -> Article:
    contents = [content.get("value", "") for content in entry.get("content", [])] or [
        entry.get("summary", "")
    ]
    text = plain_text(max(contents, key=len))
    if not text.strip():
        raise InputError("the entry has no content and no summary")
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    written = entry.get("published") or entry.get("updated")
    return Article(
        text=text,
        id=entry.get("id") or f"{origin.label}#{number}",
        date=datetime.date(*moment[:3]) if moment else (written or origin.options.default_date),
        url=entry.get("link"),
        title=plain_text(entry.get("title", "")).strip() or None,
        publisher=publisher,
    )


def plain_text(markup: str) -> str:
    """Return the text of a piece of HTML, its blocks as paragraphs."""
    if "<" not in markup and "&" not in markup:
        return markup
    parser = _Text()
    parser.feed(markup)
    parser.close()
    paragraphs = (" ".join(part.split()) for part in "".join(parser.parts).split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and self._hidden:
            self._hidden -= 1
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data.replace("\n", " "))
