"""Training by torchrun: two processes on the CPU, one run folder."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from learn_fakes import overrides, write_splits

from coder.errors import ConfigError
from coder.learn.distributed import is_main, processes, shared_folder

ROOT = Path(__file__).resolve().parent.parent


def test_without_a_launcher_this_process_is_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert processes() == 1
    assert is_main()
    assert shared_folder(tmp_path, True) == tmp_path


def test_a_launcher_that_says_half_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    for name in ("RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match=r"2 processes train together, but RANK, .*torchrun or accelerate"):
        processes()


@pytest.mark.slow
def test_two_processes_train_one_model(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    splits = write_splits(tmp_path / "splits")
    # Hydra names the folder of a run by the second: the second process must take that of the first.
    settings = [setting for setting in overrides(splits, tmp_path) if not setting.startswith("run_dir=")]
    settings.append(f"hydra.run.dir={tmp_path}/runs/${{oc.env:RANK}}")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    done = subprocess.run(
        [*command, "-m", "coder", "train", *settings],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = tmp_path / "runs" / "0", tmp_path / "runs" / "1"
    assert (first / "model" / "model.safetensors").is_file()
    assert not (second / "model").exists()
    assert not (second / "checkpoints").exists()
    state = json.loads(max(first.glob("checkpoints/*/trainer_state.json")).read_text())
    assert state["global_step"] == 4
    assert state["train_batch_size"] == 8
    metrics = json.loads((first / "metrics.json").read_text())
    assert 0.0 <= metrics["validation"]["eval_score"] <= 1.0
    assert done.stderr.count("validation score") + done.stdout.count("validation score") == 1
