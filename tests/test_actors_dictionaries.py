"""Users' own dictionaries: every construct of the PETRARCH/TABARI format, CSV, and what happens to broken lines."""

from __future__ import annotations

import datetime
import warnings
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.errors import InputError
from coder.resolve import Actor, Resolver
from coder.resolve.dictionaries import DictionaryWarning, read_dictionary
from coder.resolve.dictionaries.petrarch import read_petrarch
from coder.resolve.dictionaries.table import write_table

PETRARCH = """\
# actors of a small project
<!-- a comment
over two lines -->
MARIA_LOPEZ_  ; a politician
+M._LOPEZ_
+LA_JEFA
\t[VENOPP <20190110]
\t[VENGOV 20190110-20200101]
\t[VENELI >01/01/2020]
LABOUR_PARTY_OF_RIVERLAND_ [QQQGOV <770622][QQQGOV 840814-861020][QQQOPP] ; TABARI style
RIVERLAND [QQQ]
KRONVIA_ [IRN]
WHITE_HOUSE_ [###]
UNITED_NATIONS_ [IGOUNO/IGOXXX]
!PERSON! = MAN, MEN, WOMAN, WOMEN
ADMIRAL [~MIL]
POLICEMAN {POLICEMEN} [~COP]
STAFF {} [~GOV]
HOODED_!PERSON! [~UAF]
"""

BROKEN = """\
GOOD_NAME_ [USAGOV]
OPEN_BRACKET_ [USAGOV
NO_CODE_AT_ALL
\t
BAD_CODE_ [US-GOV]
BAD_DATE_ [USAGOV >20201350]
BACKWARDS_ [USAGOV 20200101-20190101]
EMPTY_ []
NO_SET_!MISSING! [~MIL]
!EMPTY! =
[USAGOV]
OPEN_BRACE_ {PLURAL [~MIL]
ODD_DATES_ [USAGOV sometimes]
LAST_NAME_ [FRAGOV]
"""


@dataclass(frozen=True)
class Event:
    source: tuple[int, int]
    target: None = None
    place: None = None
    time: None = None


