"""Which offices a state can have: a story from Turkey does not make "the crown prince" a Turk."""

from __future__ import annotations

from collections.abc import Mapping

from coder.resolve.normalise import normalise
from coder.resolve.tables import word_set

_MONARCHIES = word_set("""AND ARE ATG AUS BEL BHR BHS BLZ BRN BTN CAN DNK ESP GBR GRD JAM JOR JPN KHM KNA KWT LCA LIE LSO LUX MAR MCO MYS NLD
    NOR NPL NZL OMN PNG QAT SAU SLB SWE SWZ THA TON TUV VCT""")
_KINGDOMS = word_set("BEL BHR BTN DNK ESP GBR JOR KHM LSO MAR NLD NOR NPL SAU SWE SWZ THA TON")
# Kings, sultans and emirs of peoples and provinces act in the news of these republics.
_TRADITIONAL = word_set("BEN BWA CMR GHA IDN NAM NGA PHL TGO UGA VAT WLF WSM ZAF ZMB")
# Emirates elect a president among their emirs; regions of Spain, and Nepal since it is a republic, have one.
_PRESIDED = frozenset({"ARE", "ESP", "NPL", "KHM"})
_WITHOUT_PREMIER = word_set("""ARG BOL BRA CHE CHL COL CRI CYP DOM ECU GHA GMB GTM HND IDN LBR MEX MWI NGA NIC PAN PHL PRY SLE SLV SYC TKM URY USA VEN
    ZMB""")
_CROWNED = frozenset(
    {
        "king", "queen", "monarch", "monarchy", "crown", "crown prince", "crown princess", "deputy crown prince", "emir",
        "sultan", "prince", "princess", "royal", "royals", "royal family", "royal court", "royal palace",
        "kings", "queens", "princes", "crown princes", "royal guard", "royal guards",
    }
)  # fmt: skip
_CLEAR_LEAD = 1.6


def can_have(country: str, head: str) -> bool:
    """Whether the state ``country`` (alpha-3) has what the head noun names: a king, a president, a prime minister."""
    noun = normalise(head)
    if noun == "kingdom":
        return country in _KINGDOMS
    if noun in _CROWNED:
        return country in _MONARCHIES or country in _TRADITIONAL
    if noun == "republic" or noun.startswith("president"):
        return country not in _MONARCHIES or country in _PRESIDED
    if noun.startswith(("prime minister", "premier")):
        return country not in _WITHOUT_PREMIER
    return True


def likely_holder(head: str, weights: Mapping[str, float]) -> str | None:
    """Return the country most spoken of that can have what ``head`` names, None when no one leads clearly."""
    ranked = sorted(
        ((weight, country) for country, weight in weights.items() if can_have(country, head)), reverse=True
    )
    if not ranked or (len(ranked) > 1 and ranked[0][0] < _CLEAR_LEAD * ranked[1][0]):
        return None
    return ranked[0][1]
