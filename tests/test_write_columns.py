"""The column sets of other event data: names, order, formats, and values taken from ours."""

import csv
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pipeline_fakes import fake_coder

from coder.pipeline.article import Article
from coder.pipeline.event import Event, events_to_batch
from coder.pipeline.write import WriteOptions, write_events
from coder.pipeline.write.columns import column_set


def event(**changes: object) -> Event:
    article = Article(
        "Rebels attacked Army in Mosul.", id="a7", date="2014-06-10", url="https://e.org/7", publisher="Daily"
    )
    (found,) = fake_coder().code([article])[0].events
    values = {
        "source_code": "IRQREBkurMOSPKK",
        "source_name": "Workers' Party",
        "source_country": "IRQ",
        "target_code": "IRQMIL",
        "target_name": None,
        "target_country": "IRQ",
        "place_name": "Mosul",
        "place_country": "IRQ",
        "place_admin1": "Nineveh",
        "latitude": 36.34,
        "longitude": 43.12,
        "place_precision": "city",
        "mentions": 3,
    }
    return replace(found, **{**values, **changes})  # type: ignore[arg-type]


def row(schema: str, **changes: object) -> dict:
    return column_set(schema).convert(events_to_batch([event(**changes)])).to_pylist()[0]


def text_rows(schema: str, folder: Path) -> list[list[str]]:
    path = folder / "events.csv"
    write_events(iter([events_to_batch([event()])]), path, column_set(schema), WriteOptions())
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter="," if schema == "phoenix" else "\t"))


def test_icews_columns_and_values(tmp_path: Path) -> None:
    header, values = text_rows("icews", tmp_path)
    assert header[:6] == [
        "Event ID",
        "Event Date",
        "Source Name",
        "Source Sectors",
        "Source Country",
        "Event Text",
    ]
    assert len(header) == 20
    shown = dict(zip(header, values, strict=True))
    assert int(shown.pop("Event ID")) > 0
    assert shown == {
        "Event Date": "2014-06-10",
        "Source Name": "Workers' Party",
        "Source Sectors": "Rebels",
        "Source Country": "Iraq",
        "Event Text": "Use conventional military force",
        "CAMEO Code": "190",
        "Intensity": "-10.0",
        "Target Name": "Army",
        "Target Sectors": "Military",
        "Target Country": "Iraq",
        "Story ID": "a7",
        "Sentence Number": "1",
        "Publisher": "Daily",
        "City": "Mosul",
        "District": "",
        "Province": "Nineveh",
        "Country": "Iraq",
        "Latitude": "36.34",
        "Longitude": "43.12",
    }


def test_gdelt_has_its_61_columns_and_no_header(tmp_path: Path) -> None:
    (values,) = text_rows("gdelt", tmp_path)
    assert len(values) == 61
    assert values[1:5] == ["20140610", "201406", "2014", "2014.5205"]
    assert values[26:35] == ["190", "190", "19", "4", "-10.0", "3", "1", "1", ""]
    assert [values[35], values[43]] == ["0", "0"]
    assert values[51:54] == ["4", "Mosul, Nineveh, Iraq", "IZ"]
    assert values[56:58] == ["36.34", "43.12"]
    assert values[59:] == ["20140610000000", "https://e.org/7"]


def test_gdelt_takes_actor_codes_apart() -> None:
    values = row("gdelt")
    assert [
        values[f"Actor1{part}"] for part in ("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode")
    ] == [
        "IRQREBkurMOSPKK",
        "WORKERS' PARTY",
        "IRQ",
        "PKK",
        "kur",
    ]
    assert [
        values[f"Actor1{part}"] for part in ("Religion1Code", "Religion2Code", "Type1Code", "Type2Code")
    ] == [
        "MOS",
        None,
        "REB",
        None,
    ]
    assert (values["Actor2Name"], values["Actor2Type1Code"]) == ("ARMY", "MIL")
    assert values["IsRootEvent"] == 1
    assert row("gdelt", sentence_index=3)["IsRootEvent"] == 0
    assert row("gdelt", code="1831", root="18")["EventBaseCode"] == "183"


@pytest.mark.parametrize(
    ("precision", "country", "kind"),
    [
        ("country", "IRQ", 1),
        ("admin1", "USA", 2),
        ("city", "USA", 3),
        ("city", "IRQ", 4),
        ("admin1", "IRQ", 5),
        (None, None, 0),
    ],
)
def test_gdelt_kinds_of_places(precision: str | None, country: str | None, kind: int) -> None:
    assert row("gdelt", place_precision=precision, place_country=country)["ActionGeo_Type"] == kind


def test_phoenix_columns_and_values(tmp_path: Path) -> None:
    header, values = text_rows("phoenix", tmp_path)
    assert len(header) == 25
    shown = dict(zip(header, values, strict=True))
    assert shown["eid"] == event().event_id
    assert (shown["story_date"], shown["year"], shown["month"], shown["day"]) == (
        "06/10/2014",
        "2014",
        "6",
        "10",
    )
    assert [shown[name] for name in ("source", "source_root", "source_agent", "source_others")] == [
        "IRQREBkurMOSPKK",
        "IRQ",
        "REB",
        "MOS;kur;PKK",
    ]
    assert (shown["quad_class"], shown["placename"], shown["countryname"], shown["aid"]) == (
        "4",
        "Mosul",
        "Iraq",
        "a7",
    )


@pytest.mark.parametrize(
    ("root", "penta"),
    [("01", 0), ("02", 0), ("03", 1), ("05", 1), ("06", 2), ("09", 3), ("13", 3), ("14", 4), ("20", 4)],
)
def test_phoenix_has_five_classes(root: str, penta: int) -> None:
    assert row("phoenix", root=root)["quad_class"] == penta


@pytest.mark.parametrize("schema", ["icews", "gdelt", "phoenix"])
def test_events_without_actors_date_or_place_have_empty_cells(schema: str) -> None:
    bare = dict.fromkeys(
        ("event_date", "published", "place_name", "place_country", "place_admin1", "latitude", "longitude")
    )
    for side in ("source", "target"):
        bare |= {f"{side}_{part}": None for part in ("code", "name", "country", "text")}
    values = row(schema, **bare, place_precision=None)
    assert values.get("Event Date", values.get("Day", values.get("year"))) is None


@pytest.mark.parametrize("schema", ["icews", "gdelt", "phoenix"])
def test_other_formats_hold_the_same_columns(tmp_path: Path, schema: str) -> None:
    path = tmp_path / "events.parquet"
    write_events(iter([events_to_batch([event()])]), path, column_set(schema), WriteOptions())
    assert pq.read_schema(path).names == column_set(schema).schema.names


def test_an_actor_whose_code_has_another_country_than_its_column_is_taken_apart_all_the_same() -> None:
    values = row("gdelt", source_code="IGOUNO", source_country=None)
    assert (values["Actor1CountryCode"], values["Actor1KnownGroupCode"], values["Actor1Type1Code"]) == (
        None,
        "UNO",
        "IGO",
    )


@pytest.mark.parametrize(
    ("schema", "column"), [("icews", "CAMEO Code"), ("gdelt", "EventCode"), ("phoenix", "code")]
)
def test_a_bare_root_is_written_with_three_digits(schema: str, column: str) -> None:
    assert row(schema, code="02", root="02", code_name="Appeal")[column] == "020"


def test_former_states_have_names() -> None:
    assert row("icews", source_code="SUNMIL", source_country="SUN")["Source Country"] == "Soviet Union"
