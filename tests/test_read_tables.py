"""JSONL, JSON, CSV, TSV, Parquet and Arrow: columns guessed and named, broken records reported, everything
else read.
"""

import csv
import datetime
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import articles, read_all, reasons

from coder.pipeline.article import Article
from coder.pipeline.read import RecordError
from coder.pipeline.read import record as record_module

ROWS = [
    {
        "body": "Turkey attacked Iran.",
        "headline": "Raid",
        "pub_date": "2019-10-07",
        "link": "https://e.org/1",
        "doc_id": "a",
    },
    {"body": 'Iran met Egypt,\nin Cairo; "today".', "headline": "", "pub_date": "", "link": "", "doc_id": ""},
]


def jsonl(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def _write(path: Path, rows: list[dict]) -> Path:
    suffix = path.suffix
    if suffix == ".jsonl":
        jsonl(path, *rows)
    elif suffix == ".json":
        path.write_text(json.dumps(rows, indent=2))
    elif suffix in (".csv", ".tsv"):
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if suffix == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
    elif suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        table = pa.Table.from_pylist(rows)
        with pa.ipc.new_stream(path, table.schema) as writer:
            writer.write_table(table)
    return path


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".tsv", ".parquet", ".arrow"])
def test_every_table_format_gives_the_same_articles(tmp_path: Path, suffix: str) -> None:
    first, second = articles(_write(tmp_path / f"news{suffix}", ROWS))
    assert (first.text, first.title, first.url, first.key) == (
        "Turkey attacked Iran.",
        "Raid",
        "https://e.org/1",
        "a",
    )
    assert first.published == datetime.date(2019, 10, 7)
    assert (second.text, second.published, second.key) == (ROWS[1]["body"], None, f"news{suffix}#2")


@pytest.mark.parametrize("pack", [".gz", ".zst"])
@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_packed_files_are_read_like_plain_ones(tmp_path: Path, suffix: str, pack: str) -> None:
    data = _write(tmp_path / f"x{suffix}", ROWS).read_bytes()
    packed = tmp_path / f"news{suffix}{pack}"
    packed.write_bytes(gzip.compress(data) if pack == ".gz" else zstandard.compress(data))
    assert [article.text for article in articles(packed)] == [row["body"] for row in ROWS]


@pytest.mark.parametrize(
    "name",
    [
        "text",
        "Body",
        "CONTENT",
        "maintext",
        "full text",
        "article-text",
        "Article.Body",
        "\ufefftext",
        "sentence",
    ],
)
def test_names_of_the_text_column_are_guessed(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"nr,{name}\n1,Turkey attacked Iran.\n")
    assert articles(path)[0].text == "Turkey attacked Iran."


def test_guesses_are_told_once(tmp_path: Path) -> None:
    _write(tmp_path / "a.csv", ROWS)
    _write(tmp_path / "b.csv", ROWS)
    _, told = read_all(tmp_path)
    assert told == [
        f"{tmp_path.name}/a.csv: text from 'body', title from 'headline', date from 'pub_date', url from 'link', id from 'doc_id'"
    ]


def test_named_columns_win_over_guesses(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path / "a.jsonl",
        {"text": "abstract", "lead": "Iran met Egypt.", "when": 1570449600, "date": "2001-01-01"},
    )
    (article,) = articles(path, text="lead", date="when")
    assert (article.text, str(article.published)) == ("Iran met Egypt.", "2019-10-07")


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".arrow"])
def test_a_table_without_text_lists_its_columns_and_the_flag(tmp_path: Path, suffix: str) -> None:
    path = _write(tmp_path / f"a{suffix}", [{"nr": "1", "words": "Iran met Egypt."}])
    assert reasons(path) == [
        ": no column looks like the text of an article; the columns are 'nr', 'words': name it with --text-column"
    ]
    assert articles(path, text="words")[0].text == "Iran met Egypt."


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("field", ["text", "date", "title"])
def test_a_named_column_that_is_not_there_is_an_error(tmp_path: Path, suffix: str, field: str) -> None:
    path = _write(tmp_path / f"a{suffix}", [{"text": "x", "date": "2019-10-07"}])
    assert reasons(path, **{field: "foo"}) == [
        f": there is no column 'foo' for the {field}; the columns are 'text', 'date': give another --{field}-column"
    ]


def test_json_records_say_each_for_itself_when_they_have_no_text(tmp_path: Path) -> None:
    path = jsonl(
        tmp_path / "a.jsonl", {"words": "x"}, {"text": "Iran met Egypt."}, {"text": None}, {"text": "  "}, {}
    )
    items, _ = read_all(path)
    assert [type(item) for item in items] == [RecordError, Article, RecordError, RecordError, RecordError]
    assert reasons(path)[0].startswith(
        "line 1: no column looks like the text of an article; the columns are 'words'"
    )
    assert reasons(path)[1:3] == [
        "line 3: the text (column 'text') is empty",
        "line 4: the text (column 'text') is empty",
    ]
    assert "the columns are none" in reasons(path)[3]


