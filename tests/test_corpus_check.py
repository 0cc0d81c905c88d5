"""What coder corpus check finds, at which place."""

from pathlib import Path

import pytest

from coder.corpus.check import CheckReport, Limits, check_corpus
from coder.errors import CorpusError
from coder.ontology import load_ontology

CLEAN = "[Iran|s1] [accused|e1=112] the [Saudi cabinet|t1] of meddling."


def check(folder: Path, limits: Limits | None = None, **batches: list[str]) -> CheckReport:
    for name, lines in batches.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return check_corpus([folder], load_ontology(), limits)


def found(report: CheckReport) -> list[tuple[int, int, str, str]]:
    return [(f.line, f.column, f.level, f.rule) for f in report.findings]


def test_clean_corpus_has_no_finding(tmp_path: Path):
    report = check(tmp_path, a=[CLEAN, "# note", "Wheat rose."])
    assert (report.findings, report.sentences, report.events, report.files) == ([], 2, 1, 1)


@pytest.mark.parametrize(
    ("line", "column", "rule", "message"),
    [
        ("[Iran|s1] [praised|e1=05] it.", 12, "root-code", "root code 05: use a 3- or 4-digit code"),
        ("A b [the army|s1] [fired at|e1=190] it.", 6, "article", "'the army': leave 'the' outside"),
        (r"\[x\] Shots [rang out|e1=190].", 14, "no-actor", "event 1 has neither source nor target"),
        ("[Iran|s1] [has now at last in the end agreed|e1=030].", 12, "long-trigger", "has 8 words"),
        ("[Iran|s1] [strikes|e1=190,t1] it.", 12, "same-span", "same span as trigger and targets"),
        ("[Iran|s1,s2] [hit|e1=190,e2=180] it.", 15, "same-span", "events 1 and 2 have the same trigger"),
        ("word " * 121, 1, "long-sentence", "121 words"),
    ],
)
def test_warnings_point_at_the_span(tmp_path: Path, line: str, column: int, rule: str, message: str):
    report = check(tmp_path, a=[CLEAN, line])
    assert found(report) == [(2, column, "warning", rule)]
    assert message in report.findings[0].text
    assert (report.errors, report.warnings) == (0, 1)


@pytest.mark.parametrize(
    "line",
    [
        "[The Hague|s1] [summoned|e1=094] him.",
        "A court in [The Hague|s1] [summoned|e1=094] [him|t1].",
        "The [two sides|s1,t1] [met|e1=040] in [Kabul|p1,t1].",
    ],
)
def test_names_and_double_roles_are_no_slips(tmp_path: Path, line: str):
    assert found(check(tmp_path, a=[line])) == []


def test_every_error_of_every_file_is_reported(tmp_path: Path):
    report = check(
        tmp_path,
        a=["[Iran|s1] fled.", "[Iran|s1] [hit|e1=9999] [Iraq|t2].", CLEAN],
        b=["[Iran|q1].", CLEAN.replace("[Saudi cabinet|t1]", "Saudi cabinet")],
    )
    assert [(Path(f.file).name, f.line, f.column, f.rule) for f in report.findings] == [
        ("a.txt", 1, 7, "markup"),
        ("a.txt", 2, 19, "markup"),
        ("a.txt", 2, 31, "markup"),
        ("b.txt", 1, 7, "markup"),
        ("b.txt", 2, 1, "duplicate"),
    ]
    assert f"stands at {tmp_path / 'a.txt'}:3: remove one" in report.findings[-1].text
    assert report.errors == 5


def test_near_duplicates_inside_a_batch_are_warned_about(tmp_path: Path):
    longer = (
        "[Iran|s1] [accused|e1=112] the [Saudi cabinet|t1] of meddling in the vote of a small Gulf neighbour"
    )
    lines = [longer + ".", longer + " again."]
    report = check(tmp_path, a=lines)
    assert found(report) == [(2, 1, "warning", "near-duplicate")]
    assert "much like line 1" in report.findings[0].text
    assert found(check(tmp_path, Limits(near_duplicate=1.0), a=lines)) == []


def test_paths_that_hold_nothing(tmp_path: Path):
    with pytest.raises(CorpusError, match="no such file or folder: name a batch file"):
        check_corpus([tmp_path / "absent"], load_ontology())
    with pytest.raises(CorpusError, match="no batch files"):
        check_corpus([tmp_path], load_ontology())
