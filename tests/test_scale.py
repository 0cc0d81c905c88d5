"""Coding with Daft in process: the same rows, errors and resume as the local engine, and events as a step of a pipeline."""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pipeline_fakes import FakeEngine

from coder.errors import CoderError, InputError, MissingExtraError, ModelError
from coder.pipeline.event import EVENT_SCHEMA, Event
from coder.pipeline.parts import Parts
from coder.pipeline.run import Listeners, RunOptions, run
from coder.pipeline.scale import session, windows
from coder.pipeline.summary import Summary

TESTS = Path(__file__).parent
needs_daft = pytest.mark.skipif(find_spec("daft") is None, reason="needs coder[scale]")


@pytest.fixture(autouse=True)
def _workers_find_the_fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


def no_show(groups: Iterable[list[Event]]) -> None:
    raise AssertionError("there is an output file")


def corpus(folder: Path, files: int = 3, articles: int = 300, extra: str | None = None) -> Path:
    """JSONL and Parquet files of several chunks, with broken lines, empty texts and one ``extra`` text in the middle."""
    source = folder / "news"
    source.mkdir()
    for number in range(files):
        texts = [
            f"Turkey attacked Iran in Place{number}x{i}. Rain fell. Jordan met Egypt."
            for i in range(articles)
        ]
        texts[7] = ""
        if extra is not None and number == files // 2:
            texts[articles // 2] = extra
        if number == 1:
            days = ["2019-10-07"] * articles
            pq.write_table(pa.table({"body": texts, "published": days}), source / f"{number}.parquet")
            continue
        lines = [json.dumps({"text": text, "date": "2019-10-07"}) for text in texts]
        lines[11] = "{broken"
        (source / f"{number}.jsonl").write_text("\n".join(lines) + "\n")
    return source


def options(source: Path, output: Path, **changes: object) -> RunOptions:
    return replace(RunOptions((str(source),), output, engine="daft", workers=2), **changes)  # type: ignore[arg-type]


def local(source: Path, output: Path) -> Summary:
    return run(RunOptions((str(source),), output), FakeEngine(), Listeners(), no_show)


def counts(summary: Summary) -> tuple[object, ...]:
    return (summary.articles, summary.sentences, summary.events, summary.errors, summary.codes, summary.dyads)


def errors(path: Path) -> list[dict]:
    return [json.loads(line) for line in Path(f"{path}.errors.jsonl").read_text().splitlines()]


@needs_daft
def test_daft_gives_the_rows_errors_and_counts_of_the_local_engine(tmp_path: Path) -> None:
    source, log = corpus(tmp_path), tmp_path / "pids"
    expected = local(source, tmp_path / "local.parquet")
    summary = run(options(source, tmp_path / "daft.parquet"), FakeEngine(log=log), Listeners(), no_show)
    assert pq.read_table(tmp_path / "daft.parquet").equals(pq.read_table(tmp_path / "local.parquet"))
    assert errors(tmp_path / "daft.parquet") == errors(tmp_path / "local.parquet")
    reasons = [error["reason"].partition(":")[0] for error in errors(tmp_path / "daft.parquet")]
    assert sorted(set(reasons)) == [
        "the text (column 'body') is empty",
        "the text (column 'text') is empty",
        "this is no valid JSON",
    ]
    assert counts(summary) == counts(expected)
    assert summary.exit_code == 1
    assert len(log.read_text().split()) == 2, "one model a process"


@pytest.mark.slow
@needs_daft
def test_a_run_of_the_local_engine_is_taken_up_by_daft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, output = corpus(tmp_path), tmp_path / "events.parquet"
    local(source, tmp_path / "whole.parquet")
    added = Parts.add

    def stops(parts: Parts, coded: object) -> None:
        if parts.count == 2:
            raise KeyboardInterrupt
        added(parts, coded)  # type: ignore[arg-type]

    monkeypatch.setattr(Parts, "add", stops)
    with pytest.raises(KeyboardInterrupt):
        local(source, output)
    monkeypatch.undo()
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    with pytest.raises(InputError, match='model changed from "model 1" to "model 2"'):
        run(options(source, output), FakeEngine(model="model 2"), Listeners(), no_show)
    before = (source / "0.jsonl").stat()
    (source / "0.jsonl").touch()
    with pytest.raises(InputError, match=r"the input 'news/0.jsonl' changed.*--restart"):
        run(options(source, output), FakeEngine(), Listeners(), no_show)
    os.utime(source / "0.jsonl", ns=(before.st_atime_ns, before.st_mtime_ns))
    summary = run(options(source, output), FakeEngine(), Listeners(), no_show)
    assert 0 < summary.resumed_articles < summary.articles
    assert pq.read_table(output).equals(pq.read_table(tmp_path / "whole.parquet"))
    assert not Parts.folder_of(output).exists()


@needs_daft
def test_an_interrupted_daft_run_skips_what_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, output, log = corpus(tmp_path), tmp_path / "events.parquet", tmp_path / "pids"
    local(source, tmp_path / "whole.parquet")
    added = Parts.add

    def stops(parts: Parts, coded: object) -> None:
        if parts.count == 2:
            raise KeyboardInterrupt
        added(parts, coded)  # type: ignore[arg-type]

    monkeypatch.setattr(Parts, "add", stops)
    with pytest.raises(KeyboardInterrupt):
        run(options(source, output, workers=1), FakeEngine(), Listeners(), no_show)
    monkeypatch.setattr(Parts, "add", added)
    summary = run(options(source, output, workers=1), FakeEngine(log=log), Listeners(), no_show)
    assert 0 < summary.resumed_articles < summary.articles
    assert pq.read_table(output).equals(pq.read_table(tmp_path / "whole.parquet"))
    assert errors(output) == errors(tmp_path / "whole.parquet")


@pytest.mark.slow
@needs_daft
def test_several_windows_give_one_ordered_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "_FIRST", 1)
    source = corpus(tmp_path, articles=600)
    expected = local(source, tmp_path / "local.parquet")
    seen: list[int] = []
    listeners = Listeners(progress=lambda summary: seen.append(summary.articles))
    summary = run(options(source, tmp_path / "daft.parquet", workers=1), FakeEngine(), listeners, no_show)
    assert pq.read_table(tmp_path / "daft.parquet").equals(pq.read_table(tmp_path / "local.parquet"))
    assert counts(summary) == counts(expected)
    assert len(seen) == len(set(seen)) == 8, "progress after each chunk"


