"""The annotation markup: what lines mean, and what the errors of broken ones say."""

from pathlib import Path

import pytest

from coder.corpus import AnnotatedSentence, EventAnnotation, Span, format_line, parse_line, read_batch
from coder.corpus.markup import scan_batch, text_columns
from coder.errors import CorpusError, MarkupError
from coder.ontology import load_ontology


def words(sentence: AnnotatedSentence, spans: tuple[Span, ...]) -> list[str]:
    return [sentence.text[start:end] for start, end in spans]


def test_two_events_that_share_an_actor_keep_exact_offsets():
    sentence = parse_line(
        "[Iran|s1] [threatened to retaliate|e1=130] against [the United States|t1] [on Wednesday|d1] after "
        "[Washington|s2] [killed|e2=1823] [a top general|t2] in [Baghdad|p2].",
        batch="a",
        number=7,
    )
    assert sentence.text == (
        "Iran threatened to retaliate against the United States on Wednesday after Washington killed "
        "a top general in Baghdad."
    )
    first, second = sentence.events
    assert (first.code, second.code) == ("130", "1823")
    assert words(sentence, first.sources) == ["Iran"]
    assert words(sentence, first.targets) == ["the United States"]
    assert words(sentence, first.times) == ["on Wednesday"]
    assert words(sentence, second.places) == ["Baghdad"]
    assert second.trigger is not None
    assert sentence.text[slice(*second.trigger)] == "killed"
    assert (sentence.id, sentence.batch, sentence.line, sentence.grade) == ("a-0007", "a", 7, "tuples")


def test_reciprocal_actors_and_shared_spans():
    sentence = parse_line(
        "[Jordan|s1,t1] and [Egypt|s1,t1,p2] [signed|e1=057] a gas deal [agreed|e2=030] there."
    )
    first, second = sentence.events
    assert words(sentence, first.sources) == words(sentence, first.targets) == ["Jordan", "Egypt"]
    assert words(sentence, second.places) == ["Egypt"]


def test_not_asserted_trigger():
    (event,) = parse_line("The rebels [did not attack|e1=190!no] [the convoy|t1].").events
    assert (event.code, event.asserted) == ("190", False)


def test_a_plain_line_has_no_event():
    assert parse_line("Shares in Tokyo closed higher.").events == ()


def test_escapes_stand_for_the_characters():
    sentence = parse_line(r"\#1: the \[sic\] note of [A \| B|s1] [said|e1=010] a\\b.")
    assert sentence.text == r"#1: the [sic] note of A | B said a\b."
    assert words(sentence, sentence.events[0].sources) == ["A | B"]
    assert format_line(sentence) == r"\#1: the \[sic\] note of [A \| B|s1] [said|e1=010] a\\b."


def test_format_orders_tags_by_event_and_kind():
    line = "[Iran|t2,s1] [hit|e1=190] [Iraq|s2,t1] and was [hit|e2=190]."
    assert format_line(parse_line(line)) == "[Iran|s1,t2] [hit|e1=190] [Iraq|t1,s2] and was [hit|e2=190]."


def test_spaces_around_line_and_tags_do_not_matter():
    assert parse_line("  [Iran|s1 , t1] [met|e1=040].\r\n") == parse_line("[Iran|s1,t1] [met|e1=040].")


