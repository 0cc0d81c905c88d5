"""What the user named, as a sequence of files, standard input or sentences."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coder.errors import InputError
from coder.pipeline.read.record import Notices

_GLOB_SIGNS = frozenset("*?[")
STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """One file (``path``), a sentence given on the command line (``text``), or standard input (neither).

    ``label`` names it in messages and in the ids of its articles, relative to what the user's arguments have
    in common. ``named`` says that the user named this very file, so that it is read or reported whatever its
    extension.
    """

    label: str
    path: Path | None = None
    text: str | None = None
    named: bool = False


class Sources:
    """The sources that a list of arguments stands for; can be walked several times, in the same order,
    without holding a list.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        formats: frozenset[str],
        notices: Notices,
        outputs: Sequence[Path] = (),
    ) -> None:
        """Check the arguments; raises InputError when one is no file, folder, pattern, ``-`` or sentence.

        ``outputs`` are what the run writes: passed over inside folders, an error when named as an input.
        """
        if not arguments:
            raise InputError(
                "nothing to code: name files, folders, '-' for standard input, or give a sentence in quotes"
            )
        if arguments.count(STANDARD_INPUT) > 1:
            raise InputError("'-' (standard input) can be read only once")
        self._formats = formats
        self._notices = notices
        self._outputs = {os.path.realpath(path) for path in outputs}
        self._roots: list[Source | Path] = []
        paths: list[Path] = []
        for argument in arguments:
            if argument == STANDARD_INPUT:
                self._roots.append(Source("standard input"))
            elif os.path.lexists(argument):
                paths.append(Path(argument))
                self._roots.append(paths[-1])
            elif _GLOB_SIGNS & set(argument) and (matches := sorted(glob.glob(argument, recursive=True))):
                paths.extend(map(Path, matches))
                self._roots.extend(map(Path, matches))
            elif self._is_sentence(argument):
                self._roots.append(Source(_sentence_label(self._roots), text=argument))
            else:
                raise InputError(_missing(argument))
        for path in paths:
            if os.path.realpath(path) in self._outputs:
                raise InputError(f"{path} is both an input and an output: name another output")
        self._base = _common_folder(paths)

    def _is_sentence(self, argument: str) -> bool:
        suffix = os.path.splitext(argument.rstrip())[1].lower()
        return (
            " " in argument.strip() and suffix not in self._formats and suffix not in (".gz", ".zst", ".zip")
        )

    @property
    def read_once(self) -> bool:
        """Whether one of the sources, standard input or a pipe, can be read only once."""
        return any(
            root.path is None and root.text is None
            if isinstance(root, Source)
            else root.exists() and not root.is_file() and not root.is_dir()
            for root in self._roots
        )

    def __iter__(self) -> Iterator[Source]:
        skipped: dict[str, int] = {}
        for root in self._roots:
            if isinstance(root, Source):
                yield root
            elif root.is_dir():
                yield from self._walk(root, skipped, set())
            else:
                yield self._file(root, named=True)
        if skipped:
            kinds = ", ".join(
                f"{count} {suffix or 'without extension'}" for suffix, count in sorted(skipped.items())
            )
            self._notices(
                f"files of unknown kind were left out: {kinds} (name them one by one with --format to "
                "read them)"
            )

    def _file(self, path: Path, named: bool = False) -> Source:
        shown = path if self._base is None else Path(os.path.relpath(os.path.abspath(path), self._base))
        return Source(shown.as_posix(), path, named=named)

    def _walk(self, folder: Path, skipped: dict[str, int], above: set[str]) -> Iterator[Source]:
        real = os.path.realpath(folder)
        if real in above:
            return  # a symbolic link to a folder that we are in
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            yield self._file(folder)  # reading it will say why
            return
        is_dataset = any(entry.name == "dataset_info.json" for entry in entries)
        for entry in entries:
            if entry.name.startswith(".") or os.path.realpath(entry.path) in self._outputs:
                continue
            if entry.is_dir():
                yield from self._walk(Path(entry.path), skipped, above | {real})
            elif is_dataset and entry.name in ("dataset_info.json", "state.json", "dataset_dict.json"):
                continue  # they describe the .arrow files beside them
            elif is_known(entry.name, self._formats) or not os.path.exists(entry.path):
                yield self._file(Path(entry.path))
            else:
                suffix = os.path.splitext(entry.name)[1].lower()
                skipped[suffix] = skipped.get(suffix, 0) + 1


def _common_folder(paths: Sequence[Path]) -> str | None:
    """The deepest folder that holds all paths; None where there is none (two drives of Windows)."""
    try:
        return os.path.commonpath([os.path.dirname(os.path.abspath(path)) for path in paths]) if paths else ""
    except ValueError:
        return None


def is_known(name: str, formats: frozenset[str]) -> bool:
    """Whether the extension of a file, below .gz and .zst, is one of ``formats`` or .zip."""
    stem, suffix = os.path.splitext(name.lower())
    if suffix in (".gz", ".zst"):
        suffix = os.path.splitext(stem)[1]
    return suffix in formats or suffix == ".zip"


def _sentence_label(roots: Sequence[object]) -> str:
    return f"sentence {sum(isinstance(root, Source) and root.text is not None for root in roots) + 1}"


def _missing(argument: str) -> str:
    if _GLOB_SIGNS & set(argument):
        return f"no file matches {argument!r}"
    parent = os.path.dirname(argument)
    if parent and not os.path.isdir(parent):
        return f"{argument!r} was not found: there is no folder {parent!r}"
    return f"{argument!r} was not found (a sentence to code has at least one space: put it in quotes)"
