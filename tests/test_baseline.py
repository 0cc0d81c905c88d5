"""The TF-IDF baseline: what it reads, learns, saves and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from coder.corpus import parse_line
from coder.corpus.read import write_split
from coder.corpus.records import AnnotatedSentence, EventAnnotation
from coder.errors import CorpusError, InputError, ModelError
from coder.infer.labels import LabelSpace, label_space
from coder.learn.baseline import Baseline, mark, pair_metrics, pair_readings, train_baseline
from coder.learn.schema import TrainConfig
from coder.ontology import load_ontology

NAMES = ("Karth", "Veldoria", "Ostrand", "Lumaria", "Tessa Vale", "Northmark")
ACTS = {"195": "bombed", "194": "shelled", "112": "accused", "111": "criticised", "140": "marched against"}


@pytest.fixture(scope="module")
def labels() -> LabelSpace:
    onto = load_ontology()
    return label_space([(code, onto[code].parent) for code in onto.codes])


def corpus(acts: dict[str, str] = ACTS) -> list[AnnotatedSentence]:
    """Every name acts on every other, so that only the act tells the code."""
    return [
        parse_line(f"[{one}|s1] [{act}|e1={code}] [{other}|t1] late on Monday.")
        for code, act in acts.items()
        for one in NAMES
        for other in NAMES
        if one != other
    ]


@pytest.fixture(scope="module")
def baseline(labels: LabelSpace) -> Baseline:
    return Baseline.fit(pair_readings(corpus()), labels)


class TestReadings:
    def test_actors_give_way_to_marks(self) -> None:
        sentence = "Karth bombed a town of Veldoria."
        assert mark(sentence, (0, 5), (23, 31)) == "SRC bombed a town of TGT."
        assert mark(sentence, (23, 31), (0, 5)) == "TGT bombed a town of SRC."
        assert mark(sentence, (0, 5), None) == "SRC bombed a town of Veldoria."
        assert mark(sentence, (0, 5), (0, 12)) == "SRC TGT a town of Veldoria."

    def test_span_outside_the_sentence_is_refused(self) -> None:
        with pytest.raises(InputError, match=r"\[0, 9\] does not lie inside the sentence of 5 characters"):
            mark("Karth", (0, 9), None)

    def test_each_pair_of_an_event_is_read_and_together_weigh_one(self) -> None:
        sentence = parse_line("[A|s1,t1] and [B|s1,t1] [met|e1=040].")
        readings = pair_readings([sentence])
        assert [r.text for r in readings] == ["SRC and TGT met.", "TGT and SRC met."]
        assert sum(r.weight for r in readings) == 1.0
        assert len(pair_readings([sentence], first_only=True)) == 1

    def test_pairs_that_do_not_tell_the_event_are_left_out(self) -> None:
        twice = parse_line("[A|s1,s2] [accused|e1=112] [B|t1,t2] and [shelled|e2=194] it.")
        nobody = parse_line("Shells [fell|e1=194] on Monday.")
        uncoded = AnnotatedSentence("A met B.", (EventAnnotation(None, sources=((0, 1),)),), "pairs")  # type: ignore[arg-type]
        assert pair_readings([twice, nobody, uncoded]) == []

    def test_sentence_labels_are_read_without_marks(self) -> None:
        label = AnnotatedSentence("A met B.", (EventAnnotation("040"),), "label")
        assert [r.text for r in pair_readings([label])] == ["A met B."]


class TestModel:
    def test_learns_the_act_and_gives_probabilities(self, baseline: Baseline) -> None:
        sentence = "Zorania shelled Quillon late on Monday."
        chances = baseline.root_probabilities(sentence, (0, 7), (16, 23))
        assert sum(chances.values()) == pytest.approx(1.0)
        assert max(chances, key=chances.__getitem__) == "19"
        roots, codes = baseline.predict([mark(sentence, (0, 7), (16, 23)), "SRC marched against TGT."])
        assert (roots, codes) == (["19", "14"], ["194", "140"])
        assert baseline.predict([]) == ([], [])
        assert baseline.root_probabilities_batch([]) == []

    def test_saved_model_gives_the_same_answers(self, baseline: Baseline, tmp_path: Path) -> None:
        baseline.save(tmp_path)
        again = Baseline.load(tmp_path)
        rows = [(s.text, s.events[0].sources[0], s.events[0].targets[0]) for s in corpus()]
        one, other = baseline.root_probabilities_batch(rows), again.root_probabilities_batch(rows)
        assert [list(row) for row in one] == [list(row) for row in other]
        difference = [abs(a[k] - b[k]) for a, b in zip(one, other, strict=True) for k in a]
        assert np.max(difference) < 1e-5
        texts = [mark(*row) for row in rows]
        assert baseline.predict(texts) == again.predict(texts)
        assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".safetensors"]

    def test_training_twice_gives_the_same_model(self, labels: LabelSpace, baseline: Baseline) -> None:
        again = Baseline.fit(pair_readings(corpus()), labels)
        row = ("Karth bombed Ostrand.", (0, 5), (13, 20))
        assert again.root_probabilities(*row) == baseline.root_probabilities(*row)

    def test_one_root_alone_cannot_be_learnt(self, labels: LabelSpace) -> None:
        with pytest.raises(CorpusError, match="needs pairs of two roots or more, found 60 pairs of 19"):
            Baseline.fit(pair_readings(corpus({"195": "bombed", "194": "shelled"})), labels)

    def test_broken_folders_say_what_is_wrong(self, baseline: Baseline, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"holds no baseline\.safetensors"):
            Baseline.load(tmp_path)
        baseline.save(tmp_path)
        config = tmp_path / "baseline.json"
        data = json.loads(config.read_text(encoding="utf-8"))
        config.write_text(json.dumps(data | {"format": 99}), encoding="utf-8")
        with pytest.raises(ModelError, match="format 99, this version of coder reads format 1"):
            Baseline.load(tmp_path)
        config.write_text("{}"[:1], encoding="utf-8")
        with pytest.raises(ModelError, match="is damaged"):
            Baseline.load(tmp_path)
        baseline.save(tmp_path)
        (tmp_path / "baseline.safetensors").write_bytes(b"not weights")
        with pytest.raises(ModelError, match="is damaged"):
            Baseline.load(tmp_path)


def test_metrics_count_roots_and_leaves_apart() -> None:
    metrics = pair_metrics(
        ["195", "194", "112"], ["194", "194", "010"], ["19", "19", "11"], ["19", "19", "01"]
    )
    assert metrics["root_accuracy"] == pytest.approx(2 / 3)
    assert metrics["leaf_accuracy"] == pytest.approx(1 / 3)
    assert metrics["root_macro_f1"] == pytest.approx(0.5)
    assert metrics["root_f1"] == {"11": 0.0, "19": 1.0}


def test_run_folder_holds_model_metrics_picture_and_card(tmp_path: Path) -> None:
    config = TrainConfig(name="tfidf-test")
    config.model.kind = "tfidf"
    config.data.train, config.data.validation = str(tmp_path / "t.jsonl"), str(tmp_path / "v.jsonl")
    config.data.test = None
    write_split(tmp_path / "t.jsonl", corpus())
    write_split(tmp_path / "v.jsonl", corpus()[::7])
    run = tmp_path / "run"
    run.mkdir()
    assert train_baseline(config, run) == 1.0
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["train"]["pairs"] == 150
    assert metrics["validation"]["root_macro_f1"] == 1.0
    assert (run / "confusion.png").read_bytes().startswith(b"\x89PNG")
    card = (run / "model" / "README.md").read_text(encoding="utf-8")
    assert "# tfidf-test" in card
    assert str(tmp_path) not in card
    assert Baseline.load(run / "model").predict(["SRC bombed TGT late on Monday."])[0] == ["19"]
