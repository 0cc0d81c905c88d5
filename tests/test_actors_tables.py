"""The shipped tables of facts: size, form, and that nothing in them contradicts itself."""

from __future__ import annotations

import datetime
import itertools
from collections import defaultdict

import pytest

from coder.assets import asset
from coder.errors import InputError
from coder.ontology.roles import load_ethnic_groups, load_regions, load_religions
from coder.resolve.compose import ROLES, compose, order_roles
from coder.resolve.inflect import plural
from coder.resolve.knowledge import parse_day, shipped_lexicon, split_roles
from coder.resolve.tables import read_table

FOLDER = asset("seeds/actors")
ROLE_GROUPS = ("REB", "INS", "SEP", "UAF", "PTY", "OPP", "IMG", "CRM", "RAD", "MIL")


def rows(name: str) -> list[dict[str, str]]:
    return [row for _, row in read_table(FOLDER / name)]


def test_tables_hold_what_the_documentation_promises() -> None:
    leaders = rows("leaders.tsv")
    assert len({row["country"] for row in leaders}) >= 100
    since_1990 = {row["country"] for row in leaders if not row["to"] or row["to"] >= "1990"}
    assert len(since_1990) >= 60
    assert len(leaders) >= 1200
    assert len({row["name"] for row in rows("groups.tsv")}) >= 400
    assert len({row["name"] for row in rows("organisations.tsv")}) >= 250
    assert len(rows("roles.tsv")) >= 1200
    assert len(rows("countries.tsv")) >= 230
    assert len(rows("sites.tsv")) >= 250


def test_tables_are_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 6_000_000


def test_codes_of_all_tables_are_known() -> None:
    ethnic = {identity.code for identity in load_ethnic_groups()}
    faiths = {identity.code for identity in load_religions()}
    world = {identity.code for identity in load_regions()}
    countries = {row["code"] for row in rows("countries.tsv")} | {
        row["code"] for row in rows("historic_states.tsv")
    }
    for name in ("groups.tsv", "organisations.tsv", "bodies.tsv", "leaders.tsv"):
        for row in rows(name):
            assert not row["country"] or row["country"] in countries, (name, row)
            split_roles(row["roles"], name)
            assert not row.get("ethnicity") or row["ethnicity"] in ethnic, (name, row)
            faith = row.get("religion") or ""
            assert all(faith[at : at + 3] in faiths for at in range(0, len(faith), 3)), (name, row)
    for row in rows("identities.tsv"):
        assert row["kind"] in ("ethnic", "religion")
        assert not row["country"] or row["country"] in countries, row
    assert {row["code"] for row in rows("world_regions.tsv")} <= world
    for row in rows("ambiguous.tsv"):
        assert not row["country"] or row["country"] in countries, row


def test_nobody_leaves_office_before_taking_it() -> None:
    for name in ("leaders.tsv", "groups.tsv", "organisations.tsv", "bodies.tsv"):
        for row in rows(name):
            since, until = parse_day(row["from"]), parse_day(row["to"], end=True)
            assert since is None or until is None or since <= until, row


def test_no_country_has_two_presidents_on_one_day() -> None:
    terms = defaultdict(list)
    for row in rows("leaders.tsv"):
        if row["title"] in ("president", "prime minister", "chancellor", "premier") and row["country"]:
            until = parse_day(row["to"], end=True) or datetime.date.max
            terms[row["country"], row["title"]].append((parse_day(row["from"]), until, row["name"]))
    for office, held in terms.items():
        held.sort()
        for (_, until, first), (since, _, second) in itertools.pairwise(held):
            overlap = (until - since).days if since else 0
            assert overlap <= 120 or first == second, (office, first, second)


def test_degrees_are_on_the_globe() -> None:
    for row in [*rows("sites.tsv"), *rows("country_centres.tsv")]:
        assert -90 <= float(row["latitude"]) <= 90, row
        assert -180 <= float(row["longitude"]) <= 180, row


def test_attribution_of_geonames_stands_beside_the_data() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "GeoNames" in text
    assert "CC BY 4.0" in text


def test_every_country_has_a_name_and_can_be_found() -> None:
    lexicon = shipped_lexicon()
    for row in rows("countries.tsv"):
        assert any(entry.country == row["code"] for entry in lexicon.get(row["name"])), row["name"]


def test_a_broken_row_names_its_line(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "groups.tsv"
    path.write_text("name\tcountry\nX\tUSA\textra\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"groups\.tsv:2: expected at most 2 tab-separated cells"):
        list(read_table(path))
    with pytest.raises(InputError, match=r"roles\.tsv:7: 'QQQ' of 'GOVQQQ' is no role code"):
        split_roles("GOVQQQ", "roles.tsv:7")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((("USA"), ("MIL", "GOV"), None, None, None), "USAMILGOV"),
        (("PSE", ("REB",), None, "MOS", "HMS"), "PSEREBMOSHMS"),
        (("EGY", ("EDU", "OPP"), None, "MOS", None), "EGYOPPMOSEDU"),
        ((None, ("IGO", "PKO"), None, None, "UNO"), "IGOUNOPKO"),
        ((None, ("IMG",), None, "MOS", "ALQ"), "IMGMOSALQ"),
        (("USA", ("NGO", "HRI"), None, None, None), "NGOUSAHRI"),
        (("ISR", ("PTY", "GOV"), None, None, "LKD"), "ISRGOVPTYLKD"),
        ((None, (), None, None, None), None),
    ],
)
def test_codes_go_from_general_to_specific(
    parts: tuple[str | None, tuple[str, ...], str | None, str | None, str | None], code: str | None
) -> None:
    country, roles, ethnicity, religion, organisation = parts
    assert compose(country, roles, ethnicity=ethnicity, religion=religion, organisation=organisation) == code


def test_roles_are_ordered_without_repeats() -> None:
    assert order_roles(("RAD", "EDU", "PTY", "GOV", "GOV")) == ("GOV", "PTY", "EDU", "RAD")
    assert {"GOV", "PTY", "RAD", "IGO"} <= ROLES


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("policeman", "policemen"),
        ("minister of defence", "ministers of defence"),
        ("commander-in-chief", "commanders-in-chief"),
        ("army", "armies"),
        ("human rights activist", "human rights activists"),
        ("bus", "buses"),
    ],
)
def test_plurals(one: str, many: str) -> None:
    assert plural(one) == many