def actor(resolver: Resolver, words: str, day: str = "2019-06-01") -> Actor:
    published = datetime.date.fromisoformat(day)
    return resolver.resolve([words], published, [(0, Event((0, len(words))))])[0].source


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Resolver:
    path = tmp_path_factory.mktemp("dictionary") / "project.actors.txt"
    path.write_text(PETRARCH, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = Resolver([path])
        found.article([], None)
    return found


@pytest.mark.parametrize(
    ("words", "day", "code"),
    [
        ("Maria Lopez", "2018-01-01", "VENOPP"),
        ("Maria Lopez", "2019-01-10", "VENGOV"),
        ("Maria Lopez", "2020-01-01", "VENGOV"),
        ("Maria Lopez", "2020-01-02", "VENELI"),
        ("M. Lopez", "2018-01-01", "VENOPP"),
        ("La Jefa", "2021-01-01", "VENELI"),
        ("Labour Party of Riverland", "1975-01-01", "QQQGOV"),
        ("Labour Party of Riverland", "1980-01-01", "QQQOPP"),
        ("Labour Party of Riverland", "1985-01-01", "QQQGOV"),
        ("Labour Party of Riverland", "1999-01-01", "QQQOPP"),
        ("Riverland", "1999-01-01", "QQQ"),
        ("Riverland soldiers", "1999-01-01", "QQQMIL"),
        ("Kronvia", "1999-01-01", "IRN"),
        ("Kronvia police", "1999-01-01", "IRNCOP"),
        ("White House", "1999-01-01", None),
        ("the White House", "1999-01-01", None),
        ("United Nations", "1999-01-01", "IGOUNO"),
        ("Kronvia admirals", "1999-01-01", "IRNMIL"),
        ("Kronvia policemen", "1999-01-01", "IRNCOP"),
        ("hooded women of Kronvia", "1999-01-01", "IRNUAF"),
        ("France", "1999-01-01", "FRA"),
    ],
)
def test_constructs_of_the_format(resolver: Resolver, words: str, day: str, code: str | None) -> None:
    assert actor(resolver, words, day).code == code


def test_broken_lines_name_line_and_reason_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "broken.txt"
    path.write_text(BROKEN, encoding="utf-8")
    dictionary = read_dictionary(path)
    assert [actor.name for actor in dictionary.actors] == ["GOOD NAME", "LAST NAME"]
    reasons = {problem.line: problem.reason for problem in dictionary.problems}
    assert reasons[2].startswith("a code bracket is not closed")
    assert reasons[3].startswith("the entry has no code")
    assert reasons[5].startswith("'US-GOV' is no actor code: expected groups of three letters")
    assert reasons[6].startswith("'20201350' is no date: expected YYMMDD, YYYYMMDD or MM/DD/YYYY")
    assert reasons[7] == "the period ends (2019-01-01) before it begins (2020-01-01)"
    assert reasons[8].startswith("empty code brackets")
    assert reasons[9].startswith("the set !MISSING! is not defined")
    assert reasons[10].startswith("the set !EMPTY! is empty")
    assert reasons[11] == "a line of codes needs an entry above it"
    assert reasons[12].startswith("a brace of plurals is not closed")
    assert reasons[13].startswith("'sometimes' is no date restriction")
    assert str(dictionary.problems[0]).startswith(f"{path}:")


def test_open_comments_and_endless_sets_are_reported(tmp_path: Path) -> None:
    many = ", ".join(f"W{number}" for number in range(30))
    lines = [
        "GOOD_ [USAGOV]",
        f"!A! = {many}",
        "!A!_!A! [~MIL]",
        "OTHER_ [FRAGOV]",
        "<!-- never closed",
        "LOST_ [DEU]",
    ]
    path = tmp_path / "open.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    dictionary = read_dictionary(path)
    assert [actor.name for actor in dictionary.actors] == ["GOOD", "OTHER"]
    reasons = {problem.line: problem.reason for problem in dictionary.problems}
    assert reasons[3].startswith("the sets of this name give 900 forms, more than 400")
    assert reasons[5].startswith("the comment that opens here has no end: expected '-->'")


def test_dates_of_synonyms_comments_and_codes_without_blanks(tmp_path: Path) -> None:
    path = tmp_path / "dates.txt"
    path.write_text(
        "RIVER_FRONT_ [QQQREB<990131][QQQGOV>990130] ; before and after\n"
        "+RF_ # a synonym with comment\n"
        "HARBOUR_GUARD_\n\t[QQQMIL < 20010911] # soldiers first\n\t[QQQCOP 20010911 - 20051231]\n\t[QQQUAF]\n",
        encoding="utf-8",
    )
    resolver = Resolver([path])
    assert actor(resolver, "River Front", "1999-01-30").code == "QQQREB"
    assert actor(resolver, "RF", "1999-01-31").code == "QQQGOV"
    assert actor(resolver, "Harbour Guard", "2001-09-10").code == "QQQMIL"
    assert actor(resolver, "Harbour Guard", "2001-09-11").code == "QQQCOP"
    assert actor(resolver, "the Harbour Guard", "2006-01-01").code == "QQQUAF"


def test_resolver_warns_of_each_broken_line_and_uses_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "broken.txt"
    path.write_text("GOOD_NAME_ [USAGOV]\nBAD_ [US-GOV]\n", encoding="utf-8")
    with pytest.warns(DictionaryWarning, match=r"broken\.txt:2: 'US-GOV' is no actor code"):
        assert actor(Resolver([path]), "Good Name").code == "USAGOV"


def test_csv_with_codes_or_parts(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "name,aliases,country,roles,from,to\n"
        "Blue Guard,Blues|The Blues,MLI,REB,2012,2015-06\n"
        "Blue Guard,,MLI,MIL,2015-07,\n"
        '"Quoted, Name",,FRA,GOV,,\n',
        encoding="utf-8",
    )
    resolver = Resolver([path])
    assert actor(resolver, "the Blues", "2013-01-01").code == "MLIREB"
    assert actor(resolver, "Blue Guard", "2015-06-30").code == "MLIREB"
    assert actor(resolver, "Blue Guard", "2020-01-01").code == "MLIMIL"
    assert actor(resolver, "Blue Guard", "2001-01-01").code is None
    assert actor(resolver, "Quoted, Name").code == "FRAGOV"


def test_broken_rows_of_a_csv(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "name,code,from\nA Name,USAGOV,\n,USAGOV,\nB Name,US,\nC Name,USAGOV,yesterday\nD Name,USAGOV,2020,too much\nE,,\n",
        encoding="utf-8",
    )
    dictionary = read_dictionary(path)
    assert [actor.name for actor in dictionary.actors] == ["A Name"]
    assert [(problem.line, problem.reason.partition(":")[0]) for problem in dictionary.problems] == [
        (3, "the name is missing"),
        (4, "'US' is no actor code"),
        (5, "'yesterday' in column 'from' is no date"),
        (6, "expected 3 cells, found 4"),
        (7, "neither code nor country nor roles are given"),
    ]


def test_users_entry_wins_over_the_shipped_one_and_the_last_file_over_the_first(tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("name,code\nHezbollah,LBNGOV\n", encoding="utf-8")
    second.write_text("name,code\nHezbollah,LBNMIL\n", encoding="utf-8")
    assert actor(Resolver([first]), "Hezbollah").code == "LBNGOV"
    assert actor(Resolver([first, second]), "Hezbollah").code == "LBNMIL"
    assert actor(Resolver(), "Hezbollah").code == "LBNREBMOSSHIHEZ"


def test_converted_dictionary_means_the_same(tmp_path: Path) -> None:
    source, target = tmp_path / "project.txt", tmp_path / "project.csv"
    source.write_text(PETRARCH, encoding="utf-8")
    original = read_dictionary(source)
    rows = write_table(original.actors, target)
    again = read_dictionary(target)
    assert not again.problems
    assert rows == sum(len(entry.codes) for entry in original.actors)
    meaning = {entry.name: (entry.codes, entry.forms, entry.agent) for entry in original.actors}
    assert {entry.name: (entry.codes, entry.forms, entry.agent) for entry in again.actors} == meaning


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.txt", b"", "no actor could be read"),
        ("binary.txt", b"\x00\x01\x02", "expected a text file"),
        ("header.csv", b"who,what\nx,y\n", "expected a header line with 'name' and 'code'"),
    ],
)
def test_unusable_files(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_dictionary(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_dictionary(tmp_path / "nowhere.csv")


@given(st.text(alphabet="AB_+[]{}!~#;<>- 0129/\n\t=", max_size=200))
def test_any_text_is_read_line_by_line(text: str) -> None:
    dictionary = read_petrarch(Path("x"), text)
    lines = len(text.splitlines())
    assert all(1 <= problem.line <= lines for problem in dictionary.problems)
