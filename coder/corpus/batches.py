"""Finding and reading batch files, one authoring batch of annotated sentences each."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from coder.corpus.markup import CodeTable, Problem, scan_batch
from coder.corpus.read import read_split
from coder.corpus.records import AnnotatedSentence
from coder.errors import CorpusError, MarkupError


def find_batches(paths: Iterable[Path]) -> list[Path]:
    """Return the batch files that the paths name: files as they are, folders by their *.txt, sorted.

    Raises CorpusError when a path does not exist or a folder holds no batch file.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.glob("*.txt"))
            if not inside:
                raise CorpusError(f"{path}: no batch files (*.txt with annotated sentences) found")
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise CorpusError(f"{path}: no such file or folder: name a batch file or a folder of them")
    return list(dict.fromkeys(files))


def read_batches(
    files: Iterable[Path], known: CodeTable | None = None, skip_broken: bool = False
) -> tuple[dict[str, list[AnnotatedSentence]], list[Problem]]:
    """Read batch files into batch name (file name without ending) -> sentences.

    Raises MarkupError listing the problems of all files, CorpusError when two files give the same batch name;
    with ``skip_broken`` the broken lines are left out and their problems returned instead.
    """
    batches: dict[str, list[AnnotatedSentence]] = {}
    problems: list[Problem] = []
    for path in files:
        if path.stem in batches:
            raise CorpusError(
                f"{path}: a batch named {path.stem!r} was read already: give it another file name"
            )
        batches[path.stem], wrong = scan_batch(path, known)
        problems += wrong
    if problems and not skip_broken:
        raise MarkupError("\n".join(map(str, problems)))
    return batches, problems


def read_sentences(paths: Iterable[Path], known: CodeTable | None = None) -> list[AnnotatedSentence]:
    """Read batch files (or folders of them) and split files (.jsonl) into one list.

    Raises MarkupError or CorpusError for anything broken.
    """
    paths = list(paths)
    batches, _ = read_batches(find_batches(path for path in paths if path.suffix != ".jsonl"), known)
    sentences = [sentence for batch in batches.values() for sentence in batch]
    for path in paths:
        if path.suffix == ".jsonl":
            sentences += read_split(path)
    return sentences
