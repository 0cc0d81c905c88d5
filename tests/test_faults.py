"""Bad input of every kind: its reason is in the error file, everything else is coded, nothing is lost, the exit code is 1.

Each case is a file (or folder) with what should be coded of it and what should be said about the rest.
"""

import gzip
import io
import json
import os
import struct
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pipeline_fakes import FakeEngine
from reading import read_all

from coder.pipeline.article import Article
from coder.pipeline.coding import Selection
from coder.pipeline.event import Event
from coder.pipeline.read import RecordError
from coder.pipeline.run import Listeners, RunOptions, run

S = "Turkey attacked Iran."
T = "Jordan met Egypt."
LINE = json.dumps({"text": S}) + "\n"
LAST = json.dumps({"text": T}) + "\n"
Content = bytes | str | Callable[[Path], None]


@dataclass(frozen=True)
class Fault:
    """``coded`` of the articles of ``content`` are coded; ``reasons`` are parts of the reasons given, in order."""

    name: str
    content: Content
    coded: int = 0
    reasons: tuple[str, ...] = ()


def zipped(*members: tuple[str, bytes | str], damage: Callable[[bytes], bytes] = lambda data: data) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return damage(data.getvalue())


def parquet(table: pa.Table) -> bytes:
    data = io.BytesIO()
    pq.write_table(table, data)
    return data.getvalue()


def encrypted(data: bytes) -> bytes:
    """Set the flag bit for encryption in the local and central headers of the only member."""
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    changed = bytearray(data)
    changed[local + 6] |= 1
    changed[central + 8] |= 1
    return bytes(changed)


def broken_link(path: Path) -> None:
    path.symlink_to("no-such-file.txt")


def unreadable(path: Path) -> None:
    path.write_text(S)
    path.chmod(0)


def folder_with_a_file(path: Path) -> None:
    path.mkdir()
    (path / "inner.txt").write_text(S)


def pipe(path: Path) -> None:
    os.mkfifo(path)


