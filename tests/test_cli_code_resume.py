"""Runs that are interrupted: nothing lost, nothing twice, and a change of what the run is made of is noticed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pipeline_fakes import FakeEngine, FakeParser, fake_coder

from coder.errors import CoderError, InputError, ModelError, OntologyError
from coder.infer.records import ParsedEvent
from coder.pipeline.coding import EventCoder, Selection
from coder.pipeline.event import Event
from coder.pipeline.parts import Parts
from coder.pipeline.read import ReadOptions
from coder.pipeline.run import Listeners, RunOptions, run
from coder.pipeline.summary import Summary


def no_show(groups: Iterable[list[Event]]) -> None:
    raise AssertionError("there is an output file")


def corpus(folder: Path, files: int = 4, articles: int = 300) -> Path:
    """Files of articles with some broken lines, enough for several chunks."""
    source = folder / "news"
    source.mkdir(exist_ok=True)
    for number in range(files):
        lines = []
        for index in range(articles):
            text = f"Turkey attacked Iran in Place{number}x{index}. Nothing else. Jordan met Egypt in Town{index}."
            lines.append("{broken" if index % 97 == 5 else json.dumps({"text": text, "date": "2019-10-07"}))
        (source / f"{number}.jsonl").write_text("\n".join(lines) + "\n")
    return source


def rows(path: Path) -> list[dict]:
    return pq.read_table(path).to_pylist()


def errors(path: Path) -> list[str]:
    return Path(f"{path}.errors.jsonl").read_text().splitlines()


class _StopsAfter(FakeEngine):
    """An engine whose parser fails like a killed process after some calls."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        object.__setattr__(self, "calls", calls)

    def load(self) -> EventCoder:
        engine = self

        class Stopping(FakeParser):
            def parse(self, sentences: list[str]) -> list[list[ParsedEvent]]:  # type: ignore[override]
                if len(self.calls) >= engine.calls:  # type: ignore[attr-defined]
                    raise KeyboardInterrupt
                return super().parse(sentences)

        coder = fake_coder()
        coder.parser = Stopping()
        return coder


def options(source: Path, output: Path, **changes: object) -> RunOptions:
    return replace(RunOptions((str(source),), output), **changes)  # type: ignore[arg-type]


def test_an_interrupted_run_goes_on_and_ends_like_an_uninterrupted_one(tmp_path: Path) -> None:
    source = corpus(tmp_path)
    whole = tmp_path / "whole.parquet"
    expected = run(options(source, whole), FakeEngine(), Listeners(), no_show)
    output = tmp_path / "events.parquet"
    for calls in (1, 0, 2):
        with pytest.raises(KeyboardInterrupt):
            run(options(source, output), _StopsAfter(calls), Listeners(), no_show)
        assert not output.exists()
    told: list[str] = []
    summary = run(options(source, output), FakeEngine(), Listeners(told.append), no_show)
    assert rows(output) == rows(whole)
    assert errors(output) == errors(whole)
    assert any("going on with the unfinished run in" in text for text in told)
    assert (summary.articles, summary.sentences, summary.events, summary.errors, summary.codes) == (
        expected.articles,
        expected.sentences,
        expected.events,
        expected.errors,
        expected.codes,
    )
    assert 0 < summary.resumed_articles < summary.articles
    assert not Path(f"{output}.parts").exists()


def interrupted(tmp_path: Path, **changes: object) -> tuple[Path, Path]:
    source, output = corpus(tmp_path), tmp_path / "events.parquet"
    with pytest.raises(KeyboardInterrupt):
        run(options(source, output, **changes), _StopsAfter(2), Listeners(), no_show)
    return source, output


def test_a_changed_input_is_noticed_and_named(tmp_path: Path) -> None:
    source, output = interrupted(tmp_path)
    (source / "2.jsonl").write_text('{"text": "Iran met Egypt."}\n')
    with pytest.raises(
        InputError, match=r"since then .*the input 'news/2.jsonl' changed.* or give --restart"
    ) as error:
        run(options(source, output), FakeEngine(), Listeners(), no_show)
    assert "inputs changed from" in str(error.value)
    summary = run(options(source, output, restart=True), FakeEngine(), Listeners(), no_show)
    assert summary.resumed_articles == 0
    assert len(rows(output)) == summary.events


