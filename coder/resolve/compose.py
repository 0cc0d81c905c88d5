"""Composition of CAMEO actor codes: general to specific, in three-letter groups."""

from __future__ import annotations

from functools import lru_cache

PRIMARY = frozenset({"GOV", "MIL", "COP", "JUD", "SPY", "OPP", "INS", "REB", "SEP", "UAF"})
SECONDARY = frozenset(
    {
        "AGR",
        "BUS",
        "CRM",
        "CVL",
        "DEV",
        "EDU",
        "ELI",
        "ENV",
        "HLH",
        "HRI",
        "LAB",
        "LEG",
        "MED",
        "REF",
        "SET",
        "PTY",
    }
)
TERTIARY = frozenset({"MOD", "RAD"})
INTERNATIONAL = frozenset({"IGO", "NGO", "NGM", "MNC", "IMG", "INT", "UIS"})
PEACEKEEPERS = "PKO"  # a specialty: it stands after the organisation
ROLES = PRIMARY | SECONDARY | TERTIARY | INTERNATIONAL | {PEACEKEEPERS}


def order_roles(roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return the roles without repeats: international type, primary (PTY right after), secondary, tertiary."""
    seen: dict[str, None] = dict.fromkeys(roles)

    def rank(role: str) -> int:
        if role in INTERNATIONAL:
            return 0
        if role in PRIMARY:
            return 1
        if role == "PTY":
            return 2
        return 4 if role in TERTIARY else 3

    return tuple(sorted(seen, key=rank))


@lru_cache(maxsize=4096)
def compose(
    country: str | None,
    roles: tuple[str, ...],
    *,
    ethnicity: str | None = None,
    religion: str | None = None,
    organisation: str | None = None,
) -> str | None:
    """Return the actor code, or None when there is nothing to code.

    Domestic actors: country, primary roles, ethnicity, religion, secondary and tertiary roles, organisation.
    International actors: type (IGO, NGO, ...), home country, ethnicity, religion, roles, organisation. Source of the
    order: the hierarchy of the CAMEO actor codebook, sections 3.1 and 3.1.9.
    """
    owned = set(_triples(organisation))
    ordered = [role for role in order_roles(roles) if role not in owned and role != PEACEKEEPERS]
    groups: list[str] = [role for role in ordered if role in INTERNATIONAL]
    domestic = [role for role in ordered if role not in INTERNATIONAL]
    international = bool(groups)
    if country:
        groups.append(country)
    identity = [part for part in (ethnicity, religion) if part]
    leading = [] if international else [role for role in domestic if role in PRIMARY or role == "PTY"]
    groups += leading
    groups += identity
    groups += [role for role in domestic if role not in leading]
    if organisation:
        groups.append(organisation)
    if PEACEKEEPERS in roles:
        groups.append(PEACEKEEPERS)
    return "".join(groups) or None


def _triples(code: str | None) -> list[str]:
    return [code[start : start + 3] for start in range(0, len(code), 3)] if code else []
