"""`coder codes` as a user types it."""

import json

import pytest
import typer
from typer.testing import CliRunner

from coder.cli.codes import codes
from coder.errors import OntologyError

app = typer.Typer()
app.command()(codes)


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_without_query_the_roots_are_listed():
    result = run()
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["code", "Q", "Gold.", "name"]
    assert lines[1] == "01    1    0.0  Make public statement"
    assert len(lines) == 21
    assert "318 codes in all; those below a root: coder codes --root 20" in result.stderr


def test_a_code_is_shown_with_all_that_is_known_of_it():
    result = run("195")
    assert result.exit_code == 0
    for text in (
        "195  Employ aerial weapons",
        "Bombs, missiles or gunfire from aircraft",
        "part of     19 Fight",
        "quad class  4 material conflict",
        "Goldstein   -10.0\n",
        "PLOVER      ASSAULT / heavy-weapons / military",
        "    1952  Employ remotely piloted aerial munitions",
    ):
        assert text in result.stdout


def test_inherited_and_missing_values_are_marked():
    assert "Goldstein   -10.0 (from its parent)" in run("1951").stdout
    assert "PLOVER      -\n" in run("010").stdout
    assert "part of     - (a root)" in run("01").stdout


def test_several_codes_at_once():
    result = run("111", "112")
    assert "111  Criticize or denounce" in result.stdout
    assert "112  Accuse" in result.stdout


def test_words_are_searched_best_first():
    result = run("suicide", "bomb")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1].startswith("1831")


def test_root_lists_its_codes_and_narrows_a_search():
    listed = [line.split()[0] for line in run("--root", "195").stdout.splitlines()[1:]]
    assert listed == ["195", "1951", "1952"]
    found = [line.split()[0] for line in run("ceasefire", "--root", "10").stdout.splitlines()[1:]]
    assert found == ["1056"]


def test_json_lines():
    result = run("195", "--json")
    record = json.loads(result.stdout)
    assert record["code"] == "195"
    assert record["ancestors"] == ["19"]
    assert record["children"] == ["1951", "1952"]
    assert record["goldstein"] == -10.0
    every = [json.loads(line) for line in run("--json").stdout.splitlines()]
    assert len(every) == 318


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["1955"], "error: unknown code '1955': cameo.tsv has no such code; did you mean 195, 1951, 1952?"),
        (["ceasfire"], "error: no code matches 'ceasfire'; did you mean ceasefire, cease?"),
        (["xylophone"], "error: no code matches 'xylophone': try another word"),
        (
            ["telephone", "genocide"],
            "error: no code matches 'telephone genocide' in all of its words: try fewer words",
        ),
        (["190", "--root", "18"], "error: 190 is not below 18: leave --root out"),
        (["telephone", "--root", "19"], "error: no code matches 'telephone' below 19"),
    ],
)
def test_a_query_that_finds_nothing_says_so(arguments, message):
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert message in result.stderr


def test_an_unknown_root_is_an_unusable_call():
    assert isinstance(run("--root", "99").exception, OntologyError)


def test_another_ontology(tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text(
        "code\tname\tdescription\tparent\tquad_class\tgoldstein\n"
        "A\tAct [of war]\tAny act.\t\t4\t-10\nA1\tAct one\tThe first.\tA\t4\t-9.5\n",
        encoding="utf-8",
    )
    result = run("A", "--ontology", str(path))
    assert "A  Act [of war]" in result.stdout
    assert "    A1    Act one" in result.stdout
    assert run("--ontology", str(path)).stdout.splitlines()[1].split()[:2] == ["A", "4"]


def test_help_has_an_example():
    result = run("--help")
    assert result.exit_code == 0
    assert "coder codes suicide bombing" in " ".join(result.stdout.split())


def test_a_terminal_gets_a_table_with_the_meanings(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    result = CliRunner().invoke(app, ["telephone"], color=True)
    assert "Goldstein" in result.stdout
    assert "Actors speak with one another by telephone" in result.stdout
