"""The work of an unfinished run on disk, so that a killed run goes on where it was.

Beside ``events.parquet`` stands the folder ``events.parquet.parts``: ``run.json`` says of what the run is
(inputs, model, options), and ``part-000000.arrow`` onwards hold the payloads of its chunks. A part is renamed
into place when it is whole on disk, so that the parts up to the first missing number are exactly what was
done. When the output is written, the folder goes.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coder.errors import InputError
from coder.pipeline.chunk import ChunkMeta, CodedChunk, Position
from coder.pipeline.read import RecordError
from coder.pipeline.write.atomic import replacing

if TYPE_CHECKING:
    import pyarrow as pa

_RUN, _FINISHED = "run.json", "finished.json"


class Parts:
    """The folder of parts of one output, locked against a second run into it."""

    def __init__(self, output: Path) -> None:
        self.folder = self.folder_of(output)
        self.count = 0
        self.read = 0
        self.end = Position()
        self._lock: Any = None

    @staticmethod
    def folder_of(output: Path) -> Path:
        """Return where the parts of an output are kept."""
        return output.with_name(output.name + ".parts")

    def open(self, fingerprint: dict[str, Any], restart: bool) -> Iterator[ChunkMeta]:
        """Create the folder, or take up the run in it: yields the metas of the parts that are done.

        Raises InputError when another process writes to it, and, unless ``restart``, when the run in it is of
        other inputs, another model or other options: the text says which.
        """
        try:
            self.folder.mkdir(exist_ok=True)
        except OSError as error:
            raise InputError(
                f"the folder {self.folder} cannot be made for the work at hand: {error.strerror}"
            ) from None
        self._acquire()
        recorded = self._recorded()
        if restart or recorded is None or not self._path(0).exists():
            self._drop_from(0)
            (self.folder / _FINISHED).unlink(missing_ok=True)
            _write_json(self.folder / _RUN, fingerprint)
            return
        changed = _difference(recorded, fingerprint)
        if changed:
            self.close()
            raise InputError(
                f"{self.folder} holds an unfinished run, but since then {changed}. "
                "Undo the change to go on with it, or give --restart to drop its work and begin anew"
            )
        yield from self._load()

    def add(self, coded: CodedChunk) -> None:
        """Put the next chunk on disk; raises InputError when the disk is full, the work so far
        being kept.
        """
        try:
            with replacing(self._path(self.count)) as temporary:
                temporary.write_bytes(coded.payload())
        except OSError as error:
            raise InputError(
                f"the work cannot be stored in {self.folder}: {error.strerror}. What was coded so far is "
                "kept: "
                "mend this and run the same command again to go on"
            ) from None
        self._count(coded.meta)

    def _count(self, meta: ChunkMeta) -> None:
        self.count += 1
        self.read += meta.read
        self.end = meta.end

    def batches(self) -> Iterator["pa.RecordBatch"]:
        """Yield the events of all parts, in order, one part in memory at a time."""
        for number in range(self.count):
            yield from self._unpack(number)[0]

    def errors(self) -> Iterator[RecordError]:
        """Yield the errors of all parts, in order."""
        for number in range(self.count):
            yield from self._unpack(number)[1].errors

    def _unpack(self, number: int) -> "tuple[list[pa.RecordBatch], ChunkMeta]":
        # pyarrow is loaded with the first part, not with this module: a run without output has no parts.
        from coder.pipeline.payload import unpack

        return unpack(self._path(number).read_bytes())

    @staticmethod
    def is_unfinished(output: Path) -> bool:
        """Whether an earlier run left work for this output."""
        return (Parts.folder_of(output) / _RUN).exists()

    @staticmethod
    def finished(output: Path) -> dict[str, Any] | None:
        """Return the summary of the run that wrote ``output`` and was killed before it removed its folder; None for any other case."""
        try:
            mark = json.loads((Parts.folder_of(output) / _FINISHED).read_text(encoding="utf-8"))
            return mark["summary"] if mark["output"] == _stamp(output) else None
        except (OSError, ValueError, KeyError):
            return None

    def finish(self, temporary: Path, summary: dict[str, Any]) -> None:
        """Note that the output, whole at ``temporary``, is about to take its place."""
        _write_json(self.folder / _FINISHED, {"output": _stamp(temporary), "summary": summary})

    def remove(self) -> None:
        """Delete the folder: the run is complete."""
        self.close()
        self._drop_from(0)
        # The mark goes last, so that a kill in between leaves a folder that can still be told from unfinished work.
        for name in ("lock", _RUN, _FINISHED):
            (self.folder / name).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Release the lock and keep the parts; a folder without parts goes."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            if not self.count and not self._path(0).exists():
                shutil.rmtree(self.folder)

    def _path(self, number: int) -> Path:
        return self.folder / f"part-{number:06d}.arrow"

    def _load(self) -> Iterator[ChunkMeta]:
        while self._path(self.count).exists():
            try:
                _, meta = self._unpack(self.count)
            except Exception:
                # Renamed but never written out, as after a loss of power: it and what follows is done again.
                break
            self._count(meta)
            yield meta
        self._drop_from(self.count)

    def _drop_from(self, number: int) -> None:
        for path in self.folder.glob("part-*.arrow"):
            if int(path.stem.removeprefix("part-")) >= number:
                path.unlink()
        for path in self.folder.glob(".*.tmp"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _recorded(self) -> dict[str, Any] | None:
        try:
            recorded: dict[str, Any] = json.loads((self.folder / _RUN).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return recorded

    def _acquire(self) -> None:
        self._lock = (self.folder / "lock").open("w")
        try:
            import fcntl
        except ImportError:
            return  # Windows: a second run fails when it renames a part that the first holds open
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise InputError(
                f"another run is writing to {self.folder}: wait for it or name another output"
            ) from None


def _stamp(path: Path) -> list[int]:
    """What stays of a file when it is renamed, and tells it from others."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _write_json(path: Path, value: dict[str, Any]) -> None:
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(value, indent=1, ensure_ascii=True), encoding="utf-8")


def _difference(recorded: dict[str, Any], now: dict[str, Any]) -> str:
    """What of the run is no longer as recorded, in words; empty when nothing."""
    changed = [
        f"{name} changed from {_short(recorded.get(name))} to {_short(now.get(name))}"
        for name in sorted(set(recorded) | set(now))
        if name != "files" and recorded.get(name) != now.get(name)
    ]
    before, after = recorded.get("files", {}), now.get("files", {})
    files = [name for name in sorted(set(before) | set(after)) if before.get(name) != after.get(name)]
    if files:
        changed.append(
            "the input "
            + ", ".join(map(repr, files[:5]))
            + (" and others" if len(files) > 5 else "")
            + " changed"
        )
    return "; ".join(changed)


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "..."


def input_fingerprint(files: Iterator[tuple[str, Path | None]]) -> dict[str, Any]:
    """Return what tells unchanged inputs from changed ones: number and digest of all names, sizes and times,
    and the first thousand of them one by one so that a change can be named.
    """
    from hashlib import blake2b

    digest, count, named = blake2b(digest_size=16), 0, {}
    for label, path in files:
        count += 1
        mark = "gone"
        if path is None:
            mark = "text"
        elif os.path.exists(path):
            status = path.stat()
            mark = f"{status.st_size} bytes, {status.st_mtime_ns}"
        digest.update(f"{label}\0{mark}\n".encode("utf-8", "surrogateescape"))
        if count <= 1000:
            named[label] = mark
    return {"inputs": f"{count} files, digest {digest.hexdigest()}", "files": named}
