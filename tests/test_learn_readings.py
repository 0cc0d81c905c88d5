"""The readings that the network learns from: labels line up with the text, whatever the grade or the length."""

import random

import numpy as np
import pytest
from infer_fakes import byte_tokenizer, letter_tokenizer, word_tokenizer
from learn_fakes import annotated, sentences

from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span
from coder.infer.encode import encode_batch
from coder.infer.labels import LabelSpace
from coder.learn.augment import Augmenter, AugmentShares
from coder.learn.readings import (
    BEGIN,
    EVENT,
    FIRST,
    IGNORE,
    INSIDE,
    LABEL,
    NEGATIVE,
    OUTSIDE,
    PAIR,
    ReadingEncoder,
    ReadingPlan,
    collate,
    collate_sentences,
    plan_readings,
    root_weights,
    tag,
)

LABELS = LabelSpace(
    ("03", "05", "11", "13", "17", "19"),
    ("036", "057", "111", "130", "173", "190", "195"),
    {"036": "03", "057": "05", "111": "11", "130": "13", "173": "17", "190": "19", "195": "19"},
)
BYTES, LETTERS, WORDS = byte_tokenizer(), letter_tokenizer(), word_tokenizer()
TEXT = "The old soldiers attacked rebels near Baghdad on Monday."
SENTENCE = annotated(TEXT, "190", "attacked", "old soldiers", "rebels", place="Baghdad", time="Monday")


def encoder(*rows: AnnotatedSentence, tokenizer=BYTES, max_tokens: int = 128, **more) -> ReadingEncoder:
    return ReadingEncoder(rows, LABELS, tokenizer, max_tokens, **more)


def marked_text(sentence: AnnotatedSentence, row: dict, column: int, tokenizer=BYTES) -> str:
    """The text under the marks of one column."""
    (encoded,) = encode_batch(tokenizer, [sentence.text])
    on = row["marks"][:, column] > 0
    return sentence.text[encoded.starts[on].min() : encoded.ends[on].max()] if on.any() else ""


def tagged(sentence: AnnotatedSentence, labels: np.ndarray, tokenizer=BYTES) -> list[str]:
    """The texts of the BIO spans."""
    (encoded,) = encode_batch(tokenizer, [sentence.text])
    found, start = [], None
    for i, label in [*enumerate(labels), (len(labels), OUTSIDE)]:
        if start is not None and label != INSIDE:
            found.append(sentence.text[encoded.starts[start] : encoded.ends[i - 1]])
            start = None
        if label == BEGIN:
            start = i
    return found


class TestPlan:
    def plans(self, sentence: AnnotatedSentence, negatives: float = 1.0, pairs: float = 1.0) -> list[str]:
        return [p.kind for p in plan_readings([sentence], LABELS, negatives, pairs, random.Random(0))]

    def test_tuples_teach_everything(self) -> None:
        assert self.plans(SENTENCE) == [FIRST, EVENT, PAIR, NEGATIVE]
        assert self.plans(SENTENCE, negatives=0, pairs=0) == [FIRST, EVENT]

    def test_pairs_teach_actors_and_code(self) -> None:
        pair = annotated(TEXT, "190", None, "old soldiers", "rebels", grade="pairs")
        assert self.plans(pair, pairs=0) == [FIRST, PAIR]

    def test_labels_teach_the_code_without_marks(self) -> None:
        assert self.plans(AnnotatedSentence(TEXT, (EventAnnotation("190"),), "label")) == [LABEL]

    def test_actor_tags_without_a_code_teach_the_first_reading(self) -> None:
        actors = AnnotatedSentence(TEXT, (EventAnnotation(None, sources=(Span(4, 16),)),), "pairs")
        assert self.plans(actors) == [FIRST]

    def test_a_sentence_without_event_teaches_that_there_is_none(self) -> None:
        assert self.plans(AnnotatedSentence("The old road.")) == [FIRST, NEGATIVE]

    def test_events_with_the_same_actors_make_no_pair_readings(self) -> None:
        event = SENTENCE.events[0]
        other = EventAnnotation("130", True, Span(4, 7), event.sources, event.targets)
        assert self.plans(AnnotatedSentence(TEXT, (event, other)), negatives=0) == [FIRST, EVENT, EVENT]


