"""Speed and memory of the shipped model, where the time goes, and how far it is from what the machine can do.

    python benchmarks/throughput.py                    everything, about an hour and the time of the memory run
    python benchmarks/throughput.py --quick            a small run of everything, about two minutes
    python benchmarks/throughput.py --only shares limit

Sentences are the project's own (seeds/cameo) in articles of fifteen, 28 words a sentence: "dense", where each holds an event, and
"poor", where one in five does. Writes results.json and PNG plots to build/benchmarks, and prints tables. Run it on an idle machine:
the load at the start is kept with the results. Sections: machine, shares, lengths, numbers, workers, memory, cold, baselines, limit;
with --only, those named are measured and the others are taken from the results file.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks.articles import MIXES, Corpus, read_corpus, sentences, take, write_articles  # noqa: E402
from benchmarks.baselines import measure_baselines  # noqa: E402
from benchmarks.commands import cold_start, growth, steady_state, timed_run  # noqa: E402
from benchmarks.limit import best_rate, limits  # noqa: E402
from benchmarks.peak import measure_peak  # noqa: E402
from benchmarks.runs import parser_by_number, rates_by_length, stage_shares  # noqa: E402
from benchmarks.tables import print_tables  # noqa: E402

Results = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: numbers of sentences, but for ``length_words`` (words read for each length), ``repeats`` (starts) and
    ``peak_seconds``.
    """

    shares: int
    lengths: tuple[int, ...]
    length_words: int
    numbers: tuple[int, ...]
    workers: int
    memory: tuple[int, ...]
    standin: tuple[int, ...]
    baselines: int
    repeats: int
    peak_seconds: float


FULL = Size(
    shares=2_000,
    lengths=(10, 20, 28, 40, 60, 80, 100, 120),
    length_words=20_000,
    numbers=(100, 300, 1_000, 3_000, 10_000),
    workers=3_000,
    memory=(1_000, 3_000, 10_000, 30_000),
    standin=(1_000, 10_000, 100_000, 1_000_000),
    baselines=1_000,
    repeats=5,
    peak_seconds=2.0,
)
QUICK = Size(
    shares=200,
    lengths=(10, 28, 60, 120),
    length_words=1_500,
    numbers=(100, 300),
    workers=150,
    memory=(200, 600),
    standin=(200, 2_000),
    baselines=40,
    repeats=2,
    peak_seconds=0.3,
)


