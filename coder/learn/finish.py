"""What follows training: export, calibration, evaluation, pictures and the model card."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from omegaconf import OmegaConf

from coder.corpus.records import AnnotatedSentence
from coder.corpus.scoring import aligned_roots, right_tuples, score
from coder.infer.parser import EventParser
from coder.learn.calibrate import calibrate
from coder.learn.card import data_counts, write_card
from coder.learn.export import export
from coder.learn.plots import confusion, reliability
from coder.learn.schema import TrainConfig


def finish(
    run: Path,
    splits: Mapping[str, Sequence[AnnotatedSentence]],
    metrics: dict[str, Any],
    out: Path | None = None,
    quantise: bool = True,
) -> Path:
    """Export the run to ``out`` (default: its own folder ``export``), calibrate on validation, evaluate on test; returns the model folder.

    Adds to the run folder metrics.json, confusion.png and reliability.png (of the test split, without one of validation), and the card
    README.md to the model folder.
    """
    out = out or run / "export"
    config = load_config(run)
    settings = export(run, out, quantise)
    parser = EventParser.from_pretrained(out)
    settings.decoding = calibrate(parser, splits["validation"])
    settings.save(out)
    parser.settings = settings
    tuples = {split: [s for s in splits[split] if s.grade == "tuples"] for split in ("validation", "test")}
    drawn = "test" if tuples["test"] else "validation"
    for split, gold in tuples.items():
        if gold:
            metrics[f"{split}_tuples"] = evaluate(parser, gold, run if split == drawn else None)
    metrics["data"] = data_counts(splits)
    (run / "metrics.json").write_text(json.dumps(metrics, indent=1), encoding="utf-8")
    write_card(out / "README.md", config, metrics)
    return out


def evaluate(parser: EventParser, gold: Sequence[AnnotatedSentence], pictures: Path | None) -> dict[str, Any]:
    """Score ``parser`` on ``gold``; draws the confusion matrix and the reliability diagram into ``pictures`` when given."""
    predicted = parser.parse([s.text for s in gold])
    labels = parser.settings.labels
    result = score(gold, predicted, root=labels.root_of)
    if pictures is not None:
        confidences, right = [], []
        for sentence, events in zip(gold, predicted, strict=True):
            asserted = [e for e in events if e.status == "asserted"]
            confidences += [e.confidence for e in asserted]
            right += right_tuples(sentence, asserted, root=labels.root_of)
        gold_roots, said_roots = aligned_roots(gold, predicted, root=labels.root_of)
        confusion(pictures / "confusion.png", gold_roots, said_roots, list(labels.roots))
        reliability(pictures / "reliability.png", confidences, right)
    return result


def load_config(run: Path) -> TrainConfig:
    """Read the resolved configuration of a run folder."""
    merged = OmegaConf.merge(OmegaConf.structured(TrainConfig), OmegaConf.load(run / "config.yaml"))
    return cast(TrainConfig, OmegaConf.to_object(merged))
