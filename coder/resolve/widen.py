"""The words before a span that say which or whose it is; the parser's spans often leave them out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coder.resolve.lexicon import Match

Span = tuple[int, int]
_DETERMINER = re.compile(
    r"\b(?:(?:the|this|these|those|his|her|its|their|whose|both|all)\s+(?:own\s+)?|"
    r"the\s+(?:two|three|four|five|other|same|warring|rival)\s+)$",
    re.I,
)
_LAST = frozenset(
    {
        "the", "this", "these", "those", "his", "her", "its", "their", "whose", "both", "all", "own", "two", "three", "four",
        "five", "other", "same", "warring", "rival",
    }
)  # fmt: skip
_GENITIVE = re.compile(r"(?:['’]s?)?\s+")
_OWNERS = frozenset({"country", "capital", "region", "nationality"})
_REACH = 24


def _with_person(text: str, end: int, matches: Sequence[Match]) -> int:
    """Return the end of the person named right after: of "[the rebel leader], Rodrigo Londoño, ..."."""
    if not text.startswith(", ", end):
        return end
    for match in matches:
        named = any(entry.kind == "person" and not entry.short for entry in match.entries)
        if named and match.start == end + 2 and text[match.end : match.end + 1] in tuple(",.;)"):
            return match.end
    return end


def widen(text: str, span: Span, matches: Sequence[Match]) -> Span:
    """Return the span with the determiner, possessive or country that stands right before it.

    "[group]" of "The group" becomes "The group", "[troops]" of "whose troops" "whose troops", "[army]" of "Egypt's army"
    "Egypt's army". ``matches`` are the known names of the sentence.
    """
    start, end = span
    if start < 2 or start >= min(end, len(text)) or not text[start - 1].isspace():
        return span
    last = text[text.rfind(" ", 0, start - 1) + 1 : start - 1].lower()
    before = _DETERMINER.search(text, max(0, start - _REACH), start) if last in _LAST else None
    if before is not None:
        return before.start(), _with_person(text, end, matches)
    if text[start].isupper():
        return span  # a name stands for itself: "Germany's Angela Merkel" is Angela Merkel
    for match in matches:
        if match.end >= start:
            break
        first = match.entries[0]
        if first.kind not in _OWNERS or not _GENITIVE.fullmatch(text, match.end, start):
            continue
        if first.kind == "nationality" or text[match.end] in "'’":
            return match.start, end
    return span
