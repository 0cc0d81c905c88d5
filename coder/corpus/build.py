"""From batches of annotated sentences to the train, validation and test files.

Whole authoring batches belong to one split. What a held-out split shares with training data is taken out of
the training data, never out of the test split.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coder.corpus.batches import find_batches, read_batches
from coder.corpus.dedupe import CONTAINED, NEAR, alike_pairs, exact_copies
from coder.corpus.markup import CodeTable, Problem
from coder.corpus.read import write_split
from coder.corpus.records import AnnotatedSentence
from coder.corpus.splits import SPLIT_FILE, SPLITS, assign, read_assignment
from coder.errors import CorpusError

# Where two splits share a sentence, the earlier of these keeps it.
_PRECEDENCE = ("test", "validation", "train")


@dataclass(frozen=True, slots=True)
class Removal:
    """A sentence left out of the build: its split, why, and the id of the sentence that stays."""

    id: str
    split: str
    reason: str
    kept: str
    similarity: float


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build wrote: sentences by split, what was left out, and broken lines that were skipped."""

    out: Path
    splits: dict[str, list[AnnotatedSentence]]
    assignment: dict[str, str]
    removed: list[Removal]
    skipped: list[Problem]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return sentences, sentences without event, and events of each split."""
        return {
            split: {
                "sentences": len(part),
                "without_event": sum(not sentence.events for sentence in part),
                "events": sum(len(sentence.events) for sentence in part),
            }
            for split, part in self.splits.items()
        }

    def removed_counts(self) -> dict[str, int]:
        """Return how many sentences were left out, by reason."""
        return dict(sorted(Counter(removal.reason for removal in self.removed).items()))


def build_splits(
    seeds: Path,
    out: Path,
    *,
    validation: Iterable[str] = (),
    test: Iterable[str] = (),
    known: CodeTable | None = None,
    seed: int = 0,
    skip_broken: bool = False,
) -> BuildReport:
    """Write out/{train,validation,test}.jsonl and manifest.json from the batches of ``seeds``.

    Batches are assigned by seeds/splits.toml unless named here; with ``known`` (such as an Ontology) codes
    are looked up; ``seed`` seeds MinHash. The same input gives the same files, byte for byte. Raises
    MarkupError for broken lines, CorpusError for an empty split, MissingExtraError without rensa.
    """
    paths = find_batches([seeds])
    batches, skipped = read_batches(paths, known, skip_broken)
    split_file = seeds / SPLIT_FILE
    given = read_assignment(split_file) if split_file.exists() else {}
    assignment = assign(batches, given, validation, test)
    parts: dict[str, list[AnnotatedSentence]] = {split: [] for split in SPLITS}
    for batch, sentences in batches.items():
        parts[assignment[batch]] += sentences
    removed = find_removals(parts, seed)
    gone = {removal.id for removal in removed}
    splits = {split: [s for s in part if s.id not in gone] for split, part in parts.items()}
    for split, part in splits.items():
        if not part:
            raise CorpusError(
                f"the {split} split is empty (batches: {', '.join(batches)}): name whole batches in "
                f"{split_file} or by --validation-batches and --test-batches, and leave some for train"
            )
    report = BuildReport(out, splits, assignment, removed, skipped)
    for split, part in splits.items():
        write_split(out / f"{split}.jsonl", part)
    inputs = [*paths, split_file] if split_file.exists() else paths
    _write_manifest(report, inputs, seed)
    return report


def find_removals(parts: dict[str, list[AnnotatedSentence]], seed: int = 0) -> list[Removal]:
    """Say which sentences to leave out so that no two are equal and no two splits share near duplicates.

    Near duplicates inside one split stay: contrast sets are written on purpose. Raises MissingExtraError
    without rensa.
    """
    ordered = [(split, sentence) for split in _PRECEDENCE for sentence in parts[split]]
    texts = [sentence.text for _, sentence in ordered]
    removed: dict[int, Removal] = {}
    for copy, original in exact_copies(texts).items():
        split, sentence = ordered[copy]
        removed[copy] = Removal(sentence.id, split, "exact duplicate", ordered[original][1].id, 1.0)
    for first, second, similarity, kind in alike_pairs(texts, seed=seed):
        if first in removed or second in removed or ordered[first][0] == ordered[second][0]:
            continue
        split, sentence = ordered[second]
        removed[second] = Removal(sentence.id, split, kind, ordered[first][1].id, round(similarity, 3))
    return [removed[position] for position in sorted(removed)]


def _write_manifest(report: BuildReport, inputs: Iterable[Path], seed: int) -> None:
    manifest: dict[str, Any] = {
        "counts": report.counts(),
        "assignment": report.assignment,
        "settings": {"seed": seed, "near_duplicate_jaccard": NEAR, "containment": CONTAINED},
        "removed_counts": report.removed_counts(),
        "removed": [
            {name: getattr(removal, name) for name in ("id", "split", "reason", "kept", "similarity")}
            for removal in report.removed
        ],
        "skipped_broken_lines": [
            f"{Path(p.file).name}:{p.line}:{p.column}: {p.text}" for p in report.skipped
        ],
        "inputs_sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in inputs},
    }
    partial = report.out / "manifest.json.partial"
    partial.write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )
    os.replace(partial, report.out / "manifest.json")
