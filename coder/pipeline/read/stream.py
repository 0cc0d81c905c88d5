"""Files as streams of plain bytes: compression undone by what the content is, zip members one by one, sizes
guarded.
"""

import gzip
import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coder.errors import InputError
from coder.pipeline.read.record import MAX_RECORD, too_large

if TYPE_CHECKING:
    Stream = io.BufferedReader[Any]
else:
    Stream = io.BufferedReader
"""Plain bytes that can be looked at before they are read."""

BUFFER = 256 * 1024
# News compresses three- to twentyfold. Far above that, and more than a moderate size, it is a bomb.
_BOMB_RATIO, _BOMB_SIZE = 200, 64 * 2**20
_STEP = 8192
_COMPRESSED = (".gz", ".zst")
_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_ZIP_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}


@dataclass(frozen=True, slots=True)
class Document:
    """A file, or the member of a zip, before its format is known: ``name`` carries the extension without .gz
    or .zst.
    """

    label: str
    name: str
    open: Callable[[], Any]  # context manager of a Stream

    @property
    def suffix(self) -> str:
        return os.path.splitext(self.name)[1].lower()


class _Guarded(io.RawIOBase):
    """Counts what comes out of a decompressor, stops a bomb, and hands out all that could be unpacked before
    an error.
    """

    def __init__(self, stream: Any, compressed: int | None) -> None:
        self._read = stream.read1 if hasattr(stream, "read1") else stream.read
        self._compressed = compressed
        self._count = 0
        self._error: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        filled = 0
        while filled < len(buffer) and self._error is None:
            try:
                # Small steps: a decompressor that fails drops what it unpacked in the same step.
                data = self._read(min(_STEP, len(buffer) - filled))
            except Exception as error:
                self._error = error
                break
            if not data:
                return filled
            buffer[filled : filled + len(data)] = data
            filled += len(data)
            self._count += len(data)
            self._check()
        if not filled and self._error is not None:
            raise self._error
        return filled

    def _check(self) -> None:
        if self._compressed is not None and self._count > max(_BOMB_SIZE, _BOMB_RATIO * self._compressed):
            self._error = InputError(
                f"{self._compressed:,} bytes unpack to more than {self._count:,}: this looks like a "
                "decompression "
                "bomb, the rest was not read"
            )


def documents(path: Path, label: str) -> Iterator[Document | tuple[str, str]]:
    """Yield the documents of a file: itself, or the members of a zip in order of name; (label, reason) for a
    member that is not read.

    Raises OSError when the file cannot be opened.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    is_zip = magic in (_ZIP, _EMPTY_ZIP)
    if not is_zip and path.suffix.lower() == ".zip":
        # One that unpacks itself begins with a program.
        is_zip = zipfile.is_zipfile(path)
        if magic and not is_zip and not magic.startswith(_GZIP):
            raise InputError(
                "this is no zip archive: its table of contents was not found (cut off, or another format)"
            )
    if is_zip and path.suffix.lower() not in (".xlsx", ".docx"):
        yield from _members(path, label)
    else:
        yield Document(label, _plain_name(path.name), lambda: _plain_stream(path))


def _plain_name(name: str) -> str:
    stem, suffix = os.path.splitext(name)
    return stem if suffix.lower() in _COMPRESSED else name


@contextmanager
def _plain_stream(path: Path) -> Iterator[Stream]:
    with io.BufferedReader(io.FileIO(path), BUFFER) as file, unpacked(file, path.stat().st_size) as stream:
        yield stream


@contextmanager
def unpacked(file: Stream, size: int | None) -> Iterator[Stream]:
    """Open gzip or Zstandard content, known by its first bytes, as plain bytes; anything else as it is."""
    magic = file.peek(4)[:4]
    if magic.startswith(_GZIP):
        with gzip.GzipFile(fileobj=file) as unzipped:
            yield io.BufferedReader(_Guarded(unzipped, size), BUFFER)
    elif magic == _ZSTD or (magic[1:] == b"\x2a\x4d\x18" and magic[0] >> 4 == 5):  # or a frame to be skipped
        import pyarrow as pa

        with pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd") as unzipped:
            yield io.BufferedReader(_Guarded(unzipped, size), BUFFER)
    else:
        yield file


def _members(path: Path, label: str) -> Iterator[Document | tuple[str, str]]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" in names:
            raise InputError("this is an Office document: save it as plain text or CSV first")
        if all(name.endswith("/") or _is_hidden(name) for name in names):
            raise InputError(
                "the zip archive has no files to read" + (": all are folders or hidden" if names else "")
            )
        seen: dict[str, int] = {}
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.is_dir() or _is_hidden(info.filename):
                continue
            seen[info.filename] = seen.get(info.filename, 0) + 1
            # Two members of one name are two articles, and have two ids.
            copy = f" ({seen[info.filename]})" if seen[info.filename] > 1 else ""
            member = f"{label}!{info.filename}{copy}"
            reason = _refusal(info)
            if reason is not None:
                yield member, reason
            else:
                yield Document(member, _plain_name(info.filename), _member_opener(archive, info))


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/") if part not in ("..", "."))


def _refusal(info: zipfile.ZipInfo) -> str | None:
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in parts[0]:
        return "the name of this zip member points outside of the archive: it was not read"
    if info.flag_bits & 1:
        return "this zip member is encrypted: unpack it with its password first"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "this zip member is a symbolic link: it was not followed, add the file itself"
    if info.compress_type not in _ZIP_METHODS:
        return f"this zip member is packed by method {info.compress_type}, which is not read: pack it with deflate"
    if info.filename.lower().endswith(".zip"):
        return "a zip inside a zip is not read: unpack it first"
    if info.file_size > max(_BOMB_SIZE, _BOMB_RATIO * info.compress_size):
        return (
            f"{info.compress_size:,} bytes unpack to {info.file_size:,}: this looks like a decompression "
            "bomb, it was not read"
        )
    return None


def _member_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], Any]:
    @contextmanager
    def opened() -> Iterator[Stream]:
        with archive.open(info) as raw:
            guarded = io.BufferedReader(_Guarded(raw, info.compress_size), BUFFER)
            with unpacked(guarded, info.compress_size) as stream:
                yield stream

    return opened


def read_whole(stream: Stream, limit: int = MAX_RECORD) -> bytes:
    """Return all bytes of a document that is one record; raises InputError for more than ``limit``."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise too_large()
    return data
