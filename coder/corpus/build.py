"""From batches of annotated sentences to the train, validation and test files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from coder.corpus.markup import Problem, scan_batch
from coder.corpus.read import write_split
from coder.corpus.records import AnnotatedSentence
from coder.corpus.splits import SPLIT_FILE, SPLITS, assign, read_assignment
from coder.errors import CorpusError, MarkupError


@dataclass(frozen=True)
class BuildReport:
    """What a build wrote: sentences and events a split."""

    out: Path
    sentences: dict[str, int]
    events: dict[str, int]
    skipped: list[Problem]


def find_batches(seeds: Path) -> list[Path]:
    """Return the batch files (*.txt) of a folder, sorted; raises CorpusError when there is none."""
    paths = sorted(seeds.glob("*.txt"))
    if not paths:
        raise CorpusError(f"{seeds}: no batch files (*.txt with annotated sentences) found")
    return paths


def read_batches(
    paths: Iterable[Path], skip_broken: bool = False
) -> tuple[dict[str, list[AnnotatedSentence]], list[Problem]]:
    """Read batch files into name -> sentences.

    Raises MarkupError listing the problems of all files; with ``skip_broken`` the broken lines are left out
    and their problems returned instead.
    """
    batches: dict[str, list[AnnotatedSentence]] = {}
    problems: list[Problem] = []
    for path in paths:
        batches[path.stem], wrong = scan_batch(path)
        problems += wrong
    if problems and not skip_broken:
        raise MarkupError("\n".join(map(str, problems)))
    return batches, problems


def build_splits(
    seeds: Path,
    out: Path,
    validation: Iterable[str] = (),
    test: Iterable[str] = (),
    skip_broken: bool = False,
) -> BuildReport:
    """Write out/{train,validation,test}.jsonl from the batches of ``seeds``, whole batches a split."""
    batches, problems = read_batches(find_batches(seeds), skip_broken)
    split_file = seeds / SPLIT_FILE
    given = read_assignment(split_file) if split_file.exists() else {}
    assignment = assign(batches, given, validation, test)
    parts: dict[str, list[AnnotatedSentence]] = {split: [] for split in SPLITS}
    for batch, sentences in batches.items():
        parts[assignment[batch]] += sentences
    for split, sentences in parts.items():
        write_split(out / f"{split}.jsonl", sentences)
    return BuildReport(
        out,
        {split: len(part) for split, part in parts.items()},
        {split: sum(len(sentence.events) for sentence in part) for split, part in parts.items()},
        problems,
    )
