"""Coding of one actor mention by its own words and the known names in it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence

from coder.resolve.coding import Coding, country_at, office_at
from coder.resolve.compose import INTERNATIONAL
from coder.resolve.conjuncts import first_conjunct
from coder.resolve.history import renamed, state_of
from coder.resolve.lexicon import PART_OF_NAME, Entry, Match, Office
from coder.resolve.phrase import Part, is_former, ruled_by, split_phrase, turned_away
from coder.resolve.roles import combine_roles, join_entity
from coder.resolve.tables import word_set

_STATE_KINDS = frozenset({"country", "nationality", "capital", "region"})
_ENTITY_KINDS = frozenset({"person", "group", "organisation", "body", "user"})
_IDENTITY_KINDS = frozenset({"ethnic", "religion"})
# Heads that are not the named actor itself: "Hamas supporters" are not Hamas.
_FOLLOWERS = re.compile(
    r"\b(?:supporters?|sympathi[sz]ers?|opponents?|critics?|voters?|rivals?|victims?|loyalists?)\b", re.I
)

_ADVERSE = re.compile(r"\b(?:anti|pro)-$", re.I)  # "anti-immigrant Sweden Democrats" are no immigrants

# A rank before the name of an office holder adds nothing to the office: "Captain Traore", "General Sisi".
_RANKS = word_set("""general colonel major captain lieutenant commander admiral marshal sergeant brigadier gen. col. maj. capt. lt. adm. sgt.
    gen col capt lt""") | frozenset(
    {
        "field marshal", "lieutenant general", "major general", "brigadier general", "lieutenant colonel", "flight lieutenant",
        "lt. gen.", "maj. gen.", "brig. gen.", "lt. col.", "lt gen", "maj gen", "brig gen", "lt col", "army general",
        "vice admiral", "rear admiral", "general officer",
    }
)  # fmt: skip
_NAME_OWNED = re.compile(r"['’]s?\s+[^\W\d_a-z]\w+\s+[^\W\d_a-z]")
_SECOND = frozenset({"deputy"})  # "deputy intelligence chief": no member of parliament

ChooseEntry = Callable[[Match], Entry | None]


def code_mention(
    text: str,
    start: int,
    end: int,
    matches: Sequence[Match],
    day: datetime.date | None,
    choose: ChooseEntry,
) -> Coding:
    """Code the mention ``text[start:end]`` of a sentence whose known names are ``matches``.

    ``choose`` picks the meaning of a name that has several, or None when it cannot tell.
    """
    inside = [match for match in matches if match.start >= start and match.end <= end]
    coding = Coding()
    if not inside:
        return coding
    chosen: list[tuple[Match, Entry]] = []
    reach = -1
    for match in inside:  # leftmost longest
        if match.start < reach:
            continue
        entry = choose(match)
        if entry is PART_OF_NAME:
            continue
        if entry is None:
            if len(match.entries) and match.entries[0].kind != "person":
                coding.held_back = True
                reach = match.end
            continue
        chosen.append((match, entry))
        reach = match.end
    end = first_conjunct(text, start, end, chosen)
    chosen = [(match, entry) for match, entry in chosen if match.start < end]
    inside = [match for match in inside if match.end <= end]
    parts = split_phrase(text, start, end, [(m.start, m.end) for m, _ in chosen])
    by_part = [(part, [(m, e) for m, e in chosen if part.start <= m.start < part.end]) for part in parts]
    _code_parts(coding, text, by_part, day, inside)
    if coding.country and not coding.basis:
        coding.basis = "stated"
    if not coding.country and not coding.basis and (coding.roles or coding.ethnicity or coding.religion):
        coding.basis = "stated"
    return coding


Found = list[tuple[Match, Entry]]


def _code_parts(
    coding: Coding,
    text: str,
    by_part: list[tuple[Part, Found]],
    day: datetime.date | None,
    matches: Sequence[Match],
) -> None:
    core = [pair for part, pairs in by_part if part.relation == "core" for pair in pairs]
    apposed = [pair for part, pairs in by_part if part.relation == "comma" for pair in pairs]
    owned = [pair for part, pairs in by_part if part.relation == "of" for pair in pairs]
    placed = [pair for part, pairs in by_part if part.relation == "in" for pair in pairs]
    nouns = _own_nouns(core, text)
    entity = _entity(core, text)
    if entity is None and not nouns:
        nouns = [entry for _, entry in apposed if entry.kind == "role"]
        entity = _entity(apposed, text)
    if nouns and all(noun.weak for noun in nouns):
        # "the head of the army" is of the army.
        nouns = [
            entry
            for part, pairs in by_part
            if part.relation == "of"
            for _, entry in pairs
            if entry.kind == "role"
        ] + nouns
    extra_nouns = [entry for _, entry in apposed if entry.kind == "role"]
    if entity is None and nouns and nouns[-1].person:
        entity = _namesake(by_part, text)
    if entity is None and owned:
        entity = _entity(owned, text)
        if entity is not None and entity[1].kind == "person":
            entity = None
    state_in_core = _state(core, text)
    state = state_in_core or _state(apposed, text) or _state(owned, text) or _state(placed, text)
    _identity(coding, core)
    _hidden_identity(coding, matches, core)
    if nouns:
        coding.number = nouns[-1].number
        coding.person = nouns[-1].person
        coding.head = nouns[-1].name
    if entity is not None:
        match, entry = entity
        _apply_entity(coding, text, match, entry, nouns or extra_nouns, state, day)
        coding.used.append((match.start, match.end, entry))
    else:
        # "West Bengal's Mamata Banerjee" is not West Bengal.
        owns_name = state is not None and bool(_NAME_OWNED.match(text, state[0].end))
        _apply_state(coding, core, nouns, state, state_in_core, day, owns_name)
    coding.used += [
        (m.start, m.end, e) for m, e in core + apposed if e.kind in ("role", "ethnic", "religion")
    ]
    if state is not None:
        coding.used.append((state[0].start, state[0].end, state[1]))
    span_start = by_part[0][0].start if by_part else 0
    span_end = by_part[-1][0].end if by_part else 0
    if coding.roles and is_former(text, span_start, span_end) and _former_applies(coding):
        coding.roles = ("ELI",)
        coding.organisation = (
            None if coding.organisation and not coding.international else coding.organisation
        )


def _namesake(by_part: list[tuple[Part, Found]], text: str) -> tuple[Match, Entry] | None:
    """Return the known person whom an apposition names: "Israel's defence minister, Ehud Barak"."""
    for part, pairs in by_part:
        if part.relation != "comma":
            continue
        for match, entry in pairs:
            own = not text.startswith(("'s", "’s"), match.end)
            if entry.kind == "person" and own and not text[part.start : match.start].strip(" ,"):
                return match, entry
    return None


def _own_nouns(found: Found, text: str) -> list[Entry]:
    """Return the role nouns of a part; whose relative someone is does not make him one: "the killer's parents"."""
    nouns = [
        (match, entry)
        for match, entry in found
        if entry.kind == "role"
        and (match is found[-1][0] or not _ADVERSE.search(text, max(0, match.start - 5), match.start))
    ]
    nouns = [pair for pair in nouns[:-1] if pair[1].name not in _SECOND] + nouns[-1:]
    if nouns and nouns[-1][1].roles == ("CVL",):
        nouns = [(m, e) for m, e in nouns if not text.startswith(("'s", "’s", "s'", "s’"), m.end)] or nouns
    return [entry for _, entry in nouns]


def _former_applies(coding: Coding) -> bool:
    offices = {"GOV", "LEG", "JUD"} if coding.number == "p" else {"GOV", "LEG", "MIL", "JUD", "SPY", "COP"}
    one_or_more = coding.person or coding.number == "p"
    return one_or_more and not coding.international and bool(offices & set(coding.roles))


def _entity(found: Found, text: str) -> tuple[Match, Entry] | None:
    """Return the named actor of a part: a person if there is one, else the last group or body."""
    entities = [
        (match, entry)
        for match, entry in found
        if entry.kind in _ENTITY_KINDS
        and not turned_away(text, match.start, match.end)
        and not ruled_by(text, match.end)
    ]
    persons = [pair for pair in entities if pair[1].kind == "person"]
    if persons:
        return persons[-1]
    return entities[-1] if entities else None


def _state(found: Found, text: str) -> tuple[Match, Entry] | None:
    """Return the country word of a part that the actor belongs to: the first that no affix turns away."""
    fallback: tuple[Match, Entry] | None = None
    for match, entry in found:
        if entry.kind not in _STATE_KINDS and not entry.country:
            continue
        ruled = ruled_by(text, match.end)
        if entry.kind not in _STATE_KINDS and not ruled:
            continue
        if turned_away(text, match.start, match.end):
            continue
        if ruled:
            fallback = fallback or (match, entry)
            continue
        return match, entry
    return fallback


def _identity(coding: Coding, found: Found) -> None:
    for _, entry in sorted(found, key=lambda pair: pair[1].kind == "role"):
        if entry.kind in _IDENTITY_KINDS or entry.kind == "role":
            coding.ethnicity = coding.ethnicity or entry.ethnicity
            coding.religion = coding.religion or entry.religion


def _hidden_identity(coding: Coding, matches: Sequence[Match], found: Found) -> None:
    """Take the faith or people named within a longer role phrase: "Islamist militants" are one known phrase."""
    for outer, entry in found:
        if entry.kind not in ("role", "ethnic", "religion"):
            continue
        for match in matches:
            if outer.start <= match.start and match.end <= outer.end:
                for hidden in match.entries:
                    coding.ethnicity = coding.ethnicity or hidden.ethnicity
                    coding.religion = coding.religion or hidden.religion


def _apply_entity(
    coding: Coding,
    text: str,
    match: Match,
    entry: Entry,
    nouns: list[Entry],
    state: tuple[Match, Entry] | None,
    day: datetime.date | None,
) -> None:
    if entry.kind == "user":
        _apply_user(coding, entry, nouns, day)
        return
    country, roles, organisation = entry.country, entry.roles, entry.organisation
    office: Office | None = None
    if entry.offices:
        office, past = office_at(entry, day)
        if office is not None:
            country, roles = office.country or country, office.roles or roles
            organisation = office.organisation or organisation
        elif past and entry.person:
            country, roles = entry.offices[-1].country or country, ("ELI",)
        elif entry.person:
            country, roles = entry.offices[0].country or country, ()
    coding.name = entry.name
    coding.person = coding.person or entry.person
    if not nouns:
        coding.number = entry.number
        coding.head = entry.name
    country = renamed(country, day)
    stated = country_at(state[1], day) if state is not None else None
    if entry.person:
        titled = any(not noun.weak for noun in nouns)
        if office is not None:
            # "Chief Executive" before the name of one says no more than the office does.
            nouns = [
                noun for noun in nouns if not _is_title(noun.name, office.title) and noun.name not in _RANKS
            ]
        own = combine_roles(nouns)
        strong = any(not noun.weak for noun in nouns)
        if own and (strong or not roles):
            roles = own
        country = stated if stated and strong else (country or stated)
        coding.basis = "stated" if stated and country == stated and titled else "dictionary"
        coding.international = bool(set(roles) & INTERNATIONAL)
    elif _FOLLOWERS.search(text, match.end) and nouns:
        roles, organisation = combine_roles(nouns), None
        coding.basis = "dictionary"
    else:
        if entry.kind == "group":
            nouns = [noun for noun in nouns if noun.roles != ("LAB",)]  # a party's workers are its members
        international = bool(set(roles) & {"IGO", "NGO", "MNC", "IMG", "NGM"})
        roles = join_entity(roles, nouns)
        if entry.kind == "group" and country is None and stated:
            country = stated
        if entry.kind == "organisation" and stated and (country is None) and not international:
            country = stated
        coding.international = international
        coding.basis = "dictionary"
    coding.country, coding.roles, coding.organisation = country, roles, organisation
    coding.religion = entry.religion or coding.religion
    coding.ethnicity = entry.ethnicity or coding.ethnicity


def _is_title(noun: str, title: str) -> bool:
    return set(noun.lower().split()) <= set(title.lower().split())


def _apply_user(coding: Coding, entry: Entry, nouns: list[Entry], day: datetime.date | None) -> None:
    """Code by a user's dictionary: its code as it stands, with the roles of the nouns beside the name."""
    held = [office for office in entry.offices if day is not None and office.holds(day)]
    office = held[0] if held else None
    code = office.code if office else entry.code
    coding.name, coding.head = entry.name, coding.head or entry.name
    coding.country = office.country if office else entry.country
    roles = office.roles if office else entry.roles
    if not code:
        coding.held_back = True
        coding.roles = ()
        return
    coding.verbatim, coding.owned = code, frozenset(roles)
    added = combine_roles([noun for noun in nouns if not noun.weak])
    coding.roles = (*roles, *(role for role in added if role not in roles))
    coding.organisation = office.organisation if office else entry.organisation
    coding.religion, coding.ethnicity = entry.religion, entry.ethnicity
    coding.basis = "dictionary"
    coding.international = coding.country is None or bool(set(roles) & INTERNATIONAL)


