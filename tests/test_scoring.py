"""What counts as a right event: matching, levels, statuses, spans, calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.corpus import parse_line
from coder.corpus.matching import expand, same_actor, token_f1
from coder.corpus.records import AnnotatedSentence, EventAnnotation
from coder.corpus.scoring import aligned_roots, ece, reliability, right_tuples, score
from coder.errors import CorpusError
from coder.infer.records import ParsedEvent
from coder.pairing import pair_actors

TWO = (
    "[Veldoria|s1,s2] [accused|e1=112] [Karth|t1,t2] of theft and [expelled|e2=163] its envoy on [Monday|d2]."
)
DENIED = "[The rebels|s1] [did not attack|e1=190!no] [the convoy|t1]."
EMPTY = "Shares in the capital closed higher."


def gold(line: str) -> AnnotatedSentence:
    return parse_line(line)


def event(
    sentence: AnnotatedSentence,
    code: str,
    trigger: str | None,
    source: str | None = None,
    target: str | None = None,
    *,
    confidence: float = 0.9,
    status: str = "asserted",
    place: str | None = None,
    time: str | None = None,
) -> ParsedEvent:
    def at(part: str | None) -> tuple[int, int] | None:
        if part is None:
            return None
        start = sentence.text.index(part)
        return (start, start + len(part))

    spans = (at(trigger), at(source), at(target), at(place), at(time))
    return ParsedEvent(code, confidence, 0.8, status, *spans)


def perfect(sentence: AnnotatedSentence, confidence: float = 0.9) -> list[ParsedEvent]:
    guesses = []
    for one in expand(sentence):
        annotation = sentence.events[one.event]
        place = annotation.places[0] if annotation.places else None
        time = annotation.times[0] if annotation.times else None
        guesses.append(
            ParsedEvent(
                one.code, confidence, 0.9, one.status, one.trigger, one.source, one.target, place, time
            )
        )
    return guesses


def f1(result: dict, level: str) -> float:
    return result["levels"][level]["f1"]


class TestPairing:
    def test_each_source_meets_each_target_but_never_itself(self) -> None:
        both = [(0, 6), (10, 15)]
        assert pair_actors(both, both) == [((0, 6), (10, 15)), ((10, 15), (0, 6))]
        assert pair_actors(["a", "b"], ["x"]) == [("a", "x"), ("b", "x")]

    def test_a_side_without_partner_stays_alone(self) -> None:
        assert pair_actors(["a", "b"], []) == [("a", None), ("b", None)]
        assert pair_actors([], ["x"]) == [(None, "x")]
        assert pair_actors([], []) == [(None, None)]
        assert pair_actors(["a"], ["a"]) == [("a", None)]

    def test_annotated_reciprocal_event_gives_both_directions(self) -> None:
        sentence = gold("[Jordan|s1,t1] and [Egypt|s1,t1] [signed|e1=057] a deal.")
        pairs = [(sentence.text[slice(*t.source)], sentence.text[slice(*t.target)]) for t in expand(sentence)]
        assert pairs == [("Jordan", "Egypt"), ("Egypt", "Jordan")]


class TestActors:
    def test_words_decide_without_case_article_and_possessive(self) -> None:
        assert token_f1("The Army's", "army") == 1.0
        assert token_f1("the", "the") == 1.0
        assert token_f1("army", "navy") == 0.0
        assert token_f1("Karth foreign minister", "foreign minister Tal Oren") == pytest.approx(4 / 7)

    def test_spans_must_overlap_and_share_half_their_words(self) -> None:
        text = "Karth warned Karth rebels near Veldoria"
        assert same_actor(text, (13, 25), (19, 25))
        assert not same_actor(text, (0, 5), (13, 18))
        assert not same_actor(text, (0, 39), (0, 5))
        assert same_actor(text, None, None)
        assert not same_actor(text, None, (0, 5))
        assert not same_actor(text, (0, 5), None)


class TestLevels:
    def test_perfect_predictions_score_one_everywhere(self) -> None:
        lines = [TWO, "[A|s1,t1], [B|s1,t1] and [C|s1,t1] [met|e1=040] in [D|p1].", EMPTY]
        sentences = [gold(line) for line in lines]
        result = score(sentences, [perfect(s) for s in sentences])
        assert {name: row["f1"] for name, row in result["levels"].items()} == {
            "root": 1.0,
            "root+source": 1.0,
            "root+source+target": 1.0,
            "leaf": 1.0,
            "leaf+source+target": 1.0,
        }
        assert result["levels"]["root+source+target"]["gold"] == 8
        assert result["trigger"]["f1"] == result["relevance"]["f1"] == result["leaf_accuracy"] == 1.0
        assert [result["spans"][role]["f1"] for role in ("source", "target", "place", "time")] == [1.0] * 4
        assert result["root_macro_f1"] == 1.0

    def test_each_level_asks_for_more(self) -> None:
        sentence = gold(TWO)
        guesses = [
            event(sentence, "111", "accused", "Veldoria", "Karth"),  # leaf wrong
            event(sentence, "163", "expelled", "Veldoria", "envoy"),  # target wrong
        ]
        result = score([sentence], [guesses])
        assert [f1(result, name) for name in result["levels"]] == [1.0, 1.0, 0.5, 0.5, 0.0]
        assert result["leaf_accuracy"] == 0.5
        assert result["root_accuracy"] == 1.0
        assert result["roots"]["11"]["leaf_accuracy"] == 0.0
        assert result["roots"]["16"]["f1"] == 1.0
        assert result["roots"]["16"]["tuple_f1"] == 0.0

    def test_actors_of_one_event_do_not_multiply_its_root(self) -> None:
        sentence = gold("[A|s1,t1], [B|s1,t1] and [C|s1,t1] [met|e1=040].")
        result = score([sentence], [[event(sentence, "040", "met", "A", "B")]])
        assert (result["levels"]["root"]["f1"], result["levels"]["root"]["gold"]) == (1.0, 1)
        assert result["levels"]["root+source+target"]["recall"] == pytest.approx(1 / 6)

    def test_a_gold_tuple_is_matched_once_and_the_confident_one_takes_it(self) -> None:
        sentence = gold("[Karth|s1] [bombed|e1=195] [Veldoria|t1].")
        sure = event(sentence, "195", "bombed", "Karth", "Veldoria", confidence=0.9)
        copy = replace(sure, trigger=(6, 10), confidence=0.4)
        assert right_tuples(sentence, [copy, sure]) == [False, True]
        assert score([sentence], [[copy, sure]])["levels"]["root+source+target"]["precision"] == 0.5

    def test_events_of_one_root_are_matched_by_their_triggers(self) -> None:
        sentence = gold("[A|s1] [shelled|e1=194] [B|t1], then [shot|e2=190] at [C|t2].")
        result = score([sentence], [[event(sentence, "190", "shot", None, "C", confidence=0.3)]])
        assert f1(result, "leaf+source+target") == pytest.approx(2 / 3)

    def test_roots_of_another_ontology_need_their_own_function(self) -> None:
        sentence = AnnotatedSentence("A hit B.", (EventAnnotation("fight-air", trigger=(2, 5)),))  # type: ignore[arg-type]
        guess = event(sentence, "fight-land", "hit")
        assert f1(score([sentence], [[guess]], root=lambda code: code.split("-")[0]), "root") == 1.0


class TestStatus:
    def test_denied_event_predicted_as_asserted_is_wrong_by_default(self) -> None:
        sentence = gold(DENIED)
        guess = event(sentence, "190", "did not attack", "The rebels", "the convoy")
        level = score([sentence], [[guess]])["levels"]["root"]
        assert (level["right"], level["predicted"], level["gold"]) == (0, 1, 0)
        assert f1(score([sentence], [[guess]], asserted_only=False), "root+source+target") == 1.0
        assert right_tuples(sentence, [guess]) == [False]

    def test_denied_event_predicted_as_denied_counts_on_neither_side(self) -> None:
        sentence = gold(DENIED)
        guess = event(sentence, "190", "did not attack", "The rebels", "the convoy", status="not_asserted")
        result = score([sentence], [[guess]])
        assert result["levels"]["root"]["predicted"] == result["levels"]["root"]["gold"] == 0
        assert result["relevance"]["predicted"] == result["calibration"]["events"] == 0
        assert result["status_accuracy"] == 1.0
        assert right_tuples(sentence, [guess]) == [True]


class TestParts:
    def test_relevance_counts_sentences(self) -> None:
        two, empty = gold(TWO), gold(EMPTY)
        made_up = event(empty, "010", "closed")
        row = score([two, empty, two], [[], [made_up], perfect(two)])["relevance"]
        assert (row["right"], row["predicted"], row["gold"]) == (1, 2, 2)

    def test_spans_are_counted_once_a_sentence(self) -> None:
        sentence = gold(TWO)
        result = score([sentence], [[event(sentence, "112", "accused", "Veldoria", None, time="Monday")]])
        assert result["spans"]["source"]["gold"] == 1
        assert result["spans"]["source"]["f1"] == 1.0
        assert result["spans"]["target"]["recall"] == 0.0
        assert result["spans"]["time"]["f1"] == 1.0
        assert result["trigger"]["recall"] == 0.5

    def test_sentences_that_leave_events_unmarked_are_left_out_and_counted(self) -> None:
        label = AnnotatedSentence("Karth bombed a town.", (EventAnnotation("190"),), "label")
        result = score([label, gold(EMPTY)], [[event(label, "190", "bombed")], []])
        assert (result["sentences"], result["left_out"]) == (1, 1)
        assert result["levels"]["root"]["predicted"] == 0
        assert result["leaf_accuracy"] is None

    def test_confusion_has_missed_and_made_up_events(self) -> None:
        two, empty = gold(TWO), gold(EMPTY)
        guesses = [[event(two, "130", "accused")], [event(empty, "010", "closed")]]
        assert aligned_roots([two, empty], guesses) == (["11", "16", "none"], ["13", "none", "01"])

    def test_lengths_must_agree(self) -> None:
        with pytest.raises(CorpusError, match="1 annotated sentences but predictions for 0"):
            score([gold(EMPTY)], [])


class TestCalibration:
    def test_error_is_the_weighted_gap_of_the_bins(self) -> None:
        confidences = [0.95, 0.95, 0.95, 0.95, 0.5, 0.5]
        right = [True, True, True, False, True, False]
        assert ece(confidences, right) == pytest.approx(4 / 6 * 0.2)
        assert [row["events"] for row in reliability(confidences, right)] == [2, 4]

    def test_bounds_belong_to_the_lower_bin(self) -> None:
        rows = reliability([0.0, 1 / 15, 0.2, 1.0], [True] * 4)
        assert [(row["low"] * 15, row["events"]) for row in rows] == [(0, 2), (2, 1), (14, 1)]

    def test_no_events_no_error(self) -> None:
        assert ece([], []) == 0.0

    def test_impossible_input_is_refused(self) -> None:
        with pytest.raises(CorpusError, match=r"must lie in 0\.\.1, found 1\.2"):
            ece([1.2], [True])
        with pytest.raises(CorpusError, match="2 confidences but 1 judgements"):
            ece([0.2, 0.3], [True])

    @given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1))
    def test_every_event_has_a_bin_and_the_error_is_a_share(self, rows: Sequence[tuple[float, bool]]) -> None:
        confidences, right = [c for c, _ in rows], [r for _, r in rows]
        bins = reliability(confidences, right)
        assert sum(row["events"] for row in bins) == len(rows)
        assert all(row["low"] <= row["confidence"] + 1e-12 <= row["high"] + 2e-12 for row in bins)
        assert 0.0 <= ece(confidences, right) <= 1.0 + 1e-12

    @given(st.permutations(range(4)))
    def test_right_tuples_keep_the_order_of_the_events(self, order: Sequence[int]) -> None:
        sentence = gold(TWO)
        guesses = [*perfect(sentence), event(sentence, "010", "theft"), event(sentence, "112", None)]
        expected = [True, True, False, False]
        assert right_tuples(sentence, [guesses[i] for i in order]) == [expected[i] for i in order]
