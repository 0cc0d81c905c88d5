"""Which column of a record is the text, the title, the date …: named by the user or guessed from the usual
names.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from coder.errors import InputError
from coder.pipeline.article import Article
from coder.pipeline.read.record import Origin

FIELDS = ("text", "title", "date", "url", "id", "publisher")
# In order of preference; compared without case, spaces, dots and hyphens as underscores.
GUESSES: dict[str, tuple[str, ...]] = {
    "text": (
        "text", "body", "content", "maintext", "main_text", "article_text", "full_text", "fulltext",
        "body_text", "story_text", "article", "article_body", "articlebody", "story", "raw_text",
        "plain_text", "news_text", "sentence", "sentences",
    ),
    "title": (
        "title", "headline", "head_line", "heading", "article_title", "news_title",
    ),
    "date": (
        "date", "published", "pub_date", "pubdate", "publish_date", "date_published", "date_publish",
        "datepublished", "published_at", "publishedat", "published_date", "publication_date",
        "publicationdate", "article_date", "story_date", "datetime", "timestamp",
    ),
    "url": (
        "url", "link", "source_url", "sourceurl", "article_url", "href", "uri", "web_url",
    ),
    "id": (
        "id", "article_id", "articleid", "doc_id", "docid", "document_id", "story_id", "storyid", "uid",
        "uuid", "guid", "_id",
    ),
    "publisher": (
        "publisher", "newspaper", "outlet", "publication", "source_name", "source", "news_source",
        "source_domain", "domain", "site",
    ),
}  # fmt: skip


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
        values = {field: record.get(column) for field, column in self.columns.items()}
        text = text_of(values.get("text"))
        if not text.strip():
            raise InputError(f"the text (column {self.columns['text']!r}) is empty")
        date = values.get("date")
        if _is_missing(date):
            date = origin.options.default_date
        identity = _plain(values.get("id"), "id")
        if identity is None and number is not None:
            identity = f"{origin.label}#{number}"
        return Article(
            text=text,
            id=identity,
            date=date,
            url=_plain(values.get("url"), "url"),
            title=_plain(values.get("title"), "title"),
            publisher=_plain(values.get("publisher"), "publisher"),
        )


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
        for guess in GUESSES[field]:
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
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return "\n\n".join(value)
    raise InputError(f"the text is no string but {_kind(value)} ({_short(value)})")


def _plain(value: object, field: str) -> Any:
    """A field that is text or a number, as text; of a mapping (NewsAPI's ``source``) its name."""
    if _is_missing(value):
        return None
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if float(value).is_integer() else str(value)
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        return value["name"]
    raise InputError(f"the {field} is neither text nor a number but {_kind(value)} ({_short(value)})")


def _is_missing(value: object) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())


def _normal(name: str) -> str:
    low = name.strip().lstrip("\ufeff").lower()
    for separator in " .-":
        low = low.replace(separator, "_")
    return low


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
        "bytes": "bytes",
    }
    return names.get(type(value).__name__, type(value).__name__)


def _short(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except (ValueError, RecursionError):
        text = repr(type(value))
    return text if len(text) <= 60 else text[:57] + "..."