@pytest.mark.slow
@needs_daft
def test_an_article_that_ends_its_process_is_an_error_and_all_else_is_coded(tmp_path: Path) -> None:
    source, told = corpus(tmp_path, files=1, articles=40, extra="Iran met Egypt. KILL"), list[str]()
    summary = run(options(source, tmp_path / "e.parquet"), FakeEngine(), Listeners(told.append), no_show)
    assert summary.articles == 37
    (error,) = [error for error in errors(tmp_path / "e.parquet") if "KILL" in (error["record"] or "")]
    assert error["source"] == "news/0.jsonl"
    assert error["position"] == "record 21"
    assert "coding this article ended its worker process (out of memory?)" in error["reason"]
    assert any("ended early" in text and "coding 1 chunks again" in text for text in told)


@pytest.mark.slow
@needs_daft
def test_an_article_that_breaks_the_parser_spoils_no_other(tmp_path: Path) -> None:
    source = corpus(tmp_path, files=1, articles=40, extra="POISON")
    summary = run(options(source, tmp_path / "e.parquet"), FakeEngine(), Listeners(), no_show)
    assert (summary.articles, summary.errors) == (37, 3)
    assert any(
        "RuntimeError: poisoned sentence" in error["reason"] for error in errors(tmp_path / "e.parquet")
    )


@pytest.mark.slow
@needs_daft
def test_a_model_that_cannot_be_loaded_ends_the_run_with_its_reason(tmp_path: Path) -> None:
    source = corpus(tmp_path, files=1, articles=20)
    engine = FakeEngine(failure=ModelError("the folder m holds no model"))
    with pytest.raises(ModelError, match=r"^the folder m holds no model$"):
        run(options(source, tmp_path / "e.parquet"), engine, Listeners(), no_show)
    engine = FakeEngine(failure=MemoryError("no memory"))
    with pytest.raises(CoderError, match="a worker cannot load its model: MemoryError: no memory"):
        run(options(source, tmp_path / "e.parquet"), engine, Listeners(), no_show)


class OtherThere(FakeEngine):
    """An engine that is another one in every process but the first."""

    def fingerprint(self) -> dict[str, str]:
        return {"model": "there" if sys.argv[0].endswith("udf_worker.py") else "here"}


@needs_daft
def test_a_worker_with_another_model_is_refused(tmp_path: Path) -> None:
    source = corpus(tmp_path, files=1, articles=20)
    with pytest.raises(ModelError, match=r"a worker has another model.*expected .*here.*found .*there"):
        run(options(source, tmp_path / "e.parquet"), OtherThere(), Listeners(), no_show)


@pytest.mark.slow
@needs_daft
def test_without_an_output_the_caller_gets_the_events(tmp_path: Path) -> None:
    source, groups = corpus(tmp_path, files=1, articles=20), list[list[Event]]()
    summary = run(
        RunOptions((str(source),), engine="daft", workers=1), FakeEngine(), Listeners(), groups.extend
    )
    assert sum(map(len, groups)) == summary.events == 36


def test_daft_that_is_not_installed_is_said_with_the_pip_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = corpus(tmp_path, files=1, articles=20)
    monkeypatch.setitem(sys.modules, "daft", None)
    with pytest.raises(MissingExtraError, match=r"'daft'.*pip install 'coder\[scale\]'"):
        run(options(source, tmp_path / "e.parquet"), FakeEngine(), Listeners(), no_show)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["news"]