class TestLabels:
    @pytest.mark.parametrize("tokenizer", [BYTES, LETTERS, WORDS], ids=["bytes", "letters", "words"])
    def test_a_first_reading_tags_triggers_and_actors_and_marks_nothing(self, tokenizer) -> None:
        row = encoder(SENTENCE, tokenizer=tokenizer).encode(ReadingPlan(FIRST, 0))
        assert not row["marks"].any()
        assert tagged(SENTENCE, row["trigger_labels"], tokenizer) == ["attacked"]
        assert tagged(SENTENCE, row["tag_labels"][:, 0], tokenizer) == ["old soldiers"]
        assert row["trigger_labels"][0] == row["trigger_labels"][-1] == IGNORE
        assert (row["root_labels"], row["code_labels"], row["status_labels"]) == (IGNORE, IGNORE, IGNORE)

    @pytest.mark.parametrize("tokenizer", [BYTES, LETTERS, WORDS], ids=["bytes", "letters", "words"])
    def test_an_event_reading_marks_the_trigger_and_tags_its_roles(self, tokenizer) -> None:
        row = encoder(SENTENCE, tokenizer=tokenizer).encode(ReadingPlan(EVENT, 0, 0))
        assert [marked_text(SENTENCE, row, i, tokenizer) for i in range(3)] == ["", "", "attacked"]
        roles = [tagged(SENTENCE, row["tag_labels"][:, i], tokenizer) for i in range(4)]
        assert roles == [["old soldiers"], ["rebels"], ["Baghdad"], ["Monday"]]
        assert (row["trigger_labels"] == IGNORE).all()
        assert (row["root_labels"], row["code_labels"], row["status_labels"]) == (6, 5, 1)

    def test_a_pair_reading_marks_the_actors_and_tags_nothing(self) -> None:
        row = encoder(SENTENCE).encode(ReadingPlan(PAIR, 0, 0))
        assert [marked_text(SENTENCE, row, i) for i in range(3)] == ["old soldiers", "rebels", ""]
        assert (row["tag_labels"] == IGNORE).all()
        assert row["root_labels"] == 6

    def test_an_act_that_did_not_happen_has_status_0(self) -> None:
        never = annotated(TEXT, "195", "attacked", "old soldiers", "rebels", asserted=False)
        row = encoder(never).encode(ReadingPlan(EVENT, 0, 0))
        assert (row["status_labels"], row["code_labels"]) == (0, 6)

    def test_an_event_coded_at_the_root_teaches_no_code(self) -> None:
        coarse = annotated(TEXT, "19", "attacked", "old soldiers", "rebels")
        row = encoder(coarse).encode(ReadingPlan(EVENT, 0, 0))
        assert (row["root_labels"], row["code_labels"]) == (6, IGNORE)

    def test_what_pairs_leave_unmarked_is_not_taught_as_outside(self) -> None:
        pair = annotated(TEXT, "190", None, "old soldiers", "rebels", grade="pairs")
        row = encoder(pair).encode(ReadingPlan(FIRST, 0))
        assert (row["trigger_labels"] == IGNORE).all()
        assert OUTSIDE not in row["tag_labels"]
        assert tagged(pair, row["tag_labels"][:, 1]) == ["rebels"]

    def test_a_wrong_trigger_never_touches_a_right_one(self) -> None:
        one = encoder(SENTENCE, augmenter=Augmenter([], AugmentShares(0, 0, 0, 0)))
        (encoded,) = encode_batch(BYTES, [TEXT])
        right = encoded.tokens_of(SENTENCE.events[0].trigger)
        for _ in range(200):
            row = one.encode(ReadingPlan(NEGATIVE, 0))
            assert row["root_labels"] == 0
            assert row["marks"][:, 2].any()
            assert not row["marks"][right, 2].any()

    def test_a_validation_reading_is_the_same_each_time(self) -> None:
        rows = encoder(SENTENCE, SENTENCE)
        first = rows.encode(ReadingPlan(NEGATIVE, 0))["marks"]
        rows.encode(ReadingPlan(NEGATIVE, 1))
        assert (rows.encode(ReadingPlan(NEGATIVE, 0))["marks"] == first).all()

    def test_adjacent_spans_begin_anew(self) -> None:
        (encoded,) = encode_batch(WORDS, ["Iran Turkey France"])
        labels = tag(encoded, [Span(0, 4), Span(5, 18)])
        assert labels.tolist() == [IGNORE, BEGIN, BEGIN, INSIDE, IGNORE]


class TestLongSentences:
    LONG = annotated("said " * 300 + TEXT, "190", "attacked", "old soldiers", "rebels")

    @pytest.mark.parametrize("kind", [EVENT, PAIR, NEGATIVE])
    def test_the_window_holds_what_is_marked(self, kind: str) -> None:
        row = encoder(self.LONG, max_tokens=48).encode(ReadingPlan(kind, 0, 0))
        whole = encoder(self.LONG, max_tokens=9999).encode(ReadingPlan(kind, 0, 0))
        assert len(row["input_ids"]) <= 48
        assert row["marks"].sum() == whole["marks"].sum() > 0
        for name in ("marks", "trigger_labels", "tag_labels"):
            assert len(row[name]) == len(row["input_ids"])
        assert row["input_ids"][-1] == whole["input_ids"][-1], "the closing token stays"

    def test_training_sees_all_windows_of_a_first_reading_in_turn(self) -> None:
        one = encoder(self.LONG, max_tokens=48, augmenter=Augmenter([], AugmentShares(0, 0, 0, 0)))
        seen = {
            bool((one.encode(ReadingPlan(FIRST, 0))["trigger_labels"] == BEGIN).any()) for _ in range(200)
        }
        assert seen == {False, True}


