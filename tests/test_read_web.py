"""HTML, WARC and feeds: the text, title, date and address that a page states, and a reason where there is
none.
"""

import builtins
import datetime
import gzip
import io
import zlib
from pathlib import Path
from typing import Any

import pytest
from reading import articles, read_all, reasons

from coder.pipeline.article import Article

PARAGRAPHS = [
    "Turkish forces attacked a border post in northern Iran on Monday, officials in Ankara said, in the third such raid this year.",
    "Tehran summoned the ambassador and demanded that the government of Turkey explain the attack within two days.",
    "The two neighbours had agreed in March to hold talks on the border, but no date was ever set for the meeting.",
]
PAGE = f"""<!DOCTYPE html><html><head><title>Border raid</title>
<meta property="og:title" content="Border raid in the north"><meta property="og:site_name" content="Daily Wire">
<meta property="article:published_time" content="2019-10-07T12:00:00Z">
<script>var x = "attacked";</script><style>p {{ color: red }}</style></head>
<body><nav><a href="/">Home</a> <a href="/world">World</a></nav>
<article><h1>Border raid in the north</h1>{"".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)}</article>
<footer>Copyright 2024 Daily Wire</footer></body></html>"""


def test_a_page_gives_its_main_text_title_and_date(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(PAGE)
    (article,) = articles(path)
    assert article.text.endswith("\n\n".join(PARAGRAPHS))
    assert "Home" not in article.text
    assert "color" not in article.text
    assert article.published == datetime.date(2019, 10, 7)
    assert article.title == "Border raid in the north"
    assert article.publisher == "Daily Wire"


def test_html_in_a_text_file_is_read_as_html(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text(PAGE)
    assert "<p>" not in articles(path)[0].text


def test_the_charset_that_a_page_declares_is_used_and_a_wrong_one_is_not(tmp_path: Path) -> None:
    page = PAGE.replace("Turkish", "Türkische")
    (tmp_path / "a.html").write_bytes(
        page.replace("<head>", '<head><meta charset="iso-8859-9">').encode("iso-8859-9")
    )
    (tmp_path / "b.html").write_bytes(page.replace("<head>", '<head><meta charset="no-such">').encode())
    for article in articles(tmp_path):
        assert "Türkische forces" in article.text


@pytest.mark.parametrize(
    "page",
    [
        "<html><body></body></html>",
        "<html><script>alert('x')</script></html>",
        "<" * 5000,
        "<div>" * 3000,
        "<html>" + "<b></b>" * 2000,
    ],
)
def test_a_page_without_text_is_an_error(tmp_path: Path, page: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(page)
    assert reasons(path) == [": no article text was found in this HTML page"]


def warc(path: Path, *pages: tuple[str, str, bytes]) -> Path:
    """A web archive of (url, content type, body) responses."""
    data = io.BytesIO()
    for number, (url, kind, body) in enumerate(pages):
        http = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        )
        head = (
            "WARC/1.0\r\nWARC-Type: response\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012d}>\r\n"
            f"WARC-Target-URI: {url}\r\nWARC-Date: 2024-01-01T00:00:00Z\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        record = head.encode() + http + b"\r\n\r\n"
        data.write(gzip.compress(record) if path.suffix == ".gz" else record)
    path.write_bytes(data.getvalue())
    return path


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_web_archive_gives_its_pages_and_counts_the_rest(tmp_path: Path, name: str) -> None:
    path = warc(
        tmp_path / name,
        ("https://e.org/1", "text/html; charset=utf-8", PAGE.encode()),
        ("https://e.org/logo.png", "image/png", b"\x89PNG"),
        ("https://e.org/2", "text/html", b"<html></html>"),
        ("https://e.org/3", "text/plain", b"Iran met Egypt."),
    )
    items, told = read_all(path)
    found = [item for item in items if isinstance(item, Article)]
    assert [(article.url, article.key) for article in found] == [
        ("https://e.org/1", f"{name}#1"),
        ("https://e.org/3", f"{name}#4"),
    ]
    assert str(found[0].published) == "2019-10-07"
    assert found[1].published is None
    assert reasons(path) == ["record 3 (https://e.org/2): no article text was found in this HTML page"]
    assert f"{name}: 1 of 4 records are no pages and were left out" in told


def test_a_web_archive_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = warc(
        tmp_path / "a.warc.gz",
        *[(f"https://e.org/{number}", "text/html", PAGE.encode()) for number in range(3)],
    )
    path.write_bytes(path.read_bytes()[:-200])
    items, _ = read_all(path)
    assert sum(isinstance(item, Article) for item in items) >= 2
    assert any("cut off" in reason for reason in reasons(path))


def test_damaged_web_archives_say_where(tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc", ("https://e.org/1", "text/html", PAGE.encode()))
    whole = path.read_bytes()
    for damage, reason in [
        (
            whole + b"rubbish\r\n",
            "record 2 does not begin with WARC/: 9 bytes up to the next record were not read",
        ),
        (whole + b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "record 2 has no Content-Length"),
        (whole + whole[:-300], "the archive ends inside record 2: it is cut off"),
        (whole + whole.replace(b"HTTP/1.1 200", b"FTP/1.1 200x"), "the record holds no HTTP response"),
    ]:
        path.write_bytes(damage)
        items, _ = read_all(path)
        assert isinstance(items[0], Article)
        assert len(items) == 2
        assert reason in reasons(path)[0]
    path.write_bytes(b"WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 0\r\n\r\n\r\n\r\n")
    assert reasons(path) == [": the web archive has no responses"]


@pytest.mark.parametrize(
    "coding", ["chunked", "gzip", "deflate", "raw deflate", "chunked gzip", "false chunked", "br"]
)
def test_transfer_and_content_codings_of_responses_are_undone(tmp_path: Path, coding: str) -> None:
    body = PAGE.encode()
    headers = ""
    if "gzip" in coding:
        body, headers = gzip.compress(body), "\r\nContent-Encoding: gzip"
    elif "deflate" in coding:
        body, headers = zlib.compress(body), "\r\nContent-Encoding: deflate"
        body = body[2:-4] if coding == "raw deflate" else body
    elif coding == "br":
        headers = "\r\nContent-Encoding: br"
    if "chunked" in coding:
        headers += "\r\nTransfer-Encoding: chunked"
    if coding.startswith("chunked"):
        body = b"%x\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\n\r\n" % (100, body[:100], len(body) - 100, body[100:])
    path = warc(tmp_path / "a.warc", ("https://e.org/1", f"text/html{headers}", body))
    if coding == "br":
        assert "the page is packed with 'br', which is not read" in reasons(path)[0]
    else:
        assert PARAGRAPHS[0] in articles(path)[0].text


RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>Daily Wire</title>
<item><title>Raid &amp; reply</title><link>https://e.org/1</link><guid>g1</guid><pubDate>Mon, 07 Oct 2019
12:00:00 GMT</pubDate> <description><![CDATA[<p>Turkey attacked <b>Iran</b>.</p><script>x()</script><p>Tehran
&amp; Cairo protested.</p>]]></description></item>
<item><title>Empty</title><link>https://e.org/2</link></item> </channel></rss>
"""
ATOM = """<?xml version="1.0"?><feed
xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><entry><id>a1</id><title>T</title>
<updated>2019-10-07T12:00:00Z</updated><content type="html">&lt;p&gt;Iran met
Egypt.&lt;/p&gt;</content><summary>short</summary></entry></feed>
"""


def test_an_rss_feed_gives_its_entries(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(RSS)
    items, _ = read_all(path)
    (article,) = (item for item in items if isinstance(item, Article))
    assert article.text == "Turkey attacked Iran.\n\nTehran & Cairo protested."
    assert (article.key, article.url, article.title, article.publisher) == (
        "g1",
        "https://e.org/1",
        "Raid & reply",
        "Daily Wire",
    )
    assert str(article.published) == "2019-10-07"
    assert reasons(path) == ["entry 2 (https://e.org/2): the entry has no content and no summary"]


def test_an_atom_feed_gives_content_before_summary(tmp_path: Path) -> None:
    path = tmp_path / "feed.atom"
    path.write_text(ATOM)
    (article,) = articles(path)
    assert (article.text, article.key, str(article.published)) == ("Iran met Egypt.", "a1", "2019-10-07")


def test_xml_that_is_no_feed_and_feeds_without_entries_are_errors(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("<?xml version='1.0'?><doc><p>text</p></doc>")
    (tmp_path / "b.xml").write_text(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>x</title></channel></rss>"
    )
    (tmp_path / "c.xml").write_text(RSS[:-30])
    assert "this XML is no RSS or Atom feed" in reasons(tmp_path / "a.xml")[0]
    assert reasons(tmp_path / "b.xml") == [": the feed has no entries"]
    assert any("the feed is damaged" in reason for reason in reasons(tmp_path / "c.xml"))


@pytest.mark.slow
def test_an_xml_entity_bomb_does_not_expand(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{levels}]>{RSS[21:].replace("Empty", "&l11;")}'
    path = tmp_path / "feed.xml"
    path.write_text(bomb)
    items, _ = read_all(path)
    assert sum(len(item.text) for item in items if isinstance(item, Article)) < 1000


@pytest.mark.parametrize(
    ("package", "name", "content"),
    [("trafilatura", "a.html", PAGE), ("feedparser", "a.xml", RSS), ("trafilatura", "a.htm", PAGE)],
)
def test_a_missing_extra_is_the_reason_with_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, name: str, content: str
) -> None:
    real = builtins.__import__

    def without(module: str, *rest: Any, **more: Any) -> Any:
        if module.split(".")[0] == package:
            raise ImportError(module)
        return real(module, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    path = tmp_path / name
    path.write_text(content)
    (reason,) = reasons(path)
    assert f"needs the package '{package}', which is not installed: pip install 'coder[web]'" in reason
