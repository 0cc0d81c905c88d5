"""A whole run: training, saving, export, resuming."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import TinyRun
from learn_fakes import overrides, sentences

from coder.corpus.records import AnnotatedSentence
from coder.errors import ConfigError, ModelError
from coder.infer.encode import encode_batch, load_tokenizer, marks
from coder.infer.labels import NETWORKS, ModelSettings
from coder.infer.parser import EventParser
from coder.infer.runtime import OUTPUTS, open_session
from coder.learn.train import compose, run

pytestmark = pytest.mark.filterwarnings("ignore")


def history(folder: Path, key: str) -> dict[int, float]:
    """step -> value of the runs' log."""
    rows = json.loads((folder / "history.json").read_text())
    return {row["step"]: row[key] for row in rows if key in row}


class TestRunFolder:
    def test_it_holds_configuration_metrics_history_and_logs(self, tiny_run: TinyRun) -> None:
        folder = tiny_run.folder
        assert "learning_rate: 0.00015" in (folder / "config.yaml").read_text()
        assert list((folder / "tensorboard").glob("**/events.out.tfevents.*"))
        metrics = json.loads((folder / "metrics.json").read_text())
        assert metrics["validation"]["eval_score"] == pytest.approx(tiny_run.score)
        assert 0.0 <= tiny_run.score <= 1.0
        assert metrics["train"]["sentences"] == len(sentences())
        assert metrics["train"]["sentences read in windows"] == 0
        assert metrics["test_tuples"]["sentences"] == sum(s.grade == "tuples" for s in sentences(2))
        assert metrics["data"]["train"]["grade pairs"] == 4
        assert all(math.isfinite(loss) for loss in history(folder, "loss").values())

    def test_it_holds_pictures_and_the_card(self, tiny_run: TinyRun) -> None:
        for name in ("confusion.png", "reliability.png"):
            assert (tiny_run.folder / name).read_bytes().startswith(b"\x89PNG")
        assert "## Limits" in (tiny_run.model / "README.md").read_text()

    def test_the_model_folder_is_complete_and_names_no_other(self, tiny_run: TinyRun) -> None:
        names = {path.name for path in tiny_run.model.iterdir()}
        assert names == {*NETWORKS, "tokenizer.json", "config.json", "README.md"}
        assert str(tiny_run.folder.parent) not in (tiny_run.model / "config.json").read_text()
        settings = ModelSettings.load(tiny_run.model)
        assert (settings.max_tokens, settings.readings, settings.pad_id) == (512, 2, 0)
        assert len(settings.labels.roots) == 20

    def test_the_command_says_what_it_made(self, tiny_run: TinyRun) -> None:
        assert f"{tiny_run.model}: " in tiny_run.printed.replace("\n", "")
        assert "float32" in tiny_run.printed
        assert "test: tuple F1" in tiny_run.printed


