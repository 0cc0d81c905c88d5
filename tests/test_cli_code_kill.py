"""Runs that are killed at any moment end complete when they are started again."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pipeline_fakes import FakeEngine
from run_corpus import corpus, errors, no_show, options, rows

from coder.errors import InputError
from coder.pipeline.parts import Parts
from coder.pipeline.run import Listeners, run

_SCRIPT = """
import sys, time
from pathlib import Path
sys.path[:0] = {paths!r}
from pipeline_fakes import FakeEngine
from coder.pipeline.run import Listeners, RunOptions, run

class Slow(FakeEngine):
    def load(self):
        coder = super().load()
        parse = coder.parser.parse
        def slow(sentences):
            time.sleep(0.05)
            return parse(sentences)
        coder.parser.parse = slow
        return coder

if __name__ == "__main__":
    print("started", flush=True)
    options = RunOptions((sys.argv[1],), Path(sys.argv[2]), workers=int(sys.argv[3]))
    summary = run(options, Slow(log=Path(sys.argv[4])), Listeners(), lambda batches: None)
    print("done", summary.articles, flush=True)
"""


def _start(folder: Path, source: Path, output: Path, workers: int) -> "subprocess.Popen[bytes]":
    """Start a run in a process of its own; returns when it is about to begin."""
    script = folder / "script.py"
    here = Path(__file__).parent
    script.write_text(_SCRIPT.format(paths=[str(here), str(here.parent)]))
    arguments = [sys.executable, str(script), str(source), str(output), str(workers), str(folder / "log")]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _kill_and_resume(tmp_path: Path, kills: int, seed: int) -> int:
    """Kill a run at random moments until it ends; return how many kills hit it."""
    source, output = corpus(tmp_path, files=6), tmp_path / "events.parquet"
    chance = random.Random(seed)
    hits = 0
    for _ in range(kills):
        process = _start(tmp_path, source, output, workers=0)
        time.sleep(chance.uniform(0, 0.35))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode == 0:
            break
        hits += 1
    if not output.exists() or Parts.folder_of(output).exists():
        assert b"done" in _start(tmp_path, source, output, workers=0).communicate()[0]
    whole = tmp_path / "whole.parquet"
    run(options(source, whole), FakeEngine(), Listeners(), no_show)
    assert rows(output) == rows(whole)
    assert len({row["event_id"] for row in rows(output)}) == len(rows(output))
    assert errors(output) == errors(whole)
    made = {path.name for path in tmp_path.iterdir()} - {"news", "script.py", "log"}
    assert made == {f"{name}.parquet{more}" for name in ("events", "whole") for more in ("", ".errors.jsonl")}
    return hits


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
def test_a_run_killed_at_random_moments_ends_complete(tmp_path: Path) -> None:
    assert _kill_and_resume(tmp_path, kills=3, seed=1) >= 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
def test_many_random_kills(tmp_path: Path) -> None:
    hits = 0
    for seed in range(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        hits += _kill_and_resume(folder, kills=8, seed=seed)
    assert hits >= 30


@pytest.mark.skipif(sys.platform == "win32", reason="kills with a POSIX signal")
def test_workers_do_not_outlive_a_run_that_is_killed(tmp_path: Path) -> None:
    source, output, log = corpus(tmp_path, files=6), tmp_path / "e.parquet", tmp_path / "log"
    process = _start(tmp_path, source, output, workers=2)
    for _ in range(300):
        if log.exists() and len(log.read_text().split()) == 2:
            break
        time.sleep(0.1)
    pids = [int(pid) for pid in log.read_text().split()]
    assert len(pids) == 2
    process.kill()
    process.communicate()
    for _ in range(100):
        if not any(_is_running(pid) for pid in pids):
            break
        time.sleep(0.1)
    assert not any(_is_running(pid) for pid in pids)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


@pytest.mark.parametrize("left", ["all parts", "the mark alone"])
def test_a_run_killed_after_its_output_appeared_is_known_to_be_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    source, output = corpus(tmp_path, 1, 20), tmp_path / "events.parquet"

    def killed(parts: Parts) -> None:
        parts.close()
        raise KeyboardInterrupt

    monkeypatch.setattr(Parts, "remove", killed)
    with pytest.raises(KeyboardInterrupt):
        run(options(source, output), FakeEngine(), Listeners(), no_show)
    monkeypatch.undo()
    if left == "the mark alone":
        for name in ("part-000000.arrow", "run.json"):
            (Parts.folder_of(output) / name).unlink()
    before = output.stat().st_mtime_ns
    told: list[str] = []
    summary = run(options(source, output), FakeEngine(), Listeners(told.append), no_show)
    assert told == [f"the run that wrote {output} was complete"]
    assert output.stat().st_mtime_ns == before
    assert (summary.articles, summary.errors, summary.exit_code) == (19, 1, 1)
    assert not Parts.folder_of(output).exists()
    with pytest.raises(InputError, match="exists: name another file"):
        run(options(source, output), FakeEngine(), Listeners(), no_show)


def test_a_run_killed_just_before_its_output_appears_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, output = corpus(tmp_path, 1, 20), tmp_path / "events.parquet"

    def killed(parts: Parts, temporary: Path, summary: dict) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Parts, "finish", killed)
    with pytest.raises(KeyboardInterrupt):
        run(options(source, output, summary=tmp_path / "s.json"), FakeEngine(), Listeners(), no_show)
    monkeypatch.undo()
    assert Path(f"{output}.errors.jsonl").exists()
    assert not output.exists()
    summary = run(options(source, output, summary=tmp_path / "s.json"), FakeEngine(), Listeners(), no_show)
    assert summary.resumed_articles == 19
    assert len(errors(output)) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "events.parquet",
        "events.parquet.errors.jsonl",
        "news",
        "s.json",
    ]
