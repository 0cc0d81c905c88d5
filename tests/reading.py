"""Helpers of the tests that read files."""

from pathlib import Path

from coder.pipeline.article import Article
from coder.pipeline.read import SUFFIXES, Item, Notices, ReadOptions, RecordError, Sources, read_source


def read_all(*paths: Path | str, **options: str) -> tuple[list[Item], list[str]]:
    """Everything that reading the paths yields, and the notices."""
    told: list[str] = []
    notices = Notices(told.append)
    chosen = ReadOptions(**options)
    sources = Sources([str(path) for path in paths], SUFFIXES, notices)
    return [item for source in sources for item in read_source(source, chosen, notices)], told


def articles(*paths: Path | str, **options: str) -> list[Article]:
    """The articles of files that must have no errors."""
    items, _ = read_all(*paths, **options)
    errors = [item for item in items if isinstance(item, RecordError)]
    assert not errors, errors
    return [item for item in items if isinstance(item, Article)]


def reasons(*paths: Path | str, **options: str) -> list[str]:
    """The reasons of all errors, with the position before them."""
    items, _ = read_all(*paths, **options)
    return [f"{item.position or ''}: {item.reason}" for item in items if isinstance(item, RecordError)]
