"""Events that repeat others of the same run: linked to the first one, never dropped."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b

import numpy as np
import pyarrow as pa

from coder.errors import InputError
from coder.pipeline.table import EVENT_SCHEMA

MODES = ("copies", "daily")
_Row = dict[str, object]
_COLUMN = EVENT_SCHEMA.get_field_index("duplicate_of")


def check_mode(mode: str) -> None:
    """Raise InputError unless ``mode`` is one of MODES."""
    if mode not in MODES:
        raise InputError(f"duplicates are marked as {' or '.join(MODES)}, found {mode!r}")


def mark_duplicates(batches: Callable[[], Iterable[pa.RecordBatch]], mode: str) -> Iterator[pa.RecordBatch]:
    """Yield the batches with ``duplicate_of`` filled: the event_id of the first event that says the same.

    ``copies``: the same sentence (case, spaces and punctuation aside) with the same actors and code in another article, as in
    syndicated and shortened copies. ``daily``: the same day, source code, target code and event code, in any words; events without
    a day or an actor code take no part. Reads ``batches()`` twice; holds about 50 bytes an event.
    """
    check_mode(mode)
    keys, ids = _collect(batches(), _copy if mode == "copies" else _daily)
    first = _first_with_same_key(keys)
    at = 0
    for batch in batches():
        index = np.arange(at, at + batch.num_rows)
        at += batch.num_rows
        repeated = (first[index] != index) & (keys[index] != 0)
        links = [
            ids[first[row]].decode() if again else None for row, again in zip(index, repeated, strict=True)
        ]
        yield batch.set_column(_COLUMN, EVENT_SCHEMA.field(_COLUMN), pa.array(links, pa.string()))


def _collect(
    batches: Iterable[pa.RecordBatch], key: Callable[[_Row], str | None]
) -> tuple[np.ndarray, np.ndarray]:
    """The key of each event as a number (0: it takes no part) and its event_id."""
    keys: list[np.ndarray] = [np.empty(0, np.uint64)]
    ids: list[np.ndarray] = [np.empty(0, "S24")]
    wanted = [
        "event_id",
        "article_id",
        "sentence",
        "source_text",
        "target_text",
        "source_code",
        "target_code",
        "code",
        "event_date",
    ]
    for batch in batches:
        rows = batch.select(wanted).to_pylist()
        keys.append(np.fromiter((_number(key(row)) for row in rows), np.uint64, len(rows)))
        ids.append(np.array([row["event_id"] for row in rows], "S24"))
    return np.concatenate(keys), np.concatenate(ids)


def _number(key: str | None) -> int:
    return 0 if key is None else int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big") | 1


def _first_with_same_key(keys: np.ndarray) -> np.ndarray:
    """For each event, the index of the first one with its key."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    begins = np.concatenate(([True], ordered[1:] != ordered[:-1])) if len(keys) else np.empty(0, bool)
    leaders = order[np.maximum.accumulate(np.where(begins, np.arange(len(keys)), 0))] if len(keys) else order
    first = np.empty_like(order)
    first[order] = leaders
    return first


def _copy(row: _Row) -> str:
    words = "".join(
        character if character.isalnum() else " " for character in str(row["sentence"]).casefold()
    )
    # What tells two events of one sentence apart belongs to the key; the article does not.
    return "\x1f".join(
        (" ".join(words.split()), str(row["code"]), str(row["source_text"]), str(row["target_text"]))
    )


def _daily(row: _Row) -> str | None:
    parts = (row["event_date"], row["source_code"], row["target_code"], row["code"])
    return None if any(part is None for part in parts) else "\x1f".join(map(str, parts))
