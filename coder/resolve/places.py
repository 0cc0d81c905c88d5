"""Where an event took place: names to coordinates, with the story's country deciding between namesakes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from coder.assets import asset
from coder.resolve.gazetteer import ADMIN1, Gazetteer, GazetteerPlace, shipped_gazetteer
from coder.resolve.lexicon import Lexicon
from coder.resolve.normalise import normalise
from coder.resolve.records import Place, PlaceBasis, PlacePrecision
from coder.resolve.tables import read_table, split_cell

_NAME = re.compile(
    r"[^\W\d_][\w'’.-]*(?:\s+(?:(?:of|the|de|la|el|al|da|do|dos|del|des|du|le|les|y|and|bin|ash|ad)\s+)*[^\W\d_][\w'’.-]*)*"
)
_WORDS = re.compile(r"[^\W_]+(?:['’.-]+[^\W_]+)*\.?")
_DIVISION = re.compile(
    r"\b(?:province|governorate|region|district|state|oblast|county|department|prefecture|territory|division|"
    r"canton|emirate|krai|republic)\b",
    re.I,
)
_LONGEST = 6


class PlaceTables:
    """Sites of our own table and the middles of countries, beside the gazetteer."""

    def __init__(self, lexicon: Lexicon, gazetteer: Gazetteer | None = None) -> None:
        self._lexicon = lexicon
        self._gazetteer = gazetteer
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
            self._gazetteer = shipped_gazetteer()
        return self._gazetteer

    def country(self, name: str) -> Place | None:
        """Return the place that a country's own name or adjective stands for, None for other words."""
        for entry in self._lexicon.get(name):
            if entry.kind in ("country", "nationality") and entry.country:
                middle = self.middles.get(entry.country)
                if middle is None:
                    return Place(name=entry.name, country=entry.country, precision="country")
                return Place(None, entry.name, entry.country, None, *middle, "country")
        return None


def resolve_place(
    text: str, tables: PlaceTables, weights: Mapping[str, float], basis: PlaceBasis = "stated"
) -> Place | None:
    """Return the place that ``text`` (a place span, "the northern city of Mosul") names, None when it names none known.

    ``weights`` holds how much each country is spoken of in the story: it decides between places of one name, then
    population does. The narrowest place named in the span is taken: in "Mosul, Iraq" Mosul, with Iraq as its country.
    """
    words = list(_WORDS.finditer(text))
    named: list[tuple[int, str, list[Place]]] = []
    stated: dict[str, float] = {}
    index = 0
    while index < len(words):
        step = 1
        for size in range(min(_LONGEST, len(words) - index), 0, -1):
            phrase = text[words[index].start() : words[index + size - 1].end()].rstrip(".,'’") or ""
            trimmed = re.sub(r"['’]s$", "", phrase)
            found = _candidates(trimmed, tables, first=index == 0)
            if not found:
                continue
            if found[0].precision == "country":
                stated[found[0].country or ""] = 50.0
            named.append((words[index].start(), trimmed, found))
            step = size
            break
        index += step
    if not named:
        return None
    division = bool(_DIVISION.search(text))
    merged = {**weights}
    for land, weight in stated.items():
        merged[land] = merged.get(land, 0.0) + weight
    best: Place | None = None
    for _, _, found in named:
        narrow = _choose(found, merged, division, {_region for _, name, _ in named for _region in [name]})
        if narrow is None:
            continue
        if best is None or _width(narrow) < _width(best):
            best = narrow
    if best is None:
        return None
    return Place(
        text,
        best.name,
        best.country,
        best.admin1,
        best.latitude,
        best.longitude,
        best.geonames_id,
        best.precision,
        basis,
    )


def _width(place: Place) -> int:
    return {"site": 0, "city": 1, "admin1": 2, "region": 3, "country": 4}.get(place.precision or "country", 4)


@lru_cache(maxsize=4096)
def _is_plain_word(phrase: str) -> bool:
    return not any(char.isupper() for char in phrase) and not any(ord(char) > 0x2E80 for char in phrase)


def _candidates(phrase: str, tables: PlaceTables, *, first: bool) -> list[Place]:
    if _is_plain_word(phrase):
        return tables.sites.get(normalise(phrase), []) if " " in phrase else []
    sites = tables.sites.get(normalise(phrase))
    if sites:
        return sites
    land = tables.country(phrase)
    found = [_from_gazetteer(place) for place in tables.gazetteer.find(phrase)]
    if land is not None:
        return [land, *(place for place in found if place.country != land.country)]
    return found


def _from_gazetteer(place: GazetteerPlace) -> Place:
    precision: PlacePrecision = "admin1" if place.kind == ADMIN1 else "city"
    return Place(
        None, place.name, place.country, place.admin1 or None, place.latitude, place.longitude, place.geonames_id,
        precision, None,
    )  # fmt: skip


def _choose(
    found: list[Place], weights: Mapping[str, float], division: bool, names: set[str]
) -> Place | None:
    """Choose between places of one name: the story's country, then the kind of place that is said, then size."""
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
        if place.admin1 in names and place.precision == "city":
            score += 2.0
        if score > best_score:
            best, best_score = place, score
    return best