class TestExport:
    @pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
    def test_the_exported_model_says_what_the_trained_one_says(self, tiny_run: TinyRun, runtime: str) -> None:
        import torch

        from coder.learn.export import load_run

        pytest.importorskip(runtime)
        network, _ = load_run(tiny_run.folder)
        tokenizer = load_tokenizer(tiny_run.model)
        session = open_session(tiny_run.model, ModelSettings.load(tiny_run.model), 1, runtime)
        for sentence in [*sentences(1)[:3], *sentences(1)[-1:]]:
            (encoded,) = encode_batch(tokenizer, [sentence.text])
            for mark in (marks(encoded, {}), marks(encoded, {"trigger": [(4, 9)], "source": [(0, 2)]})):
                ids, ones = encoded.ids[None], np.ones((1, len(encoded.ids)), dtype=np.int64)
                with torch.inference_mode():
                    states = network.lower(torch.from_numpy(ids), torch.from_numpy(ones))
                    chance = network.chance(states, torch.from_numpy(ones))
                    wanted = network.upper(states, torch.from_numpy(ones), torch.from_numpy(mark[None]))
                hidden, gate = session.lower(ids, ones)
                np.testing.assert_allclose(gate, chance.numpy(), atol=1e-3)
                found = session.upper(hidden, ones, mark[None])
                for name, tensor in zip(OUTPUTS, wanted, strict=True):
                    np.testing.assert_allclose(found[name], tensor.numpy(), atol=1e-3, err_msg=name)

    def test_a_folder_that_is_no_run(self, tmp_path: Path) -> None:
        from coder.learn.export import load_run

        with pytest.raises(ModelError, match=r"holds no finished training run \(no model/settings\.json\)"):
            load_run(tmp_path)

    @pytest.mark.slow
    def test_int8_loads_in_both_runtimes(self, tiny_run: TinyRun, tmp_path: Path) -> None:
        from coder.learn.export import export

        settings = export(tiny_run.folder, tmp_path)
        assert settings.details["precision"] == "int8 weights"
        for name in NETWORKS:
            assert (tmp_path / name).stat().st_size < (tiny_run.model / name).stat().st_size
        for runtime in ("openvino", "onnxruntime"):
            parser = EventParser.from_pretrained(tmp_path, threads=1, runtime=runtime)
            chances = parser.classify(sentences(1)[0].text)
            assert sum(chances.values()) == pytest.approx(1.0, abs=1e-3)
            assert len(parser.parse([s.text for s in sentences(2)])) == len(sentences(2))


@pytest.fixture(scope="module")
def parser(tiny_run: TinyRun) -> EventParser:
    """The tiny model with thresholds that let some of its random triggers and actors pass."""
    parser = EventParser.from_pretrained(tiny_run.model, threads=1)
    texts = [s.text for s in sentences(1)]
    decoding = parser.settings.decoding
    decoding.gate_threshold = decoding.trigger_threshold = decoding.event_threshold = 0.0
    decoding.event_thresholds = {}
    inside = []
    for _, logits in parser.run(parser.parts(texts), [{}] * len(texts), ("trigger",)):
        inside += list(1 - _chances(logits["trigger"])[:, 0])
    decoding.trigger_threshold = float(np.quantile(inside, 0.9))
    decoding.role_thresholds = dict.fromkeys(decoding.role_thresholds, 0.66)
    return parser


def _chances(logits: np.ndarray) -> np.ndarray:
    return np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)


class TestBatches:
    def test_a_sentence_has_the_same_events_alone_and_in_any_batch(self, parser: EventParser) -> None:
        texts = [s.text for s in sentences(1)]
        longer = [f"{a} {b}" for a, b in zip(texts, reversed(texts), strict=True)]
        together = parser.parse(texts + longer)[: len(texts)]
        assert sum(map(len, together)) > 20
        for text, events in zip(texts, together, strict=True):
            (alone,) = parser.parse([text])
            assert len(alone) == len(events)
            for a, b in zip(alone, events, strict=True):
                assert (a.code, a.status, a.trigger, a.source, a.target) == (
                    b.code,
                    b.status,
                    b.trigger,
                    b.source,
                    b.target,
                )
                assert a.confidence == pytest.approx(b.confidence, abs=1e-4)
                assert a.code_confidence == pytest.approx(b.code_confidence, abs=1e-4)

    def test_long_sentences_are_read_to_their_end(self, parser: EventParser) -> None:
        text = " ".join(f"of {i}" for i in range(600))
        short = EventParser(parser.session, parser.tokenizer, replace(parser.settings, max_tokens=64))
        parts = short.parts([text])
        assert parts[-1].own[1] == len(text)
        found = [shift + reading.trigger.start for _, shift, reading in short.readings([text])]
        assert len(found) == len(set(found))
        assert max(found) > 0.9 * len(text)
        events = short.parse([text])[0]
        assert max(event.trigger[0] for event in events if event.trigger) > 0.9 * len(text)

    def test_probabilities_of_the_real_codes_sum_to_one(self, parser: EventParser) -> None:
        chances = parser.classify("Kenya met Norway on Monday.", "Kenya", "Norway")
        assert sum(chances.values()) == pytest.approx(1.0, abs=1e-4)
        assert len(chances) > 200


