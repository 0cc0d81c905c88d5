"""The figures of a corpus and the dataset card that shows them."""

from pathlib import Path

import pytest

from coder.corpus import AnnotatedSentence, parse_line
from coder.corpus.batches import read_sentences
from coder.corpus.card import BEGIN, END, refresh_card, render_below, render_codes, render_figures
from coder.corpus.read import write_split
from coder.corpus.stats import CorpusStats, Minima, corpus_stats, skeleton
from coder.errors import CorpusError
from coder.ontology import load_ontology

LINES = [
    "[Iran|s1] [hit|e1=190] [Iraq|t1] in [Basra|p1] after [Iraq|s2] [had not apologised|e2=055!no].",
    "[Turkey|s1] [hit|e1=1951] [Kurdish fighters|t1] [on Monday|d1].",
    "Wheat rose in Chicago.",
    "[Peru|s1] [Hit|e1=195] [Chile|t1].",
]


def stats(lines: list[str], minima: Minima | None = None) -> CorpusStats:
    sentences = [parse_line(line, batch="a", number=number) for number, line in enumerate(lines, 1)]
    return corpus_stats(sentences, load_ontology(), minima)


def test_counts_shares_and_lengths():
    figures = stats(LINES)
    assert (figures.sentences, figures.events, figures.batches) == (4, 4, {"a": 4})
    assert (figures.no_event_share, figures.multi_event_share, figures.not_asserted_share) == (
        0.25,
        0.25,
        0.25,
    )
    assert figures.role_spans == {"sources": 4, "targets": 3, "places": 1, "times": 1}
    assert figures.role_shares["targets"] == 0.75
    assert figures.length_quantiles["p0"] == 3
    assert figures.length_bins["1-7"] == 3
    assert (figures.tokens, figures.type_token_ratio) == (23, round(19 / 23, 4))


def test_a_code_counts_what_is_below_it():
    figures = stats(LINES)
    assert figures.four_digit["1951"] == 1
    assert figures.three_digit["195"] == 2
    assert figures.roots["19"].events == 3
    assert figures.roots["19"].distinct_triggers == 1  # case does not matter
    assert figures.roots["05"].not_asserted == 1
    assert figures.roots["20"].events == 0
    assert len(figures.three_digit) == sum(len(code) == 3 for code in load_ontology().codes)


def test_minima_name_the_codes_that_lack_events():
    below = stats(LINES, Minima(root=3, three_digit=1, four_digit=0)).below_minima
    assert below["root"]["05"] == 1
    assert "19" not in below["root"]
    assert "190" not in below["three_digit"]
    assert below["three_digit"]["010"] == 0
    assert below["four_digit"] == {}


def test_near_duplicates_and_skeletons():
    pair = [
        "[Kenya|s1] [expelled|e1=1663] two dozen diplomats of [Norway|t1] and froze visas for students.",
        "[Nicaragua|s1] [expelled|e1=1663] two dozen diplomats of [Iran|t1] and froze visas for students.",
    ]
    figures = stats([*pair, *LINES[:2]])
    assert figures.near_duplicate_share == 0.5
    assert figures.same_skeleton_share == 0.5
    assert skeleton(parse_line(LINES[0])) == "ACTOR hit ACTOR in PLACE after ACTOR had not apologised."


def test_empty_corpus_has_figures_too():
    figures = corpus_stats([], load_ontology())
    assert (figures.sentences, figures.no_event_share, figures.length_quantiles) == (0, 0.0, {})
    assert "| sentences " in render_figures(figures)


def test_figures_as_text():
    text = render_figures(stats(LINES))
    assert "| sentences without event                  | 25.0 %" in text
    assert "| 19   | Fight" in text
    below = render_below(stats(LINES, Minima(root=4, three_digit=1, four_digit=0)))
    assert "roots with fewer than 4 events: 20 of 20: 01 (0)," in below
    assert "4-digit codes with fewer than 0 events: 0 of" in below
    assert "| 195  | 2      |" in render_codes(stats(LINES))


def test_card_is_refreshed_between_its_markers(tmp_path: Path):
    card = tmp_path / "README.md"
    card.write_text(f"# Card\n\n{BEGIN}\nold\n{END}\n\nTail\n", encoding="utf-8")
    assert refresh_card(card, stats(LINES)) is True
    text = card.read_text(encoding="utf-8")
    assert text.startswith("# Card\n\n<!-- figures: begin")
    assert text.endswith(f"{END}\n\nTail\n")
    assert "old" not in text
    assert refresh_card(card, stats(LINES)) is False


def test_card_without_markers_is_left_alone(tmp_path: Path):
    card = tmp_path / "README.md"
    card.write_text(f"{END}\n{BEGIN}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="the markers of the figures are missing: add the lines"):
        refresh_card(card, stats(LINES))
    with pytest.raises(CorpusError, match="expected a dataset card"):
        refresh_card(tmp_path / "absent.md", stats(LINES))


def test_batches_and_split_files_are_read_together(tmp_path: Path):
    (tmp_path / "a.txt").write_text(LINES[0] + "\n", encoding="utf-8")
    write_split(tmp_path / "x.jsonl", [AnnotatedSentence("Wheat rose.", id="x-1")])
    sentences = read_sentences([tmp_path / "x.jsonl", tmp_path / "a.txt"])
    assert [sentence.id for sentence in sentences] == ["a-0001", "x-1"]
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "a.txt").write_text(LINES[0] + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="a batch named 'a' was read already"):
        read_sentences([tmp_path / "a.txt", tmp_path / "b"])
