"""Events as a step of a Daft pipeline: a table of articles in, a table with their events out."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from coder.errors import InputError
from coder.pipeline.engine import Engine, ModelEngine
from coder.pipeline.event import FIELD_NAMES
from coder.pipeline.predictor import selection
from coder.pipeline.read import Notices, ReadOptions
from coder.pipeline.read.fields import FIELDS, map_columns
from coder.pipeline.read.record import Origin
from coder.pipeline.scale.session import import_daft, start_session

if TYPE_CHECKING:
    from daft import DataFrame

_EVENTS, _ERROR = "events", "error"
StrPath = str | PathLike[str]


def code_frame(
    frame: "DataFrame",
    *,
    columns: dict[str, str] | None = None,
    default_date: str | None = None,
    model: StrPath | None = None,
    dictionaries: Sequence[StrPath] = (),
    min_confidence: float = 0.0,
    not_asserted: bool = False,
    every_mention: bool = False,
    lone_statements: bool = False,
    workers: int = 0,
    threads: int = 1,
    batch: int = 64,
) -> "DataFrame":
    """Return the DataFrame with two more columns, lazily: ``events`` (list of structs, the event table's columns) and ``error``.

    One of the two is null in every row: ``error`` says why an article cannot be coded. ``columns`` maps fields (text, title, date, url, id,
    publisher) to column names where the guess is wrong; an article without id is known by a hash of its text. ``workers`` processes
    (0: one a CPU of the machine or cluster) hold one model each and take ``batch`` rows at a time, so memory is bounded. Events are those
    of ``coder code``; ``event_rows`` and ``error_rows`` make the two tables of them. Raises InputError for columns that are not there.
    """
    chosen = selection(min_confidence, not_asserted, every_mention, lone_statements)
    engine = ModelEngine(
        None if model is None else Path(model), tuple(map(Path, dictionaries)), chosen, threads
    )
    return code_frame_with(engine, frame, columns or {}, default_date, workers, batch)


def code_frame_with(
    engine: Engine,
    frame: "DataFrame",
    columns: dict[str, str],
    default_date: str | None = None,
    workers: int = 0,
    batch: int = 64,
) -> "DataFrame":
    """Return what :func:`code_frame` does, with any engine that can be sent to a process."""
    session = start_session(None)
    names = list(frame.column_names)
    taken = sorted({_EVENTS, _ERROR} & set(names))
    if taken:
        raise InputError(f"the DataFrame has a column {taken[0]!r} already: rename it before coding")
    unknown = sorted(set(columns) - set(FIELDS))
    if unknown:
        raise InputError(f"columns= names the fields {', '.join(FIELDS)}, found {unknown[0]!r}")
    if workers < 0 or batch < 1:
        raise InputError(f"workers is at least 0 and batch at least 1, found {workers} and {batch}")
    origin = Origin("the DataFrame", ReadOptions(**columns), Notices(lambda text: None))
    try:
        mapped = map_columns(names, origin)
    except InputError as error:
        raise InputError(f"{error} (here: columns={{'text': NAME}})") from None

    from coder.pipeline.scale.worker import frame_worker

    col = session.daft.col
    worker = frame_worker(engine, mapped, default_date, workers or session.cpus, batch)
    coded = frame.with_column("__coded", worker.code(*(col(name) for name in mapped.values())))
    result: DataFrame = coded.select(
        *(col(name) for name in names),
        col("__coded").get(_EVENTS).alias(_EVENTS),
        col("__coded").get(_ERROR).alias(_ERROR),
    )
    return result


def event_rows(coded: "DataFrame") -> "DataFrame":
    """Return the event table of a coded DataFrame, one row an event, in the columns of ``coder code``."""
    col = import_daft().col
    rows = coded.select(_EVENTS).explode(_EVENTS)
    result: DataFrame = rows.where(col(_EVENTS).not_null()).select(
        *(col(_EVENTS).get(name).alias(name) for name in FIELD_NAMES)
    )
    return result


def error_rows(coded: "DataFrame") -> "DataFrame":
    """Return the rows of a coded DataFrame that could not be coded, with their reasons in ``error``."""
    col = import_daft().col
    result: DataFrame = coded.where(col(_ERROR).not_null()).exclude(_EVENTS)
    return result
