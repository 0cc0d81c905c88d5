"""Thresholds, temperatures and confidence come from the validation split."""

import math

import numpy as np
import pytest
from infer_fakes import ACTORS, DAYS, PLACES, VERBS, word_parser
from learn_fakes import annotated

from coder.corpus.records import AnnotatedSentence
from coder.infer.labels import Decoding
from coder.learn.calibrate import _best_threshold, _temperature, calibrate


def gold(wrong: int = 0) -> list[AnnotatedSentence]:
    """Sentences that the parser of words reads right, and ``wrong`` ones whose annotated target it does not find."""
    made = []
    for i, verb in enumerate([*VERBS] * 6):
        one, other = ACTORS[i % 6], ACTORS[(i + 1) % 6]
        place, day = PLACES[i % 2], DAYS[i % 2]
        text = f"the {one} {verb} {other} in {place} {day}."
        target = other if i >= wrong else "the"
        made.append(annotated(text, VERBS[verb], verb, one, target, place=place, time=day))
    return [
        *made,
        AnnotatedSentence("officials said that."),
        AnnotatedSentence("the old road near the bridge."),
    ]


class TestCalibrate:
    def test_without_tuples_the_defaults_stay(self) -> None:
        parser = word_parser()
        label = AnnotatedSentence("the rebels met.", grade="label")
        assert calibrate(parser, [label]) == Decoding() == parser.settings.decoding

    def test_a_good_parser_stays_good_and_says_so(self) -> None:
        parser = word_parser()
        decoding = calibrate(parser, gold(wrong=3))
        assert parser.settings.decoding is decoding
        assert 0.2 <= decoding.trigger_threshold <= 1.0
        # The stand-in's gate is 1 where it knows a verb, so that nothing is lost by stopping at the others.
        assert decoding.gate_threshold == 1.0
        assert set(decoding.role_thresholds) == {"source", "target", "place", "time"}
        assert 0.3 <= decoding.root_temperature <= 5.0
        for sentence in gold():
            (events,) = parser.parse([sentence.text])
            assert len(events) == len(sentence.events)
            for event, true in zip(events, sentence.events, strict=True):
                assert event.code == true.code
                assert (event.source, event.target) == (true.sources[0], true.targets[0])
                assert event.confidence > 0.7

    def test_confidence_falls_with_the_share_of_right_events(self) -> None:
        chances = []
        for wrong in (2, 8, 14):
            parser = word_parser()
            calibrate(parser, gold(wrong))
            parser.settings.decoding.least_confidence = 0.0
            found = parser.parse([s.text for s in gold()])
            chances.append(np.mean([e.confidence for events in found for e in events]))
            assert chances[-1] == pytest.approx(1 - wrong / 24, abs=0.1)
        assert chances == sorted(chances, reverse=True)

    def test_all_numbers_are_finite(self) -> None:
        decoding = calibrate(word_parser(), gold(4))
        numbers = [decoding.root_temperature, decoding.code_temperature, decoding.confidence_bias]
        assert all(map(math.isfinite, [*numbers, *decoding.confidence_weights]))


def test_temperature_cools_what_is_too_sure() -> None:
    sure = np.log([0.97, 0.03])
    assert _temperature([sure] * 10, [0] * 7 + [1] * 3) > 2.0
    assert _temperature([np.log([0.7, 0.3])] * 10, [0] * 7 + [1] * 3) == pytest.approx(1.0, abs=0.05)
    assert _temperature([], []) == 1.0


def test_the_best_threshold_parts_right_from_wrong() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.4, 0.3])
    assert 0.4 < _best_threshold(scores, np.array([True, True, True, False, False]), 3) <= 0.7
    assert _best_threshold(scores, np.array([True] * 5), 5) <= 0.3
