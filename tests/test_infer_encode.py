"""Tokens and windows keep exact characters, whatever the encoder's tokenizer."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from infer_fakes import (
    SENTENCE,
    byte_tokenizer,
    letter_tokenizer,
    sentencepiece_tokenizer,
    word_tokenizer,
)
from tokenizers import Tokenizer

from coder.errors import ModelError
from coder.infer.encode import cut, encode_batch, load_tokenizer, marks, tokens_in, windows

TOKENIZERS = {
    "letters": letter_tokenizer(),
    "bytes": byte_tokenizer(),
    "sentencepiece": sentencepiece_tokenizer(),
    "words": word_tokenizer(),
}
WORD = st.text("abcdefghijklmnopqrstuvwxyzABC", min_size=1, max_size=9)
ANY = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=60
)
each = pytest.mark.parametrize("tokenizer", TOKENIZERS.values(), ids=TOKENIZERS)


@each
@settings(deadline=None, max_examples=30)
@given(words=st.lists(WORD, min_size=1, max_size=30), data=st.data())
def test_tokens_of_a_span_cover_exactly_its_characters(tokenizer: Tokenizer, words: list[str], data) -> None:
    text = " ".join(words)
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start = len(" ".join(words[:first])) + (first > 0)
    end = len(" ".join(words[: last + 1]))
    encoded = encode_batch(tokenizer, [text])[0]
    inside = encoded.tokens_of((start, end))
    assert (int(encoded.starts[inside].min()), int(encoded.ends[inside].max())) == (start, end)
    assert set(marks(encoded, {"trigger": [(start, end)]})[:, 2]) <= {0.0, 1.0}
    assert (marks(encoded, {"trigger": [(start, end)]})[:, 2] == inside).all()


@each
@settings(deadline=None, max_examples=30)
@given(text=ANY)
def test_offsets_lie_in_the_text_and_have_no_spaces_at_their_ends(tokenizer: Tokenizer, text: str) -> None:
    encoded = encode_batch(tokenizer, [text])[0]
    real = encoded.starts >= 0
    assert ((encoded.starts[real] <= encoded.ends[real]) & (encoded.ends[real] <= len(text))).all()
    for start, end in zip(encoded.starts[real], encoded.ends[real], strict=True):
        assert text[start:end].strip() == text[start:end]
    assert (encoded.starts[~real] == -1).all()
    assert (encoded.ends[~real] == -1).all()


@pytest.mark.parametrize("kind", ["bytes", "sentencepiece"])
def test_tokens_that_carry_the_space_before_them_do_not_pass_it_on(kind: str) -> None:
    encoded = encode_batch(TOKENIZERS[kind], ["The  rebels attacked"])[0]
    inside = encoded.tokens_of((5, 11))
    assert encoded.starts[inside].min() == 5
    assert (encoded.ends[: np.flatnonzero(inside)[0]] <= 5).all()


@each
def test_punctuation_stands_apart_from_words(tokenizer: Tokenizer) -> None:
    text = "(Iran) and US-led Kata'ib."
    encoded = encode_batch(tokenizer, [text])[0]
    begins = {int(s) for s, word in zip(encoded.starts, encoded.word_starts, strict=True) if word and s >= 0}
    # ( Iran ) and US - led Kata ' ib .
    assert {0, 1, 5, 7, 11, 13, 14, 18, 22, 23, 25} <= begins
    assert not begins & {2, 3, 4, 8, 9, 12, 15, 16, 19, 20, 21, 24}


def test_half_a_surrogate_pair_is_read_as_an_unknown_character() -> None:
    for tokenizer in TOKENIZERS.values():
        encoded = encode_batch(tokenizer, ["Iran \ud800 met Turkey"])[0]
        inside = encoded.tokens_of((11, 17))
        assert (encoded.starts[inside].min(), encoded.ends[inside].max()) == (11, 17)


def test_nothing_but_spaces_has_no_characters() -> None:
    for tokenizer in TOKENIZERS.values():
        for encoded in encode_batch(tokenizer, ["", "   ", "\n"]):
            assert not (encoded.ends > encoded.starts).any()


@each
@settings(deadline=None, max_examples=30)
@given(
    count=st.integers(1, 400),
    length=st.integers(1, 12),
    max_tokens=st.integers(8, 128),
    gap=st.sampled_from([" ", "  ", ", "]),
)
def test_windows_share_out_every_character(
    tokenizer: Tokenizer, count: int, length: int, max_tokens: int, gap: str
) -> None:
    text = gap.join("abcdefghijkl"[:length] for _ in range(count))
    check_windows(tokenizer, text, max_tokens)


@each
@pytest.mark.parametrize(
    "text", ["x" * 90, "x" * 700, "tooth " * 60 + "y" * 90 + " gum" * 60, "é" * 99 + " 🛰" * 99]
)
@pytest.mark.parametrize("max_tokens", [8, 32, 100])
def test_windows_of_endless_words(tokenizer: Tokenizer, text: str, max_tokens: int) -> None:
    check_windows(tokenizer, text, max_tokens)


def check_windows(tokenizer: Tokenizer, text: str, max_tokens: int) -> None:
    encoded = encode_batch(tokenizer, [text])[0]
    found = windows(encoded, len(text), max_tokens)
    assert found[0].own_start == 0
    assert found[-1].own_end == len(text)
    for earlier, later in pairwise(found):
        assert earlier.own_end == later.own_start
        assert later.first > earlier.first
    seen = np.zeros(len(encoded.ids), dtype=bool)
    for window in found:
        assert window.start <= window.own_start <= window.own_end <= window.end
        part = cut(encoded, window)
        assert len(part.ids) <= max_tokens
        keep = tokens_in(encoded, window)
        seen[keep] = True
        assert (part.ids == encoded.ids[keep]).all()
        assert part.ids[0] == encoded.ids[0]
        assert part.ids[-1] == encoded.ids[-1]
        for i, (start, end) in zip(keep, zip(part.starts, part.ends, strict=True), strict=True):
            if start >= 0:
                whole = text[encoded.starts[i] : encoded.ends[i]]
                assert text[window.start : window.end][start:end] == whole
    assert seen.all()


def test_windows_are_cut_between_words() -> None:
    text = "attacked " * 50
    encoded = encode_batch(TOKENIZERS["letters"], [text])[0]
    found = windows(encoded, len(text), 64)
    assert len(found) > 3
    for window in found:
        assert text[window.start : window.start + 8] == "attacked"
        assert text[: window.end].rstrip().endswith("attacked")


def test_a_sentence_that_fits_is_one_window() -> None:
    encoded = encode_batch(TOKENIZERS["words"], [SENTENCE])[0]
    (only,) = windows(encoded, len(SENTENCE), 128)
    assert (only.start, only.end, only.own_start, only.own_end) == (0, len(SENTENCE), 0, len(SENTENCE))
    assert cut(encoded, only) is encoded


def test_tokenizer_errors_say_what_to_do(tmp_path) -> None:
    with pytest.raises(ModelError, match=r"holds no tokenizer\.json: export the model again"):
        load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=r"tokenizer\.json is damaged .*: export the model again"):
        load_tokenizer(tmp_path)
