"""``coder train`` and ``coder export`` as a user calls them."""

import builtins
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from learn_fakes import overrides, write_splits
from typer.testing import CliRunner

from coder.cli.app import app
from coder.cli.train import run_hydra
from coder.errors import CoderError, MissingExtraError

COMMAND = [sys.executable, "-c", "from coder.cli import main; main()"]


def coder(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the command as its script does, in ``folder``."""
    environment = {**os.environ, "COLUMNS": "200"}
    environment.pop("HYDRA_FULL_ERROR", None)
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False, env=environment
    )


class TestTrain:
    def test_cfg_job_shows_the_configuration_and_trains_nothing(self, tmp_path: Path) -> None:
        done = coder(tmp_path, "train", "--cfg", "job", "optim.epochs=3", "backbone=tiny")
        assert done.returncode == 0
        assert "  epochs: 3.0" in done.stdout
        assert "  name: tiny" in done.stdout
        assert not list(tmp_path.iterdir())

    def test_help_is_hydras_with_examples(self, tmp_path: Path) -> None:
        done = coder(tmp_path, "train", "--help")
        assert done.returncode == 0
        assert "coder train -m seed=1,2,3" in done.stdout
        assert "backbone: conflibert, deberta, minilm, modernbert, mpnet, tiny, xlm-roberta" in done.stdout

    @pytest.mark.parametrize("override", ["optim.learning_rat=3", "+optim.learning_rat=3"])
    def test_a_typo_is_named_without_a_trace(self, tmp_path: Path, override: str) -> None:
        done = coder(tmp_path, "train", override)
        assert done.returncode == 2
        assert "error: " in done.stderr
        assert "Key 'learning_rat' not in 'OptimConfig'" in done.stderr
        assert "Traceback" not in done.stderr
        assert "To append to your config use" not in done.stderr

    def test_unusable_data_is_said_without_a_trace(self, tmp_path: Path) -> None:
        done = coder(tmp_path, "train", "data=files", "data.train=t.jsonl", "data.validation=v.jsonl")
        assert done.returncode == 2
        assert (
            "error: t.jsonl: no such file: make it by 'coder corpus build' or 'coder corpus import'"
            in done.stderr
        )
        assert "Traceback" not in done.stderr

    def test_multirun_makes_a_run_for_each_value(self, tmp_path: Path) -> None:
        splits = write_splits(tmp_path / "splits")
        chosen = [o for o in overrides(splits, tmp_path) if not o.startswith("run_dir")]
        done = coder(tmp_path, "train", "-m", "model=tfidf", "seed=1,2", "name=sweep", *chosen)
        assert done.returncode == 0, done.stderr
        runs = sorted((tmp_path / "runs" / "sweep").glob("*/[01]"))
        assert [run.name for run in runs] == ["0", "1"]
        for seed, run in enumerate(runs, 1):
            assert f"seed: {seed}\n" in (run / "config.yaml").read_text()
            assert 0.0 <= json.loads((run / "metrics.json").read_text())["validation"]["root_macro_f1"] <= 1.0

    def test_missing_packages_name_the_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = builtins.__import__

        def without_hydra(name: str, *rest: object, **more: object) -> object:
            if name.split(".")[0] == "hydra":
                raise ModuleNotFoundError("No module named 'hydra'", name="hydra")
            return real(name, *rest, **more)

        monkeypatch.setattr(builtins, "__import__", without_hydra)
        monkeypatch.delitem(sys.modules, "coder.learn.train", raising=False)
        with pytest.raises(
            MissingExtraError,
            match=r"coder train needs the package 'hydra-core', which is not installed: pip install 'coder\[train\]'",
        ):
            run_hydra([])

    def test_a_bug_is_not_passed_off_as_a_missing_package(self) -> None:
        from coder.cli.extras import needs_extra

        with pytest.raises(ModuleNotFoundError), needs_extra("train", "coder train"):
            import coder.nowhere  # noqa: F401


class TestExport:
    def test_help_has_an_example(self) -> None:
        assert "coder export runs/parser" in CliRunner().invoke(app, ["export", "--help"]).output

    def fails(self, *arguments: str) -> str:
        result = CliRunner().invoke(app, ["export", *arguments])
        assert isinstance(result.exception, CoderError)
        return str(result.exception)

    def test_a_folder_that_is_no_run(self, tmp_path: Path) -> None:
        assert "is no finished training run (no config.yaml or metrics.json)" in self.fails(str(tmp_path))

    def test_a_run_of_the_baseline(self, tmp_path: Path) -> None:
        from omegaconf import OmegaConf

        from coder.learn.train import compose

        splits = write_splits(tmp_path / "splits")
        config = compose(overrides(splits, tmp_path, "model=tfidf"))
        (tmp_path / "config.yaml").write_text(OmegaConf.to_yaml(OmegaConf.structured(config)))
        (tmp_path / "metrics.json").write_text("{}")
        assert "is a run of model=tfidf: only the event parser is exported" in self.fails(str(tmp_path))

    def test_splits_of_another_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from omegaconf import OmegaConf

        from coder.cli.export import export_run
        from coder.learn.train import compose

        config = compose(overrides(tmp_path / "gone", tmp_path))
        (tmp_path / "config.yaml").write_text(OmegaConf.to_yaml(OmegaConf.structured(config)))
        (tmp_path / "metrics.json").write_text("{}")
        assert "train.jsonl: no such file" in self.fails(str(tmp_path))
        splits = write_splits(tmp_path / "splits")
        (splits / "test.jsonl").unlink()
        seen: list[dict[str, list[object]]] = []
        monkeypatch.setattr(
            "coder.learn.finish.finish", lambda run, splits, *rest: (seen.append(splits), tmp_path)[1]
        )
        export_run(tmp_path, data=splits)
        assert {name: len(part) for name, part in seen[0].items()} == {
            "train": 35,
            "validation": 35,
            "test": 0,
        }
