"""Events to JSON Lines, in a file or on a stream."""

import datetime
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import pyarrow as pa


def write_jsonl(batches: Iterable["pa.RecordBatch"], path: Path) -> None:
    """Write one JSON object an event to the file ``path``; dates are ISO text."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for batch in batches:
            write_rows(batch.to_pylist(), file)


def write_rows(rows: Iterable[dict[str, Any]], stream: TextIO) -> None:
    """Write one JSON object a row to an open stream, and flush it, so that a pipe sees events as they are coded."""
    for row in rows:
        stream.write(json.dumps(row, ensure_ascii=False, default=_iso) + "\n")
    stream.flush()


def _iso(value: object) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"a column holds {type(value).__name__}, which JSON cannot express")
