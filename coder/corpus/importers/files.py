"""Reading the bytes of a file to import as text, with errors that say what to do."""

from __future__ import annotations

from pathlib import Path

from coder.errors import CorpusError


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """Return a whole file as text, without byte order mark, line ends as they are.

    Raises CorpusError when it cannot be read, is empty or binary, or is not in the encoding.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read ({error.strerror}): give the file to import") from error
    try:
        text = content.decode(
            "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
        )
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise CorpusError(
            f"{path}:{row}: not {encoding} (byte {error.start}): give its encoding, such as --encoding cp1252"
        ) from error
    except LookupError as error:
        raise CorpusError(
            f"unknown encoding {encoding!r}: expected a name such as utf-8, cp1252, latin-1"
        ) from error
    if "\0" in text[:4096]:
        raise CorpusError(f"{path}: this is a binary file (or UTF-16: then give --encoding utf-16)")
    if not text.strip():
        raise CorpusError(f"{path}: the file is empty")
    return text
