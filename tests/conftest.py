"""What several test files need and takes seconds to make: a tiny trained run."""

from dataclasses import dataclass
from pathlib import Path

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out unless marks are chosen: ``-m slow`` runs them alone, ``-m "slow or not slow"`` runs all."""
    if config.getoption("markexpr"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


@dataclass(frozen=True)
class TinyRun:
    """A run of four steps with random weights, exported with 32-bit weights, and what the export printed."""

    folder: Path
    splits: Path
    score: float
    printed: str

    @property
    def model(self) -> Path:
        """The exported model folder."""
        return self.folder / "export"


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> TinyRun:
    """Trained and exported once a session; do not write into it."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from learn_fakes import overrides, write_splits
    from typer.testing import CliRunner

    from coder.cli.app import app
    from coder.learn.train import compose, run

    base = tmp_path_factory.mktemp("tiny")
    splits = write_splits(base / "splits")
    score = run(compose(overrides(splits, base / "run")))
    result = CliRunner().invoke(app, ["export", str(base / "run"), "--float32"])
    assert result.exit_code == 0, result.output
    return TinyRun(base / "run", splits, score, result.output)
