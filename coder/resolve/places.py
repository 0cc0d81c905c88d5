"""Where an event took place: names to coordinates, with the story's country deciding between namesakes."""

from __future__ import annotations

import datetime
import functools
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from coder.assets import asset
from coder.resolve.history import capital_before
from coder.resolve.lexicon import Lexicon
from coder.resolve.normalise import normalise
from coder.resolve.records import Place, PlaceBasis, PlacePrecision
from coder.resolve.tables import read_table, split_cell, word_set

_WORDS = re.compile(r"[^\W_]+(?:['’.-]+[^\W_]+)*\.?")
if TYPE_CHECKING:
    from coder.resolve.gazetteer import Gazetteer, GazetteerPlace

_DIVISION = re.compile(
    r"\b(?:province|governorate|region|district|state|oblast|county|department|prefecture|territory|division|"
    r"canton|emirate|krai|republic)\b",
    re.I,
)
_LONGEST = 6
_LAND_AFTER = re.compile(
    r",\s+([^\W\d_a-z][\w'’.-]+(?:\s[^\W\d_a-z][\w'’-]+){0,2})(?=\s*[,.;:)]|\s+[^\W\d_A-Z]|\s*$)"
)


_SMALL = word_set("""a an the of in at on near from to by and or off outside inside around across north south east west northern southern eastern
    western central city town village province district state region area border capital port suburb coast""")


# How the wires abbreviate the states of the USA after a town.
STATES = {
    "Ala.": "Alabama", "Ariz.": "Arizona", "Ark.": "Arkansas", "Calif.": "California", "Colo.": "Colorado",
    "Conn.": "Connecticut", "Del.": "Delaware", "Fla.": "Florida", "Ga.": "Georgia", "Ill.": "Illinois",
    "Ind.": "Indiana", "Kan.": "Kansas", "Ky.": "Kentucky", "La.": "Louisiana", "Md.": "Maryland",
    "Mass.": "Massachusetts", "Mich.": "Michigan", "Minn.": "Minnesota", "Miss.": "Mississippi",
    "Mo.": "Missouri", "Mont.": "Montana", "Neb.": "Nebraska", "Nev.": "Nevada", "N.H.": "New Hampshire",
    "N.J.": "New Jersey", "N.M.": "New Mexico", "N.Y.": "New York", "N.C.": "North Carolina",
    "N.D.": "North Dakota", "Okla.": "Oklahoma", "Ore.": "Oregon", "Pa.": "Pennsylvania",
    "R.I.": "Rhode Island", "S.C.": "South Carolina", "S.D.": "South Dakota", "Tenn.": "Tennessee",
    "Tex.": "Texas", "Vt.": "Vermont", "Va.": "Virginia", "Wash.": "Washington", "W.Va.": "West Virginia",
    "Wis.": "Wisconsin", "Wyo.": "Wyoming",
}  # fmt: skip


