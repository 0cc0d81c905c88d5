"""What pronouns, short forms and definite descriptions of an article stand for."""

from __future__ import annotations

import re

from coder.resolve.antecedents import Antecedent, Antecedents, name_words
from coder.resolve.mention import Coding
from coder.resolve.normalise import normalise

Span = tuple[int, int]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PERSON = frozenset(["he", "she", "him", "himself", "herself", "his", "her", "hers"])
_THING = frozenset(["it", "itself", "its"])
_MANY = frozenset(["they", "them", "themselves", "their", "theirs", "both"])
_OBJECT = frozenset(["him", "them"])
_CLAUSE_BREAK = re.compile(
    r"\b(?:that|said|says|and|but|when|while|after|before|because|who|which|if|as|would|denied)\b|[,;]"
)
_RELATIVE = frozenset(["who", "which", "that", "whose", "whom"])
_OWNING = re.compile(r"^(his|her|its|their)\s+(?:own\s+)?(.+)$", re.I | re.S)
_DEFINITE = re.compile(r"^(?:the|this|that|these|those|said)\s+(.+)$", re.I | re.S)
_COUNTRY_WORDS = frozenset(["country", "nation", "homeland", "kingdom", "republic", "state", "territory"])
_GROUP_WORDS = _words(
    "group movement faction militia network outfit party organisation organization rebels militants "
    "insurgents fighters guerrillas separatists gunmen jihadists extremists cell gang cartel front force "
    "coalition"
)
_BODY_WORDS = _words(
    "organisation organization bloc alliance body agency union court commission council charity watchdog "
    "company firm bank fund ministry department secretariat mission grouping institution"
)
_PERSON_WORDS = _words(
    "president premier minister chancellor king queen emir sultan prince general commander colonel leader "
    "spokesman spokeswoman spokesperson governor mayor ambassador envoy secretary senator politician "
    "lawmaker cleric dictator strongman chief official director bishop pope activist journalist lawyer "
    "judge man woman pontiff monarch"
)
_PROPER = re.compile(r"[^\W\d_a-z]")
_TITLE = re.compile(r"^(?:(?:mr|mrs|ms|dr|sheikh|sheik|sir|lord|gen|col)\.?|the)\s+", re.I)
_SENTENCES_BACK = 3
_DESCRIPTION_BACK = 5


def refers_back(text: str) -> bool:
    """Whether the words can only be understood from what stands before them."""
    folded = normalise(text.strip())
    return folded in _PERSON | _THING | _MANY | _RELATIVE or bool(
        _OWNING.match(text) or _DEFINITE.match(text)
    )


