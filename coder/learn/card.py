"""The model card: what a model is, what it was trained on, how well it does and where it must not be trusted."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import coder
from coder.corpus.records import AnnotatedSentence
from coder.learn.schema import TrainConfig

_PACKAGES = (
    "torch",
    "transformers",
    "tokenizers",
    "datasets",
    "scikit-learn",
    "numpy",
    "onnx",
    "onnxruntime",
    "openvino",
    "nncf",
)
_MACHINE = ("run_dir", "trainer.resume")
_SPLITS = ("train", "validation", "test")

_LIMITS = """\
- English news only. Tweets, transcripts of speech, court records and other genres were not tested.
- One sentence at a time: what an event is may depend on sentences before it, which the model does not see.
- The code says what the sentence reports, not what happened; reports are partial, and false ones exist.
- Rare codes have few training sentences. Below the root, prefer codes with a high `code_confidence`.
- Confidence was calibrated on sentences like those of the corpus; other sources shift it. Check a sample by
  hand before counting events, and never base a decision about a person on single events.
"""

_OWN_TEXT = """\
- The test sentences were written for the corpus, as the training sentences were: expect less on other text.
"""

_PARSER = """\
An event parser for political news: it finds who did what to whom in an English sentence and codes each
event in CAMEO (root, 3- and 4-digit code), with trigger, source, target, place and time as spans of the
sentence, whether the event is asserted, and a calibrated confidence.
"""

_BASELINE = """\
A baseline for comparison: logistic regression on TF-IDF of words and of letters, over sentences in which
source and target are marked. It gives the code of one marked event and finds neither events nor actors.
"""


def write_card(path: Path, config: TrainConfig, metrics: Mapping[str, Any]) -> None:
    """Write the model card in Markdown to ``path``.

    ``metrics`` may hold ``data`` (see ``data_counts``), scores of coder.corpus.scoring.score as
    ``validation_tuples`` and ``test_tuples``, and other numbers grouped by name; each becomes a table.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(card_text(config, metrics), encoding="utf-8")


