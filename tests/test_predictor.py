"""The Python door: calls, streams, classification, and what it says to wrong input."""

import datetime
from collections.abc import Iterator

import pytest
from pipeline_fakes import FakeParser, FakeResolver

from coder.errors import InputError
from coder.ontology import load_ontology
from coder.pipeline.article import Article
from coder.pipeline.coding import Selection
from coder.pipeline.predictor import Predictor


@pytest.fixture
def parser() -> FakeParser:
    return FakeParser()


@pytest.fixture
def predictor(parser: FakeParser) -> Predictor:
    return Predictor(parser, FakeResolver(), load_ontology())


def test_a_text_with_a_date_gives_dated_events(predictor: Predictor) -> None:
    (event,) = predictor("Turkey attacked Iran in Tabriz.", date="2019-10-07")
    assert (event.source_country, event.code, event.target_country, event.place_text) == (
        "TUR",
        "190",
        "IRN",
        "Tabriz",
    )
    assert event.event_date == event.published == datetime.date(2019, 10, 7)


def test_without_a_date_nothing_is_dated_today(predictor: Predictor) -> None:
    (event,) = predictor("Turkey attacked Iran.")
    assert event.published is None
    assert event.event_date is None


def test_the_date_of_an_article_wins_over_the_argument(predictor: Predictor) -> None:
    (event,) = predictor(Article("Turkey attacked Iran.", date="2001-01-01"), date="2019-10-07")
    assert event.published == datetime.date(2001, 1, 1)


def test_fields_of_the_article_reach_the_event(predictor: Predictor) -> None:
    (event,) = predictor(Article("Iran met Egypt.", id=7, url="https://example.org/7", publisher="Daily"))
    assert (event.article_id, event.url, event.publisher) == ("7", "https://example.org/7", "Daily")


def test_a_text_without_id_has_the_same_id_each_time(predictor: Predictor) -> None:
    first, second = predictor("Iran met Egypt.")[0], predictor("Iran met Egypt.")[0]
    assert first.article_id == second.article_id == "text-0d1dcb7898adb5df"
    assert first.event_id == second.event_id


@pytest.mark.parametrize("text", ["", "   \n", "Nothing happened."])
def test_a_text_without_events_gives_an_empty_list(predictor: Predictor, text: str) -> None:
    assert predictor(text) == []


def test_stream_keeps_order_and_length_and_an_empty_slot_for_every_empty_item(predictor: Predictor) -> None:
    items = ["Turkey attacked Iran.", "", Article("Nothing.", id="x"), "Iran met Egypt. Jordan met Egypt."]
    assert [len(events) for events in predictor.stream(items)] == [1, 0, 0, 2]


def test_stream_and_single_calls_agree(predictor: Predictor) -> None:
    items = [
        Article(f"Turkey attacked Iran. Egypt met Jordan {number}.", id=str(number)) for number in range(20)
    ]
    assert list(predictor.stream(items)) == [predictor(item) for item in items]


def test_stream_hands_the_parser_full_batches_and_reads_ahead_a_bounded_way_only(
    predictor: Predictor, parser: FakeParser
) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "Turkey attacked Iran. " * 10

    results = predictor.stream(endless())
    for _ in range(600):
        assert len(next(results)) == 1
    assert taken <= 3 * 256
    assert max(parser.calls) == 2560


def test_stream_reads_long_articles_in_smaller_groups(predictor: Predictor, parser: FakeParser) -> None:
    long = "Nothing happened at all today. " * 4000
    assert list(predictor.stream([long] * 3)) == [[], [], []]
    assert len(parser.calls) == 3


def test_stream_of_one_text_is_an_error(predictor: Predictor) -> None:
    with pytest.raises(TypeError, match=r"found a single one: call predictor\(text\)"):
        next(predictor.stream("Turkey attacked Iran."))


@pytest.mark.parametrize("item", [None, 5, b"bytes", ["text"], {"text": "x"}, float("nan")])
def test_an_item_that_is_no_text_is_an_error_after_the_results_before_it(
    predictor: Predictor, item: object
) -> None:
    results = predictor.stream(["Turkey attacked Iran.", item])  # type: ignore[list-item]
    assert len(next(results)) == 1
    with pytest.raises(TypeError, match=r"expected a text \(str\) or an Article, found"):
        next(results)
    with pytest.raises(TypeError, match=r"expected a text \(str\) or an Article, found"):
        predictor(item)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"text": None}, "the text of an article is a string, found NoneType"),
        ({"text": 3.5}, "the text of an article is a string, found float"),
        ({"text": "a\0b"}, "NUL character at position 1: is this a binary file"),
        ({"text": "a\ud800b"}, r"half of a surrogate pair \(U\+D800\) at position 1"),
        ({"text": "x", "date": "yesterday"}, "'yesterday' is no date: expected a form such as 2019-10-07"),
        ({"text": "x", "title": 5}, "the title of an article is a string, found int"),
        ({"text": "x", "id": 2.5}, "the id of an article is text or a whole number, found float"),
        ({"text": "x", "id": True}, "the id of an article is text or a whole number, found bool"),
    ],
)
def test_an_article_with_a_wrong_field_says_which_and_why(values: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Article(**values)


def test_a_date_that_is_no_date_is_an_error_and_never_today(predictor: Predictor) -> None:
    with pytest.raises(InputError, match="'soon' is no date"):
        predictor("Turkey attacked Iran.", date="soon")


def test_classify_ranks_codes_by_probability(predictor: Predictor) -> None:
    ranking = predictor.classify("Turkey attacked Iran.", source="Turkey", target="Iran")
    assert [(code, probability) for code, _, probability in ranking] == [
        ("190", 0.5),
        ("183", 0.2),
        ("1831", 0.2),
        ("040", 0.1),
    ]
    assert ranking[0][1] == load_ontology()["190"].name


def test_classify_by_roots_sums_their_codes(predictor: Predictor) -> None:
    ranking = predictor.classify("Turkey attacked Iran.", source="Turkey", target="Iran", roots=True)
    assert [(code, round(probability, 6)) for code, _, probability in ranking] == [
        ("19", 0.5),
        ("18", 0.4),
        ("04", 0.1),
    ]


def test_classify_wants_actors_that_stand_in_the_sentence(predictor: Predictor) -> None:
    with pytest.raises(InputError, match="the target 'Syria' does not occur in the sentence"):
        predictor.classify("Turkey attacked Iran.", source="Turkey", target="Syria")


def test_a_least_confidence_that_is_no_probability_is_an_error() -> None:
    with pytest.raises(InputError, match="a number from 0 to 1, found 80"):
        Predictor.from_pretrained(min_confidence=80)


def test_a_missing_dictionary_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match=r"the dictionary no-such\.csv was not found"):
        Predictor.from_pretrained(dictionaries=["no-such.csv"])


def test_selection_of_the_predictor(parser: FakeParser) -> None:
    text = "Turkey did not attacked Iran. Turkey attacked Iran perhaps."
    everything = Predictor(parser, FakeResolver(), load_ontology(), Selection(not_asserted=True))
    assert [event.status for event in everything(text)] == ["not_asserted", "asserted"]
