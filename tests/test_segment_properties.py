"""What holds for the sentences of any text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from coder.pipeline.segment import MAX_SENTENCE, segment

# Pieces that meet in news, mixed with any characters.
_PIECES = st.one_of(
    st.sampled_from(
        ["Mr. ", "Gen. ", "U.S. ", "6 p.m. ", "Oct. ", "No. ", "said. ", '"Go!" ', "\n", "\r\n", "\n\n", "\t", " ", "- ", "al-Nur ",
         "Iran ", "attacked ", "...", "? ", "! ", "😀", "(", ") ", "“", "” ", "1. ", "\u2028", "\u00a0", "x" * 40]
    ),
    st.text(max_size=12),
)  # fmt: skip
TEXTS = st.lists(_PIECES, max_size=60).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_sentences_are_ordered_slices_with_nothing_but_white_space_between(text: str) -> None:
    at = 0
    for sentence in segment(text):
        assert text[sentence.start : sentence.start + len(sentence.text)] == sentence.text
        assert sentence.text == sentence.text.strip() != ""
        assert len(sentence.text) <= MAX_SENTENCE
        assert sentence.start >= at
        assert not text[at : sentence.start].strip()
        at = sentence.start + len(sentence.text)
    assert not text[at:].strip()


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS)
def test_a_blank_line_always_separates(above: str, below: str) -> None:
    together = segment(f"{above}\n\n{below}")
    border = len(above)
    for sentence in together:
        assert not sentence.start < border < sentence.start + len(sentence.text)
