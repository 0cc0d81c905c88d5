"""From probabilities to spans, codes and events."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from infer_fakes import LABELS, byte_tokenizer, letter_tokenizer, word_tokenizer

from coder.infer.confidence import NAMES, Reading, ScoredSpan, confidence, confidence_features
from coder.infer.decode import (
    CodeTable,
    confident,
    event_score,
    events_of,
    expand,
    find_spans,
    join_actors,
    trim,
)
from coder.infer.encode import encode_batch
from coder.infer.labels import ROLES, Decoding
from coder.infer.records import ParsedEvent
from coder.pairing import pair_actors

TABLE = CodeTable(LABELS)
WORDS, LETTERS, BYTES = word_tokenizer(), letter_tokenizer(), byte_tokenizer()
OUT, BEGIN, INSIDE = [0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8]


def spans_of(text: str, tags: str, threshold: float = 0.5, actor: bool = False, tokenizer=WORDS) -> list[str]:
    """Decode ``tags``, a letter of O, B, I a token, and return the texts of the spans."""
    encoded = encode_batch(tokenizer, [text])[0]
    rows = [OUT, *({"O": OUT, "B": BEGIN, "I": INSIDE}[tag] for tag in tags), OUT]
    assert len(rows) == len(encoded.ids)
    found = find_spans(np.array(rows), encoded, text, threshold, actor)
    return [text[s.start : s.end] for s in found]


class TestSpans:
    def test_a_run_of_tokens_is_a_span(self) -> None:
        assert spans_of("the old bridge near Baghdad", "OBIOO") == ["old bridge"]

    def test_a_new_begin_cuts_a_run(self) -> None:
        assert spans_of("Iran Turkey France", "BBI") == ["Iran", "Turkey France"]

    def test_a_run_without_begin_counts_too(self) -> None:
        assert spans_of("Iran met Turkey", "OOI") == ["Turkey"]

    def test_nothing_above_the_threshold_is_no_span(self) -> None:
        assert spans_of("Iran met Turkey", "BOI", threshold=0.95) == []

    def test_punctuation_at_the_edges_goes(self) -> None:
        assert spans_of("the rebels, (Iran) said.", "OBIIIIIB") == ["rebels, (Iran) said"]

    def test_an_article_before_an_actor_goes_but_stays_elsewhere(self) -> None:
        assert spans_of("the rebels attacked", "BIO", actor=True) == ["rebels"]
        assert spans_of("the rebels attacked", "BIO") == ["the rebels"]

    def test_part_of_a_word_becomes_the_word(self) -> None:
        assert spans_of("abcd efgh", "OBOOOOOB", tokenizer=LETTERS) == ["abcd", "efgh"]
        assert spans_of("abcd efgh", "OBOBOOIO", tokenizer=LETTERS) == ["abcd", "efgh"]

    def test_a_hyphen_ends_a_word(self) -> None:
        assert spans_of("US-led", "OBOOOO", tokenizer=LETTERS) == ["US"]

    def test_byte_level_spans_begin_without_the_space(self) -> None:
        text = "The rebels attacked soldiers"
        encoded = encode_batch(BYTES, [text])[0]
        rows = np.tile(OUT, (len(encoded.ids), 1))
        inside = np.flatnonzero(encoded.tokens_of((4, 10)))
        rows[inside] = INSIDE
        rows[inside[0]] = BEGIN
        assert [s.offsets for s in find_spans(rows, encoded, text, 0.5)] == [(4, 10)]

    def test_a_doubtful_word_does_not_break_a_long_name(self) -> None:
        text = "Iran Turkey France"
        encoded = encode_batch(WORDS, [text])[0]
        rows = np.array([OUT, BEGIN, [0.7, 0.0, 0.3], INSIDE, OUT])
        assert [s.offsets for s in find_spans(rows, encoded, text, 0.5)] == [(0, 4), (12, 18)]
        (span,) = find_spans(rows, encoded, text, 0.5, extend=0.4)
        assert span.offsets == (0, 18)
        assert span.score == pytest.approx(0.9)
        doubtful = np.array([OUT, [0.7, 0.3, 0.0], OUT, OUT, OUT])
        assert find_spans(doubtful, encoded, text, 0.5, extend=0.4) == []

    def test_the_score_is_the_mean_of_the_tokens(self) -> None:
        text = "Iran Turkey"
        encoded = encode_batch(WORDS, [text])[0]
        rows = np.array([OUT, [0.2, 0.8, 0.0], [0.4, 0.0, 0.6], OUT])
        (span,) = find_spans(rows, encoded, text, 0.5)
        assert span.score == pytest.approx(0.7)

    @settings(deadline=None, max_examples=30)
    @given(
        text=st.text(st.sampled_from("ab .,-'(U"), min_size=1, max_size=30),
        seed=st.integers(0, 2**32 - 1),
        threshold=st.floats(0.1, 0.9),
        actor=st.booleans(),
    )
    def test_spans_are_in_order_apart_and_clean(
        self, text: str, seed: int, threshold: float, actor: bool
    ) -> None:
        encoded = encode_batch(LETTERS, [text])[0]
        rows = np.random.default_rng(seed).dirichlet([0.5, 0.5, 0.5], len(encoded.ids))
        found = find_spans(rows, encoded, text, threshold, actor)
        for span in found:
            piece = text[span.start : span.end]
            assert piece
            assert piece == piece.strip()
            assert piece[0] not in ".,-'("
            assert 0.0 <= span.score <= 1.0
        for earlier, later in pairwise(found):
            assert earlier.end <= later.start


class TestTrim:
    @pytest.mark.parametrize(
        ("span", "left"),
        [
            ("the U.S.", "U.S."),
            ("Washington D.C.", "Washington D.C."),
            ("the U.S. government.", "U.S. government"),
            ("Iran...", "Iran"),
            ("Iran,", "Iran"),
            ("“Islamic State”", "Islamic State"),
            ("Hezbollah (Party of God)", "Hezbollah (Party of God)"),
            ("(Hezbollah)", "Hezbollah"),
            ('the so-called "Islamic State"', 'so-called "Islamic State"'),
            ('"Islamic State"', "Islamic State"),
            ("the rebels'", "rebels"),
            ("Kata'ib", "Kata'ib"),
            ("A", "A"),
            ("a man", "man"),
            ("Andorra", "Andorra"),
            ("- ,", None),
        ],
    )
    def test_edges_of_actors(self, span: str, left: str | None) -> None:
        text = f"x {span} y"
        found = trim(text, 2, 2 + len(span), actor=True)
        assert (text[found[0] : found[1]] if found else None) == left


class TestPairs:
    def test_each_source_meets_each_target(self) -> None:
        assert pair_actors(["a", "b"], ["c", "d"]) == [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")]

    def test_an_actor_in_both_roles_never_meets_itself(self) -> None:
        assert pair_actors(["a", "b"], ["a", "b"]) == [("a", "b"), ("b", "a")]

    def test_a_missing_side_is_none(self) -> None:
        assert pair_actors([], ["c"]) == [(None, "c")]
        assert pair_actors(["a"], []) == [("a", None)]
        assert pair_actors([], []) == [(None, None)]


def code_probabilities(**chances: float) -> np.ndarray:
    """P(code given its root); codes are named c190 and so on."""
    out = np.zeros(len(LABELS.codes))
    for name, chance in chances.items():
        out[LABELS.codes.index(name[1:])] = chance
    return out


class TestCodes:
    def test_the_deepest_likely_code_is_given(self) -> None:
        code = code_probabilities(c190=0.1, c195=0.2, c1951=0.6, c194=0.1)
        found, chance = TABLE.deepest(2, code, 0.35)
        assert (found, chance) == ("1951", pytest.approx(0.6))

    def test_an_uncertain_leaf_backs_off_to_its_parent(self) -> None:
        code = code_probabilities(c190=0.1, c195=0.45, c1951=0.3, c194=0.15)
        found, chance = TABLE.deepest(2, code, 0.35)
        assert (found, chance) == ("195", pytest.approx(0.75))

    def test_an_uncertain_code_backs_off_to_the_root(self) -> None:
        code = code_probabilities(c190=0.34, c194=0.33, c195=0.33)
        assert TABLE.deepest(2, code, 0.35) == ("19", 1.0)

    def test_a_code_likelier_than_what_lies_below_it_is_kept(self) -> None:
        code = code_probabilities(c195=0.55, c1951=0.45)
        assert TABLE.deepest(2, code, 0.0) == ("195", pytest.approx(1.0))

    def test_codes_of_a_root_sum_to_one(self) -> None:
        within = TABLE.within_roots(np.linspace(-3, 3, len(LABELS.codes)))
        for rows in TABLE.rows_of_root:
            assert within[rows].sum() == pytest.approx(1.0)


def reading(**changes) -> Reading:
    spans = {
        "source": [ScoredSpan(0, 4, 0.9)],
        "target": [ScoredSpan(9, 15, 0.8)],
        "place": [ScoredSpan(19, 26, 0.6), ScoredSpan(30, 36, 0.7)],
        "time": [],
    }
    values = {
        "trigger": ScoredSpan(5, 8, 0.9),
        "root": np.array([0.1, 0.1, 0.0, 0.8]),
        "code": code_probabilities(c190=0.9, c194=0.1),
        "asserted": 0.9,
        "spans": spans,
    }
    values.update(changes)
    return Reading(**values)


class TestEvents:
    def test_an_event_has_all_its_parts(self) -> None:
        (event,) = events_of(reading(), TABLE, Decoding())
        assert (event.code, event.status) == ("190", "asserted")
        assert (event.trigger, event.source, event.target) == ((5, 8), (0, 4), (9, 15))
        assert (event.place, event.time) == ((30, 36), None)
        assert event.code_confidence == pytest.approx(0.8 / 0.9 * 0.9)
        assert 0.0 <= event.confidence <= 1.0

    def test_an_event_below_its_threshold_is_none(self) -> None:
        score = event_score(reading())
        assert score == pytest.approx(0.9 * 0.9)
        assert events_of(reading(), TABLE, Decoding(event_threshold=score + 0.01)) == []

    def test_a_root_has_its_own_threshold(self) -> None:
        high = {"19": 0.99}
        assert events_of(reading(), TABLE, Decoding(event_threshold=0.1, event_thresholds=high)) == []
        assert (
            len(events_of(reading(), TABLE, Decoding(event_threshold=0.1, event_thresholds={"13": 0.99})))
            == 1
        )

    def test_an_act_that_did_not_happen_says_so(self) -> None:
        (event,) = expand(reading(asserted=0.4), TABLE, Decoding())
        assert event.status == "not_asserted"
        (event,) = expand(reading(asserted=0.4), TABLE, Decoding(assert_threshold=0.3))
        assert event.status == "asserted"

    def test_several_actors_make_several_events(self) -> None:
        both = [ScoredSpan(0, 4, 0.9), ScoredSpan(9, 15, 0.8)]
        spans = {**{key: [] for key in ROLES}, "source": both, "target": both}
        events = expand(reading(spans=spans), TABLE, Decoding())
        assert [(e.source, e.target) for e in events] == [((0, 4), (9, 15)), ((9, 15), (0, 4))]

    def test_confidence_features_are_finite_for_certain_readings(self) -> None:
        certain = reading(root=np.array([1.0, 0.0, 0.0, 0.0]), asserted=1.0, trigger=ScoredSpan(5, 8, 1.0))
        features = confidence_features(certain, None, None)
        assert len(features) == len(NAMES)
        assert np.isfinite(features).all()
        assert 0.0 <= confidence(features, Decoding()) <= 1.0

    def test_confidence_weights_are_used(self) -> None:
        features = confidence_features(reading(), None, None)
        never = Decoding(confidence_weights=[0.0] * len(features), confidence_bias=-9.0)
        assert confidence(features, never) < 0.001


class TestJoinedActors:
    """Pieces of one actor become one; loose words at the edges go."""

    def joined(self, text: str, *pieces: str) -> list[str]:
        spans, at = [], 0
        for piece in pieces:
            at = text.index(piece, at)
            spans.append(ScoredSpan(at, at + len(piece), 0.8))
            at += len(piece)
        return [text[s.start : s.end] for s in join_actors(spans, text)]

    @pytest.mark.parametrize(
        ("text", "pieces", "actors"),
        [
            (
                "protesters in southern Peru marched",
                ["protesters in", "southern Peru"],
                ["protesters in southern Peru"],
            ),
            ("Kenya and the Sudan signed", ["Kenya and", "Sudan"], ["Kenya", "Sudan"]),
            (
                "Oman's premier, Sheikh Said, met",
                ["Oman's premier", "Sheikh Said"],
                ["Oman's premier, Sheikh Said"],
            ),
            (
                "Norway, Finland, and Denmark met",
                ["Norway", "Finland", "Denmark"],
                ["Norway", "Finland", "Denmark"],
            ),
            ("Norway, Finland sign pact", ["Norway", "Finland"], ["Norway", "Finland"]),
            ("the River Front (RF) attacked", ["River Front", "RF"], ["River Front"]),
            ("the army (and police) attacked", ["army", "police"], ["army", "police"]),
            ("fired on the", ["the"], []),
            ("a candidate who was jailed", ["candidate who"], ["candidate"]),
            ("by both Libya and Iraq", ["both Libya", "and Iraq"], ["Libya and Iraq"]),
        ],
    )
    def test_examples(self, text: str, pieces: list[str], actors: list[str]) -> None:
        assert self.joined(text, *pieces) == actors

    @given(
        st.lists(
            st.sampled_from(["the", "and", "of", "Iran", "army", ",", "(", "in", "who"]),
            min_size=1,
            max_size=9,
        )
    )
    def test_what_is_left_lies_in_what_was_there_in_order(self, words: list[str]) -> None:
        text = " ".join(words)
        starts = [sum(len(w) + 1 for w in words[:i]) for i in range(len(words))]
        spans = [ScoredSpan(i, i + len(w), 0.5) for i, w in zip(starts, words, strict=True)]
        kept = join_actors(spans, text)
        assert all(0 <= s.start < s.end <= len(text) for s in kept)
        assert all(a.end <= b.start for a, b in pairwise(kept))
        assert not any(
            text[s.start : s.end].split()[-1].lower() in ("the", "and", "of", "in", "who") for s in kept
        )


class TestConfident:
    """Which tuples of one trigger are told."""

    EVENTS = [  # noqa: RUF012
        ParsedEvent("190", confidence, 0.9, "asserted", (4, 9), (0, 3), target, None, None)
        for confidence, target in ((0.15, (10, 12)), (0.4, (13, 15)), (0.1, (16, 18)))
    ]

    def test_doubtful_pairs_are_left_out(self) -> None:
        assert [e.confidence for e in confident(self.EVENTS, 0.12, False)] == [0.15, 0.4]
        assert confident(self.EVENTS, 0.5, False) == []

    def test_the_best_pair_of_an_event_stays_when_asked(self) -> None:
        assert [e.confidence for e in confident(self.EVENTS, 0.5, True)] == [0.4]
        assert [e.confidence for e in confident(self.EVENTS, 0.12, True)] == [0.15, 0.4]
        assert confident([], 0.5, True) == []