def test_a_column_is_found_among_more_keys_than_are_kept_for_messages(tmp_path: Path) -> None:
    rows = [{"text": "Iran met Egypt.", f"key{i}": i, f"other{i}": i} for i in range(1200)]
    path = jsonl(tmp_path / "a.jsonl", *rows, {"text": "Iran met Egypt.", "dya": "2019-10-07"})
    items, _ = read_all(path, date="dya")
    assert len(items) == 1201
    assert all(isinstance(item, Article) for item in items)


def test_a_named_json_column_that_no_record_has_is_told(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", {"text": "x", "day": "2019-10-07"}, {"text": "y"})
    assert reasons(path, date="day") == []
    assert reasons(path, date="dya") == [
        ": no record has the column 'dya' for the date; they have 'day', 'text': give another --date-column"
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "x"', "this is no valid JSON: Expecting ',' delimiter at character 13"),
        ("nonsense", "this is no valid JSON: Expecting value at character 1"),
        ('["text"]', "a record is a JSON object with a text, found an array"),
        ('"text"', "a record is a JSON object with a text, found a string"),
        ("12", "a record is a JSON object with a text, found a number"),
        ("null", "a record is a JSON object with a text, found null"),
        ('{"text": "a", "text": "b"}', "the key 'text' occurs twice in one object"),
        ('{"text": 12}', "the text is no string but a number (12)"),
        ('{"text": {"en": "x"}}', "the text is no string but an object"),
        ('{"text": true}', "the text is no string but true or false"),
        ('{"text": "x", "date": "some day"}', "'some day' is no date"),
        ('{"text": "x", "date": "0000-00-00"}', "'0000-00-00' is no date"),
        ('{"text": "x", "date": {"year": 2019}}', "{'year': 2019} is no date"),
        ('{"text": "a\\ud800b"}', "half of a surrogate pair (U+D800)"),
        ('{"text": "a\\u0000b"}', "the text has a NUL character at position 1"),
        ('{"text": "x", "id": ["a", "b"]}', 'the id is neither text nor a number but a list (["a", "b"])'),
        ('{"text": ' + "[" * 100_000 + "]" * 100_000 + "}", "this JSON is nested too deep"),
        ('{"text": "x", "id": ' + "9" * 5000 + "}", "this is no valid JSON: Exceeds the limit"),
    ],
)
def test_a_broken_line_is_reported_and_the_next_one_read(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"text": "First."}}\n{line}\n\n{{"text": "Last."}}\n')
    items, _ = read_all(path)
    first, error, last = items
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert (first.text, last.text) == ("First.", "Last.")
    assert isinstance(error, RecordError)
    assert (error.source, error.position) == ("a.jsonl", "line 2")
    assert reason in error.reason
    assert (error.record or "").startswith(line[:100])


def test_values_that_are_missing_in_other_ways_are_no_errors(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"text": "x", "date": NaN, "title": null, "id": "", "source": {"id": null, "name": "Wire"}}\n'
    )
    (article,) = articles(path)
    assert (article.published, article.title, article.key, article.publisher) == (
        None,
        None,
        "a.jsonl#1",
        "Wire",
    )


def test_numbers_as_ids_and_lists_as_paragraphs_are_taken(tmp_path: Path) -> None:
    (article,) = articles(jsonl(tmp_path / "a.jsonl", {"text": ["One.", "Two."], "id": 17, "date": 20191007}))
    assert (article.text, article.key, str(article.published)) == ("One.\n\nTwo.", "17", "2019-10-07")


@pytest.mark.parametrize(
    "text",
    [
        '{"articles": [{"text": "A."}, {"text": "B."}], "status": "ok"}',
        '{\n  "text": "A."\n}\n{\n  "text": "B."\n}',
        '{"text": "A."}\n{"text": "B."}\n',
        '[{"text": "A."},{"text": "B."}]',
        '\ufeff[\n{"text": "A."}\n,\n{"text": "B."}\n]\n',
    ],
)
def test_json_files_come_in_several_shapes(tmp_path: Path, text: str) -> None:
    for suffix in (".json", ".jsonl"):
        path = tmp_path / f"a{suffix}"
        path.write_text(text)
        if suffix == ".json" or "\n  " not in text:
            assert [article.text for article in articles(path)] == ["A.", "B."]


