"""How the role nouns of one phrase combine: "rebel soldiers" are rebels, "military government" is GOVMIL."""

from __future__ import annotations

from collections.abc import Sequence

from coder.resolve.compose import INTERNATIONAL, PRIMARY, order_roles
from coder.resolve.lexicon import Entry

_ARMED_OPPOSITION = frozenset({"REB", "INS", "SEP", "UAF", "IMG", "CRM"})
_ARMED = frozenset({"MIL", "UAF"})
_FAINT = frozenset({"CVL", "CRM"})
_MOST = 3


def combine_roles(nouns: Sequence[Entry]) -> tuple[str, ...]:
    """Return the roles of a phrase whose role nouns are ``nouns``, in the order of the text; the last is its head.

    A weak noun ("leader", "official") counts only when no other noun says more. At most three roles remain.
    """
    strong = [noun for noun in nouns if not noun.weak and noun.roles]
    if not strong:
        return nouns[-1].roles if nouns else ()
    head = strong[-1]
    roles: list[str] = []
    modifiers = [role for noun in strong[:-1] for role in noun.roles]
    if "ELI" in head.roles or "ELI" in modifiers:
        return ("ELI",)
    kept_head = [role for role in head.roles if not (role in _ARMED and _ARMED_OPPOSITION & set(modifiers))]
    if "OPP" in modifiers and set(head.roles) & _ARMED:
        return ("REB",)
    if set(head.roles) & _FAINT and modifiers:
        kept_head = []
    for role in modifiers:
        if role == "GOV" and kept_head and "GOV" not in kept_head and set(kept_head) & PRIMARY:
            continue
        if role in _FAINT and kept_head:
            continue
        if role == "UAF" and set(kept_head) & {"REB", "INS", "SEP"}:
            continue
        roles.append(role)
    if "GOV" in kept_head:
        roles = [*kept_head, *(role for role in roles if role != "GOV")]
    else:
        roles = [*roles, *kept_head]
    return order_roles(tuple(roles))[:_MOST]


def join_entity(base: tuple[str, ...], nouns: Sequence[Entry]) -> tuple[str, ...]:
    """Return the roles of a named actor (roles ``base``) with what the nouns beside the name add ("NATO troops")."""
    added = combine_roles([noun for noun in nouns if not noun.weak])
    if not added or set(added) <= set(base):
        return base
    if set(base) & (_ARMED_OPPOSITION - {"CRM"}):
        added = tuple(role for role in added if role in ("COP", "JUD", "LEG", "MED", "HLH", "EDU", "REF"))
    elif set(base) & INTERNATIONAL:
        added = tuple(
            role for role in added if role not in ("GOV", "CVL", "OPP", "PTY", "ELI", "IGO", "NGO", "INT")
        )
    else:
        added = tuple(role for role in added if role not in ("CVL", "GOV", "PTY", "BUS", "DEV", "UAF"))
    return order_roles((*base, *added))[: _MOST + 1]
