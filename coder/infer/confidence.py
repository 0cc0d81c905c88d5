"""How sure an event is: features of its reading, and the calibrated confidence that calibration fits on them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from coder.infer.labels import Decoding
from coder.infer.records import Offsets

NAMES = (
    "trigger",
    "event",
    "root",
    "margin",
    "source",
    "no_source",
    "target",
    "no_target",
    "other_source",
    "other_target",
    "status",
    "words",
    "triggers",
    "pairs",
    "source_distance",
    "target_distance",
    "source_words",
    "target_words",
    "plain_order",
)


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """A span in characters with the mean probability of its tokens, 0..1."""

    start: int
    end: int
    score: float

    @property
    def offsets(self) -> Offsets:
        """Start and end."""
        return (self.start, self.end)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a second reading says of one trigger, before thresholds.

    ``root`` [1 + R] and ``code`` [C] are probabilities, code given its root; ``spans`` has the spans of each role, ``missed`` the highest
    probability of a token outside of them; ``asserted`` is a probability. ``text`` is what was read, ``triggers`` how many triggers it has.
    """

    trigger: ScoredSpan
    root: np.ndarray
    code: np.ndarray
    asserted: float
    spans: dict[str, list[ScoredSpan]]
    missed: dict[str, float] = field(default_factory=dict)
    text: str = ""
    triggers: int = 1


def confidence_features(
    reading: Reading, source: ScoredSpan | None, target: ScoredSpan | None
) -> list[float]:
    """Return what the confidence of one pair of actors is computed from, in the order of NAMES, all finite.

    Besides the parser's own probabilities the sentence counts: long ones with many acts and actors hold more wrong pairs than
    probabilities of single spans tell.
    """
    event = 1.0 - float(reading.root[0])
    likeliest = np.sort(reading.root[1:])[::-1] / max(event, 1e-6)
    second = float(likeliest[1]) if len(likeliest) > 1 else 0.0
    at = reading.trigger
    return [
        _logit(at.score),
        _logit(event),
        _logit(float(likeliest[0])),
        _logit(float(likeliest[0]) - second),
        _logit(source.score) if source else 0.0,
        0.0 if source else 1.0,
        _logit(target.score) if target else 0.0,
        0.0 if target else 1.0,
        _logit(reading.missed.get("source", 0.0)),
        _logit(reading.missed.get("target", 0.0)),
        abs(_logit(reading.asserted)),
        _log(_words(reading.text)),
        _log(reading.triggers),
        _log(len(reading.spans["source"]) or 1) + _log(len(reading.spans["target"]) or 1),
        _distance(reading, source),
        _distance(reading, target),
        _log(_words(reading.text[source.start : source.end])) if source else 0.0,
        _log(_words(reading.text[target.start : target.end])) if target else 0.0,
        float(bool(source and target and source.end <= at.start and at.end <= target.start)),
    ]


def confidence(features: Sequence[float], decoding: Decoding) -> float:
    """Return the calibrated confidence, 0..1, by the logistic weights that calibration fitted."""
    weights = decoding.confidence_weights or [1.0, 0.5, 0.5] + [0.0] * (len(features) - 3)
    z = decoding.confidence_bias + sum(w * f for w, f in zip(weights, features, strict=True))
    return float(1.0 / (1.0 + math.exp(-min(max(z, -50.0), 50.0))))


def _logit(p: float) -> float:
    p = min(max(p, 1e-4), 1 - 1e-4)
    return math.log(p / (1 - p))


def _log(count: int) -> float:
    return math.log(max(1, count))


def _words(text: str) -> int:
    return len(text.split())


def _distance(reading: Reading, actor: ScoredSpan | None) -> float:
    """Return the logarithm of one more than the words between an actor and the trigger."""
    if actor is None:
        return 0.0
    at = reading.trigger
    first, last = (actor.end, at.start) if actor.end <= at.start else (at.end, actor.start)
    return math.log1p(_words(reading.text[first:last]))
