"""What arguments stand for: files, folders, patterns, archives, sentences, standard input."""

import gzip
import io
import os
import sys
import zipfile
from pathlib import Path

import pytest
from reading import articles, read_all, reasons

from coder.errors import InputError
from coder.pipeline.article import Article
from coder.pipeline.read import SUFFIXES, Notices, Sources


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.txt", "a.txt", "sub/c.txt", "sub/deeper/d.md", ".hidden/e.txt", "sub/.f.txt"):
        path = tmp_path / "news" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {name}.")
    (tmp_path / "news" / "image.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "news" / "README").write_text("x")
    return tmp_path / "news"


def test_a_folder_is_walked_in_order_without_hidden_files(tree: Path) -> None:
    items, told = read_all(tree)
    assert [item.key for item in items if isinstance(item, Article)] == [
        "news/a.txt",
        "news/b.txt",
        "news/sub/c.txt",
        "news/sub/deeper/d.md",
    ]
    assert told == [
        "files of unknown kind were left out: 1 without extension, 1 .jpg (name them one by one with --format to read them)"
    ]


def test_ids_do_not_depend_on_where_the_folder_is(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_absolute_path = [article.key for article in articles(tree)]
    monkeypatch.chdir(tree.parent)
    assert [article.key for article in articles("news")] == by_absolute_path
    assert [article.key for article in articles("./news/../news")] == by_absolute_path


def test_files_of_one_name_in_two_folders_have_different_ids(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text("Text.")
    assert [article.key for article in articles(tmp_path / "a/x.txt", tmp_path / "b/x.txt")] == [
        "a/x.txt",
        "b/x.txt",
    ]


def test_a_pattern_stands_for_its_files_in_order(tree: Path) -> None:
    assert [article.key for article in articles(tree / "*.txt")] == ["a.txt", "b.txt"]
    assert [article.key for article in articles(f"{tree}/**/*.md")] == ["d.md"]


def test_a_sentence_is_an_article(tmp_path: Path) -> None:
    first, second = articles("Turkey attacked Iran.", "Iran met Egypt on Jan. 3")
    assert (first.text, first.key, second.key) == ("Turkey attacked Iran.", "sentence 1", "sentence 2")


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("no-such.txt", "'no-such.txt' was not found"),
        ("no/such/file", "there is no folder 'no/such'"),
        ("my file.txt", "'my file.txt' was not found"),
        ("my news.jsonl.gz", "'my news.jsonl.gz' was not found"),
        ("none*.txt", "no file matches 'none*.txt'"),
        ("word", "a sentence to code has at least one space: put it in quotes"),
        ("", "'' was not found"),
    ],
)
def test_an_argument_that_is_nothing_stops_the_call(argument: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        Sources([argument], SUFFIXES, Notices(print))
    assert message in str(error.value)


def test_no_arguments_and_two_standard_inputs_stop_the_call() -> None:
    with pytest.raises(InputError, match="nothing to code"):
        Sources([], SUFFIXES, Notices(print))
    with pytest.raises(InputError, match="can be read only once"):
        Sources(["-", "-"], SUFFIXES, Notices(print))


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b"Turkey attacked Iran.\n\nNobody came.", ["Turkey attacked Iran.\n\nNobody came."]),
        (b'{"text": "A."}\n{"text": "B."}\n', ["A.", "B."]),
        (b'  \n[{"text": "A."}, {"text": "B."}]', ["A.", "B."]),
        ('\ufeff{"text": "A."}\n'.encode(), ["A."]),
        (gzip.compress(b'{"text": "A."}\n'), ["A."]),
        (b"Date: 2019-10-07\n\nText.", ["Text."]),
    ],
)
def test_standard_input_is_text_or_json(
    monkeypatch: pytest.MonkeyPatch, content: bytes, texts: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(content))))
    assert [article.text for article in articles("-")] == texts


def test_empty_and_closed_standard_input_are_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(b""))))
    assert reasons("-") == [": the file is empty"]
    sys.stdin.close()
    assert reasons("-") == [": standard input is closed"]
    monkeypatch.setattr(sys, "stdin", None)
    assert reasons("-") == [": standard input is closed"]


def test_members_of_a_zip_are_read_in_order(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b.jsonl", '{"text": "B."}\n')
        archive.writestr("sub/a.txt", "A.")
        archive.writestr("c.csv.gz", gzip.compress(b"text\nC.\n"))
        archive.writestr("__MACOSX/._a.txt", "x")
        archive.writestr("empty/", "")
    assert [(article.key, article.text) for article in articles(tmp_path)] == [
        (f"{tmp_path.name}/a.zip!b.jsonl#1", "B."),
        (f"{tmp_path.name}/a.zip!c.csv.gz#1", "C."),
        (f"{tmp_path.name}/a.zip!sub/a.txt", "A."),
    ]


def test_a_format_can_be_forced(tmp_path: Path) -> None:
    (tmp_path / "news.log").write_text('{"text": "A."}\n')
    assert "the extension '.log' is unknown" in reasons(tmp_path / "news.log")[0]
    assert articles(tmp_path / "news.log", format="jsonl")[0].text == "A."


def test_links_are_followed_but_not_in_circles(tree: Path, tmp_path: Path) -> None:
    os.symlink(tree, tree / "sub" / "circle")
    other = tmp_path / "other"
    other.mkdir()
    (other / "z.txt").write_text("Z.")
    os.symlink(other, tree / "zz")
    keys = [article.key for article in articles(tree)]
    assert keys[-1] == "news/zz/z.txt"
    assert len(keys) == 5


def test_sources_can_be_walked_again(tree: Path) -> None:
    sources = Sources([str(tree)], SUFFIXES, Notices(lambda text: None))
    assert list(sources) == list(sources)
