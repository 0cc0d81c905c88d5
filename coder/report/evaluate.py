"""Evaluation of a model on annotated sentences."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from coder.corpus.records import AnnotatedSentence
from coder.corpus.scoring import score
from coder.errors import CorpusError
from coder.report.tables import Grid

if TYPE_CHECKING:
    from coder.infer.labels import ModelSettings
    from coder.infer.records import ParsedEvent

BATCH = 256
_WHAT = {
    "root": "root",
    "root+source": "root + source",
    "root+source+target": "root + source + target",
    "leaf": "leaf",
    "leaf+source+target": "leaf + source + target",
}


class Parser(Protocol):
    """What evaluation asks of an event parser (coder.infer.parser.EventParser is one)."""

    settings: ModelSettings

    def parse(self, sentences: Sequence[str]) -> list[list[ParsedEvent]]: ...


def evaluate(
    parser: Parser,
    sentences: Sequence[AnnotatedSentence],
    *,
    asserted_only: bool = True,
    min_confidence: float = 0.0,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Parse the sentences and score the events; returns a report that JSON can hold.

    ``scores`` is that of coder.corpus.scoring.score over events of at least ``min_confidence``, 0..1;
    ``unknown_codes`` counts the gold events whose code the model cannot give, by code (each is a miss at leaf
    level); ``seconds`` is the time of parsing. ``progress`` is called with the number of sentences parsed.
    Raises CorpusError when no sentence is of grade "tuples", the only one that shows what is missing.
    """
    chosen = [sentence for sentence in sentences if sentence.grade == "tuples"]
    if not chosen:
        grades = ", ".join(sorted({sentence.grade for sentence in sentences})) or "none at all"
        raise CorpusError(
            'nothing to evaluate on: only sentences of grade "tuples" say which events there are, found '
            f"{len(sentences)} sentences of grade {grades}; mark trigger, source and target of their events"
        )
    labels = parser.settings.labels
    known = {*labels.roots, *labels.codes}
    unknown: dict[str, int] = {}
    for sentence in chosen:
        for event in sentence.events:
            if event.code is not None and event.code not in known:
                unknown[event.code] = unknown.get(event.code, 0) + 1
    predicted = []
    start = time.perf_counter()
    for events in _parsed(parser, [sentence.text for sentence in chosen], progress):
        predicted.append([event for event in events if event.confidence >= min_confidence])
    seconds = time.perf_counter() - start
    scores = score(chosen, predicted, asserted_only=asserted_only, root=labels.root_of)
    scores["left_out"] = len(sentences) - len(chosen)
    return {
        "model": {"name": parser.settings.name, "sha256": parser.settings.sha256},
        "min_confidence": min_confidence,
        "seconds": round(seconds, 3),
        "sentences_per_second": round(len(chosen) / max(seconds, 1e-9), 1),
        "unknown_codes": dict(sorted(unknown.items())),
        "scores": scores,
    }


def evaluate_files(
    parser: Parser,
    data: Sequence[Path],
    *,
    asserted_only: bool = True,
    min_confidence: float = 0.0,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Evaluate on split files (.jsonl), batch files of markup, or folders of them; ``data`` names them.

    ``progress`` is called with the sentences parsed and their total. Raises CorpusError or MarkupError for
    data that cannot be read.
    """
    from coder.corpus.batches import read_sentences

    sentences = read_sentences(data)
    total = sum(sentence.grade == "tuples" for sentence in sentences)
    report = evaluate(
        parser,
        sentences,
        asserted_only=asserted_only,
        min_confidence=min_confidence,
        progress=None if progress is None else lambda done: progress(done, total),
    )
    return {"data": [str(path) for path in data], **report}


def summary(report: Mapping[str, Any]) -> str:
    """Return the line above the tables: what was scored, and how."""
    scores = report["scores"]
    counted = "asserted events" if scores["asserted_only"] else "events, asserted or not"
    line = (
        f"model {report['model']['name'] or '(no name)'}: {scores['sentences']} sentences, "
        f"{scores['levels']['root']['gold']} {counted}"
    )
    if report["min_confidence"]:
        line += f", confidence at least {report['min_confidence']:g}"
    if scores["left_out"]:
        line += f"; {scores['left_out']} sentences left out (not fully marked)"
    if report["unknown_codes"]:
        codes = ", ".join(f"{code} ({count})" for code, count in report["unknown_codes"].items())
        line += f"; the model has no {codes}"
    return f"{line}; {report['sentences_per_second']:g} sentences/s"


def grids(report: Mapping[str, Any], names: Mapping[str, str] | None = None) -> list[Grid]:
    """Return the report as tables; ``names`` gives the names of the roots."""
    scores = report["scores"]
    counts = [(_WHAT[level], row) for level, row in scores["levels"].items()]
    parts = [("trigger", scores["trigger"])]
    parts += [(f"{role} spans", row) for role, row in scores["spans"].items()]
    parts += [("sentence has an event", scores["relevance"])]
    header = ("precision", "recall", "F1", "right", "predicted", "gold")
    found = scores["found"]
    accuracies = (
        ("leaf accuracy, trigger found", scores["leaf_accuracy"]),
        ("root accuracy, trigger found", scores["root_accuracy"]),
        ("status accuracy, trigger found", scores["status_accuracy"]),
        ("events whose trigger was found", found),
        ("root macro-F1", scores["root_macro_f1"]),
        ("expected calibration error (ECE)", scores["calibration"]["ece"]),
    )
    roots = tuple(
        (
            root,
            (names or {}).get(root, ""),
            row["precision"],
            row["recall"],
            row["f1"],
            row["tuple_f1"],
            row["leaf_accuracy"],
            row["gold"],
            row["predicted"],
        )
        for root, row in scores["roots"].items()
    )
    bins = tuple(
        (f"{row['low']:.2f} to {row['high']:.2f}", row["events"], row["confidence"], row["accuracy"])
        for row in scores["calibration"]["bins"]
    )
    return [
        Grid("Event tuples", ("right in", *header), tuple(_counts(what, row) for what, row in counts)),
        Grid("Parts", ("part", *header), tuple(_counts(what, row) for what, row in parts)),
        Grid("Codes and confidence", ("measure", "value"), accuracies),
        Grid(
            "Roots",
            (
                "root",
                "name",
                "precision",
                "recall",
                "F1",
                "tuple F1",
                "leaf acc.",
                "gold",
                "predicted",
            ),
            roots,
            texts=2,
        ),
        Grid("Reliability", ("confidence", "events", "mean", "share right"), bins),
    ]


def _counts(what: str, row: Mapping[str, Any]) -> tuple[str | float | int, ...]:
    return (
        what,
        row["precision"],
        row["recall"],
        row["f1"],
        row["right"],
        row["predicted"],
        row["gold"],
    )


def _parsed(
    parser: Parser, texts: Sequence[str], progress: Callable[[int], None] | None
) -> Iterator[list[ParsedEvent]]:
    for start in range(0, len(texts), BATCH):
        yield from parser.parse(texts[start : start + BATCH])
        if progress is not None:
            progress(min(start + BATCH, len(texts)))
