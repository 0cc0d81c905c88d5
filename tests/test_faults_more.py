"""More bad and odd input: formats inside formats, damage in the middle, and what other tools write in their own way."""

import datetime
import gzip
import io
import json
import struct
import tarfile
import warnings
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from reading import articles, read_all, reasons
from test_faults import LAST, LINE, Fault, S, T, make, parquet, zipped

from coder.pipeline.article import Article
from coder.pipeline.read import RecordError

PAGE = f"<html><body><article><p>{S} It was said in a long statement of the ministry on Monday.</p></article></body></html>".encode()


def tar() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        member = tarfile.TarInfo("a.jsonl")
        member.size = len(LINE)
        archive.addfile(member, io.BytesIO(LINE.encode()))
    return data.getvalue()


def same_names() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zipped(("a.txt", S), ("a.txt", T))


def link_member() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("b.txt", S)
    return data.getvalue()


def arrow_file() -> bytes:
    table = pa.table({"text": [S, T]})
    data = io.BytesIO()
    with pa.ipc.new_file(data, table.schema) as writer:
        writer.write_table(table)
    return data.getvalue()


def damaged_row_group() -> bytes:
    table = pa.table({"text": [f"{S} {number}" for number in range(30)]})
    data = io.BytesIO()
    pq.write_table(table, data, row_group_size=10, use_dictionary=False, compression="snappy")
    changed = bytearray(data.getvalue())
    column = pq.ParquetFile(data).metadata.row_group(1).column(0)
    start = column.data_page_offset + column.total_compressed_size // 2
    changed[start : start + 30] = b"\xff" * 30
    return bytes(changed)


def response(body: bytes, headers: str = "Content-Type: text/html\r\n", length: int | None = None) -> bytes:
    block = f"HTTP/1.1 200 OK\r\n{headers}\r\n".encode() + body
    head = f"WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http\r\nContent-Length: {len(block) if length is None else length}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


CHUNKED = "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n"
DEFLATED = "Content-Type: text/html\r\nContent-Encoding: deflate\r\n"
SKIPPED = b"\x50\x2a\x4d\x18" + struct.pack("<I", 4) + b"skip"
ENTITY = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "{"ha" * 50}">]>'


