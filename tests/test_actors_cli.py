"""``coder actors``: look-up with reasons, import with a report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coder.cli.actors import actors_app
from coder.errors import InputError

runner = CliRunner()


def test_lookup_explains_the_decision() -> None:
    done = runner.invoke(actors_app, ["lookup", "Pentagon chief", "--date", "2020-01-09"])
    assert done.exit_code == 0
    assert "Pentagon chief: USAGOVMIL" in done.stdout
    assert "'Pentagon': body Pentagon [USAGOVMIL]" in done.stdout
    assert (
        "'chief': role noun chief [GOV], counts only when nothing more telling stands beside it"
        in done.stdout
    )


def test_lookup_shows_the_dates_of_office() -> None:
    done = runner.invoke(actors_app, ["lookup", "Mark Esper", "--date", "2020-01-09"])
    assert "secretary of defense 2019-06-24 to 2020-11-09 [GOVMIL]" in done.stdout
    done = runner.invoke(actors_app, ["lookup", "Esper", "--date", "2010-01-09"])
    assert "Esper: no code" in done.stdout
    assert "in no office on 2010-01-09" in done.stdout


def test_lookup_of_an_ambiguous_name_shows_its_readings_and_takes_context() -> None:
    done = runner.invoke(actors_app, ["lookup", "Georgia"])
    assert "nothing decides between its readings (country Georgia [GEO], region Georgia [USA])" in done.stdout
    done = runner.invoke(actors_app, ["lookup", "Georgia", "--context", "Russia bombed Tbilisi."])
    assert "Georgia: GEO" in done.stdout


def test_lookup_as_json() -> None:
    done = runner.invoke(actors_app, ["lookup", "Turkish police", "--json"])
    found = json.loads(done.stdout)
    assert (found["code"], found["country"], found["roles"], found["basis"]) == (
        "TURCOP",
        "TUR",
        ["COP"],
        "stated",
    )


def test_lookup_with_a_dictionary_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,code\nBlue Guard,MLIREB\n", encoding="utf-8")
    done = runner.invoke(actors_app, ["lookup", "the Blue Guard", "--dictionary", str(path)])
    assert "MLIREB" in done.stdout
    assert "your dictionary" in done.stdout


def test_a_date_that_is_none() -> None:
    with pytest.raises(InputError, match="expected a date such as 2020-01-09, found 'soon'"):
        runner.invoke(actors_app, ["lookup", "Esper", "--date", "soon"], catch_exceptions=False)


def test_import_reports_and_converts(tmp_path: Path) -> None:
    path, target = tmp_path / "mine.txt", tmp_path / "mine.csv"
    path.write_text("GOOD_NAME_ [USAGOV]\n+BETTER_NAME_\nADMIRAL [~MIL]\n", encoding="utf-8")
    done = runner.invoke(actors_app, ["import", str(path), "-o", str(target)])
    assert done.exit_code == 0, done.output
    assert "1 actors, 1 role nouns, 4 names, 0 with dates, 0 lines left out" in done.output
    assert "GOOD NAME,BETTER NAME,USAGOV" in target.read_text(encoding="utf-8")


def test_import_lists_broken_lines_and_exits_with_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    path.write_text("GOOD_NAME_ [USAGOV]\nBAD_ [US-GOV]\n", encoding="utf-8")
    done = runner.invoke(actors_app, ["import", str(path)])
    assert done.exit_code == 1
    assert f"{path}:2: 'US-GOV' is no actor code" in done.output


def test_help_has_examples() -> None:
    for command in ("lookup", "import"):
        done = runner.invoke(actors_app, [command, "--help"])
        assert done.exit_code == 0
        assert "Example" in done.stdout
