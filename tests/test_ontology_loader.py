"""Loading an ontology of one's own: what is accepted, and what each mistake is told."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder.errors import OntologyError
from coder.ontology import load_ontology
from coder.ontology.roles import load_roles

HEADER = "code\tname\tdescription\tparent\tquad_class\tgoldstein"
GOOD = [
    "talk\tTalk\tWords pass.\t\t1\t1",
    "praise\tPraise\tKind words.\ttalk\t1\t3.5",
    "war\tWar\tShots fall.\t\t4\t-10",
]


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def table(tmp_path):
    return tmp_path / "own.tsv"


def test_another_ontology_of_the_same_form(table):
    onto = load_ontology(write(table, *GOOD))
    assert onto.roots == ("talk", "war")
    assert onto.codes == ("praise", "talk", "war")
    assert onto["praise"].root == "talk"  # a parent need not be a prefix
    assert onto["praise"].goldstein == 3.5
    assert onto["war"].plover_type == ""
    with pytest.raises(
        OntologyError, match=r"unknown code 'prase': own\.tsv has no such code; did you mean praise"
    ):
        onto["prase"]


def test_extra_columns_byte_order_mark_and_windows_line_ends_are_fine(table):
    rows = [f"{HEADER}\tnotes", *(f"{row}\tmine" for row in GOOD)]
    table.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode())
    assert len(load_ontology(table)) == 3


def test_fields_quoted_by_a_spreadsheet_are_read(table):
    onto = load_ontology(write(table, 'q\tQuote\t"Says ""no"", twice."\t\t3\t-4'))
    assert onto["q"].description == 'Says "no", twice.'


def test_a_changed_file_is_read_again(table):
    assert len(load_ontology(write(table, *GOOD))) == 3
    write(table, *GOOD[:2])
    os.utime(table, ns=(1, 1))
    assert len(load_ontology(table)) == 2


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*GOOD, GOOD[0]], "line 5, column 'code': duplicate code 'talk', first on line 2: remove one"),
        (["a b\tA\t\t\t1\t0"], "line 2, column 'code': expected a code without spaces, found 'a b'"),
        (["\tA\t\t\t1\t0"], "line 2, column 'code': expected a code without spaces, found ''"),
        (["a\t\t\t\t1\t0"], "line 2, column 'name': the code 'a' has no name: write one"),
        (
            [*GOOD, "x\tX\t\tnone\t1\t0"],
            "line 5, column 'parent': the parent 'none' of code 'x' is not in the table: add its row",
        ),
        (
            ["a\tA\t\tb\t1\t0", "b\tB\t\ta\t1\t0"],
            "line 3, column 'parent': the parents go round in a circle (a -> b -> a)",
        ),
        (["a\tA\t\ta\t1\t0"], "line 2, column 'parent': the parents go round in a circle (a -> a)"),
        (["a\tA\t\t\t5\t0"], "line 2, column 'quad_class': expected 1 (verbal cooperation), 2"),
        (["a\tA\t\t\t\t0"], "(material conflict), found ''"),
        (["a\tA\t\t\t1\tten"], "line 2, column 'goldstein': expected a number from -10 (conflict) to 10"),
        (["a\tA\t\t\t1\t10.5"], "found '10.5'"),
        (["a\tA\t\t\t1\tnan"], "found 'nan'"),
        (["a\tA\t\t\t1\t-3,5"], "found '-3,5': write one, with a point for decimals"),
        (
            ["a\tA\t\t1"],
            "line 2: expected 6 tab-separated fields as in the header, found 4: add the fields from",
        ),
        (
            ["a\tA\t\t\t1\t0\t9"],
            "line 2: expected 6 tab-separated fields as in the header, found 7: remove the tabs",
        ),
        (['a\tA\t"open\t\t1\t0'], "the row cannot be read"),
        ([], "own.tsv: the table has a header but no rows"),
    ],
)
def test_a_broken_row_is_named_with_its_mend(table, rows, message):
    with pytest.raises(OntologyError, match=re.escape(message)) as error:
        load_ontology(write(table, *rows))
    assert str(table) in str(error.value)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "code\tname\tdescription\tparent\tgoldstein",
            "line 1: missing column 'quad_class'; found 'code', 'name'",
        ),
        ("code\tname", "missing columns 'description', 'parent', 'quad_class', 'goldstein'"),
        (
            "code,name,description,parent,quad_class,goldstein",
            "separated by commas or semicolons: separate them by",
        ),
        (f"{HEADER}\tname", "line 1: the column 'name' stands twice in the header"),
        (f"{HEADER}\tplover_typ", "line 1: unknown column 'plover_typ': did you mean 'plover_type'?"),
    ],
)
def test_a_broken_header_is_named_with_its_mend(table, header, message):
    with pytest.raises(OntologyError, match=re.escape(message)):
        load_ontology(write(table, *GOOD, header=header))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "own.tsv: the table is empty: expected a header line"),
        (b" \n\n", "the table is empty"),
        (
            f"{HEADER}\nv\tM\xe9lange\t\t\t1\t0\n".encode("latin-1"),
            "line 2, column 2: expected UTF-8 text, found the byte 0xe9: save the table as UTF-8",
        ),
        ("\ufeffcode\n".encode("utf-16"), "line 1, column 1: expected UTF-8 text"),
    ],
)
def test_a_file_that_is_no_table(table, data, message):
    table.write_bytes(data)
    with pytest.raises(OntologyError, match=re.escape(message)):
        load_ontology(table)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(OntologyError, match=r"none\.tsv: the table cannot be read \(No such file"):
        load_ontology(tmp_path / "none.tsv")
    with pytest.raises(OntologyError, match="the table cannot be read"):
        load_ontology(tmp_path)


def test_broken_role_table(tmp_path):
    path = write(
        tmp_path / "roles.tsv", "GOV\tGovernment\tfirst\tIt governs.", header="code\tname\tlevel\tdescription"
    )
    with pytest.raises(OntologyError, match=r"line 2, column 'level': expected one of primary, modifier"):
        load_roles(path)


@settings(max_examples=40, deadline=None)  # every example writes a file
@given(st.data())
def test_any_forest_of_codes_survives_loading(tmp_path_factory, data):
    names = data.draw(
        st.lists(st.from_regex(r"[0-9A-Za-z_-]{1,6}", fullmatch=True), min_size=1, max_size=12, unique=True)
    )
    parents = {
        name: data.draw(st.sampled_from(["", *names[:position]])) for position, name in enumerate(names)
    }
    order = data.draw(st.permutations(names))
    path = tmp_path_factory.mktemp("forest") / "forest.tsv"
    onto = load_ontology(write(path, *(f"{name}\tN\tD.\t{parents[name]}\t2\t0" for name in order)))
    assert onto.codes == tuple(sorted(names))
    assert sorted(code for root in onto.roots for code in onto.subtree(root)) == sorted(names)
    for name in names:
        above = onto.ancestors(name)
        assert onto[name].root == (above[-1] if above else name)
        assert all(name in onto.subtree(code) for code in above)
        assert all(onto[child].parent == name for child in onto.children(name))


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=12))
def test_any_text_is_either_a_code_or_a_clear_error(text):
    onto = load_ontology()
    if text in onto:
        assert onto[text].code == text
    else:
        with pytest.raises(OntologyError, match=r"^unknown code"):
            onto[text]
    onto.search(text)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_load_or_fail_with_the_file_named(tmp_path_factory, junk):
    path = tmp_path_factory.mktemp("junk") / "junk.tsv"
    path.write_bytes(f"{HEADER}\n".encode() + junk)
    try:
        onto = load_ontology(path)
    except OntologyError as error:
        message = str(error)
    else:
        message = f"{path} holds {onto.roots}"
    assert message.startswith(str(path))
