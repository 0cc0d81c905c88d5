"""Read articles from files of many formats: lazily, in bounded memory, one error a broken record and never an
end of the run.
"""

import os
import re
import stat
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import cast

from coder.errors import CoderError, InputError
from coder.pipeline.article import Article
from coder.pipeline.read.record import Item, Notices, Origin, ReadOptions, RecordError
from coder.pipeline.read.source import Source, Sources
from coder.pipeline.read.stream import Document, Stream, documents, unpacked

__all__ = [
    "FORMATS",
    "SUFFIXES",
    "Item",
    "Notices",
    "ReadOptions",
    "RecordError",
    "Source",
    "Sources",
    "read_source",
]

Reader = Callable[[Stream, Origin], Iterator[Item]]

# Module and function of each format's reader, loaded with the first file of that format.
FORMATS: dict[str, tuple[str, str]] = {
    "txt": ("text", "read_text"),
    "jsonl": ("json", "read_json_lines"),
    "json": ("json", "read_json"),
    "csv": ("delimited", "read_csv"),
    "tsv": ("delimited", "read_tsv"),
    "parquet": ("columnar", "read_parquet"),
    "arrow": ("columnar", "read_arrow"),
    "html": ("web", "read_html"),
    "warc": ("warc", "read_warc"),
    "feed": ("web", "read_feed"),
}
_BY_SUFFIX = {
    ".txt": "txt", ".text": "txt", ".md": "txt", ".markdown": "txt",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json",
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".parquet": "parquet", ".pq": "parquet", ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".warc": "warc", ".xml": "feed", ".rss": "feed", ".atom": "feed",
}  # fmt: skip
SUFFIXES = frozenset(_BY_SUFFIX)
# What a file begins with tells more than its name.
_MAGIC: tuple[tuple[bytes, str], ...] = ((b"PAR1", "parquet"), (b"WARC/", "warc"), (b"ARROW1", "arrow"))
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF file: extract its text first"),
    (b"{\\rtf", "an RTF file: save it as plain text first"),
    (b"\xd0\xcf\x11\xe0", "an old Office file: save it as plain text or CSV first"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"BZh", "a bzip2 file: unpack it, or pack it with gzip or zstd"),
    (b"\xfd7zXZ", "an xz file: unpack it, or pack it with gzip or zstd"),
    (b"7z\xbc\xaf", "a 7-Zip archive: unpack it, or pack it as zip"),
    (b"Rar!", "a RAR archive: unpack it, or pack it as zip"),
    (b"SQLite format 3", "an SQLite database: export its table as CSV or Parquet"),
    (b"PK\x03\x04", "a zip archive inside another file: unpack it first"),
    (b"\x1f\x8b", "packed twice, gzip within: unpack it once"),
    (b"\x28\xb5\x2f\xfd", "packed twice, zstd within: unpack it once"),
    (b"\x04\x22\x4d\x18", "an lz4 file: unpack it, or pack it with gzip or zstd"),
    (b"\xff\x06\x00\x00sNaPpY", "a snappy file: unpack it, or pack it with gzip or zstd"),
    (b"Obj\x01", "an Avro file: convert it to Parquet or JSON Lines"),
    (b"ORC", "an ORC file: convert it to Parquet or JSON Lines"),
    (b"FEA1", "a Feather file of version 1: write it again as version 2"),
    (b"PARE", "an encrypted Parquet file: decrypt it first"),
    (b"filedesc://", "a web archive in the old format ARC: convert it to WARC"),
)


# Of markup: declarations, comments and stylesheets before the first element, and what that element tells.
_PROLOGUE = re.compile(rb"(?:<\?[^>]*\?>\s*|<!--.*?-->\s*)+", re.DOTALL)
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")


def read_source(source: Source, options: ReadOptions, notices: Notices) -> Iterator[Item]:
    """Yield the articles of one source and an error for everything in it that is none; raises nothing but
    what ends the program.
    """
    origin = Origin(source.label, options, notices)
    try:
        if source.text is not None:
            yield Article(source.text, id=source.label, date=options.default_date)
        elif source.path is None:
            yield from _standard_input(origin)
        else:
            yield from _file(source.path, origin, source.named)
    except CoderError as error:
        yield origin.error(error)
    except zipfile.BadZipFile as error:
        yield origin.error(f"the zip archive is damaged: {error}")
    except OSError as error:
        yield origin.error(f"the file cannot be read: {error.strerror or error}")