class TestBatches:
    def test_collate_pads_with_what_takes_no_part(self) -> None:
        rows = encoder(SENTENCE, annotated("Iran met rebels.", "036", "met", "Iran", "rebels"))
        batch = collate([rows.encode(ReadingPlan(EVENT, 0, 0)), rows.encode(ReadingPlan(FIRST, 1))], pad_id=7)
        short = int(batch["attention_mask"][1].sum())
        assert batch["input_ids"].shape == batch["attention_mask"].shape
        assert (batch["input_ids"][1, short:] == 7).all()
        assert (batch["trigger_labels"][1, short:] == IGNORE).all()
        assert (batch["tag_labels"][1, short:] == IGNORE).all()
        assert not batch["marks"][1, short:].any()
        assert batch["root_labels"].tolist() == [6, IGNORE]
        assert batch["weights"].tolist() == [1.0, 1.0]

    def test_a_datasets_batch_of_mixed_kinds(self) -> None:
        rows = encoder(*sentences())
        columns = rows({"sentence": [0, 1], "kinds": [[FIRST, EVENT], [EVENT]], "events": [[-1, 0], [0]]})
        assert [len(readings) for readings in columns["readings"]] == [2, 1]
        assert columns["readings"][0][0]["root_labels"] == IGNORE

    def test_readings_of_one_sentence_share_its_tokens(self) -> None:
        rows = encoder(*sentences(), augmenter=Augmenter(sentences(), AugmentShares(1.0, 1.0, 1.0, 0.0)))
        readings = rows.encode_all([ReadingPlan(FIRST, 0), ReadingPlan(EVENT, 0, 0)])
        other = rows.encode(ReadingPlan(FIRST, 1))
        batch = collate([*readings, other], pad_id=0)
        assert batch["rows"].tolist() == [0, 0, 1]
        assert batch["input_ids"].shape[0] == 2
        assert batch["marks"].shape[0] == batch["root_labels"].shape[0] == 3
        together = collate_sentences([{"readings": readings}, {"readings": [other]}], pad_id=0)
        assert all((together[name] == batch[name]).all() for name in batch)

    def test_rare_roots_weigh_more_and_the_mean_is_one(self) -> None:
        plans = [ReadingPlan(EVENT, 0, 0, "19")] * 90 + [ReadingPlan(EVENT, 0, 0, "03")] * 10
        plans += [ReadingPlan(FIRST, 0)] * 50
        weights = root_weights(plans, 0.5)
        assert weights["03"] / weights["19"] == pytest.approx(3.0)
        assert (90 * weights["19"] + 10 * weights["03"]) / 100 == pytest.approx(1.0)
        assert root_weights(plans, 0.0) == {"19": pytest.approx(1.0), "03": pytest.approx(1.0)}
        assert root_weights([], 0.5) == {}


class TestOrder:
    """The order in which readings are drawn."""

    def batches(self, lengths: list[int], size: int, seed: int = 1, **more) -> list[list[int]]:
        from coder.learn.trainer import LengthBatches

        order = list(LengthBatches(lengths, size, seed, **more))
        return [order[i : i + size] for i in range(0, len(order), size)]

    def test_every_reading_comes_once_in_batches_of_like_length(self) -> None:
        lengths = random.Random(0).choices(range(10, 200), k=101)
        batches = self.batches(lengths, 8)
        assert sorted(i for batch in batches for i in batch) == list(range(101))
        spread = [max(lengths[i] for i in b) - min(lengths[i] for i in b) for b in batches]
        assert np.mean(spread) < 30
        assert len(batches[-1]) == 5

    def test_epochs_differ_and_can_be_gone_back_to(self) -> None:
        from coder.learn.trainer import LengthBatches

        sampler = LengthBatches([5] * 50, 8, 1)
        first, second = list(sampler), list(sampler)
        assert first != second
        sampler.set_epoch(0)
        assert list(sampler) == first

    def test_oversampling_draws_each_floor_or_ceiling_of_its_share(self) -> None:
        weights = [0.25] * 60 + [1.0] * 20 + [2.5] * 18
        scaled = [w * len(weights) / sum(weights) for w in weights]
        drawn = [i for batch in self.batches([9] * len(weights), 8, weights=scaled) for i in batch]
        assert len(drawn) == len(weights)
        for i, share in enumerate(scaled):
            assert int(share) <= drawn.count(i) <= int(share) + 1
        assert sum(i >= 80 for i in drawn) > 40
