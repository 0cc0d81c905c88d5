"""Scores of readings during training, by scikit-learn's definitions."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

from coder.infer.labels import ROLES
from coder.learn.modeling import IGNORE, EventParserModel


def validation_metrics(model: EventParserModel, batches: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Return loss, token F1 of triggers and roles, root accuracy and macro-F1, code accuracy, and ``score``.

    All but the loss lie in 0..1; ``score`` is the mean of trigger F1, actor F1, root accuracy and code accuracy.
    """
    losses: list[float] = []
    gold: dict[str, list[np.ndarray]] = {}
    said: dict[str, list[np.ndarray]] = {}

    def add(name: str, labels: Any, logits: Any) -> None:
        labels = labels.cpu().numpy()
        known = labels != IGNORE
        gold.setdefault(name, []).append(labels[known])
        said.setdefault(name, []).append(logits.argmax(-1).cpu().numpy()[known])

    for batch in batches:
        output = model(**batch)
        assert output.loss is not None
        assert output.tags is not None
        assert output.root is not None
        assert output.code is not None
        assert output.status is not None
        losses.append(float(output.loss))
        add("trigger", batch["trigger_labels"], output.trigger)
        marked = batch["marks"].sum((1, 2)) > 0
        for i, role in enumerate(ROLES):
            labels = batch["tag_labels"][..., i].clone()
            labels[~marked] = IGNORE
            add(role, labels, output.tags[:, :, i])
        add("root", batch["root_labels"], output.root)
        in_root = model.root_of_code[None, :] == (output.root.argmax(-1)[:, None] - 1)
        add("code", batch["code_labels"], output.code.masked_fill(~in_root, -1e4))
        known = batch["status_labels"] != IGNORE
        gold.setdefault("status", []).append(batch["status_labels"][known].cpu().numpy())
        said.setdefault("status", []).append((output.status[known] > 0).long().cpu().numpy())
    g = {name: np.concatenate(parts) for name, parts in gold.items()}
    s = {name: np.concatenate(parts) for name, parts in said.items()}
    result = {"loss": float(np.mean(losses)) if losses else 0.0}
    for name in ("trigger", *ROLES):
        result[f"{name}_f1"] = _f1(g[name] > 0, s[name] > 0)
    result["root_accuracy"] = _share(g["root"], s["root"])
    result["root_macro_f1"] = (
        float(f1_score(g["root"], s["root"], average="macro", zero_division=0)) if len(g["root"]) else 0.0
    )
    result["code_accuracy"] = _share(g["code"], s["code"])
    result["status_f1"] = _f1(g["status"] == 0, s["status"] == 0)
    result["score"] = float(
        np.mean(
            [
                result["trigger_f1"],
                (result["source_f1"] + result["target_f1"]) / 2,
                result["root_accuracy"],
                result["code_accuracy"],
            ]
        )
    )
    return result


def _f1(gold: np.ndarray, said: np.ndarray) -> float:
    return float(f1_score(gold, said, zero_division=0)) if len(gold) else 0.0


def _share(gold: np.ndarray, said: np.ndarray) -> float:
    return float(accuracy_score(gold, said)) if len(gold) else 0.0
