"""Files of ``coder code`` that cannot be written as asked: a reason and exit code 2, never a traceback."""

import sys
from pathlib import Path

import pytest

import coder.cli
from coder.cli.code import check_outputs
from coder.errors import InputError


def test_two_outputs_in_one_file_are_refused(tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    (tmp_path / "here").symlink_to(tmp_path)
    with pytest.raises(InputError, match="--output and --errors are the same file"):
        check_outputs(events, tmp_path / "here" / "events.csv", None)
    with pytest.raises(InputError, match="--errors and --summary are the same file"):
        check_outputs(None, events, events)
    check_outputs(events, tmp_path / "errors.jsonl", tmp_path / "summary.json")


def test_a_closed_standard_output_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(InputError, match="standard output is closed: name a file with -o"):
        check_outputs(None, None, None)
    check_outputs(tmp_path / "events.csv", None, None)


def test_what_the_system_refuses_is_told_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("Turkey attacked Iran.")
    name = str(tmp_path / f"{'x' * 300}.csv")
    monkeypatch.setattr(sys, "argv", ["coder", "code", str(tmp_path / "a.txt"), "-o", name])
    with pytest.raises(SystemExit) as exit_:
        coder.cli.main()
    assert exit_.value.code == 2
    assert "File name too long" in capsys.readouterr().err
