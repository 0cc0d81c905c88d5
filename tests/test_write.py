"""Every output format holds the same events; files appear whole or not at all."""

import csv
import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from pipeline_fakes import fake_coder
from rich.console import Console

from coder.errors import InputError
from coder.pipeline.article import Article
from coder.pipeline.coding import Selection
from coder.pipeline.event import EVENT_SCHEMA, Event, batch_to_events, events_to_batch
from coder.pipeline.write import WriteOptions, check_output, write_events
from coder.pipeline.write.atomic import replacing
from coder.pipeline.write.columns import CODER, column_set
from coder.pipeline.write.table import show_table


def events(count: int = 3) -> list[Event]:
    coder = fake_coder(Selection(not_asserted=True))
    articles = [
        Article(
            f'Turkey attacked Iran in Tabriz. Number "{number}",\nsaid it. Rebels did not met Jordan.',
            id=str(number),
            date=day,
        )
        for number, day in zip(range(count), ["2019-10-07", "2019-11-01", None] * count, strict=False)
    ]
    return [event for coded in coder.code(articles) for event in coded.events]


def batches(rows: list[Event]) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(rows), 2):
        yield events_to_batch(rows[start : start + 2])


def test_parquet_holds_the_events_in_the_fixed_schema(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    write_events(batches(events()), path, CODER, WriteOptions())
    assert pq.read_schema(path).equals(EVENT_SCHEMA)
    assert list(batch_to_events(pq.read_table(path))) == events()


def test_parquet_is_written_in_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coder.pipeline.write.parquet._ROW_GROUP", 4)
    path = tmp_path / "events.parquet"
    write_events(batches(events(5)), path, CODER, WriteOptions())
    file = pq.ParquetFile(path)
    assert [file.metadata.row_group(index).num_rows for index in range(file.num_row_groups)] == [4, 4, 2]


def test_jsonl_holds_the_events(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    write_events(batches(events()), path, CODER, WriteOptions())
    assert [Event.from_dict(json.loads(line)) for line in path.read_text().splitlines()] == events()


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
def test_csv_holds_the_events(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"events{suffix}"
    write_events(batches(events()), path, CODER, WriteOptions())
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t" if suffix == ".tsv" else ","))
    assert list(rows[0]) == EVENT_SCHEMA.names
    for row, event in zip(rows, events(), strict=True):
        assert (row["sentence"], row["code"], row["root"]) == (event.sentence, event.code, event.root)
        assert row["event_date"] == (event.event_date.isoformat() if event.event_date else "")
        assert row["source_roles"] == ";".join(event.source_roles)
        assert float(row["confidence"]) == event.confidence


def test_duckdb_holds_the_events(tmp_path: Path) -> None:
    path = tmp_path / "events.duckdb"
    write_events(batches(events()), path, CODER, WriteOptions())
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(
            "SELECT event_id, event_date, source_roles FROM events ORDER BY rowid"
        ).fetchall()
    assert rows == [(event.event_id, event.event_date, list(event.source_roles)) for event in events()]


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".tsv", ".jsonl", ".duckdb"])
def test_no_events_are_a_table_without_rows(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"events{suffix}"
    write_events(iter([]), path, CODER, WriteOptions())
    assert path.exists()
    if suffix == ".parquet":
        assert pq.read_table(path).schema.equals(EVENT_SCHEMA)
    if suffix == ".csv":
        assert path.read_text() == ",".join(EVENT_SCHEMA.names) + "\n"


@pytest.mark.parametrize(
    ("by", "folders"),
    [("month", ["month=2019-10", "month=2019-11", "month=unknown"]), ("country", ["country=unknown"])],
)
def test_a_partitioned_output_is_a_folder_a_month_or_country(
    tmp_path: Path, by: str, folders: list[str]
) -> None:
    path = tmp_path / "events"
    write_events(batches(events()), path, CODER, WriteOptions(partition=by))
    assert sorted(os.listdir(path)) == folders
    assert ds.dataset(path, partitioning="hive").to_table().num_rows == len(events())


def test_cells_that_look_like_formulas_are_counted_and_escaped_on_demand(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    rows = fake_coder().code([Article("=SUM(A1) Turkey attacked Iran.", id="-1+1")])[0].events
    assert write_events(batches(rows), path, CODER, WriteOptions()) == 2
    plain = next(csv.DictReader(io.StringIO(path.read_text())))
    assert (plain["sentence"], plain["article_id"]) == ("=SUM(A1) Turkey attacked Iran.", "-1+1")
    assert float(plain["goldstein"]) < 0
    assert write_events(batches(rows), path, CODER, WriteOptions(escape_formulas=True)) == 2
    escaped = next(csv.DictReader(io.StringIO(path.read_text())))
    assert (escaped["sentence"], escaped["article_id"]) == ("'=SUM(A1) Turkey attacked Iran.", "'-1+1")
    assert escaped["goldstein"] == plain["goldstein"]


def test_a_file_that_is_not_finished_never_appears(tmp_path: Path) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield events_to_batch(events())
        assert os.listdir(tmp_path) != []
        assert not (tmp_path / "events.jsonl").exists()
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_events(failing(), tmp_path / "events.jsonl", CODER, WriteOptions())
    assert os.listdir(tmp_path) == []


def test_what_is_replaced_stays_until_the_new_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    def half() -> None:
        with replacing(path) as temporary:
            temporary.write_text("new")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        half()
    assert path.read_text() == "old"
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "events.xlsx",
            WriteOptions(),
            r"the extension '.xlsx': expected one of .parquet, .csv, .tsv, .jsonl, .duckdb",
        ),
        ("events", WriteOptions(), r"the extension ''"),
        ("no/events.csv", WriteOptions(), "does not exist: create it first"),
        ("folder.csv", WriteOptions(), "is a folder: name a file"),
        (
            "events.parquet",
            WriteOptions(partition="month"),
            "writes a folder of Parquet files: name a folder",
        ),
        ("events", WriteOptions(partition="week"), "partitioned by month or country, found 'week'"),
    ],
)
def test_an_output_that_cannot_be_written_is_found_out_at_once(
    tmp_path: Path, name: str, options: WriteOptions, message: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match=message):
        check_output(tmp_path / name, CODER, options)


def test_an_unknown_schema_lists_those_there_are() -> None:
    with pytest.raises(
        InputError, match="there is no schema 'acled': expected one of coder, icews, gdelt, phoenix"
    ):
        column_set("acled")


def shown(rows: list[Event]) -> str:
    console = Console(file=io.StringIO(), width=160)
    show_table([rows[:2], rows[2:]], console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_table_shows_who_did_what_to_whom_when_and_where() -> None:
    lines = shown(events()).splitlines()
    assert any(
        all(word in line for word in ("2019-10-07", "Turkey [TUR]", "190", "Iran [IRN]", "Tabriz", "0.90"))
        for line in lines
    )
    assert any("Rebels" in line and "(not asserted)" in line for line in lines)


def test_the_table_says_when_there_are_no_events_and_how_many_it_does_not_show() -> None:
    assert shown([]).strip() == "no events"
    assert "more events are not shown: write them to a file with -o" in shown(events(1) * 150)


def test_markup_in_a_text_is_shown_as_it_is() -> None:
    assert "[bold red]x[/]" in shown([replace(events()[0], source_text="[bold red]x[/]", source_code=None)])
