"""coder evaluate: what it counts, prints and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from coder.cli.evaluate import evaluate as command
from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span
from coder.errors import CorpusError, InputError, ModelError
from coder.infer.labels import Decoding, ModelSettings, label_space
from coder.infer.parser import EventParser
from coder.infer.records import ParsedEvent
from coder.ontology import load_ontology
from coder.report.evaluate import BATCH, evaluate, evaluate_files, grids, summary
from coder.report.tables import Grid, plain, show

BATCH_TEXT = """\
[Karth|s1] [bombed|e1=195] [Veldoria|t1] [on Monday|d1].
[Veldoria|s1] [did not expel|e1=166!no] [the envoy|t1].
Shares closed higher.
"""


class FakeParser:
    """Finds "bombed" (right, sure) and "closed" (made up, unsure), and the denied expulsion as a fact."""

    found = (("bombed", "195", 0.9), ("closed", "010", 0.2), ("did not expel", "166", 0.4))

    def __init__(self) -> None:
        onto = load_ontology()
        labels = label_space([(code, onto[code].parent) for code in onto.codes])
        self.settings = ModelSettings(labels, Decoding(), name="fake", sha256={"upper.onnx": "ab"})
        self.sizes: list[int] = []

    def parse(self, sentences: Sequence[str]) -> list[list[ParsedEvent]]:
        self.sizes.append(len(sentences))
        return [self._events(sentence) for sentence in sentences]

    def _events(self, text: str) -> list[ParsedEvent]:
        def at(part: str) -> tuple[int, int] | None:
            start = text.find(part)
            return None if start < 0 else (start, start + len(part))

        return [
            ParsedEvent(code, confidence, 0.8, "asserted", at(word), at("Karth"), at("Veldoria"), None, None)
            for word, code, confidence in self.found
            if word in text
        ]


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    path = tmp_path / "batch.txt"
    path.write_text(BATCH_TEXT, encoding="utf-8")
    return path


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    parser = FakeParser()
    asked: list[object] = []
    monkeypatch.setattr(EventParser, "from_pretrained", lambda path=None: asked.append(path) or parser)
    app = typer.Typer()
    app.command()(command)

    def invoke(*arguments: object):
        return CliRunner().invoke(app, [str(a) for a in arguments])

    invoke.asked = asked
    return invoke


def test_report_has_the_scores_of_markup(batch: Path) -> None:
    report = evaluate_files(FakeParser(), [batch])
    row = report["scores"]["levels"]["root+source+target"]
    assert (row["right"], row["predicted"], row["gold"]) == (1, 3, 1)
    assert report["scores"]["status_accuracy"] == 0.5
    assert report["model"]["name"] == "fake"
    assert json.loads(json.dumps(report)) == report


def test_confidence_and_status_options_change_what_counts(batch: Path) -> None:
    kept = evaluate_files(FakeParser(), [batch], min_confidence=0.5)
    assert kept["scores"]["levels"]["root"]["precision"] == 1.0
    everything = evaluate_files(FakeParser(), [batch], asserted_only=False)
    assert everything["scores"]["levels"]["root"]["right"] == 2


def test_sentences_are_parsed_in_batches_with_progress(tmp_path: Path) -> None:
    sentences = [AnnotatedSentence("Shares closed.")] * (BATCH + 1)
    parser, steps = FakeParser(), []
    evaluate(parser, sentences, progress=steps.append)
    assert parser.sizes == [BATCH, 1]
    assert steps == [BATCH, BATCH + 1]


def test_data_that_do_not_show_what_is_missing_are_refused() -> None:
    label = AnnotatedSentence("Karth bombed a town.", (EventAnnotation("195"),), "label")
    with pytest.raises(
        CorpusError, match=r'only sentences of grade "tuples".*found 1 sentences of grade label'
    ):
        evaluate(FakeParser(), [label])
    report = evaluate(FakeParser(), [label, AnnotatedSentence("Rain fell.")])
    assert report["scores"]["left_out"] == 1
    assert "1 sentences left out" in summary(report)


def test_codes_that_the_model_lacks_are_named() -> None:
    event = EventAnnotation("X9", trigger=Span(6, 12))
    report = evaluate(FakeParser(), [AnnotatedSentence("Karth bombed a town.", (event, event))])
    assert report["unknown_codes"] == {"X9": 2}
    assert "the model has no X9 (2)" in summary(report)


def test_command_prints_plain_tables_into_a_pipe(run, batch: Path) -> None:
    result = run("default", batch)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0].startswith("model fake: 3 sentences, 1 asserted events")
    assert "root + source + target 0.333 1.000 0.500 1 3 1" in [" ".join(line.split()) for line in lines]
    assert any(line.startswith("19    Fight") for line in lines)
    assert "expected calibration error (ECE)" in result.output
    assert "\x1b" not in result.output
    assert run.asked == [None]


def test_command_writes_the_report_as_json(run, batch: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.json"
    assert run("some/folder", batch, "--json", out, "--all", "--min-confidence", 0.1).exit_code == 0
    report = json.loads(out.read_text(encoding="utf-8"))
    assert report["model"]["folder"] == "some/folder"
    assert report["scores"]["asserted_only"] is False
    assert report["data"] == [str(batch)]
    assert run.asked == ["some/folder"]
    only = run("default", batch, "--json", "-")
    assert json.loads(only.output)["scores"]["sentences"] == 3


def test_unusable_calls_say_why(run, batch: Path, tmp_path: Path) -> None:
    assert isinstance(run("default", tmp_path / "none.jsonl").exception, CorpusError)
    broken = run("default", batch, "--json", tmp_path / "missing" / "x.json")
    assert isinstance(broken.exception, InputError)
    assert "does not exist: make it first" in str(broken.exception)
    assert run("default", batch, "--min-confidence", 2).exit_code == 2


def test_missing_model_is_a_model_error(batch: Path) -> None:
    app = typer.Typer()
    app.command()(command)
    result = CliRunner().invoke(app, ["no/such/model", str(batch)])
    assert isinstance(result.exception, ModelError)
    assert "'no/such/model' does not exist" in str(result.exception)


def test_evaluation_needs_no_torch() -> None:
    code = (
        "import sys, coder.cli.evaluate, coder.cli.classify, coder.report.evaluate, coder.report.pairs,"
        " coder.corpus.scoring; print({'torch', 'sklearn', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


class TestTables:
    grid = Grid("Scores", ("root", "name", "F1"), (("19", "[Fight]", 0.5), ("20", "Mass", None)), texts=2)

    def test_plain_columns_are_aligned(self) -> None:
        assert plain(self.grid).splitlines() == [
            "Scores",
            "root  name        F1",
            "19    [Fight]  0.500",
            "20    Mass         -",
        ]

    def test_terminal_gets_colour_and_names_stay_as_they_are(self) -> None:
        out = StringIO()
        show([self.grid], Console(file=out, force_terminal=True, width=80))
        assert "\x1b[" in out.getvalue()
        assert "[Fight]" in out.getvalue()

    def test_long_lines_are_not_folded_in_a_pipe(self) -> None:
        out = StringIO()
        show([Grid("t", ("a",), (("x" * 300,),))], Console(file=out, width=80))
        assert "x" * 300 in out.getvalue()

    def test_report_has_one_table_a_topic(self, batch: Path) -> None:
        titles = [grid.title for grid in grids(evaluate_files(FakeParser(), [batch]))]
        assert titles[0] == "Event tuples"
        assert titles[-2:] == ["Roots", "Reliability"]