@needs_daft
@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "ray://127.0.0.1:9",
            r"no Ray cluster answers at 'ray://127.0.0.1:9' .*ray start --head.*by default 10001",
        ),
        ("127.0.0.1:9", r"no Ray cluster answers at '127.0.0.1:9' .*by default 6379"),
        ("http://head:80", r"--address is ray://HOST:PORT, HOST:PORT or auto, found 'http://head:80'"),
        ("ray://head:x", r"--address is ray://HOST:PORT"),
    ],
)
def test_an_address_where_no_cluster_is_is_said(tmp_path: Path, address: str, message: str) -> None:
    pytest.importorskip("ray")
    source = corpus(tmp_path, files=1, articles=20)
    with pytest.raises(InputError, match=message):
        run(options(source, tmp_path / "e.parquet", address=address), FakeEngine(), Listeners(), no_show)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["news"]


@needs_daft
def test_an_output_that_cannot_be_written_is_said_before_anything_is_coded(tmp_path: Path) -> None:
    source = corpus(tmp_path, files=1, articles=20)
    with pytest.raises(InputError, match="does not exist: create it first"):
        run(options(source, tmp_path / "no" / "e.parquet"), FakeEngine(), Listeners(), no_show)


def test_calls_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    source = corpus(tmp_path, files=1, articles=20)
    with pytest.raises(InputError, match="there is no engine 'spark': expected one of local, daft"):
        run(options(source, tmp_path / "e.parquet", engine="spark"), FakeEngine(), Listeners(), no_show)
    with pytest.raises(InputError, match="which only Daft uses: give --engine daft"):
        run(
            options(source, tmp_path / "e.parquet", engine="local", address="auto"),
            FakeEngine(),
            Listeners(),
            no_show,
        )


@needs_daft
def test_a_data_frame_gets_events_and_errors(tmp_path: Path) -> None:
    import daft

    from coder.pipeline.scale import error_rows, event_rows
    from coder.pipeline.scale.frame import code_frame_with

    texts = [
        "Turkey attacked Iran. Jordan met Egypt.",
        "",
        "Rain fell.",
        "Iran did not met Egypt POISON",
        "France met Iran.",
    ]
    table = pa.table(
        {"uid": [f"a{i}" for i in range(5)], "body": texts, "pub_date": ["2019-10-07"] * 4 + ["never"]}
    )
    pq.write_table(table, tmp_path / "in.parquet")
    coded = code_frame_with(
        FakeEngine(), daft.read_parquet(str(tmp_path / "in.parquet")), {}, workers=1, batch=2
    )
    assert coded.column_names == ["uid", "body", "pub_date", "events", "error"]
    coded = coded.collect()
    assert {
        row["uid"]: row["error"] and row["error"].split(":")[0] for row in error_rows(coded).iter_rows()
    } == {
        "a1": "the text (column 'body') is empty",
        "a3": "this article cannot be coded",
        "a4": "'never' is no date",
    }
    event_rows(coded).write_parquet(str(tmp_path / "out"))
    written = pq.read_table(tmp_path / "out").cast(EVENT_SCHEMA)
    (tmp_path / "l").mkdir()
    local(tmp_path / "in.parquet", tmp_path / "l" / "e.parquet")
    assert written.equals(pq.read_table(tmp_path / "l" / "e.parquet"))
    assert [event["article_id"] for event in written.to_pylist()] == ["a0", "a0"]


@needs_daft
def test_data_frames_that_cannot_be_coded_are_refused() -> None:
    import daft

    from coder.pipeline.scale import code_frame

    with pytest.raises(InputError, match=r"the columns are 'x'.*columns=\{'text': NAME\}"):
        code_frame(daft.from_pydict({"x": ["a"]}))
    with pytest.raises(InputError, match="has a column 'events' already"):
        code_frame(daft.from_pydict({"text": ["a"], "events": [1]}))
    with pytest.raises(InputError, match=r"columns= names the fields text.*found 'body'"):
        code_frame(daft.from_pydict({"text": ["a"]}), columns={"body": "text"})
    with pytest.raises(InputError, match="batch at least 1, found 0 and 0"):
        code_frame(daft.from_pydict({"text": ["a"]}), batch=0)


@needs_daft
def test_an_article_without_id_in_a_data_frame_is_known_by_its_text() -> None:
    import daft

    from coder import Article
    from coder.pipeline.scale import event_rows
    from coder.pipeline.scale.frame import code_frame_with

    text = "Turkey attacked Iran."
    coded = code_frame_with(FakeEngine(), daft.from_pydict({"text": [text]}), {}, "2019-10-07", workers=1)
    (event,) = event_rows(coded).to_pylist()
    assert event["article_id"] == Article(text).key
    assert str(event["published"]) == "2019-10-07"


def test_the_session_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "daft", None)
    with pytest.raises(MissingExtraError, match="--engine daft"):
        session.import_daft()
