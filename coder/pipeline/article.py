"""The article: what a reader yields and a user passes in."""

import datetime
from dataclasses import dataclass, field
from hashlib import blake2b

from coder.errors import InputError
from coder.pipeline.dates import parse_date


@dataclass(frozen=True, slots=True)
class Article:
    """One news article: its text, and what is known about it.

    ``date`` takes every form of :func:`coder.pipeline.dates.parse_date`; ``published`` holds the day that it
    names. Without ``id`` the article is known by a hash of its text, the same on every machine. Raises
    InputError when the text is no string or holds what is no text (NUL, half a surrogate pair), or the date
    is no date.
    """

    text: str
    id: str | int | None = None
    date: datetime.date | str | int | float | None = None
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    published: datetime.date | None = field(init=False, default=None)
    key: str = field(init=False, default="", repr=False)

    def __post_init__(self) -> None:
        check_text(self.text)
        for name in ("url", "title", "publisher"):
            value = getattr(self, name)
            if value is not None:
                check_text(value, name)
        object.__setattr__(self, "published", parse_date(self.date))
        object.__setattr__(self, "key", self._key())

    def _key(self) -> str:
        if self.id is None or self.id == "":
            return "text-" + blake2b(self.text.encode(), digest_size=8).hexdigest()
        if isinstance(self.id, bool) or not isinstance(self.id, str | int):
            raise InputError(
                f"the id of an article is text or a whole number, found {type(self.id).__name__}"
            )
        key = str(self.id)
        check_text(key, "id")
        return key


def check_text(text: object, name: str = "text") -> None:
    """Raise InputError unless ``text`` is a string of real characters; ``name`` says which field it is."""
    if not isinstance(text, str):
        raise InputError(
            f"the {name} of an article is a string, found {type(text).__name__} ({repr(text)[:60]})"
        )
    nul = text.find("\0")
    if nul >= 0:
        raise InputError(f"the {name} has a NUL character at position {nul}: is this a binary file?")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        if 0xDC80 <= code <= 0xDCFF:
            raise InputError(
                f"the {name} has the byte 0x{code - 0xDC00:02x} at position {error.start}, which is not "
                "valid in the "
                "encoding of the rest of the file: convert the file to UTF-8"
            ) from None
        raise InputError(
            f"the {name} has half of a surrogate pair (U+{code:04X}) at position {error.start}: it is "
            "not valid Unicode"
        ) from None