ONE_BAD = ("is",)
FAULTS = [
    # files that are not what they seem
    Fault("empty.txt", b"", 0, ("the file is empty",)),
    Fault("blank.txt", b" \n\t\r\n ", 0, ("the file has no text",)),
    Fault("blank.jsonl", b" \n\t\r\n ", 0, ("the file has no records",)),
    Fault("blank.csv", b" \n\t\r\n ", 0, ("the file has no header line",)),
    Fault("blank-start.txt", b" \n" * 9000 + S.encode(), 1),
    Fault("empty.jsonl", b"", 0, ("the file is empty",)),
    Fault("empty.csv", b"", 0, ("the file is empty",)),
    Fault("empty.parquet", b"", 0, ("the file is empty",)),
    Fault("empty.jsonl.gz", b"", 0, ("the file is empty",)),
    Fault("nothing-packed.jsonl.gz", gzip.compress(b""), 0, ("the file is empty",)),
    Fault("binary.txt", bytes(range(256)) * 20, 0, ("this is no text: NUL byte at position 0",)),
    Fault("controls.txt", b"\x01\x02\x03\x04abc" * 100, 0, ("are control characters",)),
    Fault("png.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, 0, ("this is a PNG image",)),
    Fault("pdf.txt", b"%PDF-1.4 ...", 0, ("this is a PDF file: extract its text first",)),
    Fault("rtf.txt", b"{\\rtf1 text}", 0, ("this is an RTF file",)),
    Fault("sqlite.csv", b"SQLite format 3\0" + b"\0" * 50, 0, ("this is an SQLite database",)),
    Fault("bzip2.jsonl", b"BZh91AY&SY", 0, ("this is a bzip2 file",)),
    Fault("program.txt", b"\x7fELF\x02\x01", 0, ("this is a program",)),
    Fault("office.zip", zipped(("[Content_Types].xml", "<x/>"), ("word/document.xml", "<x/>")), 0, ("an Office document",)),
    Fault("parquet-as.csv", parquet(pa.table({"text": [S]})), 1),
    Fault("gzip-as.jsonl", gzip.compress(LINE.encode()), 1),
    Fault("plain-as.jsonl.gz", LINE, 1),
    Fault("csv-as.parquet", f"text\n{S}\n", 0, ("this is no Parquet file, or it is cut off",)),
    Fault("json-as.csv", LINE, 0, ("no column looks like the text of an article; the columns are '{\"text\": ",)),
    Fault("html-as.jsonl", "<html><body><p>x</p></body></html>", 0, ("this is no valid JSON",)),
    Fault("text-as.warc", S, 0, ("record 1 does not begin with WARC/",)),
    Fault("text-as.xml", S, 0, ("this XML is no RSS or Atom feed",)),
    Fault("text-as.zip", S, 0, ("this is no zip archive",)),
    # files that cannot be opened, and folders
    Fault("folder.csv", folder_with_a_file, 1),
    Fault("broken-link.txt", broken_link, 0, ("a symbolic link to no-such-file.txt, which does not exist",)),
    Fault("pipe.txt", pipe, 0, ("this is no regular file",)),
    # packing
    Fault("cut.jsonl.gz", gzip.compress((LINE * 50).encode())[:-9], 50, ("the file is damaged or cut off",)),
    Fault("cut-header.jsonl.gz", gzip.compress(LINE.encode())[:6], 0, ("the file is damaged or cut off",)),
    Fault("rubbish.jsonl.gz", b"\x1f\x8b" + b"rubbish" * 20, 0, ("the file is damaged or cut off",)),
    Fault("tail.jsonl.gz", gzip.compress(LINE.encode()) + b"rubbish", 1, ("the file is damaged or cut off",)),
    Fault("two-members.jsonl.gz", gzip.compress(LINE.encode()) + gzip.compress(LAST.encode()), 2),
    Fault("cut.jsonl.zst", zstandard.compress((LINE * 50).encode())[:-5], 0, ("the file is damaged or cut off",)),
    Fault("rubbish.jsonl.zst", b"\x28\xb5\x2f\xfd" + b"rubbish" * 20, 0, ("the file is damaged or cut off",)),
    Fault("bomb.jsonl.gz", gzip.compress(b" " * 80_000_000, 9), 0, ("looks like a decompression bomb",)),
    Fault("bomb.jsonl.zst", zstandard.compress(b" " * 80_000_000), 0, ("looks like a decompression bomb",)),
    Fault("bomb.zip", zipped(("a.txt", b" " * 80_000_000), ("b.txt", S)), 1, ("looks like a decompression bomb",)),
    Fault("traversal.zip", zipped(("../a.txt", S), ("/b.txt", S), ("C:\\c.txt", S), ("d.txt", S)), 1, ("points outside",) * 3),
    Fault("nested.zip", zipped(("a.zip", zipped(("b.txt", S))), ("c.txt", S)), 1, ("a zip inside a zip is not read",)),
    Fault("encrypted.zip", encrypted(zipped(("a.txt", S))), 0, ("this zip member is encrypted",)),
    Fault("cut.zip", zipped(("a.txt", S), damage=lambda data: data[:-30]), 0, ("the zip archive is damaged",)),
    Fault("crc.zip", zipped(("a.txt", S), damage=lambda data: data.replace(data[14:18], b"\0\0\0\0")), 0, ("damaged or cut off: Bad CRC",)),
    Fault("empty.zip", zipped(), 0, ("the zip archive has no files to read",)),
    Fault("unknown-member.zip", zipped(("a.exe", b"MZ\x90"), ("b.txt", S)), 1, ("this is a program",)),
    # encodings and characters
    Fault("utf8-bom.jsonl", b"\xef\xbb\xbf" + LINE.encode(), 1),
    Fault("utf16.jsonl", LINE.encode("utf-16"), 1),
    Fault("utf16-no-mark.jsonl", LINE.encode("utf-16-le"), 0, ("UTF-16 without a byte order mark",)),
    Fault("utf16-cut.txt", (S * 20).encode("utf-16")[:-1], 0, ("this is not utf-16: truncated data",)),
    Fault("latin1.txt", f"Café. {S}".encode("latin-1"), 1),
    Fault("latin1-line.jsonl", (LINE * 20).encode() + '{"text": "Café"}\n'.encode("latin-1") + LAST.encode(), 22),
    Fault("damaged-utf8.jsonl", (json.dumps({"text": "Łó"}, ensure_ascii=False) + "\n").encode() * 9 + b'{"text": "\xff"}\n', 9, ("the byte 0xff",)),
    Fault("nul.jsonl", '{"text": "a\\u0000b"}\n' + LAST, 1, ("NUL character at position 1",)),
    Fault("nul-late.csv", b"text\n" + (b"x" * 99 + b"\n") * 3000 + b"a\0b\n" + f"{S}\n".encode(), 3001, ("NUL",)),
    Fault("surrogate.jsonl", '{"text": "\\ud83d"}\n' + LAST, 1, ("half of a surrogate pair (U+D83D)",)),
    Fault("pair.jsonl", '{"text": "\\ud83d\\ude00 Jordan met Egypt."}\n', 1),
    Fault("emoji.txt", f"😀🇹🇷 {S} 👩‍👩‍👧", 1),
    Fault("right-to-left.txt", "قال الرئيس إن المحادثات فشلت. \u202e" + S, 1),
    Fault("combining.txt", "Z̸̡̛a̴l̵g̶o̷ " * 50 + S, 1),
    Fault("carriage-returns.jsonl", (LINE + LAST).replace("\n", "\r\n"), 2),
    # JSON
    Fault("half.jsonl", LINE + '{"text": "open\n' + LAST, 2, ("this is no valid JSON",)),
    Fault("deep.jsonl", '{"text": ' + "[" * 200_000 + "\n" + LAST, 1, ("nested too deep",)),
    Fault("deep.json", "[" + '{"a":' * 100_000 + "1" + "}" * 100_000 + "," + LAST + "]", 1, ("nested too deep",)),
    Fault("twice.jsonl", '{"text": "a", "text": "b"}\n' + LAST, 1, ("the key 'text' occurs twice",)),
    Fault("number-as-text.jsonl", '{"text": 42}\n' + LAST, 1, ("the text is no string but a number (42)",)),
    Fault("object-as-text.jsonl", '{"text": {"en": "x"}}\n' + LAST, 1, ("the text is no string but an object",)),
    Fault("no-object.jsonl", f'["{S}"]\n"{S}"\n12\nnull\n' + LAST, 1, ("found an array", "found a string", "found a number", "found null")),
    Fault("no-text.jsonl", '{"words": "x"}\n{}\n' + LAST, 1, ("no column looks like the text",) * 2),
    Fault("null-text.jsonl", '{"text": null}\n{"text": "  "}\n' + LAST, 1, ("is empty",) * 2),
    Fault("drift.jsonl", LINE + json.dumps({"body": T, "headline": "x"}) + "\n" + json.dumps({"content": [S, T]}) + "\n", 3),
    Fault("trailing-comma.json", f'[{{"text": "{S}"}},]', 1),
    Fault("two-commas.json", f'[{{"text": "{S}"}},,{{"text": "{T}"}}]', 2, ("this is no valid JSON",)),
    Fault("cut.json", f'[{{"text": "{S}"}}, {{"text": "Jor', 1, ("the file ends inside this record",)),
    Fault("empty-array.json", "[]", 0, ("the JSON array has no records",)),
    Fault("scalar.json", "42", 0, ("the file ends inside this record",)),
    Fault("huge-number.jsonl", '{"text": "x", "id": 1' + "0" * 6000 + "}\n" + LAST, 1, ("this is no valid JSON: Exceeds the limit",)),
    Fault("long-line.jsonl", json.dumps({"text": "word " * 10_000_000}) + "\n" + LAST, 1, ("one record is at most 16 MB, found 48 MB",)),
    Fault("long.txt", "word " * 10_000_000, 0, ("one record is at most 16 MB",)),
    # dates and ids
    Fault("word-date.jsonl", '{"text": "x", "date": "recently"}\n' + LAST, 1, ("'recently' is no date",)),
    Fault("year-0.jsonl", '{"text": "x", "date": "0000-01-01"}\n' + LAST, 1, ("'0000-01-01' is no date",)),
    Fault("year-9999.jsonl", '{"text": "x", "date": "9999-12-31"}\n' + LAST, 1, ("between 1500 and 2200",)),
    Fault("nan-date.jsonl", '{"text": "Jordan met Egypt.", "date": NaN}\n', 1),
    Fault("infinite-date.jsonl", '{"text": "x", "date": Infinity}\n' + LAST, 1, ("inf is no date",)),
    Fault("either-date.csv", f"text,date\nx,07/10/2019\n{S},25/12/2019\n", 1, ("can be day/month or month/day",)),
    Fault("list-date.jsonl", '{"text": "x", "date": [2019, 10, 7]}\n' + LAST, 1, ("[2019, 10, 7] is no date",)),
    Fault("same-ids.jsonl", (json.dumps({"text": S, "id": 1}) + "\n" + json.dumps({"text": T, "id": 1}) + "\n"), 2),
    Fault("list-id.jsonl", '{"text": "x", "id": [1]}\n' + LAST, 1, ("the id is neither text nor a number but a list",)),
    # CSV
    Fault("no-text.csv", "nr,words\n1,x\n", 0, ("the columns are 'nr', 'words': name it with --text-column",)),
    Fault("missing-cells.csv", f"id,text\n1\n2,{S}\n", 1, ("the row has 1 cells, the header 2",)),
    Fault("extra-cells.csv", f"id,text\n1,a,b\n2,{S}\n", 1, ("the row has 3 cells, the header 2",)),
    Fault("open-quote.csv", f'id,text\n1,{S}\n2,"open\n3,kept\n', 2, ("a quote that opens in line 3 is never closed",)),
    Fault("stray-quote.csv", f'id,text\n1,"a"b\n2,{S}\n', 1, ("this is no valid CSV: ',' expected after '\"'",)),
    Fault("same-columns.csv", f"text,text\n{S},{T}\n", 0, ("the column 'text' for the text occurs 2 times",)),
    Fault("only-header.csv", "id,text\n", 0),
    Fault("formula.csv", f'text\n"=HYPERLINK(""http://x"") {S}"\n', 1),
    # Parquet
    Fault("cut.parquet", parquet(pa.table({"text": [S] * 9}))[:-20], 0, ("this is no Parquet file, or it is cut off",)),
    Fault("only-magic.parquet", b"PAR1", 0, ("this is no Parquet file, or it is cut off",)),
    Fault("bad-bytes.parquet", parquet(pa.table({"text": [S, T]})).replace(b"Jordan", b"\xff" * 6), 1, ("a cell is not valid UTF-8",)),
    Fault("nested.parquet", parquet(pa.table({"text": [{"en": S}]})), 0, ("the column 'text' holds no text but struct<en: string>",)),
    Fault("numbers.parquet", parquet(pa.table({"text": [1, 2]})), 0, ("the column 'text' holds no text but int64",)),
    Fault("nulls.parquet", parquet(pa.table({"text": [None, S]})), 1, ("is empty",)),
    Fault("no-text.parquet", parquet(pa.table({"nr": [1]})), 0, ("the columns are 'nr': name it with --text-column",)),
    Fault("lists.parquet", parquet(pa.table({"text": [[S, T]]})), 1),
    # the web
    Fault("no-text.html", "<html><body><img src='x'></body></html>", 0, ("no article text was found",)),
    Fault("script.html", "<html><script>var text = 'Turkey attacked Iran.'</script></html>", 0, ("no article text was found",)),
    Fault("markup.html", "<html>" + "<b>" * 5000, 0, ("no article text was found",)),
    Fault("no-entries.rss", "<rss version='2.0'><channel/></rss>", 0, ("the feed has no entries",)),
    Fault("no-feed.xml", "<?xml version='1.0'?><doc/>", 0, ("this XML is no RSS or Atom feed",)),
    Fault("length.warc", "WARC/1.0\r\nContent-Length: many\r\n\r\n", 0, ("record 1 has no Content-Length",)),
    Fault("cut.warc", "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99\r\n\r\nx", 0, ("the archive ends inside record 1",)),
]  # fmt: skip


def make(fault: Fault, folder: Path) -> Path:
    path = folder / fault.name
    if callable(fault.content):
        fault.content(path)
    else:
        path.write_bytes(fault.content.encode("utf-8") if isinstance(fault.content, str) else fault.content)
    return path


def test_there_are_at_least_sixty_kinds_of_fault() -> None:
    assert len(FAULTS) >= 60
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_reported_and_everything_else_read(fault: Fault, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    make(fault, folder)
    items, _ = read_all(folder)
    errors = [item for item in items if isinstance(item, RecordError)]
    assert sum(isinstance(item, Article) for item in items) == fault.coded, errors
    assert len(errors) == len(fault.reasons), errors
    for error, reason in zip(errors, fault.reasons, strict=True):
        assert reason in error.reason
        assert fault.name in error.source
        json.dumps(error.to_dict(), ensure_ascii=False).encode()


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root reads everything")
def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    unreadable(tmp_path / "a.txt")
    items, _ = read_all(tmp_path)
    assert "Permission denied" in items[0].reason  # type: ignore[union-attr]


def no_show(groups: Iterable[list[Event]]) -> None:
    raise AssertionError


def test_all_faults_in_one_run(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    # The two largest cost seconds and are tested alone.
    faults = [fault for fault in FAULTS if not fault.name.startswith(("nul-late", "long"))]
    for fault in faults:
        make(fault, folder)
    output = tmp_path / "events.parquet"
    summary = run(
        RunOptions((str(folder),), output), FakeEngine(Selection(every_mention=True)), Listeners(), no_show
    )
    assert summary.exit_code == 1
    assert summary.articles == sum(fault.coded for fault in faults)
    assert summary.errors == sum(len(fault.reasons) for fault in faults)
    lines = [
        json.loads(line) for line in Path(f"{output}.errors.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert len(lines) == summary.errors
    for row in pq.read_table(output).to_pylist():
        for part in ("source", "target", "trigger"):
            assert row["sentence"][row[f"{part}_start"] : row[f"{part}_end"]] == row[f"{part}_text"]


@pytest.mark.parametrize(
    "suffix", [".txt", ".jsonl", ".json", ".csv", ".tsv", ".parquet", ".warc", ".zip", ".jsonl.gz", ".arrow"]
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(data=b"\r ", cut=0, flip=0)  # a header that is no CSV
@given(data=st.binary(max_size=200), cut=st.integers(0, 300), flip=st.integers(0, 300))
def test_readers_survive_any_bytes(tmp_path: Path, suffix: str, data: bytes, cut: int, flip: int) -> None:
    whole = {
        ".parquet": parquet(pa.table({"text": [S]})),
        ".zip": zipped(("a.txt", S)),
        ".jsonl.gz": gzip.compress(LINE.encode()),
        ".csv": f"id,text\n1,{S}\n".encode(),
        ".json": f"[{LINE},{LINE}]".encode(),
        ".warc": b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nabcd\r\n\r\n",
    }.get(suffix, LINE.encode())
    damaged = bytearray(whole)
    damaged[flip % len(whole)] ^= 0x55
    path = tmp_path / f"a{suffix}"
    for content in (data, bytes(damaged), whole[: cut % len(whole)] + data, whole + data):
        path.write_bytes(content)
        items, _ = read_all(path)
        assert items or suffix in (".csv", ".tsv", ".arrow", ".parquet", ".warc")
        for item in items:
            assert isinstance(item, Article | RecordError)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=6))
def test_any_text_is_coded_with_exact_offsets(texts: list[str]) -> None:
    from coder.errors import InputError

    coder = FakeEngine(Selection(not_asserted=True)).load()
    articles = []
    for text in texts:
        try:
            articles.append(Article(f"{text} {S}\n{text}{T}"))
        except InputError:
            continue
    for coded in coder.code(articles):
        for event in coded.events:
            assert coded.article.text[event.sentence_start :].startswith(event.sentence)
            assert event.sentence[event.source_start : event.source_end] == event.source_text


def test_numbers_in_a_struct_of_bytes_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(struct.pack("<100d", *range(100)))
    items, _ = read_all(path)
    assert "this is no text" in items[0].reason  # type: ignore[union-attr]
