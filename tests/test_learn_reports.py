"""Pictures and model card of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("matplotlib")

from coder.corpus import parse_line
from coder.corpus.scoring import score
from coder.errors import CorpusError
from coder.infer.records import ParsedEvent
from coder.learn.card import card_text, data_counts, write_card
from coder.learn.plots import confusion, reliability
from coder.learn.schema import TrainConfig

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def scores() -> dict:
    sentence = parse_line("[Karth|s1] [bombed|e1=195] [Veldoria|t1].")
    event = ParsedEvent("195", 0.9, 0.8, "asserted", (6, 12), (0, 5), None, None, None)
    return score([sentence], [[event]])


class TestPictures:
    def test_both_are_written_where_asked(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "confusion.png"
        confusion(path, ["01", "02", "none"], ["01", "none", "02"], ["01", "02"], {"01": "Say"})
        assert path.read_bytes().startswith(PNG)
        reliability(tmp_path / "reliability.png", [0.1, 0.9, 0.95], [False, True, True])
        assert (tmp_path / "reliability.png").read_bytes().startswith(PNG)

    def test_nothing_to_draw_is_still_a_picture(self, tmp_path: Path) -> None:
        confusion(tmp_path / "c.png", [], [], ["01", "02"])
        reliability(tmp_path / "r.png", [], [])
        assert (tmp_path / "c.png").read_bytes().startswith(PNG)
        assert (tmp_path / "r.png").read_bytes().startswith(PNG)

    def test_wrong_values_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError, match="the roots 99 are not among the labels 01, 02"):
            confusion(tmp_path / "c.png", ["01"], ["99"], ["01", "02"])
        with pytest.raises(CorpusError, match="1 gold roots but 0 predicted"):
            confusion(tmp_path / "c.png", ["01"], [], ["01"])
        with pytest.raises(CorpusError, match=r"must lie in 0\.\.1"):
            reliability(tmp_path / "r.png", [1.5], [True])


class TestCard:
    def test_tells_results_calibration_settings_and_licence(self, tmp_path: Path, scores: dict) -> None:
        config = TrainConfig(name="my-parser")
        config.data.seeds = "seeds/cameo"
        metrics = {"train": {"readings": 321}, "validation": {"eval_score": 0.7123}, "test_tuples": scores}
        write_card(tmp_path / "README.md", config, metrics)
        card = (tmp_path / "README.md").read_text(encoding="utf-8")
        for part in (
            "# my-parser",
            "license: apache-2.0",
            "| readings | 321 |",
            "### Test split (event tuples)",
            "| root+source | 1.000 | 1.000 | 1.000 | 1 |",
            "| root+source+target | 0.000 | 0.000 | 0.000 | 1 |",
            "| score | 0.712 |",
            "| Test split (event tuples) | 0.900 | 1 |",
            "| `optim.batch_size` | `12` |",
            "## Limits",
            "| scikit-learn | ",
            "Training corpus: CC BY 4.0",
            "all-MiniLM-L6-v2: Apache-2.0",
        ):
            assert part in card, part

    def test_counts_of_the_splits(self) -> None:
        lines = ["[A|s1] [denied shelling|e1=190!no] [B|t1].", "Rain fell."]
        counts = data_counts({"train": [parse_line(line) for line in lines]})
        assert counts["train"] == {
            "sentences": 2,
            "without event": 1,
            "events": 1,
            "not asserted": 1,
            "different codes": 1,
            "grade tuples": 2,
        }
        assert "| train | 2 | 1 | 1 | 1 | 1 | 2 |" in card_text(TrainConfig(), {"data": counts})

    def test_folders_of_the_machine_stay_out(self) -> None:
        config = TrainConfig(run_dir="/home/someone/runs/1")
        config.data.train = "/home/someone/mine.jsonl"
        config.backbone.source = "/home/someone/encoder"
        card = card_text(config, {})
        assert "/home/someone" not in card
        assert "`mine.jsonl`" in card
        assert "the user's own" in card
        assert "No results were recorded." in card

    def test_baseline_has_a_card_of_its_own(self) -> None:
        config = TrainConfig(name="tfidf")
        config.model.kind = "tfidf"
        card = card_text(config, {"test": {"root_accuracy": 0.5, "root_f1": {"19": 0.25}}})
        assert "Baseline.load" in card
        assert "| root_f1.19 | 0.250 |" in card
        assert "optim." not in card
        assert "backbone: none" in card
        assert "Confidence was calibrated" not in card
