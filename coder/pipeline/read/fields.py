"""Which column of a record is the text, the title, the date …: named by the user or guessed from the usual
names.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from coder.errors import InputError
from coder.pipeline.article import Article
from coder.pipeline.dates import parse_date
from coder.pipeline.read.markup import plain_text
from coder.pipeline.read.record import Origin

FIELDS = ("text", "title", "date", "url", "id", "publisher")
# In order of preference; compared without case, spaces, dots, hyphens and underscores.
GUESSES: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "body", "content", "main_text", "article_text", "full_text", "body_text", "story_text",
        "content_text", "article_content", "news_content", "article", "article_body", "story", "raw_text",
        "plain_text", "news_text", "contents", "content_html", "body_html", "document_text", "paragraphs",
        "sentence", "sentences",
    ),
    "title": (
        "title", "headline", "head_line", "heading", "article_title", "news_title",
    ),
    "date": (
        "date", "published", "pub_date", "publish_date", "date_published", "date_publish", "published_at",
        "published_date", "publication_date", "web_publication_date", "article_date", "story_date",
        "news_date", "publish_time", "published_time", "publication_time", "datetime", "timestamp",
    ),
    "url": (
        "url", "link", "source_url", "article_url", "href", "uri", "web_url", "permalink",
    ),
    "id": (
        "id", "article_id", "doc_id", "document_id", "story_id", "news_id", "uid", "uuid", "guid",
    ),
    "publisher": (
        "publisher", "newspaper", "outlet", "publication", "source_name", "source", "news_source",
        "source_domain", "domain", "site", "site_name",
    ),
}  # fmt: skip
# Of an object that stands where a text is expected (NewsAPI's ``source``), what names it.
_NAMES = ("name", "title")
_MARKUP = re.compile(
    r"</(?:p|div|span|a|h[1-6]|li|body|article)\s*>|<br\s*/?>|<p(?:\s[^<>]*)?>", re.IGNORECASE
)


class FieldMap:
    """The columns of one table, or of the records of one file, that feed the fields of an article."""

    def __init__(self, columns: dict[str, str]) -> None:
        self.columns = columns

    @classmethod
    def of_table(cls, names: Iterable[str], origin: Origin) -> "FieldMap":
        """Return the map for a table with these column names, and tell the user what was guessed.

        Raises InputError, listing the columns, when a named column is missing or none looks like the text.
        """
        found = cls(map_columns(list(names), origin))
        found.announce(origin)
        return found

    def announce(self, origin: Origin) -> None:
        """Tell the user where the fields come from, once for each mapping."""
        guessed = [
            f"{field} from {name!r}"
            for field, name in self.columns.items()
            if origin.options.column(field) is None
        ]
        if guessed:
            origin.notices(f"{origin.label}: {', '.join(guessed)}", key=", ".join(guessed))

    def article(self, record: Mapping[str, Any], origin: Origin, number: int | None) -> Article:
        """Return the article of one record; ``number`` counts records of the file from 1 and gives the id
        where there is none (None: a hash of the text does).

        Raises InputError with the reason when it cannot be coded.
        """
        try:
            return self._article(record, origin, number)
        except InputError:
            raise
        except Exception as error:
            # A value that nobody foresaw spoils its record, not the file.
            raise InputError(f"the record cannot be read: {type(error).__name__}: {error}") from error

    def _article(self, record: Mapping[str, Any], origin: Origin, number: int | None) -> Article:
        values = {field: _unwrapped(record.get(column)) for field, column in self.columns.items()}
        text = text_of(values.get("text"))
        if not text.strip():
            raise InputError(self._empty(record))
        if _MARKUP.search(text):
            text = plain_text(text)
            if not text.strip():
                raise InputError(f"the text (column {self.columns['text']!r}) is HTML without words")
            column = self.columns["text"]
            origin.notices(
                f"{origin.label}: {column!r} holds HTML, its words are coded", key=f"HTML in {column!r}"
            )
        date = parse_date(values.get("date"))
        identity = _plain(values.get("id"), "id")
        if identity is None and number is not None:
            identity = f"{origin.label}#{number}"
        return Article(
            text=text,
            id=identity,
            date=origin.options.default_date if date is None else date,
            url=self._optional(values, "url", origin),
            title=self._optional(values, "title", origin),
            publisher=self._optional(values, "publisher", origin),
        )

    def _optional(self, values: Mapping[str, Any], field: str, origin: Origin) -> Any:
        """A field that no event depends on: what a guess brought and cannot be used is told and left out."""
        try:
            return _plain(values.get(field), field)
        except InputError as error:
            if origin.options.column(field) is not None:
                raise
            column = self.columns[field]
            origin.notices(
                f"{origin.label}: {error}: column {column!r} was left out there; name another with --{field}-column",
                key=f"unusable {column!r} for {field}",
            )
            return None

    def _empty(self, record: Mapping[str, Any]) -> str:
        reason = f"the text (column {self.columns['text']!r}) is empty"
        for name, value in record.items():
            if _normal(name) in _NORMAL["text"] and isinstance(value, str) and value.strip():
                return f"{reason}, but {name!r} is not: name it with --text-column"
        return reason


def map_columns(names: list[str], origin: Origin) -> dict[str, str]:
    """Return field -> column for the columns ``names``; raises InputError when there is no text."""
    normalised: dict[str, str] = {}
    for name in names:
        normalised.setdefault(_normal(name), name)
    columns: dict[str, str] = {}
    for field in FIELDS:
        wanted = origin.options.column(field)
        if wanted is not None:
            if wanted not in names:
                raise InputError(
                    f"there is no column {wanted!r} for the {field}; the columns are {_listed(names)}: "
                    f"give another --{field}-column"
                )
            columns[field] = wanted
            continue
        for guess in _NORMAL[field]:
            found = normalised.get(guess)
            if found is not None and found not in columns.values():
                columns[field] = found
                break
    if "text" not in columns:
        raise InputError(
            f"no column looks like the text of an article; the columns are {_listed(names)}: name it "
            "with --text-column"
        )
    return columns


def text_of(value: object) -> str:
    """Return the text of a field: a string, or a list of strings as paragraphs. Raises InputError for
    anything else.
    """
    if isinstance(value, str):
        return value
    if value is None or _is_missing(value):
        return ""
    if isinstance(value, list | tuple) and all(part is None or isinstance(part, str) for part in value):
        return "\n\n".join(part for part in value if part)
    raise InputError(f"the text is no string but {_kind(value)} ({_short(value)})")


def _plain(value: object, field: str) -> Any:
    """A field that is text or a number, as text; of a mapping (NewsAPI's ``source``) its name."""
    if _is_missing(value):
        return None
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, UUID):
        return str(value)
    if (
        isinstance(value, int | float | Decimal)
        and not isinstance(value, bool)
        and math.isfinite(_bounded(value))
    ):
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, list | tuple) and len(value) == 1 and field != "id":
        return _plain(value[0], field)
    if isinstance(value, Mapping):
        for name in _NAMES:
            if isinstance(value.get(name), str):
                return value[name].strip() or None
    if isinstance(value, float | Decimal):
        raise InputError(f"the {field} is no finite number ({value})")
    raise InputError(f"the {field} is neither text nor a number but {_kind(value)} ({_short(value)})")