def quiet(splits: Path, folder: Path, *more: str) -> list[str]:
    """Overrides of a run whose readings do not depend on chance, so that runs can be compared step by step."""
    return overrides(
        splits,
        folder,
        "data.negatives=0",
        "data.augment.actor_swap=0",
        "data.augment.dateline=0",
        "data.augment.headline=0",
        "data.augment.upper=0",
        "data.pairs=1",
        "trainer.keep_checkpoints=20",
        *more,
    )


class TestGoingOn:
    def test_a_resumed_run_goes_on_where_it_was(self, tiny_run: TinyRun, tmp_path: Path) -> None:
        steps = (
            "optim.batch_size=10",
            "trainer.max_steps=9",
            "trainer.evaluate_every=3",
            "trainer.patience=20",
        )
        run(compose(quiet(tiny_run.splits, tmp_path / "whole", *steps)))
        name = "checkpoints/checkpoint-3"
        shutil.copytree(tmp_path / "whole" / name, tmp_path / "rest" / name)
        run(compose(quiet(tiny_run.splits, tmp_path / "rest", *steps, "trainer.resume=last")))
        whole, rest = (history(tmp_path / name, "loss") for name in ("whole", "rest"))
        epochs = history(tmp_path / "whole", "epoch")
        assert epochs[3] < 1 < epochs[9], "the run should stop inside an epoch and go on in the next"
        assert set(whole) == set(rest) == set(range(1, 10))
        for step in range(4, 10):
            assert rest[step] == pytest.approx(whole[step], abs=1e-4), step

    def test_nothing_to_resume(self, tiny_run: TinyRun, tmp_path: Path) -> None:
        with pytest.raises(
            ConfigError, match=r"trainer\.resume=last: no checkpoint in .*hydra\.run\.dir=RUN"
        ):
            run(compose(overrides(tiny_run.splits, tmp_path, "trainer.resume=last")))
        with pytest.raises(ConfigError, match=r"trainer\.resume=nowhere: no trainer_state\.json in it"):
            run(compose(overrides(tiny_run.splits, tmp_path, "trainer.resume=nowhere")))

    def test_training_starts_from_the_weights_of_another_run(self, tiny_run: TinyRun, tmp_path: Path) -> None:
        from safetensors.numpy import load_file

        still = ("optim.learning_rate=1e-12", "optim.head_learning_rate=1e-12", "trainer.max_steps=1")
        more = (f"model.start_from={tiny_run.folder}", "trainer.evaluate_every=1", *still)
        run(compose(overrides(tiny_run.splits, tmp_path, *more)))
        before = load_file(tiny_run.folder / "model" / "model.safetensors")
        after = load_file(tmp_path / "model" / "model.safetensors")
        assert before.keys() == after.keys()
        for name, weights in before.items():
            np.testing.assert_allclose(after[name], weights, atol=1e-6, err_msg=name)

    def test_training_starts_from_the_mean_of_two_runs(self, tiny_run: TinyRun, tmp_path: Path) -> None:
        from safetensors.numpy import load_file

        other, mean = tmp_path / "other", tmp_path / "mean"
        run(
            compose(
                quiet(
                    tiny_run.splits,
                    other,
                    f"model.start_from={tiny_run.folder}",
                    "seed=2",
                    "trainer.max_steps=2",
                )
            )
        )
        still = ("optim.learning_rate=1e-12", "optim.head_learning_rate=1e-12", "trainer.max_steps=1")
        exact = ("optim.round_weights=false", f"model.start_from=[{tiny_run.folder},{other}]")
        run(compose(quiet(tiny_run.splits, mean, *exact, *still)))
        one, two, both = (
            load_file(folder / "model" / "model.safetensors") for folder in (tiny_run.folder, other, mean)
        )
        assert np.abs(one["trigger_head.weight"] - two["trigger_head.weight"]).max() > 1e-4
        for name in one:
            np.testing.assert_allclose(both[name], (one[name] + two[name]) / 2, atol=1e-6, err_msg=name)

    def test_starting_from_a_run_that_does_not_fit(self, tiny_run: TinyRun, tmp_path: Path) -> None:
        with pytest.raises(
            ConfigError, match=r"model\.start_from=nowhere: no model/model\.safetensors in it"
        ):
            run(compose(overrides(tiny_run.splits, tmp_path, "model.start_from=nowhere")))
        with pytest.raises(ConfigError, match=r"must be a run folder or a list of them .* found 7"):
            run(compose(overrides(tiny_run.splits, tmp_path, "model.start_from=7")))
        other = (f"model.start_from={tiny_run.folder}", "model.head_size=16")
        with pytest.raises(ConfigError, match="another ontology, encoder or head size"):
            run(compose(overrides(tiny_run.splits, tmp_path, *other)))

    def test_training_stops_early_when_the_score_does_not_rise(
        self, tiny_run: TinyRun, tmp_path: Path
    ) -> None:
        still = ("optim.learning_rate=1e-12", "optim.head_learning_rate=1e-12", "trainer.max_steps=30")
        more = ("trainer.evaluate_every=1", "trainer.patience=2", *still)
        run(compose(quiet(tiny_run.splits, tmp_path, *more)))
        assert max(history(tmp_path, "loss")) == 3


