"""What pronouns, short forms and definite descriptions of an article stand for."""

from __future__ import annotations

import re

from coder.resolve.antecedents import Antecedent, Antecedents, name_words
from coder.resolve.coding import Coding
from coder.resolve.constitution import can_have
from coder.resolve.normalise import normalise
from coder.resolve.records import Actor

Span = tuple[int, int]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PERSON = frozenset(["he", "she", "him", "himself", "herself", "his", "her", "hers"])
_THING = frozenset(["it", "itself", "its"])
_MANY = frozenset(["they", "them", "themselves", "their", "theirs", "both"])
_OBJECT = frozenset(["him", "them", "her"])
_CLASSES = (
    frozenset(["he", "him", "himself", "his"]),
    frozenset(["she", "her", "herself", "hers"]),
    _THING,
    _MANY,
)
_MALE = _words(
    "man king policeman father son brother husband monk spokesman chairman congressman businessman prince boy mr imam "
    "priest pope emir sultan widower"
)
_FEMALE = _words(
    "woman queen widow mother daughter wife sister spokeswoman congresswoman policewoman princess girl nun actress "
    "businesswoman chairwoman mrs ms miss baroness schoolgirl grandmother lady"
)
# Who stands for a body of people or a group, and who for a person.
_BEARERS = _words(
    "leader leaders chief head chairman chairwoman director manager president commander commanders fighter fighters gunmen "
    "militants members member spokesman spokeswoman spokesperson representative representatives officials delegates "
    "negotiators secretary-general general deputy founder staff staffers employees personnel"
)
_SECONDS = _words(
    "deputy deputies spokesman spokeswoman spokesperson aide aides adviser advisers advisor advisors"
)
# "Its neighbour" is another country, "his rival" another man: whose it is says nothing of who.
_OTHERS = _words(
    "neighbour neighbor neighbours neighbors ally allies rival rivals enemy enemies foe foes partner partners "
    "opponent opponents counterpart counterparts predecessor successor"
)
_ARMED = frozenset({"REB", "INS", "SEP", "UAF"})
_AIMED = frozenset({"REB", "INS", "SEP"})
_CLAUSE_BREAK = re.compile(
    r"\b(?:that|said|says|and|but|when|while|after|before|because|who|which|if|as|would|denied|until|where|although|though|since|unless|whether)\b|[,;]"
)
_RELATIVE = frozenset(["who", "which", "that", "whose", "whom"])
_ALONE = _PERSON | _THING | _MANY | _RELATIVE
# "three of its staff": how many says nothing of whose.
_OWNING = re.compile(r"^(?:(?:\w+\s+){1,3}of\s+)?(his|her|its|their|whose)\s+(?:own\s+)?(.+)$", re.I | re.S)
_DEFINITE = re.compile(r"^(?:the|this|that|these|those|said)\s+(.+)$", re.I | re.S)
_COUNTRY_WORDS = frozenset(["country", "nation", "homeland", "kingdom", "republic", "state", "territory"])
_GROUP_WORDS = _words(
    "group movement faction militia network outfit party organisation organization rebels militants "
    "insurgents fighters guerrillas separatists gunmen jihadists extremists cell gang cartel front force "
    "coalition"
)
_BODY_WORDS = _words(
    "organisation organization bloc alliance body agency union court commission council charity watchdog "
    "company firm bank fund ministry department secretariat mission grouping institution cartel"
)
_COLLECTIVES = _GROUP_WORDS | _BODY_WORDS
_PERSON_WORDS = _words(
    "president premier minister chancellor king queen emir sultan prince general commander colonel leader "
    "spokesman spokeswoman spokesperson governor mayor ambassador envoy secretary senator politician "
    "lawmaker cleric dictator strongman chief official director bishop pope activist journalist lawyer "
    "judge man woman pontiff monarch"
)
_CONTROLLING = re.compile(
    r"\b(?:ask|urg|tell|told|order|call|press|warn|forc|allow|invit|begg?|appeal|advis|want|instruct|command|requir|permit|"
    r"encourag|persuad|oblig|pressur|enabl|help|let)(?:s|e|es|ed|ing)?\s+(?:(?:on|upon|to|for)\s+)?(?:the\s+)?$",
    re.I,
)
_TO_ACT = re.compile(r"\s+(?:not\s+)?to\s+\w+(?:\s+[\w'’-]+){0,3}\s+")
_PROPER = re.compile(r"[^\W\d_a-z]")
_TITLE = re.compile(r"^(?:(?:mr|mrs|ms|dr|sheikh|sheik|sir|lord|gen|col)\.?|the)\s+", re.I)
_SENTENCES_BACK = 3
_DESCRIPTION_BACK = 5
_OFFICERS_BACK = 2


