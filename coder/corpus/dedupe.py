"""Sentences that say the same twice: exact copies, near duplicates (MinHash), and sentences held in another.

Similarity is Jaccard's over sets of 5 consecutive characters of the normalised text; MinHash LSH proposes
the pairs, the exact figure decides. A shortened copy has a low Jaccard figure, so containment is looked at
as well: the share of the shorter sentence's word trigrams that the longer one has.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from coder.errors import MissingExtraError

NEAR = 0.5
CONTAINED = 0.8
_SHINGLE = 5
_PERMUTATIONS = 256
_BANDS = 64  # 4 rows a band: a pair at .5 is proposed with probability .98, at .6 .9999
_MIN_TRIGRAMS = 5  # below seven words, sharing most words is no sign of a copy
_COMMON = 1000  # a trigram found in more sentences than this names no copy


class Pair(NamedTuple):
    """Two alike sentences by position (first < second), with their similarity in [0, 1]."""

    first: int
    second: int
    similarity: float
    kind: str


def normalise(text: str) -> str:
    """Return the text with case folded and everything but letters and digits made one space."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def exact_copies(texts: Sequence[str]) -> dict[int, int]:
    """Map the position of each copy to that of the first sentence with the same normalised text."""
    first: dict[str, int] = {}
    copies = {}
    for position, text in enumerate(texts):
        # A text of punctuation alone is only equal to itself.
        original = first.setdefault(normalise(text) or text, position)
        if original != position:
            copies[position] = original
    return copies


def near_pairs(texts: Sequence[str], threshold: float = NEAR, seed: int = 0) -> list[Pair]:
    """Return the pairs whose similarity is at least ``threshold`` (0 to 1), ordered by position.

    Raises MissingExtraError when rensa is not installed.
    """
    try:
        from rensa import RMinHash, RMinHashLSH
    except ModuleNotFoundError as error:
        raise MissingExtraError("rensa", "train", "looking for near duplicates") from error
    shingles = [_characters(text) for text in texts]
    sketches = RMinHash.from_token_sets([sorted(shingle) for shingle in shingles], _PERMUTATIONS, seed)
    index = RMinHashLSH(threshold, _PERMUTATIONS, _BANDS)
    index.insert_many(sketches, 0)
    pairs = []
    for position, found in enumerate(index.query_all(sketches)):
        for other in sorted(found):
            if other > position:
                similarity = _jaccard(shingles[position], shingles[other])
                if similarity >= threshold:
                    pairs.append(Pair(position, other, similarity, "near duplicate"))
    return pairs


def contained_pairs(texts: Sequence[str], threshold: float = CONTAINED) -> list[Pair]:
    """Return the pairs where the longer sentence holds at least ``threshold`` of the shorter one.

    The share (0 to 1) is that of the shorter one's word trigrams; sentences under seven words are left out.
    """
    trigrams = [_trigrams(text) for text in texts]
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for position, grams in enumerate(trigrams):
        if len(grams) >= _MIN_TRIGRAMS:
            for gram in grams:
                where[gram].append(position)
    shared: Counter[tuple[int, int]] = Counter()
    for positions in where.values():
        if len(positions) <= _COMMON:
            shared.update(combinations(positions, 2))
    pairs = []
    for (first, second), count in sorted(shared.items()):
        share = count / min(len(trigrams[first]), len(trigrams[second]))
        if share >= threshold:
            pairs.append(Pair(first, second, share, "contained"))
    return pairs


def alike_pairs(
    texts: Sequence[str], near: float = NEAR, contained: float = CONTAINED, seed: int = 0
) -> list[Pair]:
    """Return near duplicates and contained pairs together, each pair once, ordered by position."""
    return list(_unique([*near_pairs(texts, near, seed), *contained_pairs(texts, contained)]))


def _unique(pairs: Sequence[Pair]) -> Iterator[Pair]:
    seen = set()
    # "near duplicate" sorts after "contained"; it is the plainer reason and goes first.
    for pair in sorted(pairs, key=lambda pair: (pair.first, pair.second, pair.kind == "contained")):
        if pair[:2] not in seen:
            seen.add(pair[:2])
            yield pair


def _characters(text: str) -> set[str]:
    text = normalise(text)
    return {text[start : start + _SHINGLE] for start in range(max(1, len(text) - _SHINGLE + 1))}


def _trigrams(text: str) -> set[tuple[str, ...]]:
    words = normalise(text).split()
    return set(zip(words, words[1:], words[2:], strict=False))


def _jaccard(one: set[str], other: set[str]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0
