"""A user's dictionary put into the lexicon, where it wins over the shipped tables."""

from __future__ import annotations

from pathlib import Path

from coder.errors import InputError
from coder.ontology.roles import load_ethnic_groups, load_religions
from coder.resolve.compose import INTERNATIONAL, ROLES
from coder.resolve.dictionaries.petrarch import read_petrarch
from coder.resolve.dictionaries.records import Dictionary, UserActor, UserCode
from coder.resolve.dictionaries.table import read_table_dictionary
from coder.resolve.lexicon import Entry, Lexicon, Office

_TABLES = frozenset({".csv", ".tsv"})


def read_dictionary(path: Path) -> Dictionary:
    """Read a .csv or .tsv table, or any other text file as a PETRARCH/TABARI dictionary.

    InputError when the file is missing, no text, or holds nothing that can be read.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: the actor dictionary cannot be read ({error.strerror}): check the path"
        ) from None
    if b"\x00" in data[:4096]:
        raise InputError(f"{path}: expected a text file (CSV or PETRARCH actors), found binary data")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    read = read_table_dictionary if path.suffix.lower() in _TABLES else read_petrarch
    dictionary = read(path, text)
    if not dictionary.actors:
        first = f" First problem: {dictionary.problems[0]}" if dictionary.problems else ""
        raise InputError(
            f"{path}: no actor could be read: expected lines such as 'NAME_ [CODE]' or a CSV with name and code.{first}"
        )
    return dictionary


def add_dictionary(lexicon: Lexicon, dictionary: Dictionary) -> None:
    """Let the dictionary's names mean what it says, and nothing else."""
    for actor in dictionary.actors:
        entry = _entry(actor, lexicon)
        for form in actor.forms:
            spelled = form.title() if form.isupper() and not actor.agent else form
            lexicon.replace(spelled.lower() if actor.agent else spelled, [entry])
            lexicon.replace(f"the {spelled}", [])


def _entry(actor: UserActor, lexicon: Lexicon) -> Entry:
    name = actor.name.title() if actor.name.isupper() else actor.name
    plain = next((code for code in actor.codes if not code.dated), None)
    code = plain.code if plain else ""
    parts = split_code(code, lexicon)
    if actor.agent:
        return Entry(
            "role",
            name.lower(),
            None,
            parts.roles,
            religion=parts.religion,
            ethnicity=parts.ethnicity,
            user=True,
        )
    if not any(code.dated for code in actor.codes) and code == parts.country:
        return Entry("country", lexicon.country_name(code) or name, code, user=True)
    offices = tuple(_office(dated, lexicon) for dated in actor.codes if dated.dated)
    return Entry(
        "user",
        name,
        parts.country,
        parts.roles,
        organisation=parts.organisation,
        religion=parts.religion,
        ethnicity=parts.ethnicity,
        offices=offices,
        number="c",
        code=code or None,
        user=True,
    )


def _office(dated: UserCode, lexicon: Lexicon) -> Office:
    parts = split_code(dated.code, lexicon)
    return Office(parts.country, parts.roles, dated.since, dated.until, "", parts.organisation, dated.code)


class _Parts:
    """The groups of a code, each where it belongs."""

    def __init__(self) -> None:
        self.country: str | None = None
        self.roles: tuple[str, ...] = ()
        self.religion: str | None = None
        self.ethnicity: str | None = None
        self.organisation: str | None = None


def split_code(code: str, lexicon: Lexicon) -> _Parts:
    """Split a composed code into country, roles, religion, ethnicity and what is left, the organisation."""
    parts = _Parts()
    religions = {identity.code for identity in load_religions()}
    ethnicities = {identity.code for identity in load_ethnic_groups()}
    rest: list[str] = []
    groups = [code[at : at + 3] for at in range(0, len(code), 3)]
    for position, group in enumerate(groups):
        leading = position == 0 or (position == 1 and groups[0] in INTERNATIONAL)
        if leading and parts.country is None and lexicon.country_name(group.upper()) and group not in ROLES:
            parts.country = group.upper()
        elif group in ROLES:
            parts.roles = (*parts.roles, group)
        elif group in religions:
            parts.religion = (parts.religion or "") + group
        elif group in ethnicities:
            parts.ethnicity = parts.ethnicity or group
        else:
            rest.append(group)
    parts.organisation = "".join(rest) or None
    return parts