class PlaceTables:
    """Sites of our own table and the middles of countries, beside the gazetteer."""

    def __init__(self, lexicon: Lexicon, gazetteer: Gazetteer | None = None) -> None:
        self._lexicon = lexicon
        self._gazetteer = gazetteer
        self._capitals: dict[str, str] | None = None
        self.sites: dict[str, list[Place]] = {}
        for _, row in read_table(asset("seeds/actors/sites.tsv")):
            place = Place(
                name=row["name"],
                country=row["country"] or None,
                admin1=row["admin1"] or None,
                latitude=float(row["latitude"]),
                longitude=float(row["longitude"]),
                geonames_id=int(row["geonames_id"]) if row["geonames_id"] else None,
                precision=row["precision"],  # type: ignore[arg-type]
            )
            for name in [row["name"], *split_cell(row["aliases"])]:
                self.sites.setdefault(normalise(name), []).append(place)
        self.middles: dict[str, tuple[float, float, int | None]] = {}
        for _, row in read_table(asset("seeds/actors/country_centres.tsv")):
            number = int(row["geonames_id"]) if row["geonames_id"] else None
            self.middles[row["code"]] = (float(row["latitude"]), float(row["longitude"]), number)

    @property
    def gazetteer(self) -> Gazetteer:
        """The gazetteer, read when first asked for."""
        if self._gazetteer is None:
            from coder.resolve.gazetteer import shipped_gazetteer  # imports numpy

            self._gazetteer = shipped_gazetteer()
        return self._gazetteer

    def capital(
        self, country: str, weights: Mapping[str, float], day: datetime.date | None = None
    ) -> Place | None:
        """Return the capital city of a country on ``day``, None when the tables have none."""
        if self._capitals is None:
            self._capitals = {}
            for entry in self._lexicon.entries("capital"):
                if entry.country:
                    self._capitals.setdefault(entry.country, entry.seat)
        seat = capital_before(country, day) or self._capitals.get(country)
        return resolve_place(seat, self, {**weights, country: 50.0}) if seat else None

    def countries(self, name: str) -> list[Place]:
        """Return the places that a country's own name or adjective stands for, none for other words."""
        found = {}
        for entry in self._lexicon.get(name):
            if entry.kind in ("country", "nationality") and entry.country and entry.country not in found:
                middle = self.middles.get(entry.country)
                if middle is None:
                    found[entry.country] = Place(name=entry.name, country=entry.country, precision="country")
                else:
                    found[entry.country] = Place(None, entry.name, entry.country, None, *middle, "country")
        return list(found.values())


def speaks_of_capital(text: str) -> bool:
    """Whether the words mean a seat of government without naming it: "the Iraqi capital"."""
    return bool(re.search(r"\bcapital(?: city)?\b", text, re.I))


def capitalised(text: str) -> str:
    """Return a place span of a text without capitals with those that names begin with: "the city of Mosul"."""
    return re.sub(r"[^\W\d_]+", lambda word: word[0] if word[0] in _SMALL else word[0].capitalize(), text)


def with_land(text: str, span: tuple[int, int], tables: PlaceTables) -> str:
    """Return the words of a place span with the land named right after them: "Alexandria" with ", Virginia".

    Where the gazetteer has no such town in that division ("Cairo, Illinois"), the division alone is returned: the famous
    town of that name is not meant. What follows counts only when it names a land and not another town of a list.
    """
    spoken = text[span[0] : span[1]]
    after = _LAND_AFTER.match(text, span[1])
    if after is None or "," in spoken:
        return spoken
    name = STATES.get(after.group(1), after.group(1).rstrip("."))
    lands = _candidates(name, tables)
    divisions = {(land.country, normalise(land.name or "")) for land in lands if land.precision == "admin1"}
    countries = {land.country for land in lands if land.precision == "country"}
    towns = [place for _, found in _named_places(spoken, tables) for place in found]
    for place in towns:
        if place.country in countries or (place.country, normalise(place.admin1 or "")) in divisions:
            return spoken + ", " + name
    listed = text.startswith(" ", after.end())  # "in Aleppo, Idlib and Homs", "In Kabul, Punjab said"
    if towns and divisions and not listed and lands[0].precision == "admin1":
        return name
    return spoken


Settle = Callable[[str], tuple[bool, str | None]]
Told = Callable[[str], bool]


def _unsettled(name: str) -> tuple[bool, str | None]:
    return False, None


def _untold(name: str) -> bool:
    return False


