"""The model that ships: the same events in any company, in both runtimes and at the end of the longest sentence."""

import importlib.util

import pytest
from learn_fakes import sentences

from coder.errors import CoderError
from coder.infer.parser import EventParser
from coder.infer.records import ParsedEvent

ATTACK = "Government troops attacked a rebel convoy near Aleppo on Friday, killing nine fighters."
TEXTS = [
    ATTACK,
    "Norway and Kenya signed a trade agreement in Oslo on Monday.",
    "The prime minister did not threaten the union, her spokesman said.",
    "Shares closed higher as exporters rallied.",
    *(s.text for s in sentences()[:12]),
]


def load(runtime: str | None = None) -> EventParser:
    try:
        return EventParser.from_pretrained(threads=1, runtime=runtime)
    except CoderError as error:
        pytest.skip(f"no shipped model in this checkout: {error}")


@pytest.fixture(scope="module")
def parser() -> EventParser:
    return load()


def same(one: list[ParsedEvent], other: list[ParsedEvent]) -> bool:
    """Whether two lists of events agree in all but the last digits of their confidences."""

    def key(e: ParsedEvent) -> tuple[object, ...]:
        return (e.code, e.status, e.trigger, e.source, e.target, e.place, e.time)

    return [key(e) for e in one] == [key(e) for e in other] and all(
        abs(a.confidence - b.confidence) < 1e-3 for a, b in zip(one, other, strict=True)
    )


def test_a_sentence_has_the_same_events_alone_and_in_any_batch(parser: EventParser) -> None:
    together = parser.parse(TEXTS)
    for text, events in zip(TEXTS, together, strict=True):
        assert same(parser.parse([text])[0], events), text
    longer = [f"{text} {ATTACK}" for text in TEXTS]
    mixed = parser.parse([text for pair in zip(TEXTS, longer, strict=True) for text in pair])[::2]
    for events, others in zip(mixed, together, strict=True):
        assert same(events, others)


def test_an_obvious_event_is_found_with_its_actors(parser: EventParser) -> None:
    (events,) = parser.parse([ATTACK])
    first = events[0]
    assert first.code.startswith(("18", "19"))
    assert first.source is not None
    assert first.target is not None
    assert "troops" in ATTACK[slice(*first.source)]
    assert "convoy" in ATTACK[slice(*first.target)]
    assert first.status == "asserted"


def test_an_event_at_the_end_of_600_words_is_found(parser: EventParser) -> None:
    text = "The museum opens at ten on weekdays and closes at five, " * 60 + ATTACK
    (events,) = parser.parse([text])
    last = events[-1]
    assert last.trigger is not None
    assert last.trigger[0] > len(text) - len(ATTACK)
    assert text[slice(*last.trigger)] in ("attacked", "killing")


def test_both_runtimes_give_the_same_events() -> None:
    if not all(importlib.util.find_spec(name) for name in ("openvino", "onnxruntime")):
        pytest.skip("needs openvino and onnxruntime")
    agree = sum(
        [e.code for e in a] == [e.code for e in b]
        for a, b in zip(load("onnxruntime").parse(TEXTS), load("openvino").parse(TEXTS), strict=True)
    )
    assert agree >= len(TEXTS) - 2
