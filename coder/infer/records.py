"""What the event parser says of a sentence."""

from dataclasses import dataclass

Offsets = tuple[int, int]

ASSERTED = "asserted"
NOT_ASSERTED = "not_asserted"


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """One event of a sentence: a code, its trigger and at most one actor a side.

    Offsets are characters of the sentence, end exclusive. ``confidence`` is the calibrated probability that root, source and target
    are all right; ``code_confidence`` is the probability of the code given the event. Both lie in 0..1.
    """

    code: str
    confidence: float
    code_confidence: float
    status: str
    trigger: Offsets | None
    source: Offsets | None
    target: Offsets | None
    place: Offsets | None
    time: Offsets | None
