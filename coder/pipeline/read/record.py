"""What readers yield besides articles, and what they are told."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from coder.errors import InputError
from coder.pipeline.article import Article

# One article is never larger: 16 MB are three million words. What is larger is a dump of many articles or no
# text.
MAX_RECORD = 16 * 2**20
_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class RecordError:
    """A record or file that could not be coded: where it stands, why, and the beginning of it (at most 2,000
    characters).
    """

    source: str
    position: str | None
    reason: str
    record: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the error as JSON-ready values; half surrogates are escaped, so that it is valid UTF-8."""
        return {key: _printable(value) for key, value in asdict(self).items()}


Item = Article | RecordError


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: explicit column names (None: guess), format and encoding (None: detect), date of undated
    records.
    """

    text: str | None = None
    title: str | None = None
    date: str | None = None
    url: str | None = None
    id: str | None = None
    publisher: str | None = None
    default_date: str | None = None
    format: str | None = None
    encoding: str | None = None

    def column(self, name: str) -> str | None:
        """Return the column that the user named for a field of the article."""
        value: str | None = getattr(self, name)
        return value


@dataclass(slots=True)
class Notices:
    """Tells the user what readers guess, each thing once."""

    tell: Callable[[str], None]
    told: set[str] = field(default_factory=set)

    def __call__(self, text: str, key: str | None = None) -> None:
        """Pass ``text`` on unless the same ``key`` (default: the text) was told before."""
        if (key or text) not in self.told:
            self.told.add(key or text)
            self.tell(text)


@dataclass(frozen=True, slots=True)
class Origin:
    """The file, or member of an archive, that a reader reads: its name for messages and ids."""

    label: str
    options: ReadOptions
    notices: Notices

    def error(self, reason: object, position: str | None = None, record: object = None) -> RecordError:
        """Return the RecordError of this origin, the record cut to its beginning."""
        shown = None if record is None else _beginning(record)
        return RecordError(self.label, position, str(reason), shown)


def _beginning(record: object) -> str:
    text = record if isinstance(record, str) else repr(record)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text):,} characters)"


def _printable(value: str | None) -> str | None:
    return None if value is None else value.encode("utf-8", "backslashreplace").decode("utf-8")


def too_large(size: int | None = None) -> InputError:
    """Return the error for a record over MAX_RECORD bytes."""
    found = "more" if size is None else f"{size / 2**20:.0f} MB"
    return InputError(
        f"one record is at most {MAX_RECORD // 2**20} MB, found {found}: split it, one article a record "
        "(JSONL, CSV, Parquet)"
    )
