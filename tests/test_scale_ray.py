"""Coding on a Ray cluster of two workers, one of which ends midway; each run is a program of its own (scale_ray_driver.py)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from test_scale import corpus, errors, local

pytestmark = pytest.mark.slow
TESTS = Path(__file__).resolve().parent


@pytest.mark.parametrize("mode", ["process", "machine", "client"])
def test_the_rows_are_those_of_the_local_engine_whatever_ends(tmp_path: Path, mode: str) -> None:
    pytest.importorskip("daft")
    pytest.importorskip("ray")
    source = corpus(tmp_path, files=6, articles=1000)
    expected = local(source, tmp_path / "local.parquet")
    output, log = tmp_path / "ray.parquet", tmp_path / "pids"
    done = subprocess.run(
        [sys.executable, str(TESTS / "scale_ray_driver.py"), mode, str(source), str(output), str(log)],
        env={**os.environ, "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if "current node timed out during startup" in done.stderr:
        pytest.skip("Ray's parts did not start in time on this machine")
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("{")))
    assert result["killed"] is not None
    assert len(result["processes"]) > 2, "another process has taken the place of the one that was ended"
    assert (result["articles"], result["events"]) == (expected.articles, expected.events)
    assert pq.read_table(output).equals(pq.read_table(tmp_path / "local.parquet"))
    assert errors(output) == errors(tmp_path / "local.parquet")