def _apply_state(
    coding: Coding,
    core: Found,
    nouns: list[Entry],
    state: tuple[Match, Entry] | None,
    in_core: tuple[Match, Entry] | None,
    day: datetime.date | None,
    owns_name: bool,
) -> None:
    roles = combine_roles(nouns)
    weak_only = bool(nouns) and all(noun.weak for noun in nouns)
    if weak_only and (coding.ethnicity or coding.religion) and in_core is None:
        roles = ()
    if set(roles) & INTERNATIONAL or "PKO" in roles:
        coding.international = True
    coding.roles = roles
    if coding.international and "IGO" in roles:
        coding.basis = "stated"
        return
    if state is not None:
        entry = state[1]
        coding.country = country_at(entry, day)
        if entry.kind in ("capital", "region"):
            coding.country = state_of(coding.country, day)
        if entry.kind == "nationality" and not nouns:
            coding.person, coding.number = entry.person, entry.number
            coding.head = entry.name
        if not nouns and not owns_name:
            coding.name = entry.name
        coding.basis = "stated" if entry.kind in ("country", "nationality") else "dictionary"
        if entry.kind not in _STATE_KINDS:
            coding.basis = "dictionary"
    if state is None:
        _apply_home(coding, core)
    regions = [entry for _, entry in core if entry.kind == "world_region"]
    if coding.country is None and regions:
        coding.region, coding.basis, coding.international = regions[0].organisation, "stated", True
        coding.name = None if nouns else regions[0].name


def _apply_home(coding: Coding, core: Found) -> None:
    """A people at home in one country only gives the country: Uyghurs, Chechens."""
    homes = [(match, entry) for match, entry in core if entry.kind in _IDENTITY_KINDS and entry.country]
    if homes:
        match, entry = homes[0]
        coding.country, coding.basis = entry.country, "dictionary"
        coding.name = coding.name or entry.name
        if not coding.head:
            coding.number, coding.head = entry.number, entry.name
        coding.used.append((match.start, match.end, entry))