def card_text(config: TrainConfig, metrics: Mapping[str, Any]) -> str:
    """Return the text of the model card; see ``write_card``."""
    parser = config.model.kind == "parser"
    scored = {name: value for name, value in metrics.items() if _is_score(value)}
    plain = {
        name: value
        for name, value in metrics.items()
        if isinstance(value, Mapping) and name not in scored and name != "data"
    }
    parts = [
        _front_matter(config),
        f"# {config.name}",
        _PARSER if parser else _BASELINE,
        "## Use",
        _use(config),
        "## Training data",
        _data(config, metrics),
        "## Results",
        *(_scores(name, value) for name, value in scored.items()),
        *(_numbers(name, value) for name, value in plain.items() if name != "train"),
        *(["No results were recorded."] if not scored and not set(plain) - {"train"} else []),
        *([_calibration(scored)] if scored else []),
        "## Hyperparameters",
        _table(("setting", "value"), _settings(config, parser)),
        "## Limits",
        (_OWN_TEXT if config.data.seeds else "") + (_LIMITS if parser else _LIMITS.split("- Confidence")[0]),
        "## Versions",
        _table(("software", "version"), _versions()),
        "## Licence",
        _licence(config, parser),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def data_counts(splits: Mapping[str, Sequence[AnnotatedSentence]]) -> dict[str, Any]:
    """Return for each split how many sentences (also by grade), events, events not asserted and codes it has."""
    return {
        name: {
            "sentences": len(sentences),
            "without event": sum(not sentence.events for sentence in sentences),
            "events": sum(len(sentence.events) for sentence in sentences),
            "not asserted": sum(not event.asserted for s in sentences for event in s.events),
            "different codes": len({event.code for s in sentences for event in s.events if event.code}),
            **{f"grade {grade}": n for grade, n in sorted(Counter(s.grade for s in sentences).items())},
        }
        for name, sentences in splits.items()
    }


def _front_matter(config: TrainConfig) -> str:
    backbone = config.backbone.name if config.model.kind == "parser" else "none"
    return (
        "---\nlanguage: en\nlicense: apache-2.0\nlibrary_name: coder\n"
        f"tags: [event-coding, CAMEO, political-news]\nbackbone: {backbone}\n---"
    )


def _use(config: TrainConfig) -> str:
    if config.model.kind == "parser":
        return (
            "```python\nfrom coder import Predictor\n\n"
            'predictor = Predictor.from_pretrained("FOLDER")  # without a folder: the model that ships\n'
            'predictor("Turkey summoned the US ambassador on Monday.", date="2019-10-07")\n```'
        )
    return (
        "```python\nfrom coder.learn.baseline import Baseline\n\n"
        'baseline = Baseline.load("FOLDER")\n'
        'baseline.root_probabilities("Turkey summoned the US ambassador.", (0, 6), (20, 33))\n```'
    )


def _data(config: TrainConfig, metrics: Mapping[str, Any]) -> str:
    lines = []
    if config.data.seeds:
        lines.append("Sentences written for this purpose; splits by authoring batch, duplicates removed.")
    else:
        named = ", ".join(f"`{Path(f).name}`" for f in (config.data.train, config.data.validation) if f)
        lines.append(f"The files {named}.")
    if config.data.fraction < 1.0:
        lines.append(f"Trained on a share of {config.data.fraction:g} of the training sentences.")
    counts = metrics.get("data")
    if isinstance(counts, Mapping) and counts:
        names = list(dict.fromkeys(key for split in counts.values() for key in split))
        rows = [(split, *(row.get(name, 0) for name in names)) for split, row in counts.items()]
        lines.append(_table(("split", *names), rows))
    trained = metrics.get("train")
    if isinstance(trained, Mapping) and trained:
        lines.append(_table(("training", "count"), _flat(trained)))
    return "\n\n".join(lines)


def _is_score(value: Any) -> bool:
    return isinstance(value, Mapping) and "levels" in value and "calibration" in value


def _scores(name: str, result: Mapping[str, Any]) -> str:
    parts = [f"### {_title(name)}"]
    counted = "asserted events" if result["asserted_only"] else "all events, asserted or not"
    parts.append(
        f"{result['sentences']} sentences, {counted}; a tuple counts as right when root (or leaf) and the named "
        "actors are right, actors by overlapping spans that share half of their words."
    )
    rows = dict(result["levels"])
    rows["trigger"] = result["trigger"]
    rows |= {f"{role} spans": row for role, row in result["spans"].items()}
    rows["sentence has an event"] = result["relevance"]
    parts.append(
        _table(
            ("what", "precision", "recall", "F1", "annotated"),
            [(what, row["precision"], row["recall"], row["f1"], row["gold"]) for what, row in rows.items()],
        )
    )
    parts.append(
        _table(
            ("given that the trigger was found", "accuracy"),
            [
                ("leaf", result["leaf_accuracy"]),
                ("root", result["root_accuracy"]),
                ("status", result["status_accuracy"]),
            ],
        )
    )
    parts.append(f"Macro-F1 over the roots: {_cell(result['root_macro_f1'])}.")
    parts.append(
        _table(
            ("root", "precision", "recall", "F1", "tuple F1", "leaf accuracy", "annotated"),
            [
                (
                    root,
                    row["precision"],
                    row["recall"],
                    row["f1"],
                    row["tuple_f1"],
                    row["leaf_accuracy"],
                    row["gold"],
                )
                for root, row in result["roots"].items()
            ],
        )
    )
    return "\n\n".join(parts)


def _calibration(scored: Mapping[str, Mapping[str, Any]]) -> str:
    parts = [
        "## Calibration",
        "Thresholds, temperatures and the confidence were fitted on the validation split. ECE: expected "
        "calibration error over 15 bins of equal width (Guo et al. 2017).",
        _table(
            ("split", "ECE", "events"),
            [(_title(n), r["calibration"]["ece"], r["calibration"]["events"]) for n, r in scored.items()],
        ),
    ]
    last = list(scored.values())[-1]["calibration"]["bins"]
    parts.append(
        _table(
            ("confidence", "events", "mean confidence", "share right"),
            [
                (f"{row['low']:.2f} to {row['high']:.2f}", row["events"], row["confidence"], row["accuracy"])
                for row in last
            ],
        )
    )
    return "\n\n".join(parts)


def _numbers(name: str, values: Mapping[str, Any]) -> str:
    return f"### {_title(name)}\n\n" + _table(("measure", "value"), _flat(values))


def _settings(config: TrainConfig, parser: bool) -> list[tuple[str, Any]]:
    rows = [(key, value) for key, value in _walk(config) if key not in _MACHINE]
    if not parser:
        # The baseline reads neither backbone nor optimiser.
        rows = [row for row in rows if row[0].split(".")[0] not in ("backbone", "optim", "trainer")]
    return [(f"`{key}`", _portable(value)) for key, value in rows]


def _portable(value: Any) -> str:
    # A card travels; folders of the machine that trained do not.
    if isinstance(value, str) and Path(value).is_absolute():
        value = Path(value).name
    return "" if value is None else f"`{value}`"


def _walk(node: Any, prefix: str = "") -> Iterable[tuple[str, Any]]:
    for field in fields(node):
        value = getattr(node, field.name)
        if is_dataclass(value):
            yield from _walk(value, f"{prefix}{field.name}.")
        elif value not in ({}, []):
            yield f"{prefix}{field.name}", value


def _versions() -> list[tuple[str, str]]:
    rows = [("coder", coder.__version__), ("Python", platform.python_version())]
    for package in _PACKAGES:
        try:
            rows.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return rows


def _licence(config: TrainConfig, parser: bool) -> str:
    text = "Model: Apache-2.0."
    if config.data.seeds:
        text += " Training corpus: CC BY 4.0."
    else:
        text += " The training files are the user's own; their licence may bind the model too."
    if parser and config.backbone.source:
        text += f" Backbone `{_portable(config.backbone.source).strip('`')}`: see its own licence"
        text += " (all-MiniLM-L6-v2: Apache-2.0)." if config.backbone.name == "minilm" else "."
    return text


def _title(name: str) -> str:
    split = name.removesuffix("_tuples")
    if split in _SPLITS:
        return f"{split.capitalize()} split" + (" (event tuples)" if name.endswith("_tuples") else "")
    return name.replace("_", " ").capitalize()


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{key}.")
        elif isinstance(value, str | int | float):
            rows.append((f"{prefix}{key}".replace("eval_", ""), value))
    return rows


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value).replace("|", "\\|")


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [f"| {' | '.join(header)} |", f"|{'|'.join(['---', *(['---:'] * (len(header) - 1))])}|"]
    lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join(lines)
