"""Web archives (WARC), record by record.

The format is plain enough to be read here, and every record is checked against its length: fastwarc 2.0, the
library for it, ends without a word in an archive that is cut off.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, parse_headers

from coder.errors import InputError
from coder.pipeline.article import Article
from coder.pipeline.read.encoding import decode
from coder.pipeline.read.record import MAX_RECORD, Item, Origin, too_large
from coder.pipeline.read.stream import Stream
from coder.pipeline.read.web import page_article

_KINDS = ("response", "resource", "conversion")
_PAGES = ("text/html", "application/xhtml", "text/plain")
_LONGEST_LINE = 65_536
_VERSION = re.compile(rb"WARC/\d")


@dataclass(frozen=True, slots=True)
class _Record:
    kind: str
    url: str | None
    content_type: str
    block: bytes | None  # None: larger than MAX_RECORD and skipped
    length: int


def read_warc(stream: Stream, origin: Origin) -> Iterator[Item]:
    """Yield an article or an error for each page of a web archive; responses that are no page (images,
    styles, HTTP errors) are left out and counted. The date of a record is that of the crawl and is not taken
    for the date of publication.
    """
    others = count = 0
    damaged = False
    for record in _records(stream):
        if isinstance(record, str):
            yield origin.error(record, f"after record {count}" if count else None)
            damaged = True
            continue
        if record.kind not in _KINDS:
            continue
        count += 1
        try:
            article = _article(record, origin, f"{origin.label}#{count}")
        except InputError as error:
            yield origin.error(error, f"record {count} ({record.url})")
            continue
        if article is None:
            others += 1
        else:
            yield article
    if not count and not damaged:
        yield origin.error("the web archive has no responses")
    elif others:
        origin.notices(f"{origin.label}: {others} of {count} records are no pages and were left out")


def _records(stream: Stream) -> Iterator[_Record | str]:
    """Yield the records, and the reason where the archive is damaged, from where on it is read again at the next record."""
    number = 0
    line = stream.readline(_LONGEST_LINE)
    while line:
        if not line.strip():
            line = stream.readline(_LONGEST_LINE)
            continue
        number += 1
        if not _VERSION.match(line):
            line, skipped = _next_record(stream, line)
            yield f"record {number} does not begin with WARC/: {skipped:,} bytes up to the next record were not read"
            continue
        try:
            headers = _headers(stream, f"record {number}")
            length = _length(headers, number)
        except InputError as error:
            line, skipped = _next_record(stream, b"")
            yield f"{error}: {skipped:,} bytes up to the next record were not read"
            continue
        block = _block(stream, length, number)
        line = stream.readline(_LONGEST_LINE)
        url = headers.get("WARC-Target-URI")
        yield _Record(
            headers.get("WARC-Type", "").lower(),
            url.strip("<>") if url else None,
            headers.get("Content-Type", "").lower(),
            block,
            length,
        )


def _next_record(stream: Stream, line: bytes) -> tuple[bytes, int]:
    """The line with which the next record begins (empty: none does), and how many bytes are before it."""
    skipped = 0
    while True:
        skipped += len(line)
        line = stream.readline(_LONGEST_LINE)
        if not line or _VERSION.match(line):
            return line, skipped


def _length(headers: HTTPMessage, number: int) -> int:
    written = headers.get("Content-Length", "").strip()
    if not re.fullmatch(r"[0-9]{1,18}", written):
        raise InputError(f"record {number} has no Content-Length that is a number ({written[:40]!r})")
    return int(written)


def _headers(stream: io.BufferedIOBase, where: str) -> HTTPMessage:
    try:
        return parse_headers(stream)
    except HTTPException as error:
        raise InputError(f"the headers of {where} cannot be read: {error}") from None


def _block(stream: Stream, length: int, number: int) -> bytes | None:
    kept = length <= 2 * MAX_RECORD
    parts: list[bytes] = []
    left = length
    while left:
        part = stream.read(min(left, 1 << 20))
        if not part:
            raise InputError(f"the archive ends inside record {number}: it is cut off")
        left -= len(part)
        if kept:
            parts.append(part)
    return b"".join(parts) if kept else None


def _article(record: _Record, origin: Origin, identity: str) -> Article | None:
    """The article of a record; None when it is no page."""
    content_type, body, charset = record.content_type, record.block, None
    if body is None:
        raise too_large(record.length)
    if content_type.startswith("application/http"):
        status, headers, body = _response(body)
        content_type = headers.get("Content-Type", "").lower()
        if not 200 <= status < 300:
            return None
        charset = headers.get_content_charset()
        if not content_type and body.lstrip()[:1] == b"<":
            content_type = "text/html"
        if any(page in content_type for page in _PAGES):
            body = _decoded(body, headers)
    if not any(page in content_type for page in _PAGES):
        return None
    if len(body) > MAX_RECORD:
        raise too_large(len(body))
    if "text/plain" not in content_type:
        return page_article(body, origin, identity, record.url, charset)
    text = decode(body, origin)
    if not text.strip():
        raise InputError("the record has no text")
    return Article(text=text, id=identity, url=record.url, date=origin.options.default_date)


def _response(block: bytes) -> tuple[int, HTTPMessage, bytes]:
    stream = io.BytesIO(block)
    parts = stream.readline(_LONGEST_LINE).split()
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/") or not parts[1].isdigit():
        raise InputError("the record holds no HTTP response")
    headers = _headers(stream, "the response")
    return int(parts[1]), headers, stream.read()


def _decoded(body: bytes, headers: HTTPMessage) -> bytes:
    if "chunked" in headers.get("Transfer-Encoding", "").lower():
        body = _unchunked(body)
    for coding in reversed(headers.get("Content-Encoding", "").lower().replace(" ", "").split(",")):
        if coding in ("gzip", "x-gzip") and body.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(body)) as unzipped:
                body = _inflated(unzipped)
        elif coding == "deflate":
            body = _deflated(body)
        elif coding not in ("", "identity", "gzip", "x-gzip"):
            raise InputError(
                f"the page is packed with {coding!r}, which is not read: expected gzip, deflate or none"
            )
    return body


def _inflated(unzipped: gzip.GzipFile) -> bytes:
    try:
        body = unzipped.read(MAX_RECORD + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(f"the packed page is damaged: {error}") from None
    if len(body) > MAX_RECORD:
        raise too_large()
    return body


def _deflated(body: bytes) -> bytes:
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):  # with and without the header that the standard asks for
        unpacker = zlib.decompressobj(window)
        try:
            page = unpacker.decompress(body, MAX_RECORD + 1)
        except zlib.error:
            continue
        if not unpacker.eof and len(page) <= MAX_RECORD:
            raise InputError("the packed page is cut off")
        return page
    raise InputError("the packed page is damaged")


def _unchunked(body: bytes) -> bytes:
    """The body without chunk sizes; as it is when it has none, since many archives keep the header and drop
    the chunks.
    """
    parts: list[bytes] = []
    stream = io.BytesIO(body)
    while line := stream.readline(_LONGEST_LINE):
        try:
            size = int(line.split(b";")[0].strip(), 16)
        except ValueError:
            if not parts:
                return body
            raise InputError("the response is damaged: a chunk of it does not begin with its size") from None
        if size == 0:
            return b"".join(parts)
        parts.append(stream.read(size))
        if len(parts[-1]) < size:
            break
        if stream.readline(_LONGEST_LINE).strip():
            raise InputError("the response is damaged: a chunk of it is longer than its size says")
    raise InputError("the response is cut off: its last chunk is missing")
