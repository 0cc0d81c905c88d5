"""Finding sentences that say the same twice."""

import random

from hypothesis import given
from hypothesis import strategies as st

from coder.corpus.dedupe import contained_pairs, exact_copies, near_pairs

VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklm" for b in "aeiou" for c in "nrstxz"]


def sentence(seed: int, words: int = 24) -> str:
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def test_copies_differ_in_case_space_and_punctuation_only():
    texts = ["Iran hit Iraq.", "Iraq hit Iran.", "IRAN  hit: Iraq", "!!", "??", "!!"]
    assert exact_copies(texts) == {2: 0, 5: 3}


def test_edited_copies_are_found_among_many_others():
    texts = [sentence(seed) for seed in range(300)]
    copies = [text.replace(text.split()[5], "zulu", 1) for text in texts[:60]]
    found = {(pair.first, pair.second) for pair in near_pairs([*texts, *copies])}
    assert found == {(number, 300 + number) for number in range(60)}


def test_shortened_copies_are_contained():
    texts = [sentence(seed, 40) for seed in range(100)]
    halves = [" ".join(text.split()[:16]) for text in texts[:50]]
    pairs = contained_pairs([*texts, *halves])
    assert {(pair.first, pair.second) for pair in pairs} == {(number, 100 + number) for number in range(50)}
    assert all(pair.similarity == 1 for pair in pairs)
    assert near_pairs([*texts, *halves]) == []


def test_short_sentences_are_not_contained_in_long_ones():
    assert (
        contained_pairs(["Police arrested him on Tuesday", "Police arrested him on Tuesday in the old port."])
        == []
    )


@given(st.lists(st.text(max_size=30), max_size=6))
def test_any_text_is_compared_without_error(texts: list[str]):
    for pair in (*near_pairs(texts), *contained_pairs(texts)):
        assert 0 <= pair.first < pair.second < len(texts)
        assert 0 < pair.similarity <= 1