def test_columns_lead_back_to_the_line():
    line = r"  \[a\] [Iran|s1] [met|e1=040] it."
    text = parse_line(line).text
    columns = text_columns(line)
    assert "".join(line[column - 1] for column in columns) == text.replace("[", "\\").replace("]", "\\")


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("[Iran|s1] [hit|e1=190] a ] b", 26, r"']' outside a span: write \\\] for the character itself"),
        ("a | b", 3, r"'\|' outside a span: write \\\|"),
        ("[Iran|s1", 1, "tags of this span are never closed: end them with ']'"),
        ("[Iran hit Iraq.", 1, r"'\[' is never closed: end the span with \|tags\], or write \\\["),
        ("[Iran] [hit|e1=190]", 1, r"span '\[Iran\]' has no tags: write \[text\|s1\]"),
        ("[the [Iran|s1] army|t1] [hit|e1=190]", 6, "inside the span opened at column 1: spans do not nest"),
        ("[|s1] [hit|e1=190]", 1, "empty span"),
        ("[Iran |s1] [hit|e1=190]", 1, "space at the edge of the span 'Iran '"),
        ("[Iran|x1] [hit|e1=190]", 7, "unknown tag 'x1': expected sN, tN, pN, dN, eN=CODE"),
        ("[Iran|s1,] [hit|e1=190]", 10, "empty tag"),
        ("[Iran|s0] [hit|e1=190]", 7, "unknown tag 's0'"),
        ("[Iran|s1] [hit|e1]", 16, "trigger tag 'e1' has no code: write e1=CODE"),
        ("[Iran|s1] [hit|e1=190!yes]", 16, "unknown tag 'e1=190!yes'"),
        ("[Iran|s2] [hit|e1=190]", 7, r"event 2 has no trigger: mark the words .* \[words\|e2=CODE\]"),
        ("[Iran|s2] [hit|e2=190]", 16, "without gaps: found 2, expected 1"),
        ("[used|e1=184] nuns [as shields|e1=184]", 32, "second trigger for event 1 .* one trigger an event"),
        ("[Iran|s1,s1] [hit|e1=190]", 10, "tag s1 stands twice on this span"),
        ("50\\% of it", 3, "'\\\\' before '%': only .* are escaped"),
        ("at the end \\", 12, "at the end of the line"),
        ("# a comment", 1, "comment line: write"),
        ("", 1, "empty line"),
    ],
)
def test_errors_name_column_finding_and_mend(line: str, column: int, message: str):
    with pytest.raises(MarkupError, match=message) as raised:
        parse_line(line, file="x.txt", number=3)
    assert str(raised.value).startswith(f"x.txt:3:{column}: ")


def test_a_broken_trigger_tag_is_reported_once():
    with pytest.raises(MarkupError) as raised:
        parse_line("[Iran|s1] [hit|e1] [Iraq|t1]")
    assert len(str(raised.value).splitlines()) == 1


def test_all_problems_of_a_line_are_reported_in_order():
    with pytest.raises(MarkupError) as raised:
        parse_line("[Iran|q1] [hit|e1=190] a ] [ b|t1]")
    assert [row.split(":")[2] for row in str(raised.value).splitlines()] == ["7", "26", "28"]


def test_unknown_code_comes_with_suggestions():
    with pytest.raises(MarkupError, match=r"<line>:1:19: unknown code '57'.*did you mean 057"):
        parse_line("[Iran|s1] [hit|e1=57]", known=load_ontology())


@pytest.mark.parametrize(
    ("sentence", "message"),
    [
        (AnnotatedSentence("a b", (EventAnnotation(None, sources=(Span(0, 1),)),)), "no code or no trigger"),
        (AnnotatedSentence(" a"), "without spaces at its ends"),
        (AnnotatedSentence("a\nb"), "one line"),
        (
            AnnotatedSentence("ab c", (EventAnnotation("190", True, Span(0, 2), (Span(1, 4),)),)),
            "spans overlap",
        ),
        (AnnotatedSentence("ab c", (EventAnnotation("190", True, Span(0, 3)),)), "space at its edge"),
        (
            AnnotatedSentence("ab c", (EventAnnotation("1,9", True, Span(0, 2)),)),
            "cannot be written in markup",
        ),
    ],
)
def test_format_refuses_what_markup_cannot_say(sentence: AnnotatedSentence, message: str):
    with pytest.raises(MarkupError, match=message):
        format_line(sentence)


def test_batch_skips_comments_and_empty_lines_and_keeps_line_numbers(tmp_path: Path):
    path = tmp_path / "b7.txt"
    path.write_bytes("\ufeff# head\n\n  # more\nOne.\r\nTwo\u2028three.\n".encode())
    assert [(s.id, s.text) for s in read_batch(path)] == [("b7-0004", "One."), ("b7-0005", "Two\u2028three.")]


def test_batch_reports_every_broken_line(tmp_path: Path):
    path = tmp_path / "b.txt"
    path.write_text("[a|s1]\nGood.\n[b|z1]\n", encoding="utf-8")
    with pytest.raises(MarkupError) as raised:
        read_batch(path)
    assert [row.split(": ")[0] for row in str(raised.value).splitlines()] == [f"{path}:1:4", f"{path}:3:4"]
    sentences, problems = scan_batch(path)
    assert (len(sentences), len(problems)) == (1, 2)


def test_batch_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(CorpusError, match="cannot be read"):
        read_batch(tmp_path / "absent.txt")
    path = tmp_path / "latin.txt"
    path.write_bytes(b"One.\nCaf\xe9.\n")
    with pytest.raises(CorpusError, match=r"latin.txt:2: not UTF-8 .* save the file as UTF-8"):
        read_batch(path)
