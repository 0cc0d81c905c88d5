"""The lexicon's stored form says what the tables say, and is not believed when they have changed."""

import shutil
from pathlib import Path

import pytest

from coder.assets import asset
from coder.errors import InputError
from coder.resolve.knowledge import read_lexicon, read_tables
from coder.resolve.lexicon import Entry, Lexicon
from coder.resolve.stored import FILE, TABLES, digest, stored_names

ACTORS = asset("seeds/actors")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*TABLES, FILE):
        shutil.copyfile(ACTORS / name, tmp_path / name)
    return tmp_path


def meanings(lexicon: Lexicon) -> dict[str, object]:
    return {key: (name.entries, name.exact, name.proper) for key, name in lexicon.names()}


def test_the_shipped_file_says_what_the_shipped_tables_say() -> None:
    hint = "the tables have changed: run python -m coder.resolve.stored and commit the file"
    assert stored_names(ACTORS) is not None, hint
    stored, tables = read_lexicon(ACTORS), read_tables(ACTORS)
    assert meanings(stored) == meanings(tables), hint
    assert stored.countries() == tables.countries()


def test_names_are_found_and_counted_before_any_is_made() -> None:
    stored, tables = read_lexicon(ACTORS), read_tables(ACTORS)
    text = "Ankara's foreign minister met Hezbollah and the UN in New Delhi."
    assert stored.find(text) == tables.find(text) != []
    assert len(stored) == len(tables)
    assert "Hezbollah" in stored
    assert "Zblorg" not in stored
    assert sorted(e.name for e in stored.entries("capital")) == sorted(
        e.name for e in tables.entries("capital")
    )


def test_a_name_may_be_added_to_and_replaced() -> None:
    lexicon = read_lexicon(ACTORS)
    before = lexicon.get("Hezbollah")
    lexicon.add("Hezbollah", Entry("group", "Another", "LBN"))
    assert lexicon.get("Hezbollah") == (*before, Entry("group", "Another", "LBN"))
    mine = Entry("user", "Mine", code="XYZ", user=True)
    lexicon.replace("Hezbollah", [mine])
    assert [match.entries for match in lexicon.find("Hezbollah spoke.")] == [(mine,)]
    lexicon.replace("Hezbollah", [])
    assert lexicon.find("Hezbollah spoke.") == []


def test_after_a_change_the_tables_are_read(folder: Path) -> None:
    before = digest(folder)
    with (folder / "groups.tsv").open("a", encoding="utf-8") as table:
        table.write("Zblorg Liberation Army\t\tPER\tREB\n")
    assert digest(folder) != before
    assert stored_names(folder) is None
    assert [e.country for e in read_lexicon(folder).get("Zblorg Liberation Army")] == ["PER"]


def test_without_the_file_the_tables_are_read(folder: Path) -> None:
    (folder / FILE).unlink()
    assert "Hezbollah" in read_lexicon(folder)


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"digest": 1'])
def test_a_damaged_file_is_said(folder: Path, damage: str) -> None:
    (folder / FILE).write_text(damage)
    with pytest.raises(InputError, match=r"lexicon\.json is damaged .*reinstall coder"):
        read_lexicon(folder)
