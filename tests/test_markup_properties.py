"""Markup under Hypothesis: round trips, and garbage that never raises anything but MarkupError."""

from hypothesis import given
from hypothesis import strategies as st

from coder.corpus import AnnotatedSentence, EventAnnotation, Span, format_line, parse_line
from coder.errors import MarkupError

NO_BREAK = st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n")
CODES = st.sampled_from(["01", "010", "190", "1823", "x1"])


@st.composite
def sentences(draw: st.DrawFn) -> AnnotatedSentence:
    """A sentence with spans that do not overlap, each serving any events in any roles."""
    pieces = draw(
        st.lists(st.text(NO_BREAK | st.sampled_from("[]|\\#, "), max_size=12), min_size=1, max_size=9)
    )
    text = ""
    spans = []
    for index, piece in enumerate(pieces):
        inside = piece.strip()
        if index % 2 and inside:
            start = len(text) + piece.index(inside)
            spans.append(Span(start, start + len(inside)))
        text += piece
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    if not text:
        return AnnotatedSentence("x")
    spans = [Span(start - lead, end - lead) for start, end in spans]
    subsets = (
        st.lists(st.sampled_from(spans), unique=True).map(lambda chosen: tuple(sorted(chosen)))
        if spans
        else None
    )
    events = []
    for _ in range(draw(st.integers(0, 3)) if spans else 0):
        assert subsets is not None
        events.append(
            EventAnnotation(
                draw(CODES),
                draw(st.booleans()),
                draw(st.sampled_from(spans)),
                draw(subsets),
                draw(subsets),
                draw(subsets),
                draw(subsets),
            )
        )
    return AnnotatedSentence(text, tuple(events))


@given(sentences())
def test_what_is_written_is_read_again(sentence: AnnotatedSentence):
    line = format_line(sentence)
    again = parse_line(line)
    assert (again.text, again.events) == (sentence.text, sentence.events)
    assert format_line(again) == line
    assert AnnotatedSentence.from_dict(sentence.to_dict()) == sentence


@given(st.text(st.sampled_from("[]|\\,#!=estpd012 ab") | st.characters(), max_size=40))
def test_garbage_is_read_or_refused_as_markup(line: str):
    try:
        sentence = parse_line(line)
    except MarkupError:
        return
    again = parse_line(format_line(sentence))
    assert (again.text, again.events) == (sentence.text, sorted_spans(sentence).events)


def sorted_spans(sentence: AnnotatedSentence) -> AnnotatedSentence:
    events = tuple(
        EventAnnotation(
            event.code,
            event.asserted,
            event.trigger,
            *(tuple(sorted(spans)) for spans in (event.sources, event.targets, event.places, event.times)),
        )
        for event in sentence.events
    )
    return AnnotatedSentence(sentence.text, events)