def feed(items: str, before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>Wire</title><link>https://e.org/</link>{items}</channel></rss>'


FAULTS = [
    # packing
    Fault("frames.jsonl.zst", zstandard.compress(LINE.encode()) + SKIPPED + zstandard.compress(LAST.encode()), 2),
    Fault("skipped-first.jsonl.zst", SKIPPED + zstandard.compress(LINE.encode()), 1),
    Fault("twice.jsonl.gz", gzip.compress(gzip.compress(LINE.encode())), 0, ("packed twice, gzip within",)),
    Fault("padded.jsonl.gz", gzip.compress(LINE.encode()) + b"\0" * 512, 1),
    Fault("a.tar.gz", gzip.compress(tar()), 0, ("this is a tar archive: unpack it, or pack its files as zip",)),
    Fault("tar-as.jsonl", tar(), 0, ("this is a tar archive",)),
    Fault("lz4.jsonl", b"\x04\x22\x4d\x18abc", 0, ("this is an lz4 file",)),
    Fault("avro.jsonl", b"Obj\x01abc", 0, ("this is an Avro file",)),
    Fault("one-name.zip", same_names(), 2),
    Fault("link.zip", link_member(), 1, ("this zip member is a symbolic link",)),
    Fault("hidden.zip", zipped((".a.txt", S), ("__MACOSX/._b.txt", S)), 0, ("no files to read: all are folders or hidden",)),
    Fault("method.zip", zipped(("a.txt", S), damage=lambda data: data.replace(b"\x08\x00", b"\x63\x00")), 0, ("packed by method 99",)),
    Fault("self-unpacking.zip", b"#!/bin/sh\nexit\n" + zipped(("a.txt", S)), 1),
    # lines of JSON
    Fault("joined.jsonl", f"\ufeff{LINE}\ufeff{LAST}", 2),
    Fault("mac.jsonl", (LINE + LAST).replace("\n", "\r"), 2),
    Fault("nul-line.jsonl", LINE + "\0" * 99 + "\n" + LAST, 2, ("99 NUL characters: the file is damaged there",)),
    Fault("nul-end.jsonl", LINE + LAST + "\0" * 4096, 2, ("4,096 NUL characters",)),
    Fault("separators.jsonl", json.dumps({"text": f"{S}\u2028{T}"}, ensure_ascii=False) + "\n" + LAST, 2),
    Fault("indented.jsonl", json.dumps({"text": S}, indent=2) + "\n" + json.dumps({"text": T}, indent=2), 2),
    Fault("digits.jsonl", '{"text": "x", "date": 1' + "0" * 400 + "}\n" + LAST, 1, ("is no date",)),
    Fault("long-id.jsonl", f'{{"text": "{S}", "id": {"9" * 400}}}\n' + LAST, 2),
    Fault("no-finite.jsonl", f'{{"text": "x", "id": 1e999}}\n{{"text": "{S}", "title": Infinity}}\n', 1, ("the id is no finite number",)),
    Fault("holder.json", json.dumps({"response": {"docs": [{"body": S}, {"body": T}]}}), 2),
    Fault("null-paragraph.jsonl", json.dumps({"text": [S, None, T]}) + "\n", 1),
    Fault("other-text.jsonl", json.dumps({"text": None, "body": S}) + "\n", 0, ("is empty, but 'body' is not: name it with --text-column",)),
    Fault("odd-publisher.jsonl", json.dumps({"text": S, "source": {"uri": "e.org"}, "title": ["a", "b"]}) + "\n", 1),
    # tables
    Fault("mac.csv", f"id,text\r1,{S}\r2,{T}\r", 2),
    Fault("sep.csv", f"sep=;\r\nid;text\r\n1;{S}\r\n", 1),
    Fault("one-column.csv", f'text\nIran, France and others met. {S}\n"{T}, ""then"" left"\n', 2),
    Fault("one-column-quote.csv", f'text\n"{S}" x\n{T}\n', 1, ("there is text after a closing quote",)),
    Fault("spaces.csv", f'id, text\n1, "{S}, x"\n2, "{T}"\n', 2),
    Fault("quote-within.csv", f'text,n\n{S},1\n"open\n' + f"{T},3\n" * 20, 21, ("closed: the rows below were read without it",)),
    Fault("quotations.tsv", f'id\ttext\n1\t"No", he said. {S}\n2\t5" gun\n3\t"{T}\n', 3),
    Fault("headless.csv", f"1,{S}\n2,{T}\n", 0, ("the first line has to hold the names of the columns",)),
    Fault("damaged.parquet", damaged_row_group(), 20, ("rows 11 to 20 were not read",)),
    Fault("encrypted.parquet", b"PARE" + b"x" * 99 + b"PARE", 0, ("this is an encrypted Parquet file",)),
    Fault("no-rows.parquet", parquet(pa.table({"text": pa.array([], pa.string())})), 0),
    Fault("views.arrow.gz", gzip.compress(arrow_file()), 2),
    Fault("a.feather", arrow_file(), 2),
    Fault("old.feather", b"FEA1" + b"x" * 99, 0, ("a Feather file of version 1",)),
    # the web
    Fault("comment-first.txt", b"<!-- saved -->\n" + PAGE, 1),
    Fault("page.xml", PAGE, 1),
    Fault("feed.html", feed(f"<item><description>{S}</description></item>"), 1),
    Fault("entities.rss", feed(f"<item><description>{S}</description></item>", ENTITY), 1, ("declares entities of its own",)),
    Fault("cut-chunks.warc", response(b"5\r\n<html\r\n", CHUNKED) + response(PAGE), 1, ("its last chunk is missing",)),
    Fault("long-chunk.warc", response(b"3\r\n<html\r\n0\r\n\r\n", CHUNKED) + response(PAGE), 1, ("longer than its size says",)),
    Fault("cut-deflate.warc", response(zlib.compress(PAGE)[:-9], DEFLATED) + response(PAGE), 1, ("the packed page is cut off",)),
    Fault("length-short.warc", response(PAGE, length=90) + response(PAGE), 2, ("bytes up to the next record were not read",)),
    Fault("length-none.warc", b"WARC/1.0\r\nWARC-Type: response\r\n\r\n" + response(PAGE), 1, ("has no Content-Length that is a number",)),
    Fault("no-type.warc", response(PAGE, ""), 1),
    Fault("old.arc", b"filedesc://x 0.0.0.0 20200101 text/plain 76\n", 0, ("the old format ARC",)),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_reported_and_everything_else_read(fault: Fault, tmp_path: Path) -> None:
    items, _ = read_all(make(fault, tmp_path))
    errors = [item for item in items if isinstance(item, RecordError)]
    found = [item for item in items if isinstance(item, Article)]
    assert len(found) == fault.coded, errors
    assert len({article.key for article in found}) == len(found)
    assert len(errors) == len(fault.reasons), errors
    for error, reason in zip(errors, fault.reasons, strict=True):
        assert reason in error.reason


def test_an_error_nobody_foresaw_spoils_its_record_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from coder.pipeline.read import fields

    def broken(value: object) -> None:
        if value == "2019-10-07":
            raise ArithmeticError("unforeseen")

    monkeypatch.setattr(fields, "parse_date", broken)
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": S, "date": "2019-10-07"}) + "\n" + LAST)
    items, _ = read_all(path)
    assert [type(item) for item in items] == [RecordError, Article]
    assert "ArithmeticError: unforeseen" in reasons(path)[0]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Britain gave Kenya £5 million.", "cp1252"),
        ("“Señor Núñez” met the President’s aides – twice …", "cp1252"),
        ("Müller met Fillon, François.", "latin-1"),
        ("Турция атаковала Иран в понедельник, сообщили чиновники в столице.", "cp1251"),
    ],
)
def test_short_texts_in_one_byte_encodings_are_read_right(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert articles(path)[0].text == text


def test_ids_tell_the_place_also_after_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": null}\n{"text"\n' + LAST)
    items, _ = read_all(path)
    assert [item.id for item in items if isinstance(item, Article)] == ["a.jsonl#3"]


def test_a_date_that_says_unknown_takes_the_default(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"text,date\n{S},NULL\n{S},\\N\n{S},NaN\n")
    assert {article.published for article in articles(path, default_date="2019-10-07")} == {
        datetime.date(2019, 10, 7)
    }


def test_numbers_and_moments_of_parquet_are_read_without_pandas(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    moments = pa.array([1570406400123456789], pa.timestamp("ns"))
    table = pa.table(
        {"text": [S], "id": [Decimal("1.00")], "date": moments, "url": pa.array([Decimal("20.5")])}
    )
    pq.write_table(table, path)
    (article,) = articles(path)
    assert (article.key, str(article.published), article.url) == ("1", "2019-10-07", "20.5")


def test_extended_json_of_mongodb_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    moment = {"$date": {"$numberLong": "1570406400000"}}
    path.write_text(json.dumps({"_id": {"$oid": "5d9a"}, "bodyText": S, "webPublicationDate": moment}))
    (article,) = articles(path)
    assert (article.key, str(article.published)) == ("5d9a", "2019-10-07")


def test_words_of_html_in_a_column_are_coded_and_it_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"content": f"<p>{S}</p><script>x</script><p>{T[:-1]} &amp; Iran.</p>"}))
    items, told = read_all(path)
    assert [item.text for item in items if isinstance(item, Article)] == [f"{S}\n\nJordan met Egypt & Iran."]
    assert "a.jsonl: 'content' holds HTML, its words are coded" in told


