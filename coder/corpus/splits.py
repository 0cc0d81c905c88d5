"""Which authoring batch belongs to which split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from coder.errors import CorpusError, MissingExtraError

SPLITS = ("train", "validation", "test")
SPLIT_FILE = "splits.toml"


def read_assignment(path: Path) -> dict[str, str]:
    """Read a splits.toml (``[splits]`` with ``batch = "test"``); batches it does not name belong to train.

    Raises CorpusError when it is no TOML, has another form or names an unknown split.
    """
    toml = _toml()
    try:
        content: dict[str, Any] = toml.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, toml.TOMLDecodeError) as error:
        raise CorpusError(f"{path}: not valid TOML: {error}") from error
    table = content.get("splits")
    if not isinstance(table, dict):
        raise CorpusError(f'{path}: expected a table [splits] with lines such as k = "test"')
    for batch, split in table.items():
        if split not in SPLITS:
            raise CorpusError(
                f"{path}: batch {batch!r} is given to {split!r}: expected one of {', '.join(SPLITS)}"
            )
    return dict(table)


def assign(
    batches: Iterable[str],
    assignment: Mapping[str, str],
    validation: Iterable[str] = (),
    test: Iterable[str] = (),
) -> dict[str, str]:
    """Give each batch its split: named ones replace the assignment of their split, the rest goes to train.

    Raises CorpusError when a named batch does not exist or is named for two splits.
    """
    batches = list(batches)
    named = {"validation": list(validation), "test": list(test)}
    both = set(named["validation"]) & set(named["test"])
    if both:
        raise CorpusError(f"batch {sorted(both)[0]!r} is named for validation and for test: choose one")
    chosen = {batch: split for batch, split in assignment.items() if not named.get(split)}
    for split, names in named.items():
        chosen.update(dict.fromkeys(names, split))
    missing = sorted(set(chosen) - set(batches))
    if missing:
        raise CorpusError(
            f"no batch {missing[0]!r} among the seeds, though it is named for {chosen[missing[0]]} "
            f"(batches found: {', '.join(batches) or 'none'})"
        )
    return {batch: chosen.get(batch, "train") for batch in batches}


def _toml() -> Any:
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10
        try:
            import tomli as tomllib  # type: ignore[no-redef, unused-ignore]
        except ModuleNotFoundError as error:
            raise MissingExtraError("tomli", "train", "reading splits.toml on Python 3.10") from error
    return tomllib
