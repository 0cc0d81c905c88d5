"""Agreement of two annotations: kappa by hand-computed cases, alignment, spans, the command."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from coder.cli.corpus import corpus_app
from coder.corpus import AnnotatedSentence, parse_line
from coder.corpus.agreement import agreement, align, cohen_kappa
from coder.errors import CorpusError

ROOT = Path(__file__).parent.parent


def parsed(*lines: str) -> list[AnnotatedSentence]:
    return [parse_line(line) for line in lines]


def test_kappa_of_a_two_by_two_table():
    # Observed (20 + 15) / 50 = .7; expected .5 * .6 + .5 * .4 = .5; kappa (.7 - .5) / .5 = .4.
    table = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    assert cohen_kappa([pair for pair, count in table.items() for _ in range(count)]) == pytest.approx(0.4)


def test_kappa_of_three_categories():
    # Observed .6; expected (.4 * .4 + .4 * .4 + .2 * .2) = .36; kappa .24 / .64 = .375.
    pairs = (
        [("a", "a")] * 3 + [("b", "b")] * 2 + [("c", "c")] + [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b")]
    )
    assert cohen_kappa(pairs) == pytest.approx(0.375)


def test_kappa_at_its_limits():
    assert cohen_kappa([("a", "a"), ("b", "b")]) == 1.0
    assert cohen_kappa([("a", "b"), ("b", "a")]) == -1.0
    assert cohen_kappa([("a", "b"), ("a", "a")]) == 0.0
    assert cohen_kappa([("a", "a"), ("a", "a")]) is None
    assert cohen_kappa([]) is None


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"))))
def test_kappa_is_symmetric_and_at_most_one(pairs: list[tuple[str, str]]):
    kappa = cohen_kappa(pairs)
    assert kappa == cohen_kappa([(other, one) for one, other in pairs])
    assert kappa is None or kappa <= 1.0


def test_events_align_one_to_one_by_the_longest_overlap():
    one = parse_line("[Iran|s1,s2] [vowed|e1=130] [to strike|e2=190!no] [Iraq|t1,t2].")
    other = parse_line("[Iran|s1] [vowed to strike|e1=1384] [Iraq|t1].")
    assert align(one.events, other.events) == [(1, 0)]
    assert align(other.events, one.events) == [(0, 1)]


def test_events_of_one_trigger_align_by_their_code():
    one = parse_line("[Iran|s1] and [Iraq|s2] [met and signed|e1=040,e2=057].")
    other = parse_line("[Iran|s1] and [Iraq|s2] [met and signed|e1=057,e2=040].")
    assert align(one.events, other.events) == [(0, 1), (1, 0)]


def test_report_counts_what_both_say():
    report = agreement(
        parsed(
            "[Iran|s1] [hit|e1=190] the [army of Iraq|t1] in [Basra|p1] [on Monday|d1].",
            "[Peru|s1] [criticised|e1=111] [Chile|t1].",
            "Wheat rose after [Russia|s1] [closed|e1=191] [Odesa|t1].",
            "Shares fell.",
        ),
        parsed(
            "[Iran|s1] [hit|e1=194] the army of [Iraq|t1] in [Basra|p1] on [Monday|d1].",
            "[Peru|s1] [criticised|e1=112!no] [Chile|t1].",
            "Wheat rose after Russia closed Odesa.",
            "Shares fell.",
            "Only here.",
        ),
    )
    assert (report.sentences, report.only_first, report.only_second) == (4, 0, 1)
    assert (report.events_first, report.events_second, report.aligned) == (3, 2, 2)
    # Relevance: 3 of 4 alike; expected 3/4 * 2/4 + 1/4 * 2/4 = .5.
    assert (report.relevance.raw, report.relevance.kappa) == (0.75, 0.5)
    assert report.levels["root"].raw == 1.0
    assert report.levels["root"].kappa == 1.0
    assert (report.levels["3-digit"].raw, report.levels["leaf"].raw) == (0.0, 0.0)
    assert (report.status.raw, report.status.kappa) == (0.5, 0.0)
    assert report.f1 == {"trigger": 0.8, "root": 0.8, "leaf": 0.0}
    # Of three asserted tuples the second has one: it marked the criticism as not asserted and the closing not at all.
    assert report.tuple_f1["root"] == 0.5
    assert report.tuple_f1["root+source+target"] == 0.5
    assert report.tuple_f1["leaf"] == 0.0
    # Targets: "army of Iraq" against "Iraq" shares 1 of 3 + 1 words, "Chile" 1 of 1 + 1.
    target = report.spans["target"]
    assert (target.either, target.both, target.exact, target.exact_both) == (2, 2, 0.5, 0.5)
    assert target.token_f1 == pytest.approx(4 / 6)
    assert report.spans["place"].exact == 1.0
    assert report.spans["time"].token_f1 == pytest.approx(2 / 3)


def test_a_role_marked_by_one_annotator_alone():
    report = agreement(parsed("[Iran|s1] [hit|e1=190] Iraq."), parsed("Iran [hit|e1=190] Iraq."))
    source = report.spans["source"]
    assert (source.either, source.both, source.exact, source.exact_both, source.token_f1) == (1, 0, 0, 0, 0)


def test_confusions_join_both_directions_and_the_commonest_comes_first():
    lines = [f"[Iran|s1] [acted|e1={{}}] in {year}." for year in (1990, 1991, 1992, 1993)]
    first = parsed(*(line.format(code) for line, code in zip(lines, ("02", "10", "141", "190"), strict=True)))
    second = parsed(
        *(line.format(code) for line, code in zip(lines, ("10", "02", "190", "190"), strict=True))
    )
    (top, other) = agreement(first, second).root_confusions
    assert (top.one, top.other, top.count, top.forward, top.backward) == ("02", "10", 2, 1, 1)
    assert (other.one, other.other, other.forward) == ("14", "19", 1)


def test_what_cannot_be_compared_is_said():
    good = parsed("[Iran|s1] [hit|e1=190] Iraq.")
    with pytest.raises(CorpusError, match=r"no sentence in common \(1 and 1 sentences\)"):
        agreement(good, parsed("Shares fell."))
    with pytest.raises(
        CorpusError, match=r"second annotation, line 1 .*stands twice on this side: remove one"
    ):
        agreement(good, good * 2)
    with pytest.raises(CorpusError, match=r'first annotation, .*expected grade "tuples"'):
        agreement([AnnotatedSentence("Shares fell.", grade="label")], good)


def test_command_prints_tables_or_json(tmp_path: Path):
    for name, code in (("first", "111"), ("second", "112")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text(
            f"[Peru|s1] [hit at|e1={code}] [Chile|t1].\n", encoding="utf-8"
        )
    call = ["agree", str(tmp_path / "first"), str(tmp_path / "second" / "x.txt")]
    result = CliRunner().invoke(corpus_app, call)
    assert result.exit_code == 0, result.output
    assert "events: 1 and 1, 1 aligned by their triggers" in result.output
    assert "| leaf                 |     1 |         0.000 |         0.000 |" in result.output
    assert "| root                 |     1 |         1.000 |     undefined |" in result.output
    assert "leaf confusions: 111/112 1" in result.output
    report = json.loads(CliRunner().invoke(corpus_app, [*call, "--json"]).stdout)
    assert report["levels"]["leaf"] == {"items": 1, "raw": 0.0, "kappa": 0.0}


@pytest.mark.parametrize(("part", "count"), [("", 1620), ("-2", 1080)])
def test_second_coding_of_the_corpus_holds_the_same_sentences_in_the_same_order(part: str, count: int):
    folder = ROOT / "seeds" / "agreement"
    first, second = (
        [parse_line(line).text for line in path.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
        for path in (folder / f"first{part}.txt", folder / f"second{part}.txt")
    )
    assert first == second
    assert len(first) == count