def _file(path: Path, origin: Origin, named: bool) -> Iterator[Item]:
    if not path.exists():
        broken = path.is_symlink()
        raise InputError(
            f"a symbolic link to {os.readlink(path)}, which does not exist" if broken else "the file is gone"
        )
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        os.listdir(path)  # raises the reason why the folder could not be walked
    if stat.S_ISSOCK(mode):
        raise InputError("this is a socket, which cannot be opened as a file: name a file or a pipe")
    if not named and not stat.S_ISREG(mode):
        raise InputError("this is no regular file: name it on the command line to read it")
    for document in documents(path, origin.label) if stat.S_ISREG(mode) else [_pipe(path, origin.label)]:
        if isinstance(document, Document):
            yield from _document(document, Origin(document.label, origin.options, origin.notices))
        else:
            yield RecordError(document[0], None, document[1])


def _pipe(path: Path, label: str) -> Document:
    """A named pipe or device, such as the shell's <(command): can be opened once only."""
    return Document(label, path.name, lambda: path.open("rb"))


def _document(document: Document, origin: Origin) -> Iterator[Item]:
    """Yield what is in a document; what stops its reader becomes its last item."""
    count = 0
    try:
        with document.open() as stream:
            for item in _items(stream, document.suffix, origin):
                count += 1
                yield item
    except CoderError as error:
        yield origin.error(error, _after(count))
    except (EOFError, zlib.error, OSError, zipfile.BadZipFile) as error:
        yield origin.error(f"the file is damaged or cut off: {error}", _after(count))
    except UnicodeError as error:
        yield origin.error(
            f"the file is not in the encoding that its beginning shows: {error}", _after(count)
        )
    except Exception as error:
        # A library met something that neither it nor we foresaw: the file is reported, the run goes on.
        yield origin.error(f"the file cannot be read: {type(error).__name__}: {error}", _after(count))


def _after(count: int) -> str | None:
    return f"after record {count}" if count else None


def _items(stream: Stream, suffix: str, origin: Origin) -> Iterator[Item]:
    head = stream.peek(4096)[:4096]
    if not head:
        raise InputError("the file is empty")
    name = origin.options.format or _format_of(head, suffix)
    module, function = FORMATS[name]
    reader: Reader = getattr(import_module(f"coder.pipeline.read.{module}"), function)
    yield from reader(stream, origin)


def _format_of(head: bytes, suffix: str) -> str:
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    for magic, what in _FOREIGN:
        # ORC is a word, too.
        if head.startswith(magic) and not (magic == b"ORC" and head[3:4].isalpha()):
            raise InputError(f"this is {what}")
    if head[257:262] == b"ustar":
        raise InputError("this is a tar archive: unpack it, or pack its files as zip")
    expected = _BY_SUFFIX.get(suffix)
    if expected is None:
        known = ", ".join(sorted(SUFFIXES))
        raise InputError(
            f"the extension {suffix!r} is unknown: expected {known}, each also .gz, .zst or in a .zip, "
            "or say --format"
        )
    if expected in ("txt", "html", "feed"):
        begins = _PROLOGUE.sub(b"", head.lstrip(b"\xef\xbb\xbf \t\r\n"))
        if _PAGE.match(begins):
            return "html"
        if _FEED.match(begins):
            return "feed"
    return expected


def _standard_input(origin: Origin) -> Iterator[Item]:
    if sys.stdin is None or sys.stdin.closed:
        raise InputError("standard input is closed")
    with unpacked(cast(Stream, sys.stdin.buffer), None) as stream:
        head = stream.peek(4096)
        begins = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        suffix = ".json" if begins in (b"{", b"[") else ".txt"
        yield from _document(
            Document(origin.label, f"standard input{suffix}", lambda: closing(stream)), origin
        )
