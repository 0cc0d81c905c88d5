"""Sentences in, events out: windows, batches, classify and what happens to unusable models."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from infer_fakes import FILLERS, LABELS, SENTENCE, word_parser, word_tokenizer

from coder.errors import InputError, ModelError
from coder.infer.labels import NETWORKS, Decoding, LabelSpace, ModelSettings
from coder.infer.parser import BATCH_ROWS, BATCH_TOKENS, EventParser


def told(sentence: str, parser: EventParser | None = None) -> list[tuple[str, ...]]:
    """The events of a sentence as (code, trigger, source, target, place, time) in words."""

    def words(span: tuple[int, int] | None) -> str:
        return "" if span is None else sentence[span[0] : span[1]]

    (events,) = (parser or word_parser()).parse([sentence])
    return [
        (e.code, words(e.trigger), words(e.source), words(e.target), words(e.place), words(e.time))
        for e in events
    ]


class TestParse:
    def test_an_event_and_its_spans(self) -> None:
        assert told(SENTENCE) == [("190", "attacked", "rebels", "soldiers", "Baghdad", "Monday")]

    def test_several_events_come_in_order_of_their_triggers(self) -> None:
        found = told("Iran threatened Turkey after ministers met Turkey in Geneva.")
        assert [e[:4] for e in found] == [
            ("130", "threatened", "Iran", "Turkey"),
            ("036", "met", "ministers", "Turkey"),
        ]

    def test_length_and_order_are_kept_and_empty_sentences_have_no_events(self) -> None:
        found = word_parser().parse(["", SENTENCE, "   ", "officials said", SENTENCE, "\n"])
        assert [len(events) for events in found] == [0, 1, 0, 0, 1, 0]

    def test_no_sentences_no_events(self) -> None:
        assert word_parser().parse([]) == []

    def test_a_higher_threshold_takes_events_away(self) -> None:
        assert told(SENTENCE, word_parser(event_threshold=0.9999)) == []

    def test_half_a_surrogate_pair_does_not_stop_it(self) -> None:
        assert told("\ud800 " + SENTENCE)[0][:4] == ("190", "attacked", "rebels", "soldiers")


class TestGate:
    """Sentences in which the lower layers see no trigger are not read further."""

    TEXTS = ("Officials said the road in Geneva.", SENTENCE, "The old bridge near Baghdad.")

    def test_a_sentence_below_the_gate_stops_there_and_the_rest_is_as_before(self) -> None:
        open_, gated = word_parser(), word_parser(gate_threshold=0.5)
        assert gated.parse(self.TEXTS) == open_.parse(self.TEXTS)
        assert sum(rows for rows, _ in open_.session.shapes) == 3 + 1
        assert sum(rows for rows, _ in gated.session.shapes) == 1 + 1

    def test_the_chances_are_those_of_the_likeliest_window(self) -> None:
        far = "the " * 80 + "rebels attacked soldiers"
        assert word_parser(max_tokens=16).chances([*self.TEXTS, far, ""]) == [0.0, 1.0, 0.0, 1.0, 0.0]

    def test_classification_reads_what_the_gate_would_stop(self) -> None:
        found = word_parser(gate_threshold=2.0).classify(SENTENCE, "rebels", "soldiers")
        assert sum(found.values()) == pytest.approx(1.0)


class TestLongSentences:
    @pytest.mark.parametrize("max_tokens", [16, 32, 128])
    def test_events_at_the_end_of_600_words_are_found(self, max_tokens: int) -> None:
        sentence = " ".join(FILLERS[i % len(FILLERS)] for i in range(600)) + " " + SENTENCE
        found = told(sentence, word_parser(max_tokens=max_tokens))
        assert found == [("190", "attacked", "rebels", "soldiers", "Baghdad", "Monday")]

    @settings(deadline=None, max_examples=40)
    @given(
        gaps=st.lists(st.integers(0, 60), min_size=1, max_size=12),
        max_tokens=st.integers(12, 64),
    )
    def test_every_trigger_is_told_exactly_once(self, gaps: list[int], max_tokens: int) -> None:
        sentence = " ".join("said " * gap + "rebels attacked soldiers" for gap in gaps)
        (events,) = word_parser(max_tokens=max_tokens).parse([sentence])
        starts = [i for i in range(len(sentence)) if sentence.startswith("attacked", i)]
        assert [e.trigger for e in events] == [(i, i + len("attacked")) for i in starts]
        for event in events:
            assert event.source is not None
            assert event.target is not None
            assert sentence[slice(*event.source)] == "rebels"
            assert sentence[slice(*event.target)] == "soldiers"

    def test_no_batch_is_larger_than_the_limit(self) -> None:
        parser = word_parser(max_tokens=128)
        parser.parse([SENTENCE] * 150 + ["said " * 500] * 3)
        for rows, length in parser.session.shapes:
            assert rows <= BATCH_ROWS
            assert rows == 1 or rows * (length - 7) <= BATCH_TOKENS
            assert length <= 128


class TestClassify:
    def test_probabilities_sum_to_one_over_all_codes(self) -> None:
        chances = word_parser().classify(SENTENCE, "rebels", "soldiers")
        assert set(chances) == set(LABELS.codes)
        assert sum(chances.values()) == pytest.approx(1.0)
        assert max(chances, key=chances.__getitem__) == "190"

    def test_a_root_without_codes_below_it_stands_for_itself(self) -> None:
        parser = word_parser()
        labels = LabelSpace((*LABELS.roots[:2], "19", "20"), LABELS.codes, LABELS.parents)
        upper = parser.session.upper

        def with_one_root_more(hidden, mask, marks):
            outputs = upper(hidden, mask, marks)
            return outputs | {"root": np.concatenate([outputs["root"], outputs["root"][:, -1:]], axis=1)}

        parser.session.upper = with_one_root_more
        chances = EventParser(parser.session, parser.tokenizer, ModelSettings(labels, Decoding())).classify(
            SENTENCE
        )
        assert sum(chances.values()) == pytest.approx(1.0)
        assert chances["20"] == pytest.approx(sum(chances[c] for c in ("190", "194", "195", "1951")))

    def test_an_actor_that_is_not_there_is_named(self) -> None:
        with pytest.raises(
            InputError, match=r"target 'Syria' does not occur in the sentence .*copy it from the sentence"
        ):
            word_parser().classify(SENTENCE, "rebels", "Syria")

    @pytest.mark.parametrize("span", [(-1, 3), (4, 4), (7, 5), (0, 99)])
    def test_offsets_outside_the_sentence_are_refused(self, span: tuple[int, int]) -> None:
        with pytest.raises(
            InputError, match=r"source \[.*\] does not lie inside the sentence of 50 characters"
        ):
            word_parser().classify(SENTENCE, span, None)

    @pytest.mark.parametrize("sentence", ["", "  "])
    def test_an_empty_sentence_is_refused(self, sentence: str) -> None:
        with pytest.raises(InputError, match="the sentence is empty: give a sentence with words"):
            word_parser().classify(sentence)

    def test_a_whole_word_goes_before_a_part_of_one(self) -> None:
        parser = word_parser()
        spans: list[object] = []
        upper = parser.session.upper
        parser.session.upper = lambda hidden, mask, marks: (
            spans.append(marks[0].nonzero()[0]),
            upper(hidden, mask, marks),
        )[1]
        parser.classify("Iranian ministers met Iran", "Iran")
        assert list(spans[0]) == [4]

    def test_actors_at_the_end_of_a_long_sentence_are_marked(self) -> None:
        parser = word_parser(max_tokens=32)
        seen: list[float] = []
        upper = parser.session.upper
        parser.session.upper = lambda hidden, mask, marks: (
            seen.append(float(marks.sum())),
            upper(hidden, mask, marks),
        )[1]
        parser.classify("said " * 300 + SENTENCE, "rebels", "soldiers")
        assert seen[0] == 2.0


def folder(tmp_path: Path, **changes) -> Path:
    """A model folder whose network files are stand-ins."""
    for name in NETWORKS:
        (tmp_path / name).write_bytes(b"not a model")
    ModelSettings(LABELS, Decoding(), sha256=dict.fromkeys(NETWORKS, "0" * 64)).save(tmp_path)
    word_tokenizer().save(str(tmp_path / "tokenizer.json"))
    if changes:
        path = tmp_path / "config.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return tmp_path


class TestUnusableModels:
    def test_settings_survive_saving(self, tmp_path: Path) -> None:
        decoding = Decoding(event_thresholds={"19": 0.4}, confidence_weights=[0.1, 0.2])
        made = ModelSettings(LABELS, decoding, max_tokens=64, pad_id=1, sha256={"upper.onnx": "ab"}, name="x")
        made.save(tmp_path)
        assert ModelSettings.load(tmp_path) == made

    def test_no_such_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="nowhere' does not exist: give a folder made by 'coder export'"):
            EventParser.from_pretrained(tmp_path / "nowhere")

    def test_a_folder_that_is_no_model(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"holds no config\.json, so it is no coder model"):
            EventParser.from_pretrained(tmp_path)

    @pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format": 3}', '{"format": 3, "roots": 3}'])
    def test_a_damaged_config(self, tmp_path: Path, text: str) -> None:
        (folder(tmp_path) / "config.json").write_text(text)
        with pytest.raises(ModelError, match=r"config\.json(: model format None| is damaged).*export the"):
            EventParser.from_pretrained(tmp_path)

    def test_a_code_without_a_root(self, tmp_path: Path) -> None:
        folder(tmp_path, roots=["03", "13"])
        with pytest.raises(
            ModelError, match=r"config\.json is damaged \(KeyError\('19'\)\): export the model again"
        ):
            EventParser.from_pretrained(tmp_path)

    def test_another_format(self, tmp_path: Path) -> None:
        folder(tmp_path, format=99)
        with pytest.raises(ModelError, match="model format 99, this version of coder reads format 3"):
            EventParser.from_pretrained(tmp_path)

    def test_a_missing_model_file(self, tmp_path: Path) -> None:
        (folder(tmp_path) / "upper.onnx").unlink()
        with pytest.raises(
            ModelError, match=r"model file .*upper\.onnx does not exist: the folder is incomplete"
        ):
            EventParser.from_pretrained(tmp_path)

    def test_a_wrong_hash(self, tmp_path: Path) -> None:
        with pytest.raises(
            ModelError, match=r"expected sha256 0{64}, found [0-9a-f]{64}: the file is damaged"
        ):
            EventParser.from_pretrained(folder(tmp_path))

    def test_an_unknown_runtime(self, tmp_path: Path) -> None:
        folder(tmp_path, sha256=dict.fromkeys(NETWORKS, hashlib.sha256(b"not a model").hexdigest()))
        with pytest.raises(
            ModelError, match="unknown runtime 'tensorrt': expected one of onnxruntime, openvino"
        ):
            EventParser.from_pretrained(tmp_path, runtime="tensorrt")

    def test_a_runtime_that_is_not_installed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder(tmp_path, sha256=dict.fromkeys(NETWORKS, hashlib.sha256(b"not a model").hexdigest()))
        monkeypatch.setattr("coder.infer.runtime.importlib.util.find_spec", lambda name: None)
        with pytest.raises(
            ModelError, match="onnxruntime or openvino is not installed: pip install onnxruntime"
        ):
            EventParser.from_pretrained(tmp_path)
