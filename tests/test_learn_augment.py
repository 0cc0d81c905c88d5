"""Augmented sentences keep their spans to the letter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learn_fakes import annotated, sentences

from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span
from coder.learn.augment import Augmenter, AugmentShares, edit

ALL = AugmentShares(actor_swap=1.0, dateline=0.0, headline=0.0, upper=0.0)


def texts(sentence: AnnotatedSentence) -> list[tuple[str, str]]:
    """(role, text) of every span."""
    return [(role, sentence.text[s.start : s.end]) for e in sentence.events for role, s in e.spans()]


@st.composite
def edits(draw) -> tuple[AnnotatedSentence, Span, str]:
    """A sentence of words with some of them marked, a stretch of whole words and a text to put there."""
    words = draw(st.lists(st.text("abcdeé", min_size=1, max_size=6), min_size=1, max_size=12))
    spans, at = [], 0
    for word in words:
        spans.append(Span(at, at + len(word)))
        at += len(word) + 1

    def some(least: int = 0) -> tuple[Span, ...]:
        return tuple(draw(st.lists(st.sampled_from(spans), min_size=least, max_size=2)))

    event = EventAnnotation("190", True, some(1)[0], some(), some(), some(), some())
    where = draw(st.sampled_from(spans))
    if draw(st.booleans()):
        where = Span(where.start, where.start)
    return AnnotatedSentence(" ".join(words), (event,)), where, draw(st.text("xyz ", min_size=1, max_size=9))


@settings(deadline=None, max_examples=100)
@given(case=edits())
def test_an_edit_moves_every_span_along(case: tuple[AnnotatedSentence, Span, str]) -> None:
    sentence, where, text = case
    changed = edit(sentence, where, text)
    assert changed.text == sentence.text[: where.start] + text + sentence.text[where.end :]
    for (role, before), (_, span) in zip(sentence.events[0].spans(), changed.events[0].spans(), strict=True):
        expected = text if before == where else sentence.text[before.start : before.end]
        assert changed.text[span.start : span.end] == expected, role


def test_an_edit_inside_a_span_widens_it() -> None:
    sentence = annotated("The old army attacked.", "190", "attacked", "old army", None)
    changed = edit(sentence, Span(4, 7), "tired")
    assert texts(changed) == [("trigger", "attacked"), ("sources", "tired army")]


def test_an_edit_across_the_border_of_a_span_is_refused() -> None:
    sentence = annotated("The old army attacked.", "190", "attacked", "army", None)
    with pytest.raises(ValueError, match=r"cannot edit .* across the border of span"):
        edit(sentence, Span(4, 10), "x")
    with pytest.raises(ValueError, match="cannot edit"):
        edit(sentence, Span(8, 12), "")


def test_a_swapped_actor_comes_from_the_same_role_and_root() -> None:
    pool = sentences()
    augment = Augmenter(pool, ALL, seed=3)
    own = {t for s in pool for e in s.events if (e.code or "")[:2] == "19" for _, t in texts(s)}
    changed = 0
    for sentence in pool:
        after = augment(sentence)
        changed += after != sentence
        assert [role for role, _ in texts(after)] == [role for role, _ in texts(sentence)]
        if sentence.events and (sentence.events[0].code or "")[:2] == "19":
            assert {t for _, t in texts(after)} <= own
        before_trigger = [t for role, t in texts(sentence) if role == "trigger"]
        assert [t for role, t in texts(after) if role == "trigger"] == before_trigger
    assert changed > 5


def test_overlapping_actors_of_imported_data_are_left_alone() -> None:
    text = "US President Smith met ministers."
    event = EventAnnotation("036", True, None, (Span(0, 12),), (Span(3, 18),))
    sentence = AnnotatedSentence(text, (event,), "pairs")
    augment = Augmenter([sentence, *sentences()], ALL, seed=1)
    for _ in range(20):
        assert augment(sentence) == sentence


def test_headlines_lose_articles_and_the_full_stop_but_no_span() -> None:
    sentence = annotated(
        "The army attacked a convoy in the U.S.", "190", "attacked", "army", "convoy", place="U.S."
    )
    headline = Augmenter([sentence], AugmentShares(0.0, 0.0, 1.0, 0.0))(sentence)
    assert headline.text == "army attacked convoy in U.S."
    assert texts(headline) == texts(sentence)
    other = annotated("The army attacked a convoy.", "190", "attacked", "army", "convoy")
    assert Augmenter([other], AugmentShares(0.0, 0.0, 1.0, 0.0))(other).text == "army attacked convoy"


def test_datelines_come_and_go() -> None:
    dated = annotated("OSLO (Agency) - Kenya met Norway.", "036", "met", "Kenya", "Norway")
    plain = annotated("Kenya met Norway.", "036", "met", "Kenya", "Norway")
    augment = Augmenter([dated], AugmentShares(0.0, 1.0, 0.0, 0.0))
    assert augment(dated) == plain
    assert augment(plain).text == dated.text
    assert texts(augment(plain)) == texts(dated)


def test_capitals_keep_offsets_even_where_a_letter_would_become_two() -> None:
    augment = Augmenter([], AugmentShares(0.0, 0.0, 0.0, 1.0))
    plain = annotated("Kenya met Norway.", "036", "met", "Kenya", "Norway")
    assert texts(augment(plain)) == [("trigger", "MET"), ("sources", "KENYA"), ("targets", "NORWAY")]
    longer = annotated("Kenya met the Weißen.", "036", "met", "Kenya", "Weißen")
    assert augment(longer) == longer


def test_no_share_no_change() -> None:
    augment = Augmenter(sentences(), AugmentShares(0.0, 0.0, 0.0, 0.0))
    assert [augment(s) for s in sentences()] == sentences()
