"""The splits that a run trains on, as datasets of readings."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tokenizers import Tokenizer

from coder.assets import asset
from coder.corpus.build import build_splits
from coder.corpus.read import read_split
from coder.corpus.records import AnnotatedSentence
from coder.errors import CorpusError
from coder.infer.encode import encode_batch
from coder.infer.labels import LabelSpace, label_space
from coder.learn.augment import Augmenter, AugmentShares
from coder.learn.readings import ReadingEncoder, ReadingPlan, plan_readings, root_weights
from coder.learn.schema import DataConfig, TrainConfig
from coder.ontology import load_ontology

if TYPE_CHECKING:
    from datasets import Dataset


def labels_of(config: DataConfig) -> LabelSpace:
    """Return the label space of the ontology that the configuration names (default: the shipped CAMEO)."""
    ontology = load_ontology(Path(config.ontology)) if config.ontology else load_ontology()
    return label_space([(code, ontology[code].parent) for code in ontology.codes])


def load_splits(config: DataConfig) -> dict[str, list[AnnotatedSentence]]:
    """Return the sentences of train, validation and test (empty without a test file); builds them from ``seeds`` when that is set."""
    if config.seeds is not None:
        seeds = Path(config.seeds)
        if not seeds.is_dir() and config.seeds == "seeds/cameo":
            seeds = asset("seeds/cameo")
        build_splits(seeds, Path(config.train).parent)
    splits = {"train": read_split(Path(config.train)), "validation": read_split(Path(config.validation))}
    splits["test"] = read_split(Path(config.test)) if config.test else []
    return splits


def check_codes(splits: dict[str, list[AnnotatedSentence]], labels: LabelSpace) -> None:
    """Raise CorpusError for a code that the ontology does not have."""
    known = {*labels.roots, *labels.codes}
    for split, sentences in splits.items():
        for sentence in sentences:
            for event in sentence.events:
                if event.code is not None and event.code not in known:
                    raise CorpusError(
                        f"{split}: sentence {sentence.id or sentence.text[:40]!r} has the code {event.code!r}, which the ontology does not have: "
                        "mend the label, or give data.ontology=FILE"
                    )


def count_long(sentences: list[AnnotatedSentence], tokenizer: Tokenizer, max_tokens: int) -> int:
    """Return how many sentences have more than ``max_tokens`` tokens, so that one reading sees a window of them only."""
    return sum(len(e.ids) > max_tokens for e in encode_batch(tokenizer, [s.text for s in sentences]))


def readings(
    config: TrainConfig,
    sentences: list[AnnotatedSentence],
    labels: LabelSpace,
    tokenizer: Tokenizer,
    train: bool,
) -> tuple[Dataset, list[int], list[float] | None]:
    """Return a dataset of sentences whose readings are encoded on access, the length of each in characters and how often to draw each.

    The last is None unless training draws rare roots more often (``data.sampling=oversample``). Raises CorpusError when the sentences give
    nothing to read.
    """
    from datasets import Dataset

    rng = random.Random(config.seed)
    if train and config.data.fraction < 1.0:
        sentences = rng.sample(sentences, max(1, round(len(sentences) * config.data.fraction)))
    plans = plan_readings(sentences, labels, config.data.negatives, config.data.pairs, rng)
    if not plans:
        raise CorpusError(
            f"{config.data.train if train else config.data.validation}: nothing to learn from: its sentences have neither spans nor codes"
        )
    of_sentence: dict[int, list[ReadingPlan]] = {}
    for plan in plans:
        of_sentence.setdefault(plan.sentence, []).append(plan)
    groups = list(of_sentence.values())
    if not train:
        rng.shuffle(groups)
        total = np.cumsum([len(group) for group in groups])
        groups = groups[: int(np.searchsorted(total, config.data.validation_readings)) + 1]
        groups.sort(key=lambda group: len(sentences[group[0].sentence].text))
    augment = config.data.augment
    augmenter = None
    if train:
        shares = AugmentShares(augment.actor_swap, augment.dateline, augment.headline, augment.upper)
        augmenter = Augmenter(sentences, shares, config.seed)
    weights = root_weights(plans, config.data.balance) if train else {}
    oversample = config.data.sampling == "oversample"
    encoder = ReadingEncoder(
        sentences,
        labels,
        tokenizer,
        config.backbone.max_tokens,
        augmenter,
        {} if oversample else weights,
        config.seed,
    )
    rows: dict[str, list[Any]] = {
        "sentence": [group[0].sentence for group in groups],
        "kinds": [[p.kind for p in group] for group in groups],
        "events": [[p.event for p in group] for group in groups],
    }
    dataset = Dataset.from_dict(rows).with_transform(encoder)
    lengths = [len(sentences[group[0].sentence].text) for group in groups]
    draws = None
    if train and oversample:
        draws = [float(np.mean([weights.get(p.root, 1.0) for p in group])) for group in groups]
    return dataset, lengths, draws
