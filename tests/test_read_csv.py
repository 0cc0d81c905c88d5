"""CSV: delimiters, quotes, rows that do not fit, bytes that are not in the encoding."""

from pathlib import Path

import pytest
from reading import articles, read_all, reasons

from coder.pipeline.article import Article


def test_csv_delimiters_are_found_out(tmp_path: Path) -> None:
    for number, delimiter in enumerate(",;\t|"):
        path = tmp_path / f"{number}.csv"
        path.write_text(f'"id"{delimiter}"text"\n1{delimiter}"Iran, met; Egypt{delimiter} twice"\n')
        assert articles(path)[0].text == f"Iran, met; Egypt{delimiter} twice"


def test_csv_rows_with_cells_too_few_or_many_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,First.\n2\n3,a,b\n\n4,Last.\n")
    items, _ = read_all(path)
    assert [item.text for item in items if isinstance(item, Article)] == ["First.", "Last."]
    assert reasons(path) == [
        "row 2 (line 3): the row has 1 cells, the header 2: a quote or delimiter is missing or too many",
        "row 3 (line 4): the row has 3 cells, the header 2: a quote or delimiter is missing or too many",
    ]


def test_a_csv_quote_that_is_never_closed_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,text\n1,First.\n2,"open\n3,lost\n')
    items, _ = read_all(path)
    assert [item.text for item in items if isinstance(item, Article)] == ["First.", "lost"]
    assert reasons(path) == [
        "row 2 (line 3): a quote that opens in line 3 is never closed: the rows below were read without it"
    ]


def test_csv_cells_longer_than_the_modules_limit_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "Iran met Egypt. " * 20_000
    path.write_text(f'text\n"{text}"\n')
    assert articles(path)[0].text == text


def test_csv_multiline_cells_keep_their_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'text,id\r\n"One.\r\n\r\nTwo.",7\r\n')
    assert articles(path)[0].text == "One.\r\n\r\nTwo."


def test_a_column_that_occurs_twice_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,text\na,b\n")
    assert reasons(path) == [
        ": the column 'text' for the text occurs 2 times: give the columns different names"
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "text\n"])
def test_a_csv_without_rows(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert reasons(path) == {"": [": the file is empty"], "\n\n": [": the file has no header line"]}.get(
        text, []
    )


def test_a_latin_1_row_in_a_utf8_csv_is_reported_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    good = "Überfall in Köln für größere Städte.\n" * 30
    path.write_bytes(b"text\n" + good.encode() + "Café.\n".encode("latin-1") + good.encode())
    items, _ = read_all(path)
    assert sum(isinstance(item, Article) for item in items) == 60
    assert reasons(path) == [
        "row 31 (line 32): the text has the byte 0xe9 at position 3, which is not valid in the encoding of the rest of "
        "the file: convert the file to UTF-8"
    ]
