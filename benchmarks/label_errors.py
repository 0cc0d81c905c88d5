"""Find events of the corpus whose code is probably wrong, by confident learning (Northcutt et al. 2021, library cleanlab).

    python benchmarks/label_errors.py RUN SPLIT.jsonl … --out doubts.jsonl

Each event's trigger is marked and read by the network of the run folder RUN, which should not have been trained on these sentences; a logistic
regression on what its code head sees gives each event's probabilities from the folds that it is not in. The events are written most doubtful
first: sentence, trigger, code, the code thought likelier and the probability of the given one. They are read and mended by hand.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np


def features(run: Path, sentences: list[Any]) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Return what the code head sees of each event, [events, head size], and (sentence, event) of each row."""
    import torch

    from coder.infer.encode import load_tokenizer
    from coder.learn.export import load_run
    from coder.learn.readings import EVENT, ReadingEncoder, ReadingPlan, collate

    model, saved = load_run(run)
    tokenizer = load_tokenizer(run / "model")
    encoder = ReadingEncoder(sentences, model.config.labels, tokenizer, saved["max_tokens"])
    where = [(i, k) for i, s in enumerate(sentences) for k, e in enumerate(s.events) if e.code and e.trigger]
    where.sort(key=lambda pair: len(sentences[pair[0]].text))
    seen: list[np.ndarray] = []
    model.root_head.register_forward_hook(lambda module, inputs, output: seen.append(inputs[0].numpy()))
    for start in range(0, len(where), 64):
        rows = [encoder.encode(ReadingPlan(EVENT, i, k)) for i, k in where[start : start + 64]]
        batch = collate(rows, saved["pad_id"])
        with torch.inference_mode():
            model.read(batch["input_ids"], batch["attention_mask"], batch["marks"], batch["rows"])
    return np.concatenate(seen), where


def doubts(
    rows: np.ndarray, codes: list[str], batches: list[str], seed: int = 1
) -> list[tuple[int, str, float]]:
    """Return (row, likelier code, probability of the given code) of the events that confident learning picks out, worst first.

    Folds hold whole authoring batches, so that a writer's habits do not vouch for themselves.
    """
    from cleanlab.filter import find_label_issues
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold
    from sklearn.preprocessing import StandardScaler

    names = sorted(set(codes))
    labels = np.array([names.index(code) for code in codes])
    scaled = StandardScaler().fit_transform(rows)
    chances = np.full((len(codes), len(names)), 1e-6)
    for train, test in GroupKFold(5, shuffle=True, random_state=seed).split(scaled, labels, batches):
        model = LogisticRegression(C=0.02, max_iter=300).fit(scaled[train], labels[train])
        chances[np.ix_(test, model.classes_)] = model.predict_proba(scaled[test])
    chances /= chances.sum(1, keepdims=True)
    order = find_label_issues(labels, chances, return_indices_ranked_by="self_confidence", n_jobs=1)
    return [(int(i), names[int(chances[i].argmax())], float(chances[i, labels[i]])) for i in order]


def main() -> None:
    """Write the doubtful events of the given splits."""
    from coder.corpus.read import read_split

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("splits", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--digits", type=int, default=2, help="compare codes by their first digits: 2 roots, 3"
    )
    given = parser.parse_args()
    sentences = [s for path in given.splits for s in read_split(path)]
    rows, where = features(given.run, sentences)
    events = [sentences[i].events[k] for i, k in where]
    codes = [str(e.code)[: given.digits] for e in events]
    found = doubts(rows, codes, [sentences[i].batch for i, _ in where])
    with given.out.open("w", encoding="utf-8") as out:
        for row, likelier, chance in found:
            sentence, event = sentences[where[row][0]], events[row]
            trigger = event.trigger
            out.write(
                json.dumps(
                    {
                        "batch": sentence.batch,
                        "line": sentence.line,
                        "code": event.code,
                        "likelier": likelier,
                        "chance": round(chance, 3),
                        "trigger": sentence.text[trigger.start : trigger.end] if trigger else None,
                        "text": sentence.text,
                    },
                    ensure_ascii=False,
                )
                + "\n"
            )
    print(f"{len(found)} of {len(events)} events look wrong; they are in {given.out}")


if __name__ == "__main__":
    main()
