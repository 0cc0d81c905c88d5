"""coder classify: records in, rankings out, bad records named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from coder.cli.classify import classify as command
from coder.errors import InputError, ModelError
from coder.infer.parser import EventParser
from coder.ontology import load_ontology
from coder.report.pairs import BATCH, Bad, Ranked, rank_pairs, ranking, read_pairs

SENTENCE = "Turkey summoned the US ambassador."


class FakeParser:
    """Gives every pair the same ranking; a sentence of "???" has no words for it."""

    def __init__(self) -> None:
        self.batches: list[list[tuple]] = []

    def classify_batch(self, rows: Sequence[tuple]) -> list[dict[str, float]]:
        self.batches.append(list(rows))
        for sentence, source, _ in rows:
            if sentence == "???":
                raise InputError("classify: the sentence is empty: give a sentence with words")
            if isinstance(source, str) and source not in sentence:
                raise InputError(f"source {source!r} does not occur in the sentence")
        return [{"111": 0.3, "112": 0.25, "190": 0.4, "010": 0.05} for _ in rows]


@pytest.fixture
def parser() -> FakeParser:
    return FakeParser()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, parser: FakeParser):
    monkeypatch.setattr(EventParser, "from_pretrained", lambda path=None: parser)
    app = typer.Typer()
    app.command()(command)

    def invoke(*arguments: object, stdin: str | bytes | None = None):
        return CliRunner().invoke(app, [str(a) for a in arguments], input=stdin)

    return invoke


def record(**fields: object) -> str:
    return json.dumps({"sentence": SENTENCE, "source": "Turkey", "target": "US ambassador"} | fields)


def reason(line: str | bytes) -> str:
    (bad,) = read_pairs([line if isinstance(line, bytes) else line.encode()])
    assert isinstance(bad, Bad), bad
    return bad.reason


class TestRecords:
    def test_actors_are_texts_offsets_or_null(self, tmp_path: Path, run, parser: FakeParser) -> None:
        path = tmp_path / "pairs.jsonl"
        rows = [record(id="a"), "", record(source=[0, 6], target=None), record(id=7, extra={"kept": "out"})]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8-sig")
        result = run(path, "--top", 2)
        assert result.exit_code == 0
        lines = [json.loads(line) for line in result.output.splitlines()]
        assert [line["id"] for line in lines] == ["a", 3, 7]
        assert lines[0]["ranking"] == [
            {"code": "190", "name": load_ontology()["190"].name, "probability": 0.4},
            {"code": "111", "name": load_ontology()["111"].name, "probability": 0.3},
        ]
        assert [row[1:] for row in parser.batches[0]] == [
            ((0, 6), (20, 33)),
            ((0, 6), None),
            ((0, 6), (20, 33)),
        ]

    def test_roots_are_summed(self, run) -> None:
        result = run("-", "--roots", "--top", 0, stdin=record())
        ranked = [(r["code"], r["probability"]) for r in json.loads(result.output)["ranking"]]
        assert ranked == [("11", 0.55), ("19", 0.4), ("01", 0.05)]

    def test_order_is_kept_over_batches(self, parser: FakeParser) -> None:
        lines = [record(id=i).encode() for i in range(BATCH)] + [b"{", record(id="last").encode()]
        results = list(rank_pairs(parser, read_pairs(lines), load_ontology()))
        assert [len(batch) for batch in parser.batches] == [BATCH, 1]
        assert isinstance(results[BATCH], Bad)
        assert isinstance(results[-1], Ranked)
        assert results[-1].id == "last"

    @pytest.mark.parametrize(
        ("line", "text"),
        [
            ("{", "not JSON .* at column 2"),
            ("[1]", "expected a JSON object with sentence, source and target, found list"),
            (b'{"sentence": "\xff"}', "not UTF-8"),
            (
                '{"source": null, "target": null}',
                '"sentence" is missing .fields of the record: source, target',
            ),
            (record(sentence=" "), '"sentence" must be a text with words, found str'),
            ('{"sentence": "A", "source": "A", "taget": "A"}', '"target" is missing .*taget.*; null where'),
            (record(source="Turkye"), "source 'Turkye' does not occur in the sentence"),
            (record(target=""), "target '' does not occur"),
            (record(target=[0, 99]), r"target \[0, 99\] does not lie inside the sentence of 34 characters"),
            (record(target=[0]), r'"target" must be a text of the sentence, \[start, end\]'),
            (record(target=[0, 1.5]), '"target" must be a text'),
            (record(id=[1]), '"id" must be text or a whole number, found list'),
            (record(sentence="A \ud800 B"), "lone surrogate"),
            ("[" * 100_000, "nested too deeply"),
        ],
    )
    def test_bad_records_have_a_reason(self, line: str | bytes, text: str) -> None:
        import re

        assert re.search(text, reason(line)), reason(line)

    def test_a_record_that_spoils_its_batch_is_the_only_one_lost(self, parser: FakeParser) -> None:
        spoiled = json.dumps({"sentence": "???", "source": None, "target": None})
        lines = [record(id=1).encode(), spoiled.encode(), record(id=3).encode()]
        results = list(rank_pairs(parser, read_pairs(lines), load_ontology()))
        assert [type(result) for result in results] == [Ranked, Bad, Ranked]
        assert results[1].reason.endswith("give a sentence with words")

    def test_codes_outside_the_ontology_are_refused(self) -> None:
        with pytest.raises(ModelError, match=r"gives the code 'fight', which .*--ontology FILE"):
            ranking({"fight": 1.0}, load_ontology())


class TestFiles:
    def test_bad_records_go_to_the_error_file_with_exit_code_1(self, run, tmp_path: Path) -> None:
        out, errors = tmp_path / "out.jsonl", tmp_path / "bad.jsonl"
        result = run("-", "-o", out, "--errors", errors, stdin=f"{record(id=1)}\n{{\n{record(id=3)}\n")
        assert result.exit_code == 1
        assert "1 bad record: see" in result.output
        assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [1, 3]
        bad = json.loads(errors.read_text())
        assert bad["line"] == 2
        assert bad["reason"].startswith("not JSON")
        assert bad["record"] == "{"

    def test_error_file_lies_beside_the_output_and_goes_with_the_errors(self, run, tmp_path: Path) -> None:
        out = tmp_path / "out.jsonl"
        assert run("-", "-o", out, stdin=record(sentence="\ud800")).exit_code == 1
        errors = tmp_path / "out.jsonl.errors.jsonl"
        assert json.loads(errors.read_text())["line"] == 1
        assert run("-", "-o", out, stdin=record()).exit_code == 0
        assert not errors.exists()

    def test_without_files_reasons_go_to_standard_error(self, run) -> None:
        result = run("-", stdin="nonsense\n" + record(id="x"))
        assert result.exit_code == 1
        assert "line 1: not JSON" in result.stderr
        assert json.loads(result.stdout)["id"] == "x"

    def test_unusable_calls_say_what_to_do(self, run, tmp_path: Path) -> None:
        for arguments, text in [
            (["no-such.jsonl"], "no such file; for a sentence, say who acts on whom"),
            ([SENTENCE * 100], "no such file; for a sentence"),
            ([tmp_path], "is a folder: name a JSONL file"),
            (["-", "-o", tmp_path / "no" / "x.jsonl"], "does not exist: make it first"),
        ]:
            result = run(*arguments, stdin="")
            assert isinstance(result.exception, InputError)
            assert text in str(result.exception)


class TestSentence:
    def test_prints_a_small_table(self, run, parser: FakeParser) -> None:
        result = run(SENTENCE, "--source", "Turkey", "--target", "US ambassador")
        assert result.exit_code == 0
        lines = [line.rstrip() for line in result.output.strip().splitlines()]
        assert lines[0] == "Turkey → US ambassador"
        assert lines[2].startswith("190")
        assert lines[2].endswith("0.400")
        assert len(lines) == 5
        assert parser.batches == [[(SENTENCE, "Turkey", "US ambassador")]]

    def test_one_actor_is_enough_and_output_is_json(self, run, tmp_path: Path) -> None:
        out = tmp_path / "one.jsonl"
        assert run(SENTENCE, "--source", "Turkey", "-o", out).exit_code == 0
        assert json.loads(out.read_text())["ranking"][0]["code"] == "190"

    def test_actor_that_is_not_there_is_an_error(self, run) -> None:
        result = run(SENTENCE, "--source", "Greece", "--target", "Turkey")
        assert isinstance(result.exception, InputError)
        assert "source 'Greece' does not occur" in str(result.exception)