class Benchmark:
    """The sections, each a method that returns JSON-ready results."""

    def __init__(self, options: argparse.Namespace, size: Size, results: Results) -> None:
        self.model: Path | None = options.model
        self.options = options
        self.size = size
        self.results = results
        self.corpus: Corpus = read_corpus(ROOT / "seeds" / "cameo")
        self.cores = os.cpu_count() or 1

    def machine(self) -> Results:
        """What the figures were measured on."""
        return {
            "processor": _processor(),
            "cores": self.cores,
            "load_at_start": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            "python": platform.python_version(),
            "system": platform.platform(),
            "commit": _commit(),
            "quick": self.size is QUICK,
        }

    def shares(self) -> Results:
        """Where the time goes, a mix each."""
        return {
            mix: stage_shares(self.model, take(sentences(self.corpus, share), self.size.shares))
            for mix, share in MIXES.items()
        }

    def lengths(self) -> Results:
        """Rates by words a sentence."""
        return {"rows": rates_by_length(self.model, self.corpus, self.size.lengths, self.size.length_words)}

    def numbers(self) -> Results:
        """Rates by number of sentences: the command with a worker a core, from its start, and the parser alone."""
        found: Results = {}
        for mix, share in MIXES.items():
            runs = [self._command(share, number, self.cores) for number in self.size.numbers]
            found[mix] = {
                "end_to_end": runs,
                "steady_state": steady_state([(row["sentences"], row["seconds"]) for row in runs]),
                "parser": parser_by_number(self.model, self.corpus, share, self.size.numbers),
            }
        return found

    def workers(self) -> Results:
        """Rates by number of worker processes."""
        counts = sorted({0, 1, 2, self.cores})
        return {
            mix: [self._command(share, self.size.workers, count) for count in counts]
            for mix, share in MIXES.items()
        }

    def memory(self) -> Results:
        """Memory of all processes by number of sentences and workers: of the command, and of the same pipeline with a stand-in for the
        networks' arithmetic, for numbers that the model would read for hours.
        """
        share = MIXES["poor"]
        rows = []
        for standin in (False, True):
            if self.options.memory_of not in ("both", "stand-in" if standin else "model"):
                # The other kind of an earlier run stays.
                kept = self.results.get("memory", {}).get("rows", [])
                rows += [row for row in kept if row.get("standin", False) is standin]
                continue
            for count in self.options.memory_workers:
                for size in self._memory_sizes(standin):
                    row = self._command(share, size, count, standin)
                    rows.append({**row, "growth_mb": growth(row["memory"])})
        return {"rows": rows}

    def _memory_sizes(self, standin: bool) -> list[int]:
        sizes = self.size.standin if standin else self.size.memory
        most = self.options.memory_sentences
        return [*sizes] if most is None else sorted({most, *(size for size in sizes if size < most)})

    def cold(self) -> Results:
        """From a new process to the first event."""
        return cold_start(self.model, self.size.repeats)

    def baselines(self) -> Results:
        """Others on the same sentences."""
        number = self.size.baselines
        return {
            mix: measure_baselines(
                take(sentences(self.corpus, share), number),
                self.model,
                self.options.run,
                self.options.mpnet,
                self.options.out,
            )
            for mix, share in MIXES.items()
            if mix == "dense" or not self.options.quick
        }

    def limit(self) -> Results:
        """The arithmetic of the model against the peak of the cores."""
        peak = measure_peak(self.size.peak_seconds)
        found: Results = {"peak": peak}
        for mix, shares in self.results.get("shares", {}).items():
            rate = best_rate(self.results.get("numbers"), self.results.get("workers"), mix)
            found[mix] = limits(shares, peak, rate)
        return found

    def _command(self, share: float, number: int, workers: int, standin: bool = False) -> Results:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "articles.jsonl"
            write_articles(source, sentences(self.corpus, share), number)
            return {"asked": number, **timed_run(source, workers, self.model, standin=standin)}


SECTIONS = ("machine", "shares", "lengths", "numbers", "workers", "memory", "cold", "baselines", "limit")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    flags = fields.get("flags", "").split()
    known = [
        flag
        for flag in ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8")
        if flag in flags
    ]
    name = fields.get("model name") or platform.machine()
    return f"{name} ({', '.join(known)})"


def _commit() -> str | None:
    try:
        return subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small run, to see that all works")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, metavar="SECTION", help="measure these alone")
    parser.add_argument("--model", type=Path, help="folder of an exported model; default: the shipped one")
    parser.add_argument(
        "--run", type=Path, default=ROOT / "runs" / "parser", help="training run of the torch baseline"
    )
    parser.add_argument("--mpnet", type=Path, help="folder with the weights of all-mpnet-base-v2")
    parser.add_argument("--memory-sentences", type=int, metavar="N", help="most sentences of the memory runs")
    parser.add_argument(
        "--memory-of",
        choices=("both", "model", "stand-in"),
        default="both",
        help="memory of runs of the model, of runs with a stand-in for the networks' arithmetic, or both",
    )
    parser.add_argument("--memory-workers", type=int, nargs="+", default=[2], metavar="N")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks", help="where results go")
    return parser.parse_args()


def main() -> None:
    options = _arguments()
    # The processes that are started here run this checkout, as this one does.
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    options.out.mkdir(parents=True, exist_ok=True)
    file = options.out / "results.json"
    wanted = [name for name in SECTIONS if not options.only or name in (*options.only, "machine")]
    results: Results = {}
    if options.only and file.exists():
        results = json.loads(file.read_text(encoding="utf-8"))
    benchmark = Benchmark(options, QUICK if options.quick else FULL, results)
    for name in wanted:
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        section: Callable[[], Results] = getattr(benchmark, name)
        results[name] = section()
        # After each section, so that a run that is stopped has not been for nothing.
        file.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    load = results["machine"]["load_at_start"]
    if load is not None and load > 0.5:
        print(
            f"the load was {load:.1f} at the start: other processes had the cores too, so that rates by the clock are too low"
        )
    print_tables(results)
    from benchmarks.figures import draw

    for picture in draw(results, options.out):
        print(picture)
    print(file)


if __name__ == "__main__":
    main()
