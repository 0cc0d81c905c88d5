"""The shipped CAMEO tables: complete, consistent, and easy to look things up in."""

import re

import pytest

from coder.errors import OntologyError
from coder.ontology import load_ontology
from coder.ontology.roles import (
    load_ethnic_groups,
    load_groups,
    load_regions,
    load_religions,
    load_roles,
)


@pytest.fixture(scope="module")
def onto():
    return load_ontology()


def test_every_code_of_cameo_is_there(onto):
    assert onto.roots == tuple(f"{number:02}" for number in range(1, 21))
    by_length = {length: sum(len(code) == length for code in onto) for length in (2, 3, 4)}
    assert by_length == {2: 20, 3: 149, 4: 149}
    # Codes that one of the published lists lacks.
    assert all(code in onto for code in ("106", "155", "176", "1213", "1214", "1834", "1951", "1952"))


def test_every_parent_exists_and_begins_its_children(onto):
    for code in map(onto.__getitem__, onto):
        if code.parent is None:
            assert code.root == code.code
        else:
            assert code.parent in onto
            assert code.code.startswith(code.parent)
            assert len(code.code) == len(code.parent) + 1
            assert code.root == code.code[:2]


def test_quad_class_follows_the_root(onto):
    for code in map(onto.__getitem__, onto):
        root = int(code.root)
        assert code.quad_class == (1 if root <= 5 else 2 if root <= 8 else 3 if root <= 13 else 4), code.code


@pytest.mark.parametrize(
    ("code", "value", "basis"),
    [
        ("010", 0.0, "stated"),
        ("016", -2.0, "stated"),
        ("057", 8.0, "stated"),
        ("0874", 10.0, "stated"),
        ("112", -2.0, "stated"),
        ("163", -8.0, "stated"),
        ("190", -10.0, "stated"),
        ("106", -5.0, "parent"),
        ("155", -7.2, "parent"),
        ("1951", -10.0, "parent"),
    ],
)
def test_goldstein_values(onto, code, value, basis):
    assert (onto[code].goldstein, onto[code].goldstein_basis) == (value, basis)


@pytest.mark.parametrize(
    ("code", "plover_type", "context"),
    [
        ("01", "", ""),
        ("020", "", ""),
        ("036", "AGREE", "diplomatic"),
        ("08", "CONCEDE", ""),
        ("0813", "RETREAT", "legal"),
        ("091", "ACCUSE", "crime; corruption"),
        ("163", "COERCE", "diplomatic"),  # PLOVER moves some codes out of their root
        ("1712", "ASSAULT", "human_security"),
        ("175", "ASSAULT", "pro_autocracy; military"),
        ("191", "COERCE", "military"),
        ("1952", "ASSAULT", "military"),
    ],
)
def test_plover_counterparts(onto, code, plover_type, context):
    assert (onto[code].plover_type, onto[code].plover_context) == (plover_type, context)


def test_only_statements_and_appeals_have_no_plover_type(onto):
    assert {onto[code].root for code in onto if not onto[code].plover_type} == {"01", "02"}


def test_descriptions_are_single_sentences_that_point_to_codes_that_exist(onto):
    descriptions = [onto[code].description for code in onto]
    assert len(set(descriptions)) == len(descriptions)
    for code in onto:
        text = onto[code].description
        assert text.endswith("."), code
        assert ". " not in text, code
        assert all(other in onto for other in re.findall(r"\b\d+\b", text)), text
        assert code not in re.findall(r"\b\d+\b", text), f"{code} refers to itself"


def test_walking_the_tree(onto):
    assert onto["1951"].parent == "195"
    assert onto.ancestors("1951") == ("195", "19")
    assert onto.ancestors("19") == ()
    assert onto.children("195") == ("1951", "1952")
    assert onto.children("1951") == ()
    assert onto.subtree("195") == ("195", "1951", "1952")
    assert sum(len(onto.subtree(root)) for root in onto.roots) == len(onto)


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("1955", "did you mean 195, 1951, 1952?"),
        ("57", "did you mean 057?"),
        ("190 ", "did you mean 190"),
        ("xyz", "its roots are 01, 02, 03"),
    ],
)
def test_unknown_code_names_the_nearest(onto, code, hint):
    with pytest.raises(OntologyError, match=re.escape(f"unknown code '{code}'")) as error:
        onto[code]
    assert hint in str(error.value)
    assert code not in onto


def test_codes_are_text(onto):
    assert 190 not in onto
    with pytest.raises(OntologyError, match="unknown code 190: codes are text such as '01', found int"):
        onto[190]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("arrests", "173"),
        ("suicide bomb", "1831"),
        ("CEASEFIRE violated", "196"),
        ("telephone", "041"),
        ("asylum", "075"),
        ("drone", "1952"),
        ("martial law imposed", "1724"),
    ],
)
def test_search_puts_the_plain_answer_first(onto, query, first):
    assert onto.search(query)[0].code == first


def test_search_needs_every_word_and_skips_the_neighbours_of_a_code(onto):
    assert onto.search("nuclear zebra") == []
    assert onto.search("!?") == []
    # 145 mentions police only to send the reader elsewhere.
    assert "145" not in [code.code for code in onto.search("police")]
    assert "043" not in [code.code for code in onto.search("hostages")]


def test_loading_is_cached(onto):
    assert load_ontology() is onto


def test_role_codes():
    roles = load_roles()
    assert len(roles) == 40
    assert next(iter(roles)) == "COP"
    assert roles["SEP"].level == "primary"
    assert roles["LEG"].level == "secondary"
    assert roles["RAD"].level == "tertiary"
    assert roles["IGO"].level == "international"
    assert all(len(code) == 3 and role.description.endswith(".") for code, role in roles.items())


def test_other_actor_tables():
    groups = {group.name: group for group in load_groups()}
    assert groups["World Health Organization"].full_code == "IGOUNOWHO"
    assert groups["North Atlantic Treaty Organization"].acronym == "NATO"
    assert {region.code: region.name for region in load_regions()}["SEA"] == "Southeast Asia"
    assert {religion.code for religion in load_religions()} >= {"CHR", "MOS", "JEW", "HIN", "BUD"}
    ethnic = load_ethnic_groups()
    assert len(ethnic) == len(set(ethnic)) == 644
    assert "Kurd" in {group.name for group in ethnic if group.code == "kur"}
