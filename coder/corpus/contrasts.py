"""Contrast sets: neighbouring sentences of one batch that differ in the detail that decides the code."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from coder.corpus.records import AnnotatedSentence

# Sides that systems confuse; a side is a code with all codes below it.
SIDES: tuple[tuple[str, ...], ...] = (
    ("01", "11"),
    ("01", "13"),
    ("012", "13"),
    ("02", "10"),
    ("03", "057"),
    ("03", "05"),
    ("03", "08"),
    ("04", "036"),
    ("05", "06"),
    ("06", "07"),
    ("07", "0233"),
    ("09", "11"),
    ("111", "112"),
    ("12", "11"),
    ("12", "16"),
    ("13", "15"),
    ("14", "18"),
    ("15", "19"),
    ("16", "17"),
    ("163", "172"),
    ("17", "18"),
    ("173", "174", "175"),
    ("18", "19"),
    ("19", "20"),
    ("190", "193", "194", "195"),
)
SHARED = 0.35
_NEAR = 5
_WORD = re.compile(r"\w+")


def contrast_sets(sentences: Sequence[AnnotatedSentence]) -> dict[str, dict[str, int]]:
    """Return for each of SIDES, named "03/08", how many sentences of each side have a counterpart on another side.

    A counterpart stands within five lines of the same batch, shares at least SHARED of the words (Jaccard), and each of the two has
    a code of its own side that the other has not.
    """
    batches: dict[str, list[AnnotatedSentence]] = defaultdict(list)
    for sentence in sentences:
        if any(event.code for event in sentence.events):
            batches[sentence.batch].append(sentence)
    found: dict[tuple[str, ...], dict[str, set[int]]] = {s: {side: set() for side in s} for s in SIDES}
    for batch in batches.values():
        batch.sort(key=lambda sentence: sentence.line)
        words = [set(_WORD.findall(sentence.text.casefold())) for sentence in batch]
        codes = [{event.code for event in sentence.events if event.code} for sentence in batch]
        for first, one in enumerate(batch):
            for second in range(first + 1, min(first + 1 + _NEAR, len(batch))):
                other = batch[second]
                if other.line - one.line > _NEAR or not _alike(words[first], words[second]):
                    continue
                here, there = codes[first] - codes[second], codes[second] - codes[first]
                for sides, members in found.items():
                    for a, b in combinations(sides, 2):
                        for left, right in ((a, b), (b, a)):
                            if _has(here, left) and _has(there, right):
                                members[left].add(id(one))
                                members[right].add(id(other))
    return {
        "/".join(sides): {side: len(ids) for side, ids in members.items()} for sides, members in found.items()
    }


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= SHARED * len(one | other)


def _has(codes: set[str], side: str) -> bool:
    return any(code.startswith(side) for code in codes)
