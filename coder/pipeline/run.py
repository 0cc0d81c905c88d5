"""The batch run: sources to an event table, an error file and a summary."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from coder.errors import InputError
from coder.pipeline.chunk import Chunk, CodedChunk, chunked, code_chunk
from coder.pipeline.dates import parse_date
from coder.pipeline.engine import Engine
from coder.pipeline.event import FIELD_NAMES, Event
from coder.pipeline.heap import return_freed_memory
from coder.pipeline.parts import Parts, input_fingerprint
from coder.pipeline.read import FORMATS, SUFFIXES, Notices, ReadOptions, RecordError, Sources
from coder.pipeline.summary import Summary
from coder.pipeline.write import WriteOptions, check_output, write_events
from coder.pipeline.write.atomic import replacing
from coder.pipeline.write.columns import column_set
from coder.pipeline.write.errors import ErrorFile

_REASONS_TOLD = 5
ENGINES = ("local", "daft")
Show = Callable[[Iterable[list[Event]]], None]
Code = Callable[[Iterable[Chunk]], Iterator[CodedChunk]]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What to code and where to: the arguments of ``coder code``.

    ``output`` None hands the events to the caller. ``errors`` None: beside the output. ``workers`` 0 codes in
    this process. ``duplicates`` "copies" or "daily" links events that repeat others. ``limit`` bounds the
    articles coded. ``force`` overwrites a finished output, ``restart`` drops an unfinished run. ``engine`` "daft" codes with Daft,
    on the Ray cluster at ``address`` if it is given; ``workers`` 0 is then one process a CPU.
    """

    inputs: tuple[str, ...]
    output: Path | None = None
    errors: Path | None = None
    summary: Path | None = None
    schema: str = "coder"
    read: ReadOptions = field(default_factory=ReadOptions)
    write: WriteOptions = field(default_factory=WriteOptions)
    workers: int = 0
    engine: str = "local"
    address: str | None = None
    duplicates: str | None = None
    limit: int | None = None
    force: bool = False
    restart: bool = False

    @property
    def error_file(self) -> Path | None:
        """Where records that cannot be coded are written, None for nowhere."""
        if self.errors is not None or self.output is None:
            return self.errors
        return self.output.with_name(self.output.name + ".errors.jsonl")

    @property
    def outputs(self) -> list[Path]:
        """All that the run may write, the work folder included."""
        paths = [path for path in (self.output, self.error_file, self.summary) if path is not None]
        return [*paths, Parts.folder_of(self.output)] if self.output is not None else paths


@dataclass(slots=True)
class Listeners:
    """Who is told what while a run goes on: notices in words, and the summary after each chunk."""

    tell: Callable[[str], None] = lambda text: None
    progress: Callable[[Summary], None] = lambda summary: None


def run(
    options: RunOptions,
    engine: Engine,
    listeners: Listeners,
    show: Show,
) -> Summary:
    """Code all sources; return what was done. ``show`` takes groups of events when there is no output file.

    Every source is read to its end and every record coded or reported in the error file. With an output, the
    work is kept part by part and an interrupted run goes on when it is called again. Raises InputError,
    before anything is coded, for arguments that cannot work.
    """
    started = time.monotonic()
    _check(options)
    if options.output is not None and (done := _finished(options)) is not None:
        Parts(options.output).remove()
        listeners.tell(f"the run that wrote {options.output} was complete")
        return Summary.from_dict(done)
    code = _coding(options, engine, listeners)
    notices = Notices(listeners.tell)
    sources = Sources(options.inputs, SUFFIXES, notices, options.outputs)
    summary = Summary(started=started)
    if options.output is None:
        _run_to_caller(options, code, sources, notices, summary, listeners, show)
    else:
        fingerprint = _fingerprint(options, engine, sources)
        _run_to_file(options, options.output, code, fingerprint, sources, notices, summary, listeners)
    return summary


def _finished(options: RunOptions) -> dict[str, Any] | None:
    """The summary of a run with this output that was killed when there was nothing left to do but to remove its folder."""
    if options.output is None or options.force or options.restart:
        return None
    return Parts.finished(options.output)


def _check(options: RunOptions) -> None:
    columns = column_set(options.schema)
    if options.engine not in ENGINES:
        raise InputError(f"there is no engine {options.engine!r}: expected one of {', '.join(ENGINES)}")
    if options.address is not None and options.engine != "daft":
        raise InputError("--address is that of a Ray cluster, which only Daft uses: give --engine daft, too")
    if options.workers < 0:
        raise InputError(f"--workers is 0 (this process) or a number of processes, found {options.workers}")
    if options.limit is not None and options.limit < 1:
        raise InputError(f"--limit is the number of articles to code, at least 1, found {options.limit}")
    if options.read.format is not None and options.read.format not in FORMATS:
        raise InputError(f"there is no format {options.read.format!r}: expected one of {', '.join(FORMATS)}")
    if options.read.encoding is not None:
        try:
            "".encode(options.read.encoding)
        except LookupError:
            raise InputError(
                f"there is no encoding {options.read.encoding!r}: expected one such as utf-8, cp1252 or "
                "utf-16"
            ) from None
    if options.read.default_date is not None and parse_date(options.read.default_date) is None:
        raise InputError("--date is empty: give the day of publication, such as 2019-10-07")
    if options.duplicates is not None:
        from coder.pipeline.duplicates import check_mode

        check_mode(options.duplicates)
        if options.output is None:
            raise InputError(
                "--mark-duplicates needs an output file, since it compares all events: name it with -o"
            )
    if options.output is not None:
        check_output(options.output, columns, options.write)
    elif options.write.partition is not None:
        raise InputError("--partition needs an output folder: name it with -o")
    _check_files(options)