def test_a_broken_element_of_an_array_spoils_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '[{"text": "A."}, {"text": oops}, 5, {"text": "br[a}ck\\"et, s\\\\"}, {"text": "C."}] rest'
    )
    items, _ = read_all(path)
    assert [item.text for item in items if isinstance(item, Article)] == ["A.", 'br[a}ck"et, s\\', "C."]
    assert reasons(path) == [
        "record 2: this is no valid JSON: Expecting value at character 10",
        "record 3: a record is a JSON object with a text, found a number",
        "record 6: there is text after the end of the JSON array",
    ]


def test_an_array_that_is_cut_off_gives_its_whole_records(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"text": "A."}, {"text": "B."}, {"text": "C')
    items, _ = read_all(path)
    assert [item.text for item in items if isinstance(item, Article)] == ["A.", "B."]
    assert "the file ends inside this record" in reasons(path)[0]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1),
        min_size=1,
        max_size=8,
    )
)
def test_arrays_of_any_texts_are_read_back(tmp_path: Path, texts: list[str]) -> None:
    texts = [text for text in texts if text.strip()] or ["x"]
    path = tmp_path / "a.json"
    for ascii_only in (True, False):
        path.write_text(
            json.dumps([{"text": text} for text in texts], ensure_ascii=ascii_only), encoding="utf-8"
        )
        assert [article.text for article in articles(path, encoding="utf-8")] == texts


def test_escapes_and_brackets_across_the_borders_of_read_blocks_are_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    texts = ["\\" * 40_000 + '"', '"' * 50_000 + "\\", "{[" * 70_000]
    path.write_text(json.dumps([{"text": text} for text in texts]))
    assert [article.text for article in articles(path)] == texts


def test_a_record_that_is_too_large_is_reported_and_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("json", "elements", "delimited", "record"):
        monkeypatch.setattr(f"coder.pipeline.read.{module}.MAX_RECORD", 1000, raising=False)
    assert record_module.MAX_RECORD == 1000
    rows = [{"text": "First."}, {"text": "x" * 5000}, {"text": "Last."}]
    jsonl(tmp_path / "a.jsonl", *rows)
    (tmp_path / "b.json").write_text(json.dumps(rows))
    items, _ = read_all(tmp_path)
    assert [item.text for item in items if isinstance(item, Article)] == ["First.", "Last."] * 2
    assert all("split it, one article a record" in reason for reason in reasons(tmp_path))
    assert len(reasons(tmp_path)) == 2


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_tables_in_other_encodings(tmp_path: Path, suffix: str, encoding: str) -> None:
    path = tmp_path / f"a{suffix}"
    text = "The café owner’s protest in Málaga ended. "
    content = (
        f"id,text\n1,{text * 9}\n"
        if suffix == ".csv"
        else json.dumps({"text": text * 9}, ensure_ascii=False) + "\n"
    )
    path.write_bytes(content.encode(encoding))
    assert articles(path)[0].text == text * 9


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (pa.array([1, 2]), "the column 'text' holds no text but int64; the columns are text: int64"),
        (pa.array([{"en": "x"}, None]), "the column 'text' holds no text but struct<en: string>"),
        (pa.array([True, False]), "the column 'text' holds no text but bool"),
        (pa.array([[["a"]], [["b"]]]), "the column 'text' holds no text but list<"),
    ],
)
def test_a_parquet_column_that_is_no_text_is_an_error(tmp_path: Path, column: pa.Array, reason: str) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": column}), path)
    assert reason in reasons(path)[0]


def test_parquet_kinds_of_text_dates_and_ids(tmp_path: Path) -> None:
    moment = datetime.datetime(2019, 10, 7, 12)
    for number, text in enumerate(
        [
            pa.array(["Iran met Egypt."], pa.large_string()),
            pa.array([b"Iran met Egypt."], pa.binary()),
            pa.array(["Iran met Egypt."]).dictionary_encode(),
            pa.array([["Iran met Egypt."]]),
        ]
    ):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table({"text": text, "date": pa.array([moment]), "id": pa.array([number])}), path)
        (article,) = articles(path)
        assert (article.text, str(article.published), article.key) == (
            "Iran met Egypt.",
            "2019-10-07",
            str(number),
        )


def test_parquet_rows_with_nulls_and_bad_bytes_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": pa.array([b"First.", None, b"\xff\xfe", b"Last."], pa.binary())}), path)
    items, _ = read_all(path)
    assert [item.text for item in items if isinstance(item, Article)] == ["First.", "Last."]
    assert reasons(path) == [
        "row 2: the text (column 'text') is empty",
        "row 3: a cell is not valid UTF-8: invalid start byte at byte 0 (column 'text')",
    ]


def test_a_hugging_face_dataset_folder_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "train"
    folder.mkdir()
    _write(folder / "data-00000-of-00001.arrow", ROWS)
    (folder / "dataset_info.json").write_text("{}")
    (folder / "state.json").write_text("{}")
    assert [article.text for article in articles(tmp_path)] == [row["body"] for row in ROWS]