def resolve_place(
    text: str,
    tables: PlaceTables,
    weights: Mapping[str, float],
    basis: PlaceBasis = "stated",
    settle: Settle = _unsettled,
    told: Told = _untold,
) -> Place | None:
    """Return the place that ``text`` (a place span, "the northern city of Mosul") names, None when it names none known.

    ``weights`` holds how much each country is spoken of in the story: it decides between places of one name, then
    population does. The narrowest place named in the span is taken: in "Mosul, Iraq" Mosul, with Iraq as its country.
    ``settle`` tells whether a name is known to be ambiguous and which country it means in the story: an ambiguous name
    that nothing settles gives None. ``told`` tells whether the story speaks of a division: of towns of one name in a country,
    Illinois chooses its Springfield. Where nothing chooses between towns of like size, the answer is None.
    """
    named = _named_places(text, tables)
    if not named:
        return None
    town = _town_of_division(text, named)
    if town is not None:
        return replace(town, text=text, basis=basis)
    merged = dict(weights)
    owners = {found[0].country for _, found in named[1:] if found[0].precision == "country"}
    if len(named) > 1 and len(owners) == 1 and re.search(r",\s*[^\W\d_a-z]", text):
        # "Palma, Mozambique": places elsewhere of that name are not meant.
        named = [
            (name, [place for place in found if place.country in owners or place.country is None])
            for name, found in named
        ]
        named = [(name, found) for name, found in named if found]
    for _, found in named:
        if found[0].precision == "country" and len(named) > 1:
            land = found[0].country or ""
            merged[land] = merged.get(land, 0.0) + 50.0
    names = {normalise(name) for name, _ in named}
    division = bool(_DIVISION.search(text))
    beyond = functools.partial(_told_beyond, told, frozenset(names))
    best: Place | None = None
    for name, found in named:
        own = dict(merged)
        ambiguous, meant = settle(name)
        if ambiguous and meant is None and len(named) == 1:
            meant = _supported(found, weights)
            first = _choose(found, own, division, set(), beyond)
            if meant is None and not _leads(name, first or found[0], tables, weights, beyond, _FAR_SMALLER):
                continue
        if meant is not None:
            own[meant] = own.get(meant, 0.0) + 10.0
        narrow = _choose(found, own, division, names - {normalise(name)}, beyond)
        if narrow is not None and meant is None and len(named) == 1:
            narrow = narrow if _leads(name, narrow, tables, own, beyond, _SMALLER) else None
        if narrow is not None and (best is None or _width(narrow) < _width(best)):
            best = narrow
    return replace(best, text=text, basis=basis) if best is not None else None


_SMALLER, _FAR_SMALLER = 0.6, 0.12  # how large, against the first, the next town of the name may be
_NEAR = 0.7  # degrees within which two entries of the gazetteer are one town


def _town_of_division(text: str, named: list[tuple[str, list[Place]]]) -> Place | None:
    """Return the town of "Athens, Georgia": the only reading of both names in which the one lies in the other."""
    for (first, towns), (second, lands) in itertools.pairwise(named):
        if not re.search(rf"{re.escape(first)},\s+{re.escape(second)}", text):
            continue
        divisions = {
            (land.country, normalise(land.name or "")) for land in lands if land.precision == "admin1"
        }
        for town in towns:
            if town.precision == "city" and (town.country, normalise(town.admin1 or "")) in divisions:
                return town
    return None


def _supported(found: list[Place], weights: Mapping[str, float]) -> str | None:
    """Return the one country of the story in which a town of the name lies, where no country has that name itself."""
    if any(place.precision == "country" for place in found):
        return None
    lands = {place.country for place in found if place.country and weights.get(place.country, 0.0) > 0}
    return lands.pop() if len(lands) == 1 else None


def _division_told(place: Place, told: Told) -> bool:
    division = place.admin1 or ""
    return bool(division) and told(division)


def _told_beyond(told: Told, names: frozenset[str], division: str) -> bool:
    """Whether the story speaks of a division by another name than those of the span."""
    return normalise(division) not in names and told(division)


