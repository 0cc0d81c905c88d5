"""Text and Markdown files: one article each, with or without a header."""

import datetime
from pathlib import Path

import pytest
from reading import articles, reasons


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_plain_text_is_an_article_whose_id_is_the_file(tmp_path: Path) -> None:
    (article,) = articles(write(tmp_path / "a.txt", "Turkey attacked Iran.\nAll quiet."))
    assert article.text == "Turkey attacked Iran.\nAll quiet."
    assert article.key == "a.txt"
    assert article.published is None


def test_a_header_gives_title_date_url_id_and_publisher(tmp_path: Path) -> None:
    text = "Title: Raid at dawn\r\nDATE: 7 October 2019\r\nUrl: https://example.org/1\nId: x-1\nPublisher: Daily\n\nThe text.\n"
    (article,) = articles(write(tmp_path / "a.txt", text))
    assert (article.title, article.url, article.key, article.publisher) == (
        "Raid at dawn",
        "https://example.org/1",
        "x-1",
        "Daily",
    )
    assert article.published == datetime.date(2019, 10, 7)
    assert article.text == "The text.\n"


@pytest.mark.parametrize(
    "text",
    [
        "Title: a story\nthat begins so.\n\nMore.",
        "Warning: this is text.\n\nMore.",
        "Title: a\nTitle: b\n\nMore.",
        "\nDate: 2019-10-07\n\nMore.",
    ],
)
def test_a_text_that_only_looks_like_a_header_is_kept_whole(tmp_path: Path, text: str) -> None:
    assert articles(write(tmp_path / "a.txt", text))[0].text == text


def test_a_markdown_front_matter_is_a_header(tmp_path: Path) -> None:
    text = '---\ntitle: "A story"\ndate: 2019-10-07\ntags: [a, b]\n---\n# Heading\n\nThe text.\n'
    (article,) = articles(write(tmp_path / "a.md", text))
    assert (article.title, article.published) == ("A story", datetime.date(2019, 10, 7))
    assert article.text == "# Heading\n\nThe text.\n"


def test_a_first_line_that_is_a_date_is_the_date_and_stays_in_the_text(tmp_path: Path) -> None:
    (article,) = articles(write(tmp_path / "a.txt", "January 09, 2020\nBAGHDAD: Two rockets crashed.\n"))
    assert article.published == datetime.date(2020, 1, 9)
    assert article.text.startswith("January 09, 2020\n")


@pytest.mark.parametrize("line", ["20191007", "1570449600", "2019", "Two rockets crashed on 9 January 2020"])
def test_a_first_line_that_may_be_something_else_is_no_date(tmp_path: Path, line: str) -> None:
    assert articles(write(tmp_path / "a.txt", f"{line}\nMore text.\n"))[0].published is None


def test_the_default_date_is_for_texts_without_one(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Undated.")
    write(tmp_path / "b.txt", "Date: 2001-02-03\n\nDated.")
    undated, dated = articles(tmp_path, default_date="2019-10-07")
    assert (str(undated.published), str(dated.published)) == ("2019-10-07", "2001-02-03")


def test_a_header_without_text_and_a_wrong_date_are_errors(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "Title: nothing\n\n  \n")
    write(tmp_path / "b.txt", "Date: some day\n\nText.")
    assert reasons(tmp_path)[0] == ": the file has a header but no text below it"
    assert "'some day' is no date" in reasons(tmp_path)[1]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "iso8859_2", "cp1251", "shift_jis"]
)
def test_encodings_are_found_out(tmp_path: Path, encoding: str) -> None:
    text = {
        "cp1251": "Президент России заявил в понедельник, что переговоры с Украиной продолжатся на следующей неделе. ",
        "iso8859_2": "Premier oświadczył, że żołnierze zostaną wysłani do Łodzi, a rząd zajmie się kryzysem. ",
        "shift_jis": "日本の首相は月曜日に、韓国との会談が来週も続くと述べた。政府はこれを歓迎した。",
    }.get(encoding, "The café owner’s protest in Málaga — “enough”, he said — ended when police came. ") * 5
    assert articles(write(tmp_path / "a.txt", text.encode(encoding)))[0].text == text


def test_a_short_latin_1_text_is_read_as_western(tmp_path: Path) -> None:
    assert (
        articles(write(tmp_path / "a.txt", "Café closed in Málaga.".encode("latin-1")))[0].text
        == "Café closed in Málaga."
    )


def test_a_named_encoding_is_taken_at_its_word(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "Łódź".encode("iso8859_2"))
    assert articles(path, encoding="iso8859_2")[0].text == "Łódź"
    assert "this is not utf-8: invalid" in reasons(path, encoding="utf-8")[0]


def test_a_damaged_byte_in_a_long_utf8_text_is_reported_not_guessed_away(tmp_path: Path) -> None:
    text = ("Überfall in Köln für größere Städte. " * 200).encode()
    assert "the byte 0xff at position" in reasons(write(tmp_path / "a.txt", text + b"\xff" + text))[0]


def test_line_ends_and_emoji_are_kept_as_they_are(tmp_path: Path) -> None:
    text = "One 😀.\r\nTwo\ttabs.\rThree\u2028four."
    assert articles(write(tmp_path / "a.txt", text))[0].text == text
