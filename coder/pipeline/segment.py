"""Sentences of an article as exact slices of its text.

sentencex finds the boundaries inside a paragraph; what surrounds it here decides which lines belong together
(a wrapped paragraph) and which do not (a headline and the text below), and joins what sentencex splits after
titles and units.
"""

import re
from typing import NamedTuple

from sentencex import get_sentence_boundaries

# A sentence longer than this is no sentence but a table or a text without full stops; it is cut at a space
# into pieces of at most this many characters, so that a row of the event table has a bounded size. Nothing is
# dropped.
MAX_SENTENCE = 5_000
_WIDEST_WRAP = 130
_FINAL = frozenset('.!?…:"”’»)')
_LINE_END = re.compile(r"\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_BULLET = re.compile(r"(?:[-*•‣▪–—+>#]|\(?\d{1,2}[.)]|\(?[a-z]\))\s|[-=_*#~]{3,}")
# Prepositions and auxiliaries are not among them: a headline may end with one ("Talks to go on").
_CONTINUES = re.compile(
    r"(?:[,;(\-–—/&]|\b(?:the|an?|of|and|or|that|which|who|its|their|his|Mr|Mrs|Ms|Dr|Gen|Col|Lt|Sen|Rep|Gov)\.?)$"
)
_TITLES = (
    "Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Maj|Brig|Capt|Cmdr|Cdr|Adm|Sgt|Cpl|Pvt|Sen|Rep|Gov|Pres|Amb|Hon|Rev|Fr|Msgr|Supt|Insp|Det|"
    "Atty|Sec|Min|Dep|Asst|St|Ste|Mt|Ft|Sheik|Ayat|Mme|Mlle|Messrs|Comdr|Sr|Spc|Maj-Gen|Lt-Gen|Brig-Gen"
)
_LEADS = "approx|est|vs|v|ca|cf|e\\.g|i\\.e|viz|Art|Vol|Fig|Ch"
_ALWAYS = re.compile(rf"(?:^|[\s(\"'“‘\[-])(?:{_TITLES}|{_LEADS})\.\s*$")
_MONTHS = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues?|Weds?|Thurs?|Fri|pct|yrs|hrs|mins|sq|km|kg"
_PERHAPS = re.compile(
    rf"(?:(?:^|[\s(\"'“‘\[])(?:{_MONTHS}|No|Nos|[ap]\.m|(?:\w\.)+\w|\d{{1,2}}|Inc|Ltd|Corp|Co|Jr|Bros|al)\.)\s*$"
)
_TIME_WORD = re.compile(
    r"(?:E[SD]T|GMT|UTC|CET|CEST|BST|PST|PDT|CST|CDT|MST|IST|AST|local|[Mm]on|[Tt]ues|[Ww]ednes|[Tt]hurs|[Ff]ri)"
)
_NAME_PARTICLE = re.compile(r"(?:al|el|ad|an|ar|as|at|ash)-|(?:bin|ibn|bint|abu|van|von|de|la)\s")
_INITIAL = re.compile(r"(?:^|[\s(\"'“‘])[A-Z]\.\s*$")
# Words that begin a sentence and hardly ever follow an abbreviation inside one.
_STARTERS = "The|They|But|However|Meanwhile|This|These|Those|There"
_UNSPLIT = re.compile(
    rf"\b(?:U\.S|U\.K|U\.N|E\.U|D\.C|[ap]\.m)\.\s+(?=(?:{_STARTERS}|He|She|It|In|On|We|A|An|His|Her|Its|Their)\b)"
    rf"|\b[A-Z]\.\s+(?=(?:{_STARTERS})\b)"
)
_CLOSED_QUOTE = re.compile(r"[.!?…]+[\"'”’»)\]]+\s*$|[!?…]\s*$")


class Sentence(NamedTuple):
    """A sentence and where it begins: ``text == article_text[start : start + len(text)]``."""

    text: str
    start: int


def segment(text: str) -> list[Sentence]:
    """Return the sentences of ``text`` in order, as exact slices without white space around them.

    Between two of them there is nothing but white space. Sentences never reach over a blank line, nor from a
    headline, a list item or a finished line into the next; lines of a wrapped paragraph belong together.
    """
    sentences: list[Sentence] = []
    for start, end in _paragraphs(text):
        for first, last in _pieces(text, start, end):
            sentences.extend(Sentence(text[i:j], i) for i, j in _bounded(text, first, last))
    return sentences


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Spans of paragraphs, trimmed, wrapped lines joined."""
    lines: list[tuple[int, int] | None] = []  # None stands for a blank line
    at = 0
    for match in _LINE_END.finditer(text):
        lines.append(_trimmed(text, at, match.start()))
        at = match.end()
    lines.append(_trimmed(text, at, len(text)))
    width = _wrap_width(lines)
    spans: list[tuple[int, int]] = []
    previous: tuple[int, int] | None = None
    for line in lines:
        if line is not None:
            if previous is not None and _wraps(
                text[previous[0] : previous[1]], text[line[0] : line[1]], width
            ):
                spans[-1] = (spans[-1][0], line[1])
            else:
                spans.append(line)
        previous = line
    return spans


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    length = len(piece.strip())
    return (start + left, start + left + length) if length else None


def _wrap_width(lines: list[tuple[int, int] | None]) -> int:
    """The column at which the text seems to be wrapped; 0 when lines are paragraphs or there are too few to
    tell.
    """
    lengths = [line[1] - line[0] for line in lines if line is not None]
    if len(lengths) < 3 or max(lengths) > _WIDEST_WRAP or max(lengths) < 30:
        return 0
    widest = max(lengths)
    near = sum(length > widest - 20 for length in lengths)
    return widest if near >= 2 and near * 4 >= len(lengths) else 0


def _wraps(above: str, below: str, width: int) -> bool:
    """Whether ``below`` continues the paragraph of the line ``above`` it."""
    if _BULLET.match(below):
        return False
    if below[0].islower() or _CONTINUES.search(above[-16:]):
        return True
    if not width or _is_headline(above):
        return False
    # A line was broken because the next word did not fit; one with room for it ended on purpose. Nobody wraps by the letter, so a
    # line that is nearly full and in the midst of a sentence counts too.
    if above[-1] not in _FINAL and len(above) >= 0.85 * width:
        return True
    return len(above) + 1 + len(below.split(None, 1)[0]) > width


def _is_headline(line: str) -> bool:
    if line[-1] in ".!?…:;,\"'”’":
        return False
    words = [word for word in line.split() if word[0].isalpha()]
    return len(words) >= 3 and (
        line.isupper() or sum(word[0].isupper() for word in words) >= 0.8 * len(words)
    )


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of sentences within one paragraph."""
    # sentencex takes some line ends for paragraph ends: it sees spaces in their place, one for one.
    paragraph = _LINE_END.sub(lambda match: " " * len(match[0]), text[start:end])
    merged: list[tuple[int, int]] = []
    for boundary in get_sentence_boundaries("en", paragraph):
        span = _trimmed(paragraph, boundary["start_index"], boundary["end_index"])
        if span is None:
            continue
        if merged and _belongs(paragraph[merged[-1][0] : merged[-1][1]], paragraph[span[0] : span[1]]):
            merged[-1] = (merged[-1][0], span[1])
        else:
            merged.append(span)
    return [(start + first, start + last) for span in merged for first, last in _unmerged(paragraph, *span)]


def _unmerged(paragraph: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span, split where sentencex took the end of a sentence for an abbreviation."""
    spans: list[tuple[int, int]] = []
    for match in _UNSPLIT.finditer(paragraph, start, end):
        spans.append((start, len(paragraph[: match.end()].rstrip())))
        start = match.end()
    return [*spans, (start, end)]


def _belongs(before: str, after: str) -> bool:
    """Whether sentencex split one sentence between ``before`` and ``after``."""
    if not any(character.isalnum() for character in after):
        return True  # a closing quote or bracket left alone
    tail = before[-24:]
    if _ALWAYS.search(tail):
        return True
    lower = after[0].islower() and not _NAME_PARTICLE.match(after)
    if _PERHAPS.search(tail):
        return lower or after[0].isdigit() or bool(_TIME_WORD.match(after))
    if _INITIAL.search(tail):
        return True
    return lower and bool(_CLOSED_QUOTE.search(tail))


def _bounded(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span itself, or pieces of it of at most MAX_SENTENCE characters, cut at white space where there is
    any.
    """
    spans: list[tuple[int, int]] = []
    while end - start > MAX_SENTENCE:
        cut = start + MAX_SENTENCE
        while cut > start + MAX_SENTENCE // 2 and not text[cut].isspace():
            cut -= 1
        if not text[cut].isspace():
            cut = start + MAX_SENTENCE
        span = _trimmed(text, start, cut)
        if span is not None:
            spans.append(span)
        start = cut
    span = _trimmed(text, start, end)
    if span is not None:
        spans.append(span)
    return spans
