"""The parts of a noun phrase that matter for coding: its core, what hangs on it, and words that turn a name's sense."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(r"[^\W_]+(?:['’.&][^\W_]+)*\.?|[,;:()—–]|--")

BELONGING = frozenset({"of", "from"})
LOCATING = frozenset(
    {
        "in",
        "at",
        "near",
        "inside",
        "outside",
        "around",
        "across",
        "within",
        "throughout",
        "on",
        "based",
        "off",
    }
)
_CUTTING = frozenset(
    {
        "to", "against", "for", "with", "by", "about", "over", "toward", "towards", "under", "after", "before",
        "during", "including", "among", "between", "who", "that", "which", "whose", "whom", "accused", "suspected",
        "protesting", "demanding", "opposed", "loyal", "allied", "linked", "backed", "led", "headed", "supporting",
        "belonging", "fighting", "holding", "carrying", "fleeing", "working", "serving", "living", "known", "called",
        "as", "when", "where", "while", "than", "per", "via", "into", "onto", "upon", "behind", "amid", "seeking",
        "trying", "calling", "wanting", "blamed", "wearing", "representing", "held", "detained", "killed", "wounded",
    }
)  # fmt: skip
_COMMA = frozenset({",", ";", ":", "(", ")", "—", "–", "--"})


# "dozens of rebels", "more than 200 pupils", "members of the cabinet": what is counted is the core.
_QUANTITY = re.compile(
    r"(?:(?:the|a|an|at least|about|around|nearly|almost|some|up to|as many as|over|several|many|few)\s+)*"
    r"(?:(?:more|fewer|less)\s+than\s+(?:an?\s+)?(?:(?:dozen|hundred|thousand|million)s?\s+(?:of\s+)?)?|"
    r"(?:dozens|scores|hundreds|thousands|tens\s+of\s+thousands|hundreds\s+of\s+thousands|millions|crowds|groups|bands?|"
    r"columns?|waves|number|handful|majority|group|pair|couple|members?|most|some|many|several|one|two|three|four|five|"
    r"all|both|none|part|rest|remnants|families|relatives)\s+of\s+)",
    re.I,
)


class Part(NamedTuple):
    """Characters ``start`` to ``end`` of the sentence and how they hang on the core."""

    start: int
    end: int
    relation: str  # core, of, in, comma, other


def split_phrase(text: str, start: int, end: int, protected: list[tuple[int, int]]) -> list[Part]:
    """Split the phrase at prepositions, relative pronouns and commas that stand outside the ``protected`` spans."""
    parts: list[Part] = []
    relation = "core"
    counted = _QUANTITY.match(text, start, end)
    begin = start = counted.end() if counted else start
    for token in _TOKEN.finditer(text, start, end):
        word = token.group().lower()
        at = token.start()
        if word in BELONGING:
            cut = "of"
        elif word in LOCATING:
            cut = "in"
        elif word in _COMMA:
            cut = "comma"
        elif word in _CUTTING:
            cut = "other"
        else:
            continue
        # "US-backed" is one modifier, not a clause.
        if at == start or text[at - 1] == "-" or any(s <= at < e for s, e in protected):
            continue
        if at > begin:
            parts.append(Part(begin, at, relation))
        begin = token.end()
        # What follows a cut that loosens stays loose: "to the government of Iraq" belongs to the verb, not the head.
        relation = "other" if relation == "other" and cut != "comma" else cut
    if begin < end:
        parts.append(Part(begin, end, relation))
    return parts


_TURNING_PREFIX = re.compile(
    r"(?:^|[\s(\"'])(?:pro|anti|non|un|post|pre|counter|inter|trans|cross)[-\s]$", re.I
)
_FORMER = re.compile(
    r"\b(?:former|ex|deposed|ousted|onetime|one-time|erstwhile|late|retired|then-former|disgraced)[-\s]", re.I
)
_TURNING_SUFFIX = re.compile(
    r"-(?:backed|led|born|based|sponsored|supported|aligned|allied|funded|financed|trained|made|built|owned|occupied|"
    r"educated|linked|affiliated|speaking|style|brokered|mediated|dominated|equipped|armed|friendly|inspired|flagged|"
    r"supplied|hosted|drafted|bound|majority|only|bashing|organised|organized|instigated|installed|imposed|loyal)\b",
    re.I,
)
_RULING_SUFFIX = re.compile(
    r"-(?:run|controlled|ruled|administered|governed|held|appointed|flagged|registered)\b", re.I
)


def turned_away(text: str, start: int, end: int) -> bool:
    """Whether an affix makes the name at ``start:end`` something else's relation: "pro-Iran", "US-backed"."""
    if text.startswith("-", end) and _TURNING_SUFFIX.match(text, end):
        return True
    return (
        start > 0
        and text[start - 1] in "- "
        and bool(_TURNING_PREFIX.search(text[max(0, start - 9) : start]))
    )


_FEATURE_BEFORE = re.compile(
    r"\b(?:gulf|sea|bay|straits?|cape|mount|lake|river|isle|horn)\s+(?:of\s+)?$", re.I
)
_FEATURE_AFTER = re.compile(
    r"\s+(?:sea|straits?|ocean|channel|river|valley|delta|basin|desert|gulf|bay|avenue|street|square|airlines|airways)\b",
    re.I,
)


def names_feature(text: str, start: int, end: int) -> bool:
    """Whether a country's name is part of a sea's, a street's or the like: "Gulf of Aden", "South China Sea"."""
    if text[end : end + 1] == " " and text[end + 1 : end + 2].isupper() and _FEATURE_AFTER.match(text, end):
        return True
    return (
        start > 3 and text[start - 1] == " " and bool(_FEATURE_BEFORE.search(text, max(0, start - 14), start))
    )


def ruled_by(text: str, end: int) -> bool:
    """Whether the name that ends at ``end`` only says who rules the rest: "Hamas-run health ministry"."""
    return text.startswith("-", end) and bool(_RULING_SUFFIX.match(text, end))


def is_former(text: str, start: int, end: int) -> bool:
    """Whether the phrase speaks of a former holder of an office."""
    return bool(_FORMER.search(text, start, end))
