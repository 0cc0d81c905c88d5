"""Kills ``coder code`` again and again and checks that nothing is lost, nothing comes twice, and no half file is left.

    python benchmarks/kill.py                     30 kills with --workers 1 and 30 with --workers 2, about ten minutes
    python benchmarks/kill.py --kills 3 --articles 600

A run is started, killed with SIGKILL at a random moment and started again by the same command, until it ends; then the next run
begins, until there were enough kills. Moments are drawn evenly over the length of an uninterrupted run; one in three waits for the end,
where files change places. Killed is the process alone, its whole group, or one worker. After each kill the output must be whole or
absent and no worker may live on; at the end of each run the output must equal, but for the order of rows, that of an uninterrupted one
in every column, and nothing may lie beside it but the error file. Exit code 1 when any of this fails.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks.articles import MIXES, read_corpus, sentences, write_articles  # noqa: E402
from benchmarks.commands import code_command  # noqa: E402

VICTIMS = ("process", "group", "worker")
_BROKEN_EVERY = 97
_ORPHAN_SECONDS = 10.0


class FailedError(Exception):
    """A check did not hold; the text says which."""


@dataclass(slots=True)
class Log:
    """What happened: kills by victim and by what was on disk then, and runs that ended."""

    kills: Counter[str] = field(default_factory=Counter)
    stages: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    survived: int = 0

    def __str__(self) -> str:
        return (
            f"{self.kills.total()} kills ({', '.join(f'{n} {name}' for name, n in sorted(self.kills.items()))}; "
            f"{', '.join(f'{n} {name}' for name, n in sorted(self.stages.items()))}), {self.runs} runs ended, "
            f"{self.survived} starts that ended before their moment"
        )


class Scenario:
    """One source, coded with a number of workers into an output of one form."""

    def __init__(self, folder: Path, source: Path, suffix: str, workers: int, model: Path | None) -> None:
        self.folder = folder
        self.output = folder / f"events{suffix}"
        self.errors = folder / f"{self.output.name}.errors.jsonl"
        self.command = code_command(source, self.output, workers, model)
        self.workers = workers
        begin = time.perf_counter()
        self._running = self._start()
        try:
            self._running.wait()
        except BaseException:
            self.stop()
            raise
        self.seconds = time.perf_counter() - begin
        self.expected = self.content()
        if not self.expected[0] or not self.expected[1]:
            raise FailedError("the uninterrupted run has no events or no errors: there is nothing to compare")
        self._clear()

    def stop(self) -> None:
        """End what still runs, when this script itself is stopped."""
        if self._running.poll() is None:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()

    def content(self) -> tuple[list[str], list[str]]:
        """Rows of the output in all columns, and lines of the error file, each sorted."""
        return sorted(rows_of(self.output)), sorted(self.errors.read_text(encoding="utf-8").splitlines())

    def run(self, random_: random.Random, log: Log, kills: int) -> None:
        """Start and kill until the run has ended by itself; after ``kills`` kills, let it end."""
        while True:
            process = self._running = self._start()
            # One worker a start: what loses its worker three times is taken for an article that kills it, and becomes an error.
            victims = list(VICTIMS)
            while log.kills.total() < kills and self._wait(process, random_):
                victim = self._kill(process, random_, log, victims)
                self._check_files(ended=False)
                if victim != "worker":
                    break
                victims.remove(victim)  # the run goes on, and may be killed again
            else:
                log.survived += log.kills.total() < kills
                self._end(process, log)
                return

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self.command, start_new_session=True, stderr=subprocess.PIPE)

    def _kill(
        self, process: "subprocess.Popen[bytes]", random_: random.Random, log: Log, victims: Sequence[str]
    ) -> str:
        """Kill the process, its group or a worker of it now; return which."""
        children = _children(process.pid)
        workers = [pid for pid in children if "spawn_main" in _command_line(pid)]
        victim = random_.choice([name for name in victims if workers or name != "worker"])
        log.stages[self._stage()] += 1
        log.kills[victim] += 1
        if victim == "worker":
            os.kill(random_.choice(workers), signal.SIGKILL)
            return victim
        if victim == "group":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        self._wait_for_orphans(children)
        return victim

    def _wait(self, process: "subprocess.Popen[bytes]", random_: random.Random) -> bool:
        """Wait for the moment; return False when the process ends before it."""
        end = time.perf_counter() + random_.uniform(0.0, self.seconds)
        late = random_.random() < 1 / 3
        while process.poll() is None:
            if self._finishing() if late else time.perf_counter() >= end:
                time.sleep(random_.uniform(0.0, 0.02) if late else 0.0)
                return process.poll() is None
            time.sleep(0.0005 if late else 0.002)
        return False

    def _parts(self) -> Path:
        return self.folder / f"{self.output.name}.parts"

    def _finishing(self) -> bool:
        # The error file is the first to take its place when all is coded.
        return self.errors.exists() or (self._parts() / "finished.json").exists()

    def _stage(self) -> str:
        if self._finishing():
            return "while finishing"
        return "between parts" if any(self._parts().glob("part-*.arrow")) else "before the first part"

    def _wait_for_orphans(self, children: list[int]) -> None:
        end = time.perf_counter() + _ORPHAN_SECONDS
        while alive := [pid for pid in children if _command_line(pid)]:
            if time.perf_counter() > end:
                raise FailedError(
                    f"{len(alive)} processes live on {_ORPHAN_SECONDS:.0f} s after their parent was killed"
                )
            time.sleep(0.02)

    def _end(self, process: "subprocess.Popen[bytes]", log: Log) -> None:
        """Wait for the end of a run and compare what it wrote."""
        _, told = process.communicate()
        if process.returncode != 1:
            raise FailedError(
                f"expected exit code 1 (records in the error file), found {process.returncode}: {told.decode()}"
            )
        self._check_files(ended=True)
        rows, errors = self.content()
        for name, found, expected in (("rows", rows, self.expected[0]), ("errors", errors, self.expected[1])):
            if found != expected:
                raise FailedError(f"the {name} differ: {difference(expected, found)}")
        log.runs += 1
        self._clear()

    def _check_files(self, ended: bool) -> None:
        """The output is whole or absent; and after the end nothing else is there."""
        there = {path.name for path in self.folder.iterdir()}
        allowed = {self.output.name, self.errors.name}
        if not ended:
            allowed.add(self._parts().name)
        if there - allowed or (ended and there != allowed):
            raise FailedError(f"expected {sorted(allowed)}, found {sorted(there)}")
        if self.output.name in there and sorted(rows_of(self.output)) != self.expected[0]:
            raise FailedError(f"{self.output.name} was there after a kill, but not whole")
        if self.errors.name in there:
            lines = sorted(self.errors.read_text(encoding="utf-8").splitlines())
            if lines != self.expected[1]:
                raise FailedError(f"{self.errors.name} was there after a kill, but not whole")

    def _clear(self) -> None:
        self.output.unlink()
        self.errors.unlink()


def rows_of(path: Path) -> list[str]:
    """Return the rows of an event table (Parquet or JSON Lines), each as JSON of all its columns; raises the reader's error for half a
    file.
    """
    if path.suffix == ".jsonl":
        return [json.dumps(json.loads(line), sort_keys=True) for line in path.read_text("utf-8").splitlines()]
    import pyarrow.parquet as pq

    return [json.dumps(row, default=str, sort_keys=True) for row in pq.read_table(path).to_pylist()]


def difference(expected: list[str], found: list[str]) -> str:
    """Say what is missing, what is too much, and show the first of each."""
    missing, extra = Counter(expected) - Counter(found), Counter(found) - Counter(expected)
    shown = [
        f"{number.total()} {name}, such as {next(iter(number))[:600]}"
        for name, number in (("missing", missing), ("too many", extra))
        if number
    ]
    return "; ".join(shown) or "none"


def write_source(path: Path, articles: int) -> None:
    """Write articles of one sentence, so that few sentences make several parts, some of the lines broken."""
    write_articles(
        path, sentences(read_corpus(ROOT / "seeds" / "cameo"), MIXES["dense"], seed=7), articles, each=1
    )
    lines = path.read_text(encoding="utf-8").splitlines()
    for number in range(5, len(lines), _BROKEN_EVERY):
        lines[number] = '{"text": broken'
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _children(pid: int) -> list[int]:
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _command_line(pid: int) -> str:
    """The arguments of a process that lives; empty for one that has ended, buried or not."""
    import psutil

    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _arguments() -> Any:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=30, help="kills for each number of workers")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], metavar="N")
    parser.add_argument("--articles", type=int, default=900, help="one-sentence articles; 256 make a part")
    parser.add_argument(
        "--suffix", default=".parquet", choices=[".parquet", ".jsonl"], help="form of the output"
    )
    parser.add_argument("--model", type=Path, help="folder of an exported model; default: the shipped one")
    parser.add_argument("--seed", type=int, help="draw the same moments again; default: others each time")
    return parser.parse_args()


def main() -> None:
    options = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended, too
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "articles.jsonl"
        write_source(source, options.articles)
        for workers in options.workers:
            place = Path(folder) / f"workers-{workers}"
            place.mkdir()
            log, random_ = Log(), random.Random(seed)
            try:
                scenario = Scenario(place, source, options.suffix, workers, options.model)
                print(
                    f"--workers {workers}: uninterrupted {scenario.seconds:.1f} s, {len(scenario.expected[0])} events, "
                    f"{len(scenario.expected[1])} errors",
                    flush=True,
                )
                try:
                    while log.kills.total() < options.kills:
                        scenario.run(random_, log, options.kills)
                finally:
                    scenario.stop()
            except FailedError as error:
                print(f"--workers {workers}: FAILED after {log}: {error}")
                raise SystemExit(1) from None
            print(f"--workers {workers}: {log}; every output equal to the uninterrupted one", flush=True)


if __name__ == "__main__":
    main()