def test_a_new_file_is_noticed(tmp_path: Path) -> None:
    source, output = interrupted(tmp_path)
    (source / "9.jsonl").write_text('{"text": "Iran met Egypt."}\n')
    with pytest.raises(InputError, match=r"the input 'news/9.jsonl' changed"):
        run(options(source, output), FakeEngine(), Listeners(), no_show)


def test_another_model_and_other_options_are_noticed(tmp_path: Path) -> None:
    source, output = interrupted(tmp_path)
    with pytest.raises(InputError, match='model changed from "model 1" to "model 2"'):
        run(options(source, output), FakeEngine(model="model 2"), Listeners(), no_show)
    with pytest.raises(InputError, match="reading changed from"):
        run(
            options(source, output, read=ReadOptions(default_date="2001-01-01")),
            FakeEngine(),
            Listeners(),
            no_show,
        )
    with pytest.raises(InputError, match="limit changed from null to 5"):
        run(options(source, output, limit=5), FakeEngine(), Listeners(), no_show)
    assert run(options(source, output), FakeEngine(), Listeners(), no_show).resumed_articles > 0


def test_a_limit_holds_over_an_interruption(tmp_path: Path) -> None:
    source, output = interrupted(tmp_path, limit=700)
    assert run(options(source, output, limit=700), FakeEngine(), Listeners(), no_show).articles == 700


def test_a_part_that_was_not_written_out_is_done_again(tmp_path: Path) -> None:
    whole = tmp_path / "whole.parquet"
    source, output = interrupted(tmp_path)
    run(options(source, whole), FakeEngine(), Listeners(), no_show)
    parts = sorted(Path(f"{output}.parts").glob("part-*.arrow"))
    assert len(parts) == 2
    parts[0].write_bytes(parts[0].read_bytes()[:-50])
    (parts[0].parent / ".part-000002.arrow.77.tmp").write_bytes(b"half")
    summary = run(options(source, output), FakeEngine(), Listeners(), no_show)
    assert summary.resumed_articles == 0
    assert rows(output) == rows(whole)


def test_two_runs_into_one_output_do_not_mix(tmp_path: Path) -> None:
    source, output = interrupted(tmp_path)
    parts = Parts(output)
    recorded = json.loads((parts.folder / "run.json").read_text())
    list(parts.open(recorded, restart=False))
    with pytest.raises(InputError, match="another run is writing to"):
        run(options(source, output), FakeEngine(), Listeners(), no_show)
    parts.close()
    assert run(options(source, output), FakeEngine(), Listeners(), no_show).events > 0


def test_a_full_disk_stops_the_run_with_its_work_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, output = corpus(tmp_path), tmp_path / "events.parquet"
    real = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if "part-000002" in path.name:
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match=r"No space left on device. What was coded so far is kept"):
        run(options(source, output), FakeEngine(), Listeners(), no_show)
    monkeypatch.undo()
    assert run(options(source, output), FakeEngine(), Listeners(), no_show).resumed_articles > 400


def test_standard_input_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, output = corpus(tmp_path, files=1), tmp_path / "events.parquet"
    for engine in (_StopsAfter(1), FakeEngine()):
        with (source / "0.jsonl").open() as file:
            monkeypatch.setattr(sys, "stdin", file)
            try:
                summary = run(RunOptions(("-",), output), engine, Listeners(), no_show)
            except KeyboardInterrupt:
                continue
    assert summary.resumed_articles == 0
    assert summary.articles == 296


def test_an_article_that_breaks_the_parser_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    texts = ["Iran met Egypt.", "POISON", "Turkey attacked Iran."]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    summary = run(options(path, tmp_path / "e.parquet"), FakeEngine(), Listeners(), no_show)
    assert (summary.articles, summary.events, summary.errors, summary.exit_code) == (2, 2, 1, 1)
    error = json.loads(errors(tmp_path / "e.parquet")[0])
    assert error == {
        "source": "a.jsonl",
        "position": "record 2",
        "reason": "this article cannot be coded: RuntimeError: poisoned sentence",
        "record": "POISON",
    }