@pytest.mark.parametrize("design", ["plain", "joint"])
def test_another_head_for_the_codes_trains_and_is_exported(
    design: str, tiny_run: TinyRun, tmp_path: Path
) -> None:
    run(compose(overrides(tiny_run.splits, tmp_path, f"model.code_head={design}", "trainer.export=true")))
    parser = EventParser.from_pretrained(tmp_path / "export")
    chances = parser.classify("Turkey summoned the ambassador.", "Turkey", "ambassador")
    assert sum(chances.values()) == pytest.approx(1.0, abs=0.01)


def test_an_unknown_head_design(tiny_run: TinyRun, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"model\.code_head must be ladder, plain or joint, found 'steps'"):
        run(compose(overrides(tiny_run.splits, tmp_path, "model.code_head=steps")))


class TestUnusableData:
    def test_a_code_that_the_ontology_does_not_have(self, tiny_run: TinyRun, tmp_path: Path) -> None:
        from learn_fakes import annotated

        from coder.corpus.read import write_split
        from coder.errors import CorpusError

        odd = annotated("Kenya met Norway.", "999", "met", "Kenya", "Norway", name="odd")
        write_split(tmp_path / "odd.jsonl", [odd])
        with pytest.raises(
            CorpusError, match="train: sentence 'odd' has the code '999', which the ontology does not"
        ):
            run(compose(overrides(tiny_run.splits, tmp_path, f"data.train={tmp_path / 'odd.jsonl'}")))

    def test_nothing_to_learn_from(self, tiny_run: TinyRun, tmp_path: Path) -> None:
        from coder.corpus.read import write_split
        from coder.errors import CorpusError

        write_split(tmp_path / "empty.jsonl", [AnnotatedSentence("It rained.", (), "label")])
        with pytest.raises(CorpusError, match=r"empty\.jsonl: nothing to learn from"):
            run(compose(overrides(tiny_run.splits, tmp_path, f"data.train={tmp_path / 'empty.jsonl'}")))

    def test_a_window_longer_than_the_encoder(self, tiny_run: TinyRun, tmp_path: Path) -> None:
        with pytest.raises(
            ConfigError, match=r"max_tokens 600 is more than the 512 tokens .*: set it to 512 or less"
        ):
            run(compose(overrides(tiny_run.splits, tmp_path, "backbone.max_tokens=600")))
