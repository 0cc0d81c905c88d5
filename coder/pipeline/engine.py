"""What a process needs to make its own coder: a description that can be sent to it, and that tells models
apart.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

from coder.errors import InputError
from coder.pipeline.coding import EventCoder, Selection
from coder.pipeline.predictor import load_event_coder


class Engine(Protocol):
    """Loads a coder in any process, and says what decides its results."""

    def load(self) -> EventCoder: ...

    def fingerprint(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class ModelEngine:
    """The engine of a model folder (None: the shipped one), the user's actor dictionaries and a selection of
    events.
    """

    model: Path | None
    dictionaries: tuple[Path, ...]
    selection: Selection
    threads: int = 0

    def load(self) -> EventCoder:
        """Return a coder with its own model; raises ModelError or InputError as
        :meth:`Predictor.from_pretrained` does.
        """
        return load_event_coder(self.model, self.dictionaries, self.selection, self.threads)

    def fingerprint(self) -> dict[str, Any]:
        """Return digests of the model and the dictionaries, and the selection."""
        from coder import __version__
        from coder.assets import asset

        folder = self.model if self.model is not None else asset("models/default")
        return {
            "coder version": __version__,
            "model": digest_of(sorted(path for path in folder.rglob("*") if path.is_file())),
            "dictionaries": digest_of(self.dictionaries),
            "selection": [
                self.selection.min_confidence,
                self.selection.not_asserted,
                self.selection.every_mention,
                self.selection.lone_statements,
            ],
        }


def digest_of(paths: Sequence[Path]) -> str:
    """Return a digest of the names and contents of files."""
    digest = blake2b(digest_size=16)
    for path in paths:
        digest.update(path.name.encode("utf-8", "surrogateescape") + b"\0")
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def threads_each(threads: int, workers: int) -> int:
    """Return the threads of each process: those asked for, else an equal share of the cores among workers (0: the runtime's choice).

    Raises InputError for a negative number.
    """
    if threads < 0:
        raise InputError(f"--threads is 0 (all cores) or a number of threads, found {threads}")
    if threads or not workers:
        return threads
    return max(1, (os.cpu_count() or 1) // workers)
