"""The coder corpus commands: what they print, write, and return to the shell."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coder.cli.corpus import corpus_app
from coder.corpus import read_split
from coder.corpus.card import BEGIN, END
from coder.errors import CoderError

GOOD = "[Iran|s1] [accused|e1=112] [Iraq|t1] of meddling."


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(corpus_app, [str(argument) for argument in arguments])
    if isinstance(result.exception, CoderError):
        raise result.exception
    return result


@pytest.fixture
def seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "seeds" / "cameo"
    folder.mkdir(parents=True)
    for name, line in (("a", GOOD), ("b", "Wheat rose."), ("c", "[Peru|s1] [praised|e1=051] [Chile|t1].")):
        (folder / f"{name}.txt").write_text(line + "\n", encoding="utf-8")
    (folder / "splits.toml").write_text('[splits]\nb = "validation"\nc = "test"\n', encoding="utf-8")
    return folder


def test_build_writes_the_splits_and_says_how_much(seeds: Path):
    result = run("build")
    assert result.exit_code == 0
    assert "train.jsonl            1 sentences,      1 events,     0 sentences without event" in result.output
    assert "left out: none (each in data/built/manifest.json)" in result.output.replace("\\", "/")
    assert read_split("data/built/train.jsonl")[0].events[0].code == "112"


def test_build_with_named_batches_and_broken_lines(seeds: Path):
    with (seeds / "b.txt").open("a", encoding="utf-8") as out:
        out.write("[x|s1] and [y|s1].\n")
    result = run(
        "build", "--validation-batches", "c", "--test-batches", "a", "--skip-broken", "--out", "built"
    )
    assert result.exit_code == 1
    assert "b.txt:2:4: skipped: event 1 has no trigger" in result.output
    assert "skipped 1 broken lines: run coder corpus check" in result.output
    assert [s.batch for s in read_split("built/test.jsonl")] == ["a"]


def test_check_exit_codes_and_json(seeds: Path):
    result = run("check")
    assert (result.exit_code, result.output) == (0, "3 files, 3 sentences, 2 events: 0 errors, 0 warnings\n")
    (seeds / "a.txt").write_text(GOOD + "\n[the army|s1] [hit|e1=19] it.\n[a|s1]\n", encoding="utf-8")
    result = run("check", seeds / "a.txt")
    assert result.exit_code == 1
    assert "a.txt:2:2: warning: actor 'the army': leave 'the' outside the brackets [article]" in result.output
    assert "a.txt:3:4: error: event 1 has no trigger" in result.output
    assert "1 errors, 2 warnings (" in result.output
    assert "article 1" in result.output
    result = run("check", seeds / "a.txt", "--no-warnings", "--json")
    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()] == ["markup"]


def test_stats_prints_tables_json_and_refreshes_the_card(seeds: Path):
    result = run("stats", "--min-root", 1, "--codes")
    assert "| events                                   | 2" in result.output
    assert "roots with fewer than 1 events: 18 of 20" in result.output
    assert "| 112  | 1" in result.output
    card = seeds / "README.md"
    card.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    result = run("stats", "--json", "--card", card)
    assert json.loads(result.stdout)["roots"]["05"]["events"] == 1
    assert "figures refreshed" in result.stderr
    assert "| authoring batches" in card.read_text(encoding="utf-8")


def test_import_writes_split_and_errors(seeds: Path):
    Path("mine.csv").write_text("body,event\nIran hit it.,Fight\nBad.,Riot\n", encoding="utf-8")
    Path("map.csv").write_text("label,code\nFight,19\n", encoding="utf-8")
    command = ["import", "mine.csv", "--column", "label=event", "--labels", "map.csv", "-o", "mine.jsonl"]
    result = run(*command)
    assert result.exit_code == 1
    assert "format: csv (by the ending)\ntext: column 'body'\n" in result.stderr
    assert result.stdout == "mine.jsonl: 1 sentences, 1 events\n"
    assert "mine.csv:3: unknown label 'Riot': not in map.csv" in result.stderr
    assert [s.events[0].code for s in read_split("mine.jsonl")] == ["19"]
    rejected = json.loads(Path("mine.errors.jsonl").read_text(encoding="utf-8"))
    assert (rejected["line"], rejected["record"]) == (3, {"body": "Bad.", "event": "Riot"})
    with pytest.raises(CoderError, match=r"mine.jsonl exists already: give another -o, or --force"):
        run(*command)
    Path("mine.csv").write_text("body,event\nIran hit it.,Fight\n", encoding="utf-8")
    assert run(*command, "--force").exit_code == 0
    assert not Path("mine.errors.jsonl").exists()


def test_import_of_nothing_usable(seeds: Path):
    Path("mine.csv").write_text("body,event\nBad.,Riot\n", encoding="utf-8")
    with pytest.raises(CoderError, match=r"none of 1 records .* the first: line 2: unknown label 'Riot'"):
        run("import", "mine.csv", "--column", "label=event", "-o", "mine.jsonl", "--errors", "bad/e.jsonl")
    assert Path("bad/e.jsonl").exists()
    assert not Path("mine.jsonl").exists()
    with pytest.raises(
        CoderError, match=r"the ending '.xml' tells no format: give --format, one of csv, tsv"
    ):
        run("import", "mine.xml", "-o", "mine.jsonl")
    with pytest.raises(CoderError, match="unknown format 'xml': expected one of csv"):
        run("import", "mine.csv", "--format", "xml", "-o", "mine.jsonl")
    with pytest.raises(CoderError, match=r"mine.csv is the file to import"):
        run("import", "mine.csv", "-o", "mine.csv")


@pytest.mark.parametrize(
    ("name", "content", "extra", "grade"),
    [
        ("x.tsv", "text\tlabel\nIran hit Iraq.\t190\n", [], "label"),
        ("x.jsonl", '{"text": "Iran hit Iraq.", "label": "190"}\n', [], "label"),
        ("x.csv", "text,label\n<S>Iran</S> hit Iraq.,190\n", ["--format", "pairs"], "pairs"),
        ("x.tsv", "text\tlabel\tsource\nIran hit Iraq.\t190\tIran\n", ["--format", "pairs"], "pairs"),
        ("x.bio", "Iran B-S\nhit O\nIraq B-T\n. O\n", [], "pairs"),
        ("x.txt", "[Iran|s1] [hit|e1=190] Iraq.\n", [], "tuples"),
        ("x.json", '[{"data": {"text": "Iran hit Iraq."}, "annotations": [{"result": []}]}]', [], "tuples"),
    ],
)
def test_every_format_gives_a_split_file(seeds: Path, name: str, content: str, extra: list[str], grade: str):
    Path(name).write_text(content, encoding="utf-8")
    result = run("import", name, "-o", "out.jsonl", *extra)
    assert result.exit_code == 0
    (sentence,) = read_split("out.jsonl")
    assert (sentence.text, sentence.grade) == ("Iran hit Iraq.", grade)


def test_the_shell_gets_two_for_an_unusable_call(seeds: Path):
    command = [sys.executable, "-c", "from coder.cli import main; main()", "corpus", "check", "absent"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 2
    assert done.stderr == "error: absent: no such file or folder: name a batch file or a folder of them\n"