def _leads(
    name: str, place: Place, tables: PlaceTables, weights: Mapping[str, float], told: Told, limit: float
) -> bool:
    """Whether a town is the one meant by its name: the story speaks of its country or division, or no other is near its size."""
    if place.precision != "city":
        return limit == _SMALLER
    if _division_told(place, told):
        return True
    known = weights.get(place.country or "", 0.0) > 0
    size = rival = 0
    for other in tables.gazetteer.find(name):
        if other.geonames_id == place.geonames_id:
            size = other.population
        elif known and other.country != place.country:
            continue
        elif (
            place.latitude is not None
            and place.longitude is not None
            and abs(other.latitude - place.latitude) + abs(other.longitude - place.longitude) > _NEAR
            and not (other.division and other.country == place.country)
        ):
            rival = max(rival, other.population)
    return rival < limit * size or not size


def _named_places(text: str, tables: PlaceTables) -> list[tuple[str, list[Place]]]:
    """Return the names of known places in the text with their candidates, the longest name at each word."""
    words = list(_WORDS.finditer(text))
    named: list[tuple[str, list[Place]]] = []
    index = 0
    while index < len(words):
        found = _longest_at(text, words, index, tables)
        if words[index].group().lower() == "the":
            # "the Gulf of Aden" is no place of "the Gulf".
            after = _longest_at(text, words, index + 1, tables)
            if after is not None and (found is None or after[0] + 1 > found[0]):
                index, found = index + 1, after
        if found is None:
            index += 1
            continue
        size, name, candidates = found
        named.append((name, candidates))
        index += size
    return named


def _longest_at(
    text: str, words: list[re.Match[str]], index: int, tables: PlaceTables
) -> tuple[int, str, list[Place]] | None:
    for size in range(min(_LONGEST, len(words) - index), 0, -1):
        phrase = text[words[index].start() : words[index + size - 1].end()].rstrip(".,'’")
        for name in dict.fromkeys((phrase, re.sub(r"['’]s$", "", phrase))):
            candidates = _candidates(name, tables)
            if candidates:
                return size, name, candidates
    return None


def _width(place: Place) -> int:
    return {"site": 0, "city": 1, "admin1": 2, "region": 3, "country": 4}.get(place.precision or "country", 4)


@functools.lru_cache(maxsize=4096)
def _is_plain_word(phrase: str) -> bool:
    return not any(char.isupper() for char in phrase) and not any(ord(char) > 0x2E80 for char in phrase)


def _candidates(phrase: str, tables: PlaceTables) -> list[Place]:
    if _is_plain_word(phrase):
        return tables.sites.get(normalise(phrase), []) if " " in phrase else []
    sites = tables.sites.get(normalise(phrase))
    if sites:
        return sites
    if phrase[phrase.rfind(" ") + 1 :].islower():
        return []  # "Mosul on friday": names of towns and countries end in a capitalised word
    lands = tables.countries(phrase)
    found = [_from_gazetteer(place) for place in tables.gazetteer.find(phrase)]
    known = {place.country for place in lands}
    return [*lands, *(place for place in found if place.country not in known)]


def _from_gazetteer(place: GazetteerPlace) -> Place:
    precision: PlacePrecision = "admin1" if place.division else "city"
    return Place(
        None, place.name, place.country, place.admin1 or None, place.latitude, place.longitude, place.geonames_id,
        precision, None,
    )  # fmt: skip


def _choose(
    found: list[Place], weights: Mapping[str, float], division: bool, others: set[str], told: Told = _untold
) -> Place | None:
    """Choose between places of one name: what else the span names, the story's countries, the kind said, then size."""
    if len(found) == 1:
        return found[0]
    best, best_score = None, -1.0
    for rank, place in enumerate(found):
        score = 3.0 / (1 + rank)
        score += 4.0 * min(weights.get(place.country or "", 0.0), 50.0)
        if place.precision == "city":
            score += 0.0 if division else 1.6
        elif place.precision == "admin1":
            score += 4.0 if division else 0.0
        elif place.precision == "country":
            score += 6.0
        if place.precision == "city" and place.admin1 and normalise(place.admin1) in others:
            score += 300.0
        elif place.precision == "city" and _division_told(place, told):
            score += 8.0
        if score > best_score:
            best, best_score = place, score
    return best