def test_the_day_of_a_feed_is_the_one_written_and_links_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.rss"
    path.write_text(
        feed(
            f"<item><link>/a</link><description>{S}</description><pubDate>Mon, 07 Oct 2019 23:30:00 EST</pubDate></item>"
        )
    )
    (article,) = articles(path)
    assert (str(article.published), article.url) == ("2019-10-07", "https://e.org/a")


def test_a_page_that_declares_another_encoding_than_its_own(tmp_path: Path) -> None:
    for number, (declared, encoding) in enumerate(
        [("iso-8859-1", "utf-8"), ("utf-16", "utf-8"), ("iso-8859-1", "cp1252")]
    ):
        path = tmp_path / f"{number}.html"
        path.write_bytes(
            PAGE.replace(b"<html>", f"<html><meta charset={declared}><title>x</title>".encode()).replace(
                b"It was", "The “café” was".encode(encoding)
            )
        )
        assert "“café”" in articles(path)[0].text


def test_a_header_with_lines_that_are_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"Headline: Raid\nAuthor: A. Writer\nPublished: 7 October 2019\nSource: Wire\n\n{S}")
    (article,) = articles(path)
    assert (article.title, str(article.published), article.publisher, article.text) == (
        "Raid",
        "2019-10-07",
        "Wire",
        S,
    )


@pytest.mark.parametrize(
    "date",
    [
        "Mon Oct 07 12:00:00 +0000 2019",
        "Mon Oct  7 12:00:00 2019",
        "Oct 07 12:00:00 UTC 2019",
        "7th of October 2019",
    ],
)
def test_dates_that_programs_write(tmp_path: Path, date: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": S, "date": date}))
    assert str(articles(path)[0].published) == "2019-10-07"
