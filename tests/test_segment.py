"""Sentences of real-looking news: where they end, where they do not, and that they are exact slices."""

import pytest

from coder.pipeline.segment import MAX_SENTENCE, segment


def texts(text: str) -> list[str]:
    found = segment(text)
    for sentence in found:
        assert text[sentence.start : sentence.start + len(sentence.text)] == sentence.text
    return [sentence.text for sentence in found]


@pytest.mark.parametrize(
    "sentences",
    [
        ["He met Ms. Power today.", "She left."],
        ["Gen. Smith and Lt. Col. Jones arrived.", "They left again."],
        ["Sen. J. Brown refused.", "Rep. A. B. White agreed."],
        ["They arrived at 6 p.m. EST in Geneva.", "Talks began."],
        ["The rate rose 5 pct. in May.", "The bank was silent."],
        ["It rose 5 pct.", "The bank said so."],
        ["The U.N. said so.", "Nobody else did."],
        ["The U.S. Senate voted.", "It was late."],
        ["He was born on Jan. 8 in Sofia.", "He fled in Sept. 2015."],
        ["He spoke on Fri. in Cairo.", "Nobody came."],
        ["No. 5 was hit.", "No. 6 was spared."],
        ["He said no.", "The army left."],
        ["They left at 5 p.m. al-Nur stayed."],
        ["Fighters of Abu Sayyaf etc. were seen.", "They fled."],
        ['"Stop!" he said.', "She did."],
        ["“We will not go,” he said.", "“Never.”"],
        ["He asked: why now?", "Nobody knew!"],
        ["Acme Inc. said it would leave.", "Its shares fell."],
        ["The group (e.g. its armed wing) denied it.", "Nobody believed it."],
        ["Roe v. Wade was cited.", "The court fell silent."],
        ["About approx. 40 people died.", "Others fled."],
        ["He returned to the U.S. on Monday.", "She stayed."],
        ["He returned to the U.S.", "The talks go on."],
        ["It met at 3 p.m.", "He was late."],
        ["They chose plan B.", "The army agreed."],
        ["Prices rose by 3.5 percent.", "Wages rose by 2.1 percent."],
        ["See www.example.org for more.", "Or write."],
        ["Turkey attacked Syria on Oct. 9, 2019.", "Washington protested."],
        ["Prime Minister St. John resigned.", "Elections follow."],
        ["😀 Iran fired a missile 🚀.", "Nobody was hurt 🙏."],
        ["وصل الرئيس إلى دمشق.", "ثم غادر."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences: list[str]) -> None:
    assert texts(" ".join(sentences)) == sentences


def test_dateline_and_headline_stand_alone() -> None:
    text = "Rebels take town\n\nGAO, Mali, March 31 (Wire) - Rebels took Gao on Saturday. The army fled.\n"
    assert texts(text) == [
        "Rebels take town",
        "GAO, Mali, March 31 (Wire) - Rebels took Gao on Saturday.",
        "The army fled.",
    ]


def test_a_headline_right_above_the_text_is_not_merged_into_it() -> None:
    text = "Iran Warns of Reply to Strike\nTEHRAN: Iran said on Monday that it would reply to the strike on its embassy."
    assert texts(text)[0] == "Iran Warns of Reply to Strike"


def test_lines_of_a_wrapped_paragraph_belong_together() -> None:
    text = (
        "Headline of the day\n"
        "TEHRAN - Iran's president said on Monday that the talks with the\n"
        "European powers had failed, and that the country would raise its\n"
        "enrichment within a month unless sanctions were lifted by the\n"
        "United States. Oil rose.\n"
        "Short line.\n"
    )
    assert texts(text) == [
        "Headline of the day",
        "TEHRAN - Iran's president said on Monday that the talks with the\n"
        "European powers had failed, and that the country would raise its\n"
        "enrichment within a month unless sanctions were lifted by the\n"
        "United States.",
        "Oil rose.",
        "Short line.",
    ]


def test_a_ragged_right_edge_is_still_one_paragraph() -> None:
    text = (
        "France, whose troops pushed militants out of towns, hailed the pact. President\n"
        "Marchand spoke with his counterpart by telephone and assured him that the soldiers\n"
        "would stay. The Union promised to unblock aid.\n"
    )
    assert texts(text)[1].startswith("President\nMarchand spoke")


def test_a_title_at_the_end_of_a_wrapped_line_does_not_end_the_sentence() -> None:
    assert texts("The order was given by Gen.\nSmith on Monday.") == [
        "The order was given by Gen.\nSmith on Monday."
    ]


def test_one_paragraph_a_line_is_kept_apart() -> None:
    first = (
        "The minister said that nothing had been agreed in the talks, which went on until late at night in Geneva "
        * 2
    )
    text = f"{first.strip()}\nRead also: Talks to go on\nThe minister left.\n"
    assert texts(text)[1:] == ["Read also: Talks to go on", "The minister left."]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_every_kind_of_line_end_separates_paragraphs(end: str) -> None:
    assert texts(f"First headline{end}{end}Second one.{end}") == ["First headline", "Second one."]


def test_list_items_are_sentences_of_their_own() -> None:
    text = "The demands:\n- free elections\n- release of prisoners\n* an end to the siege\n1. talks"
    assert texts(text) == [
        "The demands:",
        "- free elections",
        "- release of prisoners",
        "* an end to the siege",
        "1. talks",
    ]


def test_tabs_and_non_breaking_spaces_around_sentences_are_no_part_of_them() -> None:
    assert texts("\t\u00a0Iran protested.\u00a0\u00a0\tIraq agreed.\u3000") == [
        "Iran protested.",
        "Iraq agreed.",
    ]


@pytest.mark.parametrize("text", ["", "   ", "\n\n\t\r\n", "\u00a0"])
def test_a_text_without_words_has_no_sentences(text: str) -> None:
    assert segment(text) == []


def test_a_text_without_full_stops_is_cut_at_spaces_and_loses_nothing() -> None:
    text = "word " * 10_000
    pieces = texts(text)
    assert max(map(len, pieces)) <= MAX_SENTENCE
    assert " ".join(pieces).split() == text.split()


def test_an_endless_word_is_cut_and_loses_nothing() -> None:
    text = "x" * (3 * MAX_SENTENCE + 17)
    assert "".join(texts(text)) == text


def test_emoji_do_not_shift_offsets() -> None:
    text = "👩‍👩‍👧 Protest in Łódź 🇵🇱.\r\nPolice 🚓 came. Ende."
    assert texts(text) == ["👩‍👩‍👧 Protest in Łódź 🇵🇱.", "Police 🚓 came.", "Ende."]
