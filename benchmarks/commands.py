"""The ``coder`` command in processes of its own: rates with workers, memory, time to the first event."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Seconds, RSS and PSS in MB, chunks or sentences done.
Sample = tuple[float, float, float, int]
_SENTENCE = "Turkey summoned the US ambassador in Ankara on Monday."
_STEPS = """
import json, sys, time
begin = last = time.perf_counter()
steps = {}
def step(name):
    global last
    now = time.perf_counter()
    steps[name], last = now - last, now
import coder
step("import coder")
from coder import Predictor
predictor = Predictor.from_pretrained(sys.argv[1] or None)
step("load the model")
predictor(sys.argv[2], date="2019-10-07")
step("first text, tables read")
predictor(sys.argv[2], date="2019-10-07")
step("second text")
print(json.dumps(steps))
"""


def coder_command() -> list[str]:
    """Return the command of this environment."""
    script = shutil.which("coder", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-c", "from coder.cli import main; main()"]


def code_command(source: Path, output: Path, workers: int, model: Path | None) -> list[str]:
    """Return the command that codes ``source`` into ``output``."""
    chosen = ["--model", str(model)] if model else []
    return [
        *coder_command(),
        "code",
        str(source),
        "-o",
        str(output),
        "--workers",
        str(workers),
        "--quiet",
        *chosen,
    ]


def standin_command(source: Path, output: Path, workers: int, model: Path | None) -> list[str]:
    """Return the command that does the same with a stand-in for the networks' arithmetic."""
    chosen = ["--model", str(model)] if model else []
    places = [str(source), str(output), "--workers", str(workers)]
    return [sys.executable, "-m", "benchmarks.standin", *places, *chosen]


def timed_run(
    source: Path, workers: int, model: Path | None, interval: float = 0.05, standin: bool = False
) -> dict[str, Any]:
    """Code a file by the command, or by that of the stand-in; return its counts, the wall and CPU seconds of all its processes, and
    the memory.

    ``memory`` holds at most some 300 of [seconds, RSS, PSS, sentences]: megabytes summed over the process and its children, resident
    (pages that they share count for each) and proportional (such pages count once in all; 0 where the system does not tell), and the
    sentences that were coded by then, to a chunk of a thousand. ``peak_mb`` and ``peak_pss_mb`` are the highest. Raises RuntimeError
    when the command fails.
    """
    import psutil

    with tempfile.TemporaryDirectory() as folder:
        output, told = Path(folder) / "events.parquet", Path(folder) / "summary.json"
        parts = Path(folder) / "events.parquet.parts"
        begin, before = time.perf_counter(), os.times()
        command = standin_command if standin else code_command
        process = subprocess.Popen(
            [*command(source, output, workers, model), "--summary", str(told)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        samples: list[Sample] = []
        done = 0
        while process.poll() is None:
            # Parts go when the table is written: they are all done then.
            done = max(done, sum(1 for _ in parts.glob("part-*.arrow")))
            samples.append(
                (time.perf_counter() - begin, *(b / 1e6 for b in _tree_bytes(psutil, process.pid)), done)
            )
            time.sleep(interval)
            # An hour needs no sample every 50 ms, and looking costs time too.
            interval = max(interval, (time.perf_counter() - begin) / 400)
        seconds, after = time.perf_counter() - begin, os.times()
        if process.returncode != 0:
            raise RuntimeError(
                f"coder code ended with {process.returncode}: {process.stderr and process.stderr.read()}"
            )
        summary = json.loads(told.read_text(encoding="utf-8"))
        return {
            "workers": workers,
            **{name: summary[name] for name in ("articles", "sentences", "events", "errors")},
            "seconds": seconds,
            "cpu_seconds": after.children_user
            + after.children_system
            - before.children_user
            - before.children_system,
            "per_second": summary["sentences"] / seconds,
            "standin": standin,
            "peak_mb": max((sample[1] for sample in samples), default=0.0),
            "peak_pss_mb": max((sample[2] for sample in samples), default=0.0),
            "memory": [
                (at, rss, pss, summary["sentences"] * chunks // max(1, done))
                for at, rss, pss, chunks in thinned(samples, 300)
            ],
        }


def _tree_bytes(psutil: Any, pid: int) -> tuple[int, int]:
    """RSS and PSS of a process and its children."""
    rss = pss = 0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            try:
                rss += process.memory_info().rss
                pss += _proportional(process.pid)
            except psutil.Error:
                continue  # it ended in between
    except psutil.Error:
        pass
    return rss, pss


def _proportional(pid: int) -> int:
    """PSS of a process in bytes; 0 when it ended or the system has no such figure."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def thinned(samples: Sequence[Sample], number: int) -> list[Sample]:
    """Return at most ``number`` of the samples: of each group of neighbours, the highest."""
    size = -(-len(samples) // number) or 1
    return [max(samples[i : i + size], key=lambda pair: pair[1]) for i in range(0, len(samples), size)]


def growth(samples: Sequence[Sample]) -> float:
    """Return by how much the median memory of the last quarter of a run is above that of its second quarter, in MB."""
    quarter = len(samples) // 4
    if not quarter:
        return 0.0
    second, last = samples[quarter : 2 * quarter], samples[-quarter:]
    return statistics.median(sample[1] for sample in last) - statistics.median(sample[1] for sample in second)


def steady_state(runs: Sequence[tuple[float, float]]) -> dict[str, float | None]:
    """Fit seconds = start + sentences / rate to (sentences, seconds) by least squares; return ``start`` and ``per_second``, which is
    None when longer runs took no longer.
    """
    mean_x = statistics.fmean(number for number, _ in runs)
    mean_y = statistics.fmean(seconds for _, seconds in runs)
    spread = sum((number - mean_x) ** 2 for number, _ in runs)
    slope = sum((n - mean_x) * (s - mean_y) for n, s in runs) / spread if spread else 0.0
    return {"start": mean_y - slope * mean_x, "per_second": 1 / slope if slope > 0 else None}


def cold_start(model: Path | None, repeats: int) -> dict[str, Any]:
    """Return the seconds from starting a process to the first event on its output (median and all), by the command and step by step
    in Python. Files are in the system's cache after the first time, which is not counted.
    """
    chosen = ["--model", str(model)] if model else []
    command = [*coder_command(), "code", _SENTENCE, "--date", "2019-10-07", "--quiet", *chosen]
    first = [_seconds_to_output(command) for _ in range(repeats + 1)][1:]
    steps = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", _STEPS, str(model or ""), _SENTENCE],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for _ in range(repeats)
    ]
    return {
        "first_event": statistics.median(first),
        "all": first,
        "steps": {name: statistics.median(step[name] for step in steps) for name in steps[0]},
    }


def _seconds_to_output(command: Sequence[str]) -> float:
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        seconds = time.perf_counter() - begin
        process.stdout.read()
    if not line:
        raise RuntimeError(f"{' '.join(command)} printed no event: exit code {process.returncode}")
    return seconds
