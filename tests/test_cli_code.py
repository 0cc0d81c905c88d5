"""``coder code`` as a user calls it: arguments, output, messages and exit codes."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pipeline_fakes import fake_coder

import coder.cli
from coder.pipeline.coding import EventCoder
from coder.pipeline.engine import ModelEngine, threads_each

SENTENCE = "Turkey attacked Iran in Tabriz on Monday."


@pytest.fixture(autouse=True)
def _fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(self: ModelEngine) -> EventCoder:
        return fake_coder(self.selection)

    monkeypatch.setattr(ModelEngine, "load", load)
    monkeypatch.setattr(ModelEngine, "fingerprint", lambda self: {"model": "fake"})


class Called:
    """What a call printed and returned."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def events(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


Call = Callable[..., Called]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    def called(*arguments: str | Path) -> Called:
        monkeypatch.setattr(sys, "argv", ["coder", "code", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            coder.cli.main()
        out, err = capsys.readouterr()
        return Called(int(exit_.value.code or 0), out, err)

    return called


def news(folder: Path) -> Path:
    path = folder / "news.jsonl"
    path.write_text(
        f'{{"text": "{SENTENCE}", "date": "2019-10-07"}}\n{{"text": ""}}\n{{"text": "Iran met Egypt."}}\n'
    )
    return path


def test_a_sentence_in_a_pipe_gives_json_lines(call: Call) -> None:
    result = call(SENTENCE, "--date", "2019-10-07")
    assert result.code == 0
    (event,) = result.events
    assert (event["source_code"], event["code"], event["target_code"]) == ("TUR", "190", "IRN")
    assert (event["event_date"], event["published"]) == ("2019-10-07", "2019-10-07")
    assert "1 article, 1 sentence, 1 event, 0 errors" in result.err
    assert "most frequent dyads: TUR-IRN 1" in result.err


def test_a_sentence_on_a_terminal_gives_a_table(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "150")
    result = call(SENTENCE)
    assert "Turkey [TUR]" in result.out
    assert "190" in result.out
    assert "{" not in result.out


def test_without_a_date_nothing_is_dated(call: Call) -> None:
    (event,) = call(SENTENCE).events
    assert event["event_date"] is None


@pytest.mark.parametrize("suffix", ["parquet", "csv", "tsv", "jsonl", "duckdb"])
def test_output_files_and_the_error_file(call: Call, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"events.{suffix}"
    result = call(news(tmp_path), "-o", output)
    assert result.code == 1
    assert result.out == ""
    assert output.exists()
    (error,) = map(json.loads, (tmp_path / f"events.{suffix}.errors.jsonl").read_text().splitlines())
    assert error["source"] == "news.jsonl"
    assert error["position"] == "line 2"
    assert error["reason"] == "the text (column 'text') is empty"
    assert json.loads(error["record"]) == {"text": ""}
    assert "error: news.jsonl, line 2: the text (column 'text') is empty" in result.err
    assert not (tmp_path / f"events.{suffix}.parts").exists()


def test_without_errors_there_is_no_error_file_and_the_exit_code_is_0(call: Call, tmp_path: Path) -> None:
    result = call(SENTENCE, "-o", tmp_path / "events.jsonl")
    assert result.code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]


def test_the_summary_file_counts_what_was_done(call: Call, tmp_path: Path) -> None:
    call(news(tmp_path), "-o", tmp_path / "events.parquet", "--summary", tmp_path / "summary.json")
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert {key: summary[key] for key in ("articles", "sentences", "events", "errors")} == {
        "articles": 2,
        "sentences": 2,
        "events": 2,
        "errors": 1,
    }
    assert summary["codes"] == {"040": 1, "190": 1}
    assert summary["top_dyads"] == {"IRN-EGY": 1, "TUR-IRN": 1}
    assert summary["seconds"] >= 0


def test_the_error_file_can_be_named_and_used_without_output(call: Call, tmp_path: Path) -> None:
    result = call(news(tmp_path), "--errors", tmp_path / "bad.jsonl")
    assert result.code == 1
    assert len(result.events) == 2
    assert json.loads((tmp_path / "bad.jsonl").read_text())["position"] == "line 2"


def test_an_existing_output_is_kept_unless_forced(call: Call, tmp_path: Path) -> None:
    output = tmp_path / "events.jsonl"
    output.write_text("precious")
    result = call(SENTENCE, "-o", output)
    assert result.code == 2
    assert f"{output} exists: name another file, or give --force to overwrite it" in result.err
    assert output.read_text() == "precious"
    assert call(SENTENCE, "-o", output, "--force").code == 0
    assert json.loads(output.read_text())["code"] == "190"


def test_force_removes_the_error_file_of_an_earlier_run(call: Call, tmp_path: Path) -> None:
    path = news(tmp_path)
    output = tmp_path / "events.jsonl"
    assert call(path, "-o", output).code == 1
    path.write_text('{"text": "Iran met Egypt."}\n')
    assert call(path, "-o", output, "--force").code == 0
    assert not (tmp_path / "events.jsonl.errors.jsonl").exists()


def test_selection_flags(call: Call) -> None:
    text = "Turkey did not attacked Iran. Turkey attacked Iran perhaps. Turkey met Iran. Turkey met Iran."
    assert [event["mentions"] for event in call(text).events] == [1, 2]
    assert len(call(text, "--include-not-asserted").events) == 3
    assert len(call(text, "--min-confidence", "0.5").events) == 1
    assert len(call(text, "--every-mention").events) == 3


def test_columns_are_guessed_aloud_or_named(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("words,when,body\nIran met Egypt.,2019-10-07,Turkey attacked Iran.\n")
    assert "a.csv: text from 'body'" in call(path).err
    (event,) = call(path, "--text-column", "words", "--date-column", "when").events
    assert (event["code"], event["published"]) == ("040", "2019-10-07")
    result = call(path, "--text-column", "wrods")
    assert result.code == 1
    assert "there is no column 'wrods' for the text; the columns are 'words', 'when', 'body'" in result.err


def test_a_limit_stops_after_so_many_articles(call: Call, tmp_path: Path) -> None:
    result = call(news(tmp_path), "--limit", "1")
    assert [event["code"] for event in result.events] == ["190"]
    assert "1 article, " in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such.txt"], "'no-such.txt' was not found"),
        ([SENTENCE, "--date", "soon"], "'soon' is no date: expected a form such as 2019-10-07"),
        ([SENTENCE, "--date", ""], "--date is empty: give the day of publication"),
        ([SENTENCE, "--min-confidence", "80"], "the least confidence is a number from 0 to 1, found 80"),
        ([SENTENCE, "--schema", "acled"], "there is no schema 'acled'"),
        ([SENTENCE, "-o", "events.xls"], "expected one of .parquet, .csv"),
        ([SENTENCE, "-o", "no/such/events.csv"], "does not exist: create it first"),
        ([SENTENCE, "--errors", "no/such/errors.jsonl"], "does not exist: create it first"),
        ([SENTENCE, "--workers", "-1"], "--workers is 0 (this process) or a number of processes, found -1"),
        ([SENTENCE, "--threads", "-2"], "--threads is 0 (all cores) or a number of threads, found -2"),
        ([SENTENCE, "--limit", "0"], "--limit is the number of articles to code, at least 1, found 0"),
        ([SENTENCE, "--format", "doc"], "there is no format 'doc': expected one of txt, jsonl"),
        ([SENTENCE, "--encoding", "utf-9"], "there is no encoding 'utf-9'"),
        ([SENTENCE, "--mark-duplicates", "daily"], "--mark-duplicates needs an output file"),
        (
            [SENTENCE, "--mark-duplicates", "weekly"],
            "duplicates are marked as copies or daily, found 'weekly'",
        ),
        ([SENTENCE, "--partition", "month"], "--partition needs an output folder: name it with -o"),
    ],
)
def test_a_call_that_cannot_work_says_why_and_exits_with_2(
    call: Call, arguments: list[str], message: str
) -> None:
    result = call(*arguments)
    assert result.code == 2
    assert message in result.err
    assert result.out == ""


def test_arguments_that_typer_refuses_exit_with_2(call: Call) -> None:
    assert call().code == 2
    assert call(SENTENCE, "--no-such-flag").code == 2
    assert call(SENTENCE, "--min-confidence", "much").code == 2


def test_quiet_says_nothing_but_errors(call: Call, tmp_path: Path) -> None:
    assert call(SENTENCE, "--quiet").err == ""
    result = call(news(tmp_path), "-q")
    assert result.err.splitlines() == ["error: news.jsonl, line 2: the text (column 'text') is empty"]


def test_only_the_first_errors_are_printed(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("broken\n" * 50 + '{"text": "Iran met Egypt."}\n')
    result = call(path, "-o", tmp_path / "events.csv")
    assert result.err.count("error: a.jsonl") == 5
    assert result.err.count("more records cannot be coded; see the error file") == 1
    assert len((tmp_path / "events.csv.errors.jsonl").read_text().splitlines()) == 50
    assert len(list(csv.DictReader(io.StringIO((tmp_path / "events.csv").read_text())))) == 1


def test_formulas_are_told_and_escaped_on_demand(call: Call, tmp_path: Path) -> None:
    sentence = "=SUM(A1) Turkey attacked Iran."
    result = call(sentence, "-o", tmp_path / "a.csv")
    assert "1 cells begin with = + - or @, which a spreadsheet takes for formulas" in result.err
    result = call(sentence, "-o", tmp_path / "b.csv", "--csv-escape-formulas")
    assert "spreadsheet" not in result.err
    assert "'=SUM(A1)" in (tmp_path / "b.csv").read_text()


def test_a_partitioned_output(call: Call, tmp_path: Path) -> None:
    assert call(news(tmp_path), "-o", tmp_path / "events", "--partition", "month").code == 1
    assert sorted(path.name for path in (tmp_path / "events").iterdir()) == ["month=2019-10", "month=unknown"]


def test_the_help_has_examples_and_exit_codes(call: Call) -> None:
    result = call("--help")
    assert result.code == 0
    assert "coder code articles/ news.jsonl.gz -o events.parquet" in result.out
    assert "Exit codes: 0 all coded" in " ".join(result.out.split())


def test_the_same_input_gives_the_same_table(call: Call, tmp_path: Path) -> None:
    path = news(tmp_path)
    call(path, "-o", tmp_path / "a.parquet")
    call(path, "-o", tmp_path / "b.parquet")
    assert pq.read_table(tmp_path / "a.parquet").equals(pq.read_table(tmp_path / "b.parquet"))


def test_starting_loads_nothing_heavy() -> None:
    script = (
        "import sys, coder.cli.code, coder.pipeline.run, coder.pipeline.engine; "
        "heavy = {'torch', 'pyarrow', 'numpy', 'openvino', 'onnxruntime', 'trafilatura', 'multiprocessing'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_another_schema_in_a_pipe_has_its_names(call: Call) -> None:
    (event,) = call(SENTENCE, "--schema", "icews").events
    assert (event["CAMEO Code"], event["Source Country"], event["Target Country"]) == (
        "190",
        "Turkey",
        "Iran",
    )


def test_workers_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    assert [threads_each(0, workers) for workers in (0, 1, 2, 8, 20)] == [0, 8, 4, 1, 1]
    assert threads_each(3, 4) == 3


def test_duplicates_are_linked_on_demand(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"text": "{SENTENCE}", "id": 1}}\n{{"text": "{SENTENCE}", "id": 2}}\n')
    call(path, "-o", tmp_path / "plain.parquet")
    assert pq.read_table(tmp_path / "plain.parquet")["duplicate_of"].to_pylist() == [None, None]
    call(path, "-o", tmp_path / "linked.parquet", "--mark-duplicates", "copies")
    first, second = pq.read_table(tmp_path / "linked.parquet").to_pylist()
    assert (first["duplicate_of"], second["duplicate_of"]) == (None, first["event_id"])
