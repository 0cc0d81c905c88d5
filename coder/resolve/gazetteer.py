"""The compiled gazetteer: populated places and first-level divisions by name, read when a place is first asked for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from coder.assets import asset
from coder.resolve.normalise import normalise

CITY, ADMIN1 = 0, 1


class GazetteerPlace(NamedTuple):
    """A populated place (kind 0) or first-level division (kind 1) of GeoNames."""

    geonames_id: int
    name: str
    country: str
    admin1: str
    latitude: float
    longitude: float
    population: int
    kind: int

    @property
    def division(self) -> bool:
        """Whether it is a first-level division, not a populated place."""
        return self.kind == ADMIN1


class _Strings:
    """Strings in one buffer of UTF-8, sliced on demand: a Python list of them would cost ten times the memory."""

    def __init__(self, blob: np.ndarray) -> None:
        self._bytes = blob.tobytes()
        self._ends = np.append(np.flatnonzero(blob == 10), len(blob))

    def __len__(self) -> int:
        return len(self._ends)

    def raw(self, index: int) -> bytes:
        start = int(self._ends[index - 1]) + 1 if index else 0
        return self._bytes[start : int(self._ends[index])]

    def initials(self) -> tuple[int, np.ndarray, np.ndarray]:
        """Return how many strings there are, and the first and second byte of each; all have two at least."""
        data = np.frombuffer(self._bytes, np.uint8)
        begins = np.concatenate(([0], self._ends[:-1] + 1))
        return len(self), data[begins], data[begins + 1]

    def __getitem__(self, index: int) -> str:
        return self.raw(index).decode()


class Gazetteer:
    """Places by normalised name, found by binary search in a sorted column."""

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as arrays:
            self._names = _Strings(arrays["names"])
            self._titles = _Strings(arrays["titles"])
            self._lands = _Strings(arrays["lands"])
            self._regions = _Strings(arrays["regions"])
            self._owners = arrays["owners"]
            self._columns = {
                key: arrays[key]
                for key in ("land", "region", "geonames_id", "latitude", "longitude", "population", "kind")
            }
        self._starts = self._ranges()
        self.find = lru_cache(maxsize=8192)(self._find)

    def __len__(self) -> int:
        return len(self._titles)

    def _ranges(self) -> dict[bytes, tuple[int, int]]:
        """Return where the sorted names that begin with each two bytes lie: the search has less to halve."""
        begins, first, second = self._names.initials()
        pairs = first.astype(np.uint16) << 8 | second
        edges = np.flatnonzero(np.diff(pairs)) + 1
        starts = [0, *edges.tolist()]
        ends = [*edges.tolist(), begins]
        return {
            int(pairs[start]).to_bytes(2, "big"): (start, end)
            for start, end in zip(starts, ends, strict=True)
        }

    def _find(self, name: str) -> tuple[GazetteerPlace, ...]:
        """Return the places called ``name`` (any accent, case or hyphen), the most populous first."""
        key = normalise(name).strip().encode()
        names = self._names
        low, high = self._starts.get(key[:2], (0, 0))
        while low < high:
            middle = (low + high) // 2
            if names.raw(middle) < key:
                low = middle + 1
            else:
                high = middle
        found = []
        while low < len(names) and names.raw(low) == key:
            found.append(self._row(int(self._owners[low])))
            low += 1
        found.sort(key=lambda place: -place.population)
        return tuple(found)

    def _row(self, index: int) -> GazetteerPlace:
        column = self._columns
        return GazetteerPlace(
            int(column["geonames_id"][index]),
            self._titles[index],
            self._lands[int(column["land"][index])],
            self._regions[int(column["region"][index])],
            int(column["latitude"][index]) / 1000,
            int(column["longitude"][index]) / 1000,
            int(column["population"][index]),
            int(column["kind"][index]),
        )


@lru_cache(maxsize=1)
def shipped_gazetteer() -> Gazetteer:
    """Return the gazetteer ``seeds/actors/gazetteer.npz``, read on the first call only."""
    return Gazetteer(asset("seeds/actors/gazetteer.npz"))
