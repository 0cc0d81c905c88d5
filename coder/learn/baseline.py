"""The baseline: TF-IDF of words and letters with logistic regression, over sentences with marked actors."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import FeatureUnion, Pipeline

from coder.corpus.records import AnnotatedSentence
from coder.errors import CorpusError, InputError, ModelError
from coder.infer.labels import LabelSpace
from coder.learn.schema import TrainConfig
from coder.ontology import load_ontology
from coder.pairing import pair_actors

FORMAT = 1
WORDS, LETTERS = "words", "letters"
SOURCE, TARGET = "SRC", "TGT"
# Most features a kind; more change no figure and make the saved model larger.
_MOST_FEATURES = {WORDS: 20_000, LETTERS: 40_000}
_NGRAMS = {WORDS: ("word", (1, 2)), LETTERS: ("char_wb", (3, 5))}
_STRENGTH = 10.0
# From this many pairs on, what occurs once is left out.
_FEW = 200
_WEIGHTS, _VOCABULARY = "baseline.safetensors", "baseline.json"

Offsets = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PairReading:
    """A sentence with one source and one target marked, and the code of what one did to the other."""

    text: str
    code: str
    weight: float = 1.0


class Baseline:
    """Codes a marked pair: P(root) by one classifier, P(code | root) by another a root.

    ``roots`` is a scikit-learn pipeline of "features" and "classify"; ``leaves`` has for each root a classifier
    of its codes, or the only code that the training data gave it.
    """

    def __init__(self, roots: Pipeline, leaves: dict[str, LogisticRegression | str]) -> None:
        self.roots = roots
        self.leaves = leaves

    @classmethod
    def fit(cls, readings: Sequence[PairReading], labels: LabelSpace, seed: int = 1) -> Baseline:
        """Train on ``readings``; CorpusError when they have fewer than two roots."""
        roots = np.array([labels.root_of(reading.code) for reading in readings])
        if len(set(roots)) < 2:
            raise CorpusError(
                f"the baseline needs pairs of two roots or more, found {len(readings)} pairs of "
                f"{', '.join(sorted(set(roots))) or 'none'}: give training sentences with source or target"
            )
        texts = [reading.text for reading in readings]
        codes = np.array([reading.code for reading in readings])
        weights = np.array([reading.weight for reading in readings])
        pipeline = Pipeline(
            [("features", _features(min(2, 1 + len(texts) // _FEW))), ("classify", _classifier(seed))]
        )
        pipeline.fit(texts, roots, classify__sample_weight=weights)
        features = pipeline["features"].transform(texts)
        leaves: dict[str, LogisticRegression | str] = {}
        for root in sorted(set(roots)):
            own = np.flatnonzero(roots == root)
            if len(set(codes[own])) == 1:
                leaves[root] = str(codes[own][0])
            else:
                leaves[root] = _fit_leaf(features[own], codes[own], weights[own], seed)
        return cls(pipeline, leaves)

    def predict(self, texts: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the likeliest root of each marked text (see ``mark``), and below it the likeliest code."""
        if not len(texts):
            return [], []
        features = self.roots["features"].transform(texts)
        roots = [str(root) for root in self.roots["classify"].predict(features)]
        codes = list(roots)
        for root in set(roots):
            own = [i for i, other in enumerate(roots) if other == root]
            leaf = self.leaves[root]
            said = [leaf] * len(own) if isinstance(leaf, str) else leaf.predict(features[own])
            for i, code in zip(own, said, strict=True):
                codes[i] = str(code)
        return roots, codes

    def root_probabilities(
        self, sentence: str, source: Offsets | None, target: Offsets | None
    ) -> dict[str, float]:
        """Return the probability of each root for what ``source`` did to ``target``, spans in characters; sum 1.

        Raises InputError for a span outside the sentence.
        """
        return self.root_probabilities_batch([(sentence, source, target)])[0]

    def root_probabilities_batch(
        self, rows: Sequence[tuple[str, Offsets | None, Offsets | None]]
    ) -> list[dict[str, float]]:
        """Return the root probabilities of many (sentence, source, target); see ``root_probabilities``."""
        if not rows:
            return []
        chances = self.roots.predict_proba([mark(*row) for row in rows])
        names = [str(root) for root in self.roots["classify"].classes_]
        return [dict(zip(names, map(float, row), strict=True)) for row in chances]

    def save(self, folder: Path) -> None:
        """Write baseline.safetensors (coefficients, idf) and baseline.json (vocabularies, classes)."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, np.ndarray] = {}
        vocabulary: dict[str, Any] = {}
        for kind, vectorizer in self.roots["features"].transformer_list:
            vocabulary[kind] = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            arrays[f"idf.{kind}"] = vectorizer.idf_.astype(np.float32)
        classes: dict[str, list[str]] = {}
        fixed: dict[str, str] = {}
        for name, model in [("root", self.roots["classify"]), *self.leaves.items()]:
            if isinstance(model, str):
                fixed[name] = model
            else:
                classes[name] = [str(c) for c in model.classes_]
                # A root's sentences hold few of the features; the coefficients of the others are 0.
                used = np.flatnonzero(model.coef_.any(axis=0))
                arrays[f"columns.{name}"] = used.astype(np.int32)
                # Contiguous, because save_file writes the memory as it lies.
                arrays[f"coefficients.{name}"] = np.ascontiguousarray(model.coef_[:, used], dtype=np.float32)
                arrays[f"intercepts.{name}"] = model.intercept_.astype(np.float32)
        data = {"format": FORMAT, "vocabulary": vocabulary, "classes": classes, "fixed": fixed}
        save_file(arrays, folder / _WEIGHTS)
        (folder / _VOCABULARY).write_text(json.dumps(data, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path | str) -> Baseline:
        """Read what ``save`` wrote; ModelError says what is missing, damaged or of another form."""
        folder = Path(folder)
        for name in (_WEIGHTS, _VOCABULARY):
            if not (folder / name).is_file():
                raise ModelError(
                    f"{folder} holds no {name}, so it is no baseline: give the model folder of a run with "
                    "model=tfidf"
                )
        try:
            data = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
            if data.get("format") != FORMAT:
                raise ModelError(
                    f"{folder / _VOCABULARY}: format {data.get('format')!r}, this version of coder reads format "
                    f"{FORMAT}: train the baseline again"
                )
            return cls._from(data, load_file(folder / _WEIGHTS))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, SafetensorError) as error:
            raise ModelError(f"{folder} is damaged ({error!r}): train the baseline again") from error

    @classmethod
    def _from(cls, data: dict[str, Any], arrays: dict[str, np.ndarray]) -> Baseline:
        features = _features()
        size = 0
        for kind, vectorizer in features.transformer_list:
            words = data["vocabulary"][kind]
            vectorizer.set_params(vocabulary={word: i for i, word in enumerate(words)})
            vectorizer.idf_ = arrays[f"idf.{kind}"]
            size += len(words)
        models: dict[str, LogisticRegression | str] = dict(data["fixed"])
        for name, classes in data["classes"].items():
            model = _classifier(0)
            model.classes_ = np.array(classes)
            used = arrays[f"columns.{name}"]
            model.coef_ = np.zeros((1 if len(classes) == 2 else len(classes), size))
            model.coef_[:, used] = arrays[f"coefficients.{name}"]
            model.intercept_ = arrays[f"intercepts.{name}"].astype(np.float64)
            model.n_features_in_ = size
            models[name] = model
        return cls(Pipeline([("features", features), ("classify", models.pop("root"))]), models)


def train_baseline(config: TrainConfig, folder: Path) -> float:
    """Train, evaluate and save the baseline into the run folder; returns the macro-F1 of validation's roots.

    Writes metrics.json, confusion.png (test split where there is one, else validation), and model/ with the
    weights and the card README.md.
    """
    from coder.learn.card import data_counts, write_card
    from coder.learn.data import check_codes, labels_of, load_splits
    from coder.learn.plots import confusion

    labels = labels_of(config.data)
    splits = load_splits(config.data)
    check_codes(splits, labels)
    train = splits["train"]
    if config.data.fraction < 1.0:
        train = random.Random(config.seed).sample(train, max(1, round(len(train) * config.data.fraction)))
    readings = pair_readings(train)
    baseline = Baseline.fit(readings, labels, config.seed)
    metrics: dict[str, Any] = {
        "data": data_counts(splits),
        "train": {
            "sentences": len(train),
            "pairs": len(readings),
            "features": int(baseline.roots["classify"].n_features_in_),
        },
    }
    for split in ("validation", "test"):
        gold = pair_readings(splits[split], first_only=True)
        if not gold:
            continue
        roots, codes = baseline.predict([reading.text for reading in gold])
        gold_roots = [labels.root_of(reading.code) for reading in gold]
        metrics[split] = pair_metrics([r.code for r in gold], codes, gold_roots, roots)
        confusion(folder / "confusion.png", gold_roots, roots, labels.roots, _names(config, labels))
    if "validation" not in metrics:
        raise CorpusError(
            f"{config.data.validation}: no event with code and source or target: the baseline has nothing to "
            "be validated on"
        )
    baseline.save(folder / "model")
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1), encoding="utf-8")
    write_card(folder / "model" / "README.md", config, metrics)
    return float(metrics["validation"]["root_macro_f1"])


def pair_readings(sentences: Sequence[AnnotatedSentence], first_only: bool = False) -> list[PairReading]:
    """Return a reading for each pair of actors of each event with a code, together of weight 1 an event.

    Events without actors or with the same actors as another event of the sentence are left out, because the
    marks would not tell which event is meant; sentence labels (grade "label") are read without marks.
    ``first_only`` takes one pair an event, for evaluation.
    """
    readings = []
    for sentence in sentences:
        shared = Counter((event.sources, event.targets) for event in sentence.events)
        for event in sentence.events:
            if event.code is None:
                continue
            if sentence.grade == "label":
                readings.append(PairReading(sentence.text, event.code))
                continue
            if not (event.sources or event.targets) or shared[event.sources, event.targets] > 1:
                continue
            pairs = pair_actors(event.sources, event.targets)
            pairs = pairs[:1] if first_only else pairs
            readings += [PairReading(mark(sentence.text, *p), event.code, 1 / len(pairs)) for p in pairs]
    return readings


def mark(sentence: str, source: Offsets | None, target: Offsets | None) -> str:
    """Return the sentence with SRC in place of the source and TGT in place of the target.

    Where the two overlap, both marks stand for the whole. Raises InputError for a span outside the sentence.
    """
    spans = []
    for span, word in ((source, SOURCE), (target, TARGET)):
        if span is None:
            continue
        if not 0 <= span[0] < span[1] <= len(sentence):
            raise InputError(
                f"[{span[0]}, {span[1]}] does not lie inside the sentence of {len(sentence)} characters"
            )
        spans.append((span[0], span[1], word))
    if len(spans) == 2 and spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]:
        (a, b, first), (c, d, second) = spans
        spans = [(min(a, c), max(b, d), f"{first} {second}")]
    for start, end, word in sorted(spans, reverse=True):
        sentence = sentence[:start] + word + sentence[end:]
    return sentence


def pair_metrics(
    gold_codes: Sequence[str], codes: Sequence[str], gold_roots: Sequence[str], roots: Sequence[str]
) -> dict[str, Any]:
    """Return pairs, root accuracy, macro-F1 over the roots that the gold has, and leaf accuracy, 0..1."""
    present = sorted(set(gold_roots))
    each = f1_score(gold_roots, roots, labels=present, average=None, zero_division=0)
    return {
        "pairs": len(gold_codes),
        "root_accuracy": float(accuracy_score(gold_roots, roots)),
        "root_macro_f1": float(np.mean(each)),
        "leaf_accuracy": float(accuracy_score(gold_codes, codes)),
        "root_f1": {root: float(value) for root, value in zip(present, each, strict=True)},
    }


def _features(least: int = 1) -> FeatureUnion:
    return FeatureUnion(
        [
            (
                kind,
                TfidfVectorizer(
                    analyzer=analyzer,
                    ngram_range=ngrams,
                    min_df=least,
                    max_features=_MOST_FEATURES[kind],
                    sublinear_tf=True,
                    dtype=np.float32,
                ),
            )
            for kind, (analyzer, ngrams) in _NGRAMS.items()
        ]
    )


def _classifier(seed: int) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, tol=1e-3, class_weight="balanced", max_iter=300, random_state=seed)


def _fit_leaf(features: Any, codes: np.ndarray, weights: np.ndarray, seed: int) -> LogisticRegression:
    # Features that a root's sentences do not have keep coefficient 0; leaving them out saves most of the time.
    used = np.unique(features.indices)
    model = _classifier(seed).fit(features[:, used], codes, sample_weight=weights)
    coefficients = np.zeros((model.coef_.shape[0], features.shape[1]))
    coefficients[:, used] = model.coef_
    model.coef_, model.n_features_in_ = coefficients, features.shape[1]
    return model


def _names(config: TrainConfig, labels: LabelSpace) -> dict[str, str]:
    ontology = load_ontology(Path(config.data.ontology)) if config.data.ontology else load_ontology()
    return {root: ontology[root].name for root in labels.roots}
