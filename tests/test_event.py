"""The event tuple: one definition, exact offsets, stable ids, faithful conversions."""

import datetime
import json
import typing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline_fakes import FakeParser, FakeResolver, fake_coder

from coder.infer.records import ParsedEvent
from coder.ontology import load_ontology
from coder.pipeline.article import Article
from coder.pipeline.coding import EventCoder, Selection, event_id
from coder.pipeline.collapse import collapse_mentions
from coder.pipeline.event import EVENT_SCHEMA, FIELD_NAMES, Event, batch_to_events, events_to_batch

TEXT = "ANKARA, Oct 7 (Wire) - Turkey attacked Iran in Tabriz on Monday.\n\nNobody came. Jordan did not threatened Egypt."


def coded(text: str = TEXT, **selection: typing.Any) -> list[Event]:
    return fake_coder(Selection(**selection)).code([Article(text, id="a1", date="2019-10-07")])[0].events


def test_the_dataclass_and_the_arrow_schema_have_the_same_columns() -> None:
    assert tuple(EVENT_SCHEMA.names) == FIELD_NAMES


def test_what_may_be_none_in_the_dataclass_may_be_null_in_the_table_and_the_types_agree() -> None:
    kinds = {
        str: pa.string(),
        int: (pa.int8(), pa.int32(), pa.int64()),
        float: pa.float64(),
        datetime.date: pa.date32(),
        tuple[str, ...]: pa.list_(pa.string()),
    }
    for name, hint in typing.get_type_hints(Event).items():
        field = EVENT_SCHEMA.field(name)
        options = typing.get_args(hint) if type(None) in typing.get_args(hint) else (hint,)
        assert field.nullable == (type(None) in options), name
        expected = kinds[next(option for option in options if option is not type(None))]
        assert field.type in expected if isinstance(expected, tuple) else field.type == expected, name


def test_every_span_of_an_event_is_a_slice_of_its_sentence_and_the_sentence_of_the_article() -> None:
    events = coded(not_asserted=True)
    assert len(events) == 2
    for event in events:
        assert TEXT[event.sentence_start :].startswith(event.sentence)
        for part in ("source", "target", "trigger"):
            start, end = getattr(event, f"{part}_start"), getattr(event, f"{part}_end")
            assert event.sentence[start:end] == getattr(event, f"{part}_text")
    assert (events[0].source_text, events[0].code, events[0].target_text) == ("Turkey", "190", "Iran")
    assert (events[0].code_name, events[0].root, events[0].quad_class) == (
        load_ontology()["190"].name,
        "19",
        4,
    )


def test_events_that_are_not_asserted_are_left_out_unless_asked_for() -> None:
    assert [event.status for event in coded()] == ["asserted"]
    assert [event.status for event in coded(not_asserted=True)] == ["asserted", "not_asserted"]


def test_events_below_the_least_confidence_are_left_out() -> None:
    text = "Turkey attacked Iran. Jordan perhaps. Jordan attacked Egypt perhaps."
    assert len(coded(text)) == 2
    assert len(coded(text, min_confidence=0.5)) == 1


def test_repetitions_in_an_article_are_counted_in_mentions() -> None:
    text = "Turkey attacked Iran. On Monday Turkey attacked Iran. Turkey attacked Iran in Tabriz. Turkey met Iran."
    events = coded(text)
    assert [(event.code, event.place_name, event.mentions) for event in events] == [
        ("190", "Tabriz", 3),
        ("040", None, 1),
    ]
    assert [event.mentions for event in coded(text, every_mention=True)] == [1, 1, 1, 1]


def act(**values: typing.Any) -> Event:
    """An attack of Turkey on Iran on the article's day, at no place."""
    event = coded("Turkey attacked Iran.")[0]
    nowhere = {"place_text": None, "place_name": None, "geonames_id": None, "place_basis": None}
    return replace(event, **{**nowhere, **values})


SATURDAY = {"event_date": datetime.date(2019, 10, 5), "date_text": "on Saturday", "date_basis": "stated"}
YEARS_AGO = {"event_date": datetime.date(2014, 3, 1), "date_text": "in 2014", "date_basis": "stated"}
TABRIZ = {"place_text": "Tabriz", "place_name": "Tabriz", "geonames_id": 113646, "place_basis": "stated"}
URMIA = {"place_text": "Urmia", "place_name": "Urmia", "geonames_id": 121801, "place_basis": "stated"}


@pytest.mark.parametrize(
    ("mentions", "rows"),
    [
        ([{}, SATURDAY], [("on Saturday", None, 2)]),
        ([SATURDAY, {}, TABRIZ], [("on Saturday", "Tabriz", 3)]),
        (
            [{**SATURDAY, **TABRIZ}, {**SATURDAY, **URMIA}],
            [("on Saturday", "Tabriz", 1), ("on Saturday", "Urmia", 1)],
        ),
        ([{}, YEARS_AGO], [(None, None, 1), ("in 2014", None, 1)]),
        ([SATURDAY, YEARS_AGO, {}], [("on Saturday", None, 2), ("in 2014", None, 1)]),
    ],
    ids=["a day told later", "a place told later", "two places", "years ago", "the nearer of two"],
)
def test_a_mention_that_tells_less_repeats_one_that_tells_more(
    mentions: list[dict[str, typing.Any]], rows: list[tuple[str | None, str | None, int]]
) -> None:
    found = collapse_mentions([act(**mention) for mention in mentions])
    assert [(event.date_text, event.place_name, event.mentions) for event in found] == rows