def refers_back(text: str) -> bool:
    """Whether the words can only be understood from what stands before them."""
    if " " not in text.strip():
        return normalise(text.strip()) in _ALONE
    return bool(_DEFINITE.match(text) or _OWNING.match(text))


class Coreference:
    """Finds the antecedent of a mention; None when none fits."""

    def __init__(self, antecedents: Antecedents) -> None:
        self._antecedents = antecedents
        self._genders: dict[object, str] = {}  # by place of the mention and by name, as pronouns tell

    def pronoun(
        self, word: str, index: int, position: int, barred: Span | None, *, owning: bool = False
    ) -> Antecedent | None:
        """Return what a pronoun at ``position`` of sentence ``index`` stands for; ``barred``: the event's other actor."""
        folded = normalise(word.strip())
        if folded in _RELATIVE:
            before = [item for item in self._antecedents.of(index) if item.end <= position]
            return before[-1] if before and position - before[-1].end <= 3 else None
        text = self._antecedents.text(index)
        is_object = folded in _OBJECT and not owning
        for depth, items in enumerate(self._antecedents.back_from(index, position, _SENTENCES_BACK)):
            if depth == 0 and is_object:
                # The object of a clause is not its subject: in "Esper walked beside him" he is someone else.
                items = [item for item in items if _CLAUSE_BREAK.search(text, item.end, position)]
            fitting = [
                item
                for item in items
                if self._agrees(folded, item)
                and not (depth == 0 and barred and item.start < barred[1] and barred[0] < item.end)
            ]
            if folded in _MANY:
                fitting = [item for item in fitting if item.coding.number == "p"] or fitting
            if depth == 0 and (owning or is_object):
                fitting = [item for item in fitting if _told_to(text, item, position)] or fitting
            gendered = [item for item in fitting if self._gender(item) is not None]
            fitting = gendered if folded in _PERSON and gendered else fitting
            if fitting:
                found = fitting[-1] if is_object and depth else fitting[0]
                self._note_gender(folded, found)
                return found
        return None

    def _agrees(self, pronoun: str, item: Antecedent) -> bool:
        """Whether number, kind and gender fit; a pronoun of the same kind before is followed to what it stands for."""
        if len(item.words) == 1 and any(pronoun in same and item.words <= same for same in _CLASSES):
            return True
        if pronoun in _PERSON and self._gender(item) not in (None, _gender_of(pronoun)):
            return False
        return _agrees(pronoun, item) or _is_bare_description(
            pronoun, item, self._antecedents.text(item.index)
        )

    def _gender(self, item: Antecedent) -> str | None:
        known = self._genders.get((item.index, item.start)) or self._genders.get(item.coding.name or "")
        if known is not None:
            return known
        male, female = bool(item.words & _MALE), bool(item.words & _FEMALE)
        return None if male == female else "m" if male else "f"

    def _note_gender(self, pronoun: str, item: Antecedent) -> None:
        gender = _gender_of(pronoun)
        if gender is not None:
            self._genders[item.index, item.start] = gender
            if item.coding.name:
                self._genders[item.coding.name] = gender

    def short_form(self, text: str, index: int, position: int) -> Antecedent | None:
        """Return the mention with the fuller name that ``text`` ("Khazali", "Mr Khazali", "MFU") stands for."""
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
        return self._antecedents.fuller(words, index, position)

    def description(
        self, text: str, index: int, position: int, barred: Span | None, own: Coding
    ) -> Antecedent | None:
        """Return what "the group", "the ministry" or "the president" stands for; ``own``: what its own words say."""
        match = _DEFINITE.match(text.strip())
        if match is None or len(match.group(1).split()) > 3:
            return None
        head = normalise(match.group(1)).split()[-1]
        for depth, items in enumerate(self._antecedents.back_from(index, position, _DESCRIPTION_BACK)):
            fitting = [
                item
                for item in items
                if (_described(head, item) or _armed_alike(head, own.roles, item) or _repeats(own, item))
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
        owner = self.pronoun(match.group(1), index, position, None, owning=True)
        return (owner, match.group(2)) if owner is not None else None

    def police_before(self, index: int, position: int) -> Antecedent | None:
        """Return the police that bare "officers" are, where the last men in uniform before were police and no soldiers."""
        for items in self._antecedents.back_from(index, position, _OFFICERS_BACK):
            uniformed = [item for item in items if {"COP", "MIL"} & set(item.coding.roles)]
            if uniformed:
                return uniformed[-1] if "COP" in uniformed[-1].coding.roles else None
        return None

    def same_head(
        self, coding: Coding, index: int, position: int, definite: bool = False
    ) -> Antecedent | None:
        """Return the qualified mention that a bare role repeats: "Kenyan police ... police said"."""
        if not coding.head:
            return None
        chamber = definite and coding.roles == ("LEG",)  # "the upper house" after "Russia's parliament"
        for items in self._antecedents.back_from(index, position, 1):
            fitting = [
                item
                for item in items
                if item.coding.country
                and item.coding.roles == coding.roles
                and (item.coding.head == coding.head or (chamber and item.coding.number != "s"))
            ]
            if fitting:
                return fitting[-1]
        return None


def _told_to(text: str, item: Antecedent, position: int) -> bool:
    """Whether it is ``item`` who is to act: in "Georgia asked Russia to close its bases" Russia's bases are meant."""
    return bool(_TO_ACT.fullmatch(text, item.end, position) and _CONTROLLING.search(text, 0, item.start))


def is_country_word(text: str) -> bool:
    """Whether the words name a country without saying which: "the country", "this nation"."""
    match = _DEFINITE.match(text.strip())
    rest = match.group(1) if match else text.strip()
    return normalise(rest) in _COUNTRY_WORDS


def is_another(owned: str) -> bool:
    """Whether the owned part of "its neighbour" or "his rival" names someone other than the owner, not said who."""
    return normalise(owned.split(",")[0]).split()[-1] in _OTHERS


def speaks_for_owner(owned: str, owner: Antecedent, actor: Actor) -> bool:
    """Whether "its spokesman", "their commander", "his deputy" are of the owner's own kind, as ``actor`` codes it."""
    heads = _BEARERS if not owner.person else _SECONDS
    head = normalise(re.split(r"\s(?:of|for|in)\s|,", owned)[0]).split()[-1]
    return bool(actor.roles) and head in heads and "ELI" not in actor.roles


def _gender_of(pronoun: str) -> str | None:
    return "m" if pronoun in _CLASSES[0] else "f" if pronoun in _CLASSES[1] else None


def _is_bare_description(pronoun: str, item: Antecedent, text: str) -> bool:
    """Whether the mention is "the group" or "the ministry" without more, which "it" can take up."""
    match = _DEFINITE.match(text[item.start : item.end])
    if match is None or pronoun not in _THING or item.coding.code:
        return False
    return normalise(match.group(1)) in _COLLECTIVES and not match.group(1).endswith("s")


def _armed_alike(head: str, roles: tuple[str, ...], item: Antecedent) -> bool:
    """Whether "the gunmen" can be the armed men before, of whom more is said: "Islamist militants", "separatists"."""
    coding = item.coding
    if head not in _GROUP_WORDS or (coding.person and coding.number == "s"):
        return False
    if normalise(coding.head or "") == head and not (coding.country or coding.religion or coding.ethnicity):
        return False
    said, known = set(roles) & _ARMED, set(coding.roles) & _ARMED
    return bool(known) and (
        not said or said == {"UAF"} or said == known or (said == {"REB"} and known <= _AIMED)
    )


def _repeats(own: Coding, item: Antecedent) -> bool:
    """Whether "the marines" takes up several people of whom more was said: "US marines"."""
    coding = item.coding
    same = coding.head == own.head and coding.roles == own.roles and coding.number == own.number
    return bool(own.head and coding.country) and same and own.number in ("p", "c")


def _agrees(pronoun: str, item: Antecedent) -> bool:
    coding = item.coding
    unknown = not coding.code
    if pronoun in _PERSON:
        return item.person or (unknown and len(item.words) >= 2)
    if pronoun in _MANY:
        return coding.number in ("p", "c") and bool(coding.code)
    plural_form = coding.number == "c" and coding.head != coding.name and coding.head.endswith("s")
    return bool(coding.code) and not coding.person and coding.number != "p" and not plural_form


def _described(head: str, item: Antecedent) -> bool:
    coding = item.coding
    kinds = {entry.kind for _, _, entry in coding.used}
    own = normalise(coding.head or "")
    if head in _COUNTRY_WORDS:
        named = bool(kinds & {"country", "capital"}) and not coding.roles
        return named and can_have(coding.country or "", head)
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
    if head == "cartel":
        return item.coding.organisation == "OPC"
    if head == "union" and "LAB" in item.coding.roles:
        return True
    return bool({"IGO", "NGO", "NGM", "IMG"} & set(item.coding.roles))
