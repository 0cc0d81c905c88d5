"""Score a model on the development benchmark: python benchmarks/accuracy.py BENCH_FOLDER [MODEL] [--out PREDICTIONS_FOLDER]

BENCH_FOLDER holds score.py and the gold sets; they are for measuring alone and are no part of the project.
"""

import argparse
import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from coder.infer.parser import EventParser
from coder.infer.records import ASSERTED

SETS = ("plv_dev", "quad_dev", "actors_dev", "ua_dev")


def load_scorer(folder: Path) -> Any:
    """Import the benchmark's own score.py."""
    spec = importlib.util.spec_from_file_location("bench_score", folder / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pair_predictions(parser: EventParser, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Classify the given source and target of each row."""
    asked = []
    for row in rows:
        event = row["events"][0]
        asked.append(
            (
                row["sentence"],
                *(tuple(event[s]) if event.get(s) else None for s in ("source_span", "target_span")),
            )
        )
    out = []
    for row, scores in zip(rows, parser.classify_batch(asked), strict=True):
        roots: Counter[str] = Counter()
        for code, p in scores.items():
            roots[parser.settings.labels.root_of(code)] += p
        out.append({"id": row["id"], "code": max(scores, key=scores.__getitem__), "scores": dict(roots)})
    return out


def event_predictions(
    parser: EventParser, rows: list[dict[str, Any]], every_status: bool
) -> list[dict[str, Any]]:
    """Code each row's sentence; an unsure status counts unless ``every_status``."""
    out = []
    for row, events in zip(rows, parser.parse([r["sentence"] for r in rows]), strict=True):
        text = row["sentence"]
        kept = [e for e in events if every_status or e.status == ASSERTED]
        out.append(
            {
                "id": row["id"],
                "events": [
                    {
                        "source": text[slice(*e.source)] if e.source else None,
                        "source_span": e.source,
                        "target": text[slice(*e.target)] if e.target else None,
                        "target_span": e.target,
                        "code": e.code,
                        "confidence": e.confidence,
                    }
                    for e in kept
                ],
            }
        )
    return out


def main() -> None:
    """Print the figures of each set."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("bench", type=Path)
    arguments.add_argument("model", nargs="?")
    arguments.add_argument("--out", type=Path)
    arguments.add_argument("--full", action="store_true", help="print everything the scorer says")
    given = arguments.parse_args()
    if not (given.bench / "score.py").is_file():
        sys.exit(f"{given.bench} holds no score.py: the benchmark is not here, nothing measured")
    scorer = load_scorer(given.bench)
    parser = EventParser.from_pretrained(given.model)
    for name in SETS:
        gold = scorer.load(given.bench / f"{name}.jsonl")
        predicted = (
            pair_predictions(parser, gold)
            if name.startswith("plv")
            else event_predictions(parser, gold, False)
        )
        if given.out:
            given.out.mkdir(parents=True, exist_ok=True)
            (given.out / f"{name}.jsonl").write_text("".join(json.dumps(p) + "\n" for p in predicted))
        result = scorer.score(gold, predicted)
        if given.full:
            scorer.show(result)
            continue
        print(name, summary(result))


def summary(result: dict[str, Any]) -> str:
    """Return the headline figures of one set in a line."""
    parts = []
    if "pair" in result:
        pair = result["pair"]
        parts += [
            f"accuracy {pair['class15']['accuracy']:.3f}",
            f"macro-F1 {pair['class15']['macro_f1']:.3f}",
            f"penta {pair['penta']['accuracy']:.3f}",
        ]
    if "actors" in result:
        parts += [
            f"{side} overlap F1 {result['actors'][f'{side}_overlap']['f1']:.3f}"
            for side in ("source", "target")
        ]
    for key, value in result.get("sentence", {}).items():
        shown = value.get("f1", value.get("accuracy"))
        parts.append(f"{key} {shown:.3f}")
    for key in ("root", "root+source", "root+source+target"):
        if key in result.get("tuples", {}):
            parts.append(f"tuples {key} F1 {result['tuples'][key]['f1']:.3f}")
    return "; ".join(parts)


if __name__ == "__main__":
    main()
