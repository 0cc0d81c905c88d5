"""Runs that are interrupted: nothing lost, nothing twice, and a change of what the run is made of is noticed."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from pipeline_fakes import FakeEngine, FakeParser, fake_coder
from run_corpus import corpus, errors, no_show, options, rows

from coder.errors import CoderError, InputError, ModelError, OntologyError
from coder.infer.records import ParsedEvent
from coder.pipeline.coding import EventCoder, Selection
from coder.pipeline.parts import Parts
from coder.pipeline.read import ReadOptions
from coder.pipeline.run import Listeners, RunOptions, run
from coder.pipeline.summary import Summary


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


def test_an_output_of_someone_else_beside_unfinished_work_is_kept(tmp_path: Path) -> None:
    source, output = interrupted(tmp_path)
    output.write_text("precious")
    with pytest.raises(InputError, match="exists: name another file, or give --force"):
        run(options(source, output), FakeEngine(), Listeners(), no_show)
    assert output.read_text() == "precious"
