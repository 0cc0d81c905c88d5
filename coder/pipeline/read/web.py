"""HTML pages and feeds (RSS, Atom); needs the ``web`` extra."""

import datetime
import io
import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from coder.errors import InputError, MissingExtraError
from coder.pipeline.article import Article
from coder.pipeline.dates import parse_date
from coder.pipeline.read.encoding import decode
from coder.pipeline.read.markup import plain_text
from coder.pipeline.read.record import Item, Origin
from coder.pipeline.read.stream import Stream, read_whole

_FEED_LIMIT = 64 * 2**20
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:-]{3,20})", re.IGNORECASE)


_DOCTYPE = re.compile(rb"<!DOCTYPE([^\[>]*)\[[^\]]*\]\s*>")
# What browsers take these for.
_TAKEN_FOR = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
}


def read_html(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield the main text of a page, with the title, date, address and publisher that it states."""
    yield page_article(read_whole(stream), origin, origin.label)


def page_article(
    page: bytes, origin: Origin, identity: str, url: str | None = None, charset: str | None = None
) -> Article:
    """Return the article of an HTML page, sent with the encoding ``charset`` if that is known; raises InputError when there is no
    text to be found in it.
    """
    try:
        import trafilatura
    except ImportError:
        raise MissingExtraError("trafilatura", "web", "reading HTML") from None
    # Its warnings about pages without text come back as our own error.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    found: Any = trafilatura.bare_extraction(
        _page_text(page, origin, charset),
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


def _page_text(page: bytes, origin: Origin, charset: str | None) -> str:
    declared = _CHARSET.search(page[:4096])
    name = charset or (declared[1].decode("ascii") if declared is not None else None)
    # Text of another encoding is never valid UTF-8 by chance, and what can be read as ASCII is no UTF-16.
    if (
        name is not None
        and origin.options.encoding is None
        and not (_is_utf8(page) or name.lower().startswith("utf"))
    ):
        try:
            return page.decode(_TAKEN_FOR.get(name.lower(), name))
        except (LookupError, UnicodeError):
            pass  # the page's word is wrong: its bytes tell
    return decode(page, origin)


def _is_utf8(page: bytes) -> bool:
    if page.isascii():
        return False  # it may be in an encoding of escapes
    try:
        page.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_feed(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error for each entry of an RSS or Atom feed: its content, else its summary."""
    try:
        import feedparser
    except ImportError:
        raise MissingExtraError("feedparser", "web", "reading RSS and Atom") from None
    data, entities = _DOCTYPE.subn(rb"<!DOCTYPE\1>", read_whole(stream, _FEED_LIMIT), count=1)
    if entities:
        # They are of no use in news, and the tool of attacks: a few lines that unpack to gigabytes, or the content of other files.
        yield origin.error(
            "the feed declares entities of its own, which are not read: write out what they stand for"
        )
    feed = feedparser.parse(io.BytesIO(data))
    if not feed.version and not feed.entries:
        reason = f": {feed.bozo_exception}" if feed.bozo else ""
        raise InputError(f"this XML is no RSS or Atom feed{reason}")
    if not feed.entries:
        raise InputError("the feed has no entries")
    if feed.bozo and not isinstance(feed.bozo_exception, feedparser.CharacterEncodingOverride):
        yield origin.error(
            f"the feed is damaged, {len(feed.entries)} entries could be read: {feed.bozo_exception}"
        )
    publisher, base = feed.feed.get("title"), feed.feed.get("link")
    for number, entry in enumerate(feed.entries, 1):
        try:
            yield _entry_article(entry, publisher, base, origin, number)
        except InputError as error:
            yield origin.error(
                error, f"entry {number} ({entry.get('link') or entry.get('title') or 'no link'})"
            )


def _entry_date(entry: Any) -> datetime.date | None:
    """The day that is written, as for every other format; where only feedparser understands it, that day in UTC."""
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return parse_date(entry.get("published") or entry.get("updated"))
    except InputError:
        if moment is None:
            raise
        return datetime.date(*moment[:3])


def _entry_article(
    entry: Any, publisher: str | None, base: str | None, origin: Origin, number: int
) -> Article:
    contents = [content.get("value", "") for content in entry.get("content", [])] or [
        entry.get("summary", "")
    ]
    text = plain_text(max(contents, key=len))
    if not text.strip():
        raise InputError("the entry has no content and no summary")
    link = entry.get("link")
    if link == entry.get("id") and "://" not in (link or ""):
        link = None  # feedparser takes an id for the address where there is no other
    return Article(
        text=text,
        id=entry.get("id") or f"{origin.label}#{number}",
        date=_entry_date(entry) or origin.options.default_date,
        url=urljoin(base, link) if base and link else link,
        title=plain_text(entry.get("title", "")).strip() or None,
        publisher=publisher,
    )
