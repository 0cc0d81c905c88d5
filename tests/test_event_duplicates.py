"""Repeated events are linked to the first one and none is dropped."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_fakes import fake_coder

from coder.errors import InputError
from coder.pipeline.article import Article
from coder.pipeline.coding import Selection
from coder.pipeline.duplicates import _first_with_same_key, mark_duplicates
from coder.pipeline.event import events_to_batch

ARTICLES = [
    Article("Turkey attacked Iran. Jordan met Egypt.", id="first", date="2019-10-07"),
    Article('Nobody came. "Turkey attacked Iran!"', id="copy", date="2019-10-08"),
    Article("On Monday Turkey attacked Iran.", id="other words", date="2019-10-07"),
    Article("On Monday Turkey attacked Iran.", id="undated"),
    Article("Rebels attacked Iran. Bandits attacked Iran.", id="no codes", date="2019-10-07"),
]


def links(mode: str, rows_a_batch: int = 2) -> dict[str, str | None]:
    """Article and place of each event, and those of the event that it repeats."""
    coded = fake_coder(Selection(every_mention=True)).code(ARTICLES)
    events = [event for article in coded for event in article.events]
    names = {event.event_id: f"{event.article_id} {event.sentence_index}" for event in events}

    def batches() -> list[pa.RecordBatch]:
        return [
            events_to_batch(events[start : start + rows_a_batch])
            for start in range(0, len(events), rows_a_batch)
        ]

    marked = [row for batch in mark_duplicates(batches, mode) for row in batch.to_pylist()]
    assert [row["event_id"] for row in marked] == [event.event_id for event in events]
    return {names[row["event_id"]]: names.get(row["duplicate_of"]) for row in marked}


@pytest.mark.parametrize("rows_a_batch", [1, 2, 100])
def test_copies_are_the_same_sentence_elsewhere(rows_a_batch: int) -> None:
    assert links("copies", rows_a_batch) == {
        "first 0": None,
        "first 1": None,
        "copy 1": "first 0",
        "other words 0": None,
        "undated 0": "other words 0",
        "no codes 0": None,
        "no codes 1": None,
    }


def test_daily_is_one_event_a_day_dyad_and_code() -> None:
    assert links("daily") == {
        "first 0": None,
        "first 1": None,
        "copy 1": None,
        "other words 0": "first 0",
        "undated 0": None,
        "no codes 0": None,
        "no codes 1": None,
    }


def test_no_events_have_no_duplicates() -> None:
    assert list(mark_duplicates(lambda: [], "daily")) == []


def test_an_unknown_mode_is_an_error() -> None:
    with pytest.raises(InputError, match="marked as copies or daily, found 'weekly'"):
        list(mark_duplicates(lambda: [], "weekly"))


@given(st.lists(st.integers(0, 5), max_size=40))
def test_the_first_with_the_same_key_is_found(keys: list[int]) -> None:
    assert _first_with_same_key(np.array(keys, np.uint64)).tolist() == [keys.index(key) for key in keys]
    assert sum(Counter(keys).values()) == len(keys)