def _bounded(value: int | float | Decimal) -> int | float | Decimal:
    # An integer is finite, but math.isfinite cannot take one beyond the largest float.
    return 0 if isinstance(value, int) else value


def _unwrapped(value: object) -> object:
    """The value inside MongoDB's extended JSON (``{"$date": …}``, ``{"$oid": …}``, also one in the other); anything else as it is."""
    while isinstance(value, Mapping) and len(value) == 1:
        key, inner = next(iter(value.items()))
        if not isinstance(key, str) or not key.startswith("$"):
            break
        value = (
            int(inner)
            if key == "$numberLong" and isinstance(inner, str) and inner.lstrip("-").isdigit()
            else inner
        )
    return value


def _is_missing(value: object) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def _normal(name: str) -> str:
    low = name.strip().lstrip("\ufeff").lower()
    for separator in " .-_":
        low = low.replace(separator, "")
    return low


_NORMAL = {field: tuple(_normal(guess) for guess in guesses) for field, guesses in GUESSES.items()}
TEXT_NAMES = frozenset(_NORMAL["text"])


def field_of(name: str) -> str | None:
    """Return which field but the text a line of a header so called gives; None for another."""
    normal = _normal(name)
    return next((field for field, guesses in _NORMAL.items() if field != "text" and normal in guesses), None)


def looks_like_text(name: str) -> bool:
    """Whether a column of this name would be guessed to hold the text."""
    return _normal(name) in TEXT_NAMES


def _listed(names: list[str]) -> str:
    shown = ", ".join(repr(name[:40]) for name in names[:30])
    return (shown or "none") + (f" and {len(names) - 30} more" if len(names) > 30 else "")


def _kind(value: object) -> str:
    names = {
        "dict": "an object",
        "list": "a list",
        "bool": "true or false",
        "int": "a number",
        "float": "a number",
        "Decimal": "a number",
        "bytes": "bytes",
    }
    return names.get(type(value).__name__, type(value).__name__)


def _short(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (ValueError, RecursionError):
        text = repr(type(value))
    return text if len(text) <= 60 else text[:57] + "..."