def test_statements_beside_another_event_are_left_out_when_asked() -> None:
    def parsed(code: str, confidence: float = 0.9) -> ParsedEvent:
        return ParsedEvent(code, confidence, 0.9, "asserted", (0, 1), None, None, None, None)

    said, hit, doubtful = parsed("010"), parsed("190"), parsed("173", 0.1)
    assert Selection(lone_statements=True).of([said, hit]) == [hit]
    assert Selection(lone_statements=True).of([said, parsed("013")]) == [said, parsed("013")]
    assert Selection().of([said, hit]) == [said, hit]
    # What is left out itself does not make a statement superfluous.
    assert Selection(0.5, lone_statements=True).of([said, doubtful]) == [said]


def test_actors_without_a_code_are_the_same_when_their_text_is() -> None:
    assert [
        event.mentions
        for event in coded("Rebels attacked Iran. rebels attacked Iran. Bandits attacked Iran.")
    ] == [2, 1]


def test_ids_are_the_same_on_any_machine_and_differ_between_events() -> None:
    events = coded(not_asserted=True)
    assert [event.event_id for event in events] == ["5f20692e9cb2645adee664f8", "e1ffe8edabf8e041ca53be4a"]
    assert len({event.event_id for event in events}) == 2


def test_the_id_depends_on_article_sentence_code_and_spans_but_not_on_confidence() -> None:
    parsed = ParsedEvent("190", 0.9, 0.9, "asserted", (7, 15), (0, 6), (16, 20), None, None)
    first = event_id("a", 0, "Turkey attacked Iran.", parsed)
    assert event_id("a", 0, "Turkey attacked Iran.", replace(parsed, confidence=0.1)) == first
    others = [
        event_id("b", 0, "Turkey attacked Iran.", parsed),
        event_id("a", 1, "Turkey attacked Iran.", parsed),
        event_id("a", 0, "Turkey attacked Iran!", parsed),
        event_id("a", 0, "Turkey attacked Iran.", replace(parsed, code="193")),
        event_id("a", 0, "Turkey attacked Iran.", replace(parsed, source=None)),
        event_id("a", 0, "Turkey attacked Iran.", replace(parsed, source=None, target=(0, 6))),
    ]
    assert len({first, *others}) == 7


def test_events_survive_the_table_and_json() -> None:
    events = coded(not_asserted=True)
    batch = events_to_batch(events)
    assert batch.schema == EVENT_SCHEMA
    assert list(batch_to_events(batch)) == events
    assert [Event.from_dict(json.loads(json.dumps(event.to_dict()))) for event in events] == events


def test_no_events_are_an_empty_batch_of_the_same_schema() -> None:
    assert events_to_batch([]).schema == EVENT_SCHEMA
    assert events_to_batch([]).num_rows == 0


_TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
_OPTIONAL = st.none() | _TEXT


@st.composite
def _events(draw: st.DrawFn) -> Event:
    values: dict[str, typing.Any] = {}
    for field in EVENT_SCHEMA:
        kind: st.SearchStrategy[typing.Any] = _TEXT
        if pa.types.is_date(field.type):
            kind = st.dates(datetime.date(1500, 1, 1), datetime.date(2200, 1, 1))
        elif pa.types.is_integer(field.type):
            kind = st.integers(0, 100)
        elif pa.types.is_floating(field.type):
            kind = st.floats(allow_nan=False)
        elif pa.types.is_list(field.type):
            kind = st.lists(_TEXT, max_size=3).map(tuple)
        values[field.name] = draw(st.none() | kind if field.nullable else kind)
    return Event(**values)


@settings(max_examples=30, deadline=None)
@given(st.lists(_events(), max_size=4))
def test_any_event_survives_the_table_and_json(events: list[Event]) -> None:
    assert list(batch_to_events(events_to_batch(events))) == events
    assert [Event.from_dict(json.loads(json.dumps(event.to_dict()))) for event in events] == events


class _WrongSpans(FakeParser):
    def parse(self, sentences: typing.Sequence[str]) -> list[list[ParsedEvent]]:
        return [
            [ParsedEvent("190", 0.9, 0.9, "asserted", (0, 999), None, None, None, None)] for _ in sentences
        ]


def test_a_span_outside_of_the_sentence_is_never_written() -> None:
    coder = EventCoder(_WrongSpans(), FakeResolver(), load_ontology())
    with pytest.raises(ValueError, match="the span 0:999 in a sentence of 5 characters"):
        coder.code([Article("Hello")])


class _TooFew(FakeParser):
    def parse(self, sentences: typing.Sequence[str]) -> list[list[ParsedEvent]]:
        return [[] for _ in [*sentences, ""]]


def test_a_parser_that_returns_another_number_of_results_is_found_out() -> None:
    with pytest.raises(ValueError, match="returned 2 results for 1 sentences"):
        EventCoder(_TooFew(), FakeResolver(), load_ontology()).code([Article("Hello")])


def test_the_documentation_lists_every_column_in_order() -> None:
    text = (Path(__file__).parent.parent / "docs" / "coding.md").read_text(encoding="utf-8")
    table = text[text.index("| column | type | what |") : text.index("What is unknown is null")]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert [name.strip("` ") for cell in cells for name in cell.split("` `")] == EVENT_SCHEMA.names