def _check_files(options: RunOptions) -> None:
    finished = _finished(options) is not None
    # What stands beside unfinished work was written by it, or with --force over something older.
    going_on = options.output is not None and Parts.is_unfinished(options.output) and not options.restart
    for path in (options.output, options.error_file, options.summary):
        if path is not None and not path.absolute().parent.is_dir():
            raise InputError(f"the folder {path.absolute().parent} does not exist: create it first")
        if path is None or not path.exists() or options.force or finished:
            continue
        if path == options.output or not going_on:
            raise InputError(f"{path} exists: name another file, or give --force to overwrite it")


def _run_to_caller(
    options: RunOptions,
    code: Code,
    sources: Sources,
    notices: Notices,
    summary: Summary,
    listeners: Listeners,
    show: Show,
) -> None:
    with ErrorFile(options.error_file, options.force) as error_file:

        def groups() -> Iterator[list[Event]]:
            chunks = chunked(sources, options.read, notices, limit=options.limit)
            for coded in code(chunks):
                summary.add(coded.meta)
                _tell_errors(coded.meta.errors, summary, listeners)
                error_file.add(coded.meta.errors)
                listeners.progress(summary)
                yield coded.events()

        show(groups())
    _write_summary(options, summary)


def _run_to_file(
    options: RunOptions,
    output: Path,
    code: Code,
    fingerprint: dict[str, Any],
    sources: Sources,
    notices: Notices,
    summary: Summary,
    listeners: Listeners,
) -> None:
    parts = Parts(output)
    try:
        # What came through standard input cannot be read again from where a run stopped.
        for meta in parts.open(fingerprint, options.restart or sources.read_once):
            summary.add(meta, resumed=True)
        if parts.count:
            listeners.tell(
                f"going on with the unfinished run in {parts.folder}: {summary.articles:,} articles are done"
            )
        for coded in code(_remaining(options, sources, notices, parts)):
            parts.add(coded)
            summary.add(coded.meta)
            _tell_errors(coded.meta.errors, summary, listeners)
            listeners.progress(summary)
        _finish(options, output, parts, summary, listeners)
        parts.remove()
    finally:
        parts.close()


def _coding(options: RunOptions, engine: Engine, listeners: Listeners) -> Code:
    """Return what codes chunks in order: this process, a pool of as many as ``workers`` says, or Daft."""
    if options.engine == "daft":
        from coder.pipeline.scale.session import start_session
        from coder.pipeline.scale.windows import code_in_daft

        session = start_session(options.address)
        return lambda chunks: code_in_daft(chunks, engine, session, options.workers, listeners.tell)
    if options.workers:
        from coder.pipeline.pool import code_in_pool

        return lambda chunks: code_in_pool(chunks, engine, options.workers)
    return lambda chunks: _coded_here(chunks, engine)


def _coded_here(chunks: Iterable[Chunk], engine: Engine) -> Iterator[CodedChunk]:
    coder = engine.load()
    for chunk in chunks:
        yield code_chunk(coder, chunk)
        return_freed_memory()


def _finish(options: RunOptions, output: Path, parts: Parts, summary: Summary, listeners: Listeners) -> None:
    """Turn the parts into the files that the user asked for; the output comes last, and with it the run is complete."""
    # The default error file stands beside the parts; one that the user named may be on another disk.
    folder = parts.folder if options.errors is None else None
    with ErrorFile(options.error_file, options.force, folder) as error_file:
        error_file.add(parts.errors())
    _write_summary(options, summary)
    batches = parts.batches()
    if options.duplicates is not None:
        from coder.pipeline.duplicates import mark_duplicates

        batches = mark_duplicates(parts.batches, options.duplicates)
    columns = column_set(options.schema)

    def ready(temporary: Path) -> None:
        parts.finish(temporary, summary.to_dict())

    formulas = write_events(batches, output, columns, options.write, parts.folder, ready)
    if formulas and not options.write.escape_formulas:
        listeners.tell(
            f"{formulas:,} cells begin with = + - or @, which a spreadsheet takes for formulas: "
            "give --csv-escape-formulas if you will open the file in one"
        )


def _write_summary(options: RunOptions, summary: Summary) -> None:
    if options.summary is not None:
        with replacing(options.summary) as temporary:
            temporary.write_text(json.dumps(summary.to_dict(), indent=2) + "\n", encoding="utf-8")


def _remaining(options: RunOptions, sources: Sources, notices: Notices, parts: Parts) -> Iterator[Chunk]:
    limit = None
    if options.limit is not None:
        # An article that could not be coded counts too, or the chunks would differ from those of an
        # uninterrupted run.
        limit = options.limit - parts.read
        if limit <= 0:
            return iter(())
    return chunked(sources, options.read, notices, start=parts.end, first=parts.count, limit=limit)


def _fingerprint(options: RunOptions, engine: Engine, sources: Sources) -> dict[str, Any]:
    read = {name: getattr(options.read, name) for name in ReadOptions.__dataclass_fields__}
    return {
        **input_fingerprint((source.label, source.path) for source in sources),
        **engine.fingerprint(),
        "reading": {name: value for name, value in read.items() if value is not None},
        "limit": options.limit,
        "table": blake2b(" ".join(FIELD_NAMES).encode(), digest_size=8).hexdigest(),
    }


def _tell_errors(errors: list[RecordError], summary: Summary, listeners: Listeners) -> None:
    before = summary.errors - len(errors)
    for number, error in enumerate(errors, before + 1):
        if number <= _REASONS_TOLD:
            listeners.tell(
                f"error: {error.source}{f', {error.position}' if error.position else ''}: {error.reason}"
            )
        elif number == _REASONS_TOLD + 1:
            listeners.tell("error: more records cannot be coded; see the error file")
