"""Bytes to text when the file does not say its encoding."""

import codecs
import io
import re

from coder.errors import InputError
from coder.pipeline.read.record import Origin
from coder.pipeline.read.stream import Stream

_SAMPLE = 256 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What news archives really come in; without the list a short Latin-1 text is taken for anything.
_LIKELY = [
    "cp1252", "iso8859_15", "cp1250", "iso8859_2", "cp1251", "koi8_r", "koi8_u", "cp1253", "cp1254", "cp1255",
    "cp1256", "mac_roman", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
]  # fmt: skip
# What cp1252 makes of text in another encoding: three foreign letters in a row (Cyrillic, Greek, Chinese), signs within a word
# (Polish, Turkish, DOS), a capital after a small letter (Mac).
_IMPROBABLE = re.compile(
    "[\u00c0-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e]{3}|[A-Za-z\u00c0-\u00ff][\u00a1-\u00ac\u00ae\u00af\u00b1-\u00bf\u00d7\u00f7\u0192\u201a\u201e\u2020-\u2021\u02c6\u2030\u2039\u203a\u02dc\u2122][A-Za-z\u00c0-\u00ff]|[a-z\u00df-\u00ff][\u00c0-\u00de]"
)
# A text in a one-byte encoding has few control characters; a binary file has many.
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b"))


def detect_encoding(sample: bytes, complete: bool, lines: bool = False) -> str:
    """Return the encoding of text that begins with ``sample``: by its byte order mark, else UTF-8 where
    valid, else the likeliest.

    ``complete`` says that the sample is the whole text, ``lines`` that each line is a record, so that NUL bytes in a few
    of them are damage to those. Raises InputError when it is no text: NUL or many control characters.
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    check_not_binary(_without_damaged_lines(sample) if lines else sample)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample, final=complete)
    except UnicodeDecodeError as error:
        # A few bad bytes in a long UTF-8 text are damage, not another encoding.
        if _mostly_utf8(sample, error.start):
            return "utf-8"
    else:
        return "utf-8"
    return _guess(sample)


def check_not_binary(sample: bytes) -> None:
    """Raise InputError when the bytes are no text in an encoding without byte order mark."""
    nul = sample.find(b"\0")
    if nul >= 0:
        raise InputError(
            f"this is no text: NUL byte at position {nul} (a binary file, or UTF-16 without a byte order "
            "mark)"
        )
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > 0.02 * len(sample):
        raise InputError(
            f"this is no text: {controls} of the first {len(sample)} bytes are control characters"
        )


def _without_damaged_lines(sample: bytes) -> bytes:
    """The sample without its lines that hold NUL bytes, as a crash leaves them, when they are at most half of all."""
    if b"\0" not in sample:
        return sample
    lines = [line for line in sample.split(b"\n") if line.strip()]
    whole = [line for line in lines if b"\0" not in line]
    return b"\n".join(whole) if 2 * len(whole) >= len(lines) else sample


def _mostly_utf8(sample: bytes, first_bad: int) -> bool:
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(character > "\x7f" for character in text) - bad
    return bad * 4 < good or (first_bad > 4096 and bad * 1000 < len(text))


def _guess(sample: bytes) -> str:
    if _is_western(sample):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=_LIKELY, steps=5, chunk_size=512).best()
    # cp1252 leaves five bytes without a character; Latin-1 takes any.
    name = best.encoding if best is not None else "cp1252"
    try:
        sample.decode(name, "strict")
    except UnicodeDecodeError as error:
        if error.end < len(sample) - 4:
            return "latin-1"
    return name


def _is_western(sample: bytes) -> bool:
    """Whether the sample reads as English with the letters and quotation marks of Western Europe (cp1252): guessing by statistics
    takes a short one for anything.
    """
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    # "ić" in cp1250 ends the names of half of the Balkans.
    return not _IMPROBABLE.search(text) and not re.search(rb"i\xe6(?![A-Za-z\x80-\xff])", sample)


def line_end(sample: bytes, encoding: str) -> str:
    """Return what ends the lines of a text that begins with ``sample``: the carriage return alone where there is no line feed."""
    text = sample.decode(encoding, "ignore")
    return "\r" if "\r" in text.rstrip("\r") and "\n" not in text else "\n"


def text_stream(stream: Stream, origin: Origin) -> io.TextIOWrapper:
    """Return ``stream`` as text, its lines kept as they are; a byte that does not fit becomes half a
    surrogate, which the check of the record that holds it reports. Raises InputError for what is no text.
    """
    name = origin.options.encoding
    sample = stream.peek(_SAMPLE)[:_SAMPLE]
    if name is None:
        name = detect_encoding(sample, complete=False, lines=True)
        if name not in ("utf-8", "utf-8-sig"):
            origin.notices(f"{origin.label}: encoding {name}", key=f"encoding {name}")
    errors = "strict" if name.startswith(("utf-16", "utf-32")) else "surrogateescape"
    return io.TextIOWrapper(stream, encoding=name, errors=errors, newline=line_end(sample, name))


def decode(data: bytes, origin: Origin) -> str:
    """Return a whole document as text; raises InputError for what is no text or not in the encoding that the
    user named.
    """
    name = origin.options.encoding or detect_encoding(data, complete=True)
    if origin.options.encoding is None and name not in ("utf-8", "utf-8-sig"):
        origin.notices(f"{origin.label}: encoding {name}", key=f"encoding {name}")
    try:
        return data.decode(
            name, "strict" if origin.options.encoding or name != "utf-8" else "surrogateescape"
        )
    except UnicodeDecodeError as error:
        raise InputError(
            f"this is not {name}: {error.reason} at byte {error.start}; name another --encoding"
        ) from None
    except LookupError:
        raise InputError(
            f"there is no encoding {name!r}: give one such as utf-8, cp1252, utf-16 to --encoding"
        ) from None