class Coreference:
    """Finds the antecedent of a mention; None when none fits."""

    def __init__(self, antecedents: Antecedents) -> None:
        self._antecedents = antecedents

    def pronoun(self, word: str, index: int, position: int, barred: Span | None) -> Antecedent | None:
        """Return what a pronoun at ``position`` of sentence ``index`` stands for; ``barred``: the event's other actor."""
        folded = normalise(word.strip())
        if folded in _RELATIVE:
            before = [item for item in self._antecedents.of(index) if item.end <= position]
            return before[-1] if before and position - before[-1].end <= 3 else None
        text = self._antecedents.text(index)
        for depth, items in enumerate(self._antecedents.back_from(index, position, _SENTENCES_BACK)):
            if depth == 0 and folded in _OBJECT:
                # The object of a clause is not its subject: in "Esper walked beside him" he is someone else.
                items = [item for item in items if _CLAUSE_BREAK.search(text, item.end, position)]
            fitting = [
                item
                for item in items
                if _agrees(folded, item)
                and not (depth == 0 and barred and item.start < barred[1] and barred[0] < item.end)
            ]
            if folded in _MANY:
                fitting = [item for item in fitting if item.coding.number == "p"] or fitting
            if fitting:
                return fitting[-1] if folded in _OBJECT and depth else fitting[0]
        return None

    def short_form(self, text: str, index: int, position: int) -> Coding | None:
        """Return the coding of the fuller name that ``text`` ("Khazali", "Mr Khazali", "MFU") stands for."""
        bare = _TITLE.sub("", text.strip())
        if not bare or not _PROPER.match(bare):
            return None
        acronym = re.sub(r"['’]s$", "", bare)
        if acronym.isupper() and " " not in acronym:
            defined = self._antecedents.defined(acronym)
            if defined is not None:
                return defined
        words = name_words(bare)
        if not words or any(len(word) < 2 for word in words):
            return None
        fuller = self._antecedents.fuller(words, index, position)
        return fuller.coding if fuller else None

    def description(self, text: str, index: int, position: int, barred: Span | None) -> Antecedent | None:
        """Return what "the group", "the ministry" or "the president" stands for."""
        match = _DEFINITE.match(text.strip())
        if match is None or len(match.group(1).split()) > 3:
            return None
        head = normalise(match.group(1)).split()[-1]
        for depth, items in enumerate(self._antecedents.back_from(index, position, _DESCRIPTION_BACK)):
            fitting = [
                item
                for item in items
                if _described(head, item)
                and not (depth == 0 and barred and item.start < barred[1] and barred[0] < item.end)
            ]
            if fitting:
                return fitting[-1]
        return None

    def owner(self, text: str, index: int, position: int) -> tuple[Antecedent, str] | None:
        """Return whose "his country" or "their army" it is, and the owned part of the words."""
        match = _OWNING.match(text.strip())
        if match is None:
            return None
        owner = self.pronoun(match.group(1), index, position, None)
        return (owner, match.group(2)) if owner is not None else None

    def same_head(self, coding: Coding, index: int, position: int) -> Antecedent | None:
        """Return the qualified mention that a bare role repeats: "Kenyan police ... police said"."""
        if not coding.head:
            return None
        for items in self._antecedents.back_from(index, position, 1):
            fitting = [
                item
                for item in items
                if item.coding.country
                and item.coding.head == coding.head
                and item.coding.roles == coding.roles
            ]
            if fitting:
                return fitting[-1]
        return None


def is_country_word(text: str) -> bool:
    """Whether the words name a country without saying which: "the country", "this nation"."""
    match = _DEFINITE.match(text.strip())
    rest = match.group(1) if match else text.strip()
    return normalise(rest) in _COUNTRY_WORDS


def _agrees(pronoun: str, item: Antecedent) -> bool:
    coding = item.coding
    unknown = not coding.code
    if pronoun in _PERSON:
        return item.person or (unknown and len(item.words) >= 2)
    if pronoun in _MANY:
        return coding.number in ("p", "c") and bool(coding.code)
    return bool(coding.code) and not coding.person and coding.number != "p"


def _described(head: str, item: Antecedent) -> bool:
    coding = item.coding
    kinds = {entry.kind for _, _, entry in coding.used}
    own = normalise(coding.head or "")
    if head in _COUNTRY_WORDS:
        return bool(kinds & {"country", "capital"}) and not coding.roles
    if head in _GROUP_WORDS and ("group" in kinds or (head == own and bool(coding.country))):
        return not coding.person or coding.number != "s"
    if head in _BODY_WORDS:
        if kinds & {"organisation", "body", "group"} and _fits_body(head, item):
            return True
        return head in own.split() and own != head
    if head in _PERSON_WORDS:
        if not item.person or not coding.country:
            return False
        titles = " ".join(office.title for _, _, entry in coding.used for office in entry.offices)
        return head in item.words or head in own.split() or head in normalise(titles).split()
    return False


def _fits_body(head: str, item: Antecedent) -> bool:
    """A court is called a court, a ministry a ministry; "body" or "organisation" fits anything."""
    names = " ".join(entry.name for _, _, entry in item.coding.used)
    if head in ("ministry", "department", "court", "commission", "council", "bank", "fund", "secretariat"):
        return head in item.words or head in name_words(names)
    if head in ("company", "firm"):
        return "MNC" in item.coding.roles or "BUS" in item.coding.roles
    return bool({"IGO", "NGO", "NGM", "IMG", "MNC"} & set(item.coding.roles))