def test_a_broken_model_ends_the_run(tmp_path: Path) -> None:
    engine = FakeEngine(failure=ModelError("the model folder has no weights"))
    source = corpus(tmp_path, 1, 3)
    for workers in (0, 1):
        with pytest.raises(ModelError, match="the model folder has no weights"):
            run(options(source, tmp_path / "e.parquet", workers=workers), engine, Listeners(), no_show)
        assert os.listdir(tmp_path) == ["news"]


def test_workers_give_the_same_table_as_one_process(tmp_path: Path) -> None:
    source = corpus(tmp_path, 3, 200)
    alone, together = tmp_path / "alone.parquet", tmp_path / "together.parquet"
    run(options(source, alone), FakeEngine(Selection(every_mention=True)), Listeners(), no_show)
    seen: list[int] = []
    listeners = Listeners(progress=lambda summary: seen.append(summary.articles))
    run(options(source, together, workers=2), FakeEngine(Selection(every_mention=True)), listeners, no_show)
    assert rows(together) == rows(alone)
    assert errors(together) == errors(alone)
    assert seen == sorted(seen)


def test_an_article_that_kills_its_worker_is_an_error_and_the_rest_is_coded(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    texts = [f"Iran met Egypt in T{number}." for number in range(600)]
    texts[300] = "KILL"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    summary = run(options(path, tmp_path / "e.parquet", workers=1), FakeEngine(), Listeners(), no_show)
    assert (summary.articles, summary.events, summary.errors) == (599, 599, 1)
    assert json.loads(errors(tmp_path / "e.parquet")[0])["reason"] == (
        "coding this article ended its worker process (out of memory?)"
    )
    assert [row["place_text"] for row in rows(tmp_path / "e.parquet")] == [
        f"T{n}" for n in range(600) if n != 300
    ]


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


def test_progress_is_told_after_each_chunk(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []

    def progress(summary: Summary) -> None:
        seen.append((summary.articles, summary.errors))

    run(
        options(corpus(tmp_path), tmp_path / "e.parquet"), FakeEngine(), Listeners(progress=progress), no_show
    )
    assert len(seen) >= 4
    assert seen[-1] == (1184, 16)


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (
            FileNotFoundError("places.npz"),
            "a file or package that coding needs cannot be read: FileNotFoundError: places.npz",
        ),
        (OntologyError("no code 999"), "no code 999"),
    ],
)
def test_what_is_no_articles_fault_ends_the_run(tmp_path: Path, failure: Exception, message: str) -> None:
    class Failing(FakeEngine):
        def load(self) -> EventCoder:
            coder = fake_coder()

            def parse(sentences: Sequence[str]) -> list[list[ParsedEvent]]:
                raise failure

            coder.parser.parse = parse  # type: ignore[method-assign]
            return coder

    with pytest.raises(CoderError, match=message):
        run(options(corpus(tmp_path, 1, 3), tmp_path / "e.parquet"), Failing(), Listeners(), no_show)


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


def test_outputs_inside_an_input_folder_are_not_read(tmp_path: Path) -> None:
    source = corpus(tmp_path, 1, 20)
    output = source / "events.jsonl"
    chosen = options(source, output, summary=source / "summary.json", force=True)
    first = run(chosen, FakeEngine(), Listeners(), no_show)
    second = run(chosen, FakeEngine(), Listeners(), no_show)
    assert (first.articles, first.errors) == (second.articles, second.errors) == (19, 1)


def test_an_output_that_is_an_input_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text('{"text": "Iran met Egypt."}\n')
    with pytest.raises(InputError, match="is both an input and an output: name another output"):
        run(options(path, path, force=True), FakeEngine(), Listeners(), no_show)
    assert "Iran" in path.read_text()


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


def test_an_output_of_someone_else_beside_unfinished_work_is_kept(tmp_path: Path) -> None:
    source, output = interrupted(tmp_path)
    output.write_text("precious")
    with pytest.raises(InputError, match="exists: name another file, or give --force"):
        run(options(source, output), FakeEngine(), Listeners(), no_show)
    assert output.read_text() == "precious"
