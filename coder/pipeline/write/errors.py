"""The error file: one JSON object a record that could not be coded."""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TextIO

from coder.pipeline.read.record import RecordError
from coder.pipeline.write.atomic import replacing


class ErrorFile:
    """Writes errors to ``path`` (None: nowhere); the file is made with the first error and appears when the
    block ends.

    ``force`` removes the file of an earlier run when this one has no errors, so that it is not taken for
    this run's. ``folder`` is where the file is made, by default beside ``path``.
    """

    def __init__(self, path: Path | None, force: bool, folder: Path | None = None) -> None:
        self._path = path
        self._force = force
        self._folder = folder
        self._stack = ExitStack()
        self._file: TextIO | None = None

    def add(self, errors: Iterable[RecordError]) -> None:
        """Write the errors, in order: source, position, reason, record."""
        if self._path is None:
            return
        for error in errors:
            if self._file is None:
                temporary = self._stack.enter_context(replacing(self._path, self._folder))
                self._file = self._stack.enter_context(temporary.open("w", encoding="utf-8", newline="\n"))
            self._file.write(json.dumps(error.to_dict(), ensure_ascii=False) + "\n")

    def __enter__(self) -> "ErrorFile":
        self._stack.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)
        if error is None and self._file is None and self._path is not None and self._force:
            self._path.unlink(missing_ok=True)
