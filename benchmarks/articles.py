"""Sentences and articles to measure with, made of the project's own corpus in seeds/cameo.

A mix is known by the share of its sentences that hold an event. Both mixes have 28 words a sentence on average; every
sentence that is drawn again differs in its numbers or in the name of its actor, so that no cache learns them by heart.
"""

import json
import random
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from math import exp
from pathlib import Path

from coder.corpus.markup import scan_batch
from coder.corpus.records import AnnotatedSentence

MIXES = {"dense": 1.0, "poor": 0.2}
MEAN_WORDS = 28
ARTICLE_SENTENCES = 15
_PARAGRAPH = 3
_INVENTED = 0.2
_ENDS = re.compile(r"[.!?][\"”’)]*$")
# Not four digits: years; nor one or two: days of the month. Dates keep their meaning.
_NUMBER = re.compile(r"(?<![\d.,])\d{3}(?![\d])|(?<![\d.,])\d{5,}(?![\d])")
_ONSETS = ["b", "d", "f", "g", "h", "k", "l", "m", "n", "r", "s", "t", "v", "z", "br", "dr", "kh", "sh", "tr"]
_VOWELS = ["a", "e", "i", "o", "u", "aa", "ei", "ou"]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The corpus sentences that end like sentences: those with an event, and those without."""

    with_event: Sequence[AnnotatedSentence]
    without: Sequence[AnnotatedSentence]


def read_corpus(folder: Path) -> Corpus:
    """Read all batch files of ``folder``; lines with a mistake are left out."""
    found = [s for path in sorted(folder.glob("*.txt")) for s in scan_batch(path)[0] if _ENDS.search(s.text)]
    if not found:
        raise SystemExit(f"{folder} holds no annotated sentences: run this in a checkout of the project")
    return Corpus([s for s in found if s.events], [s for s in found if not s.events])


def tilted(lengths: Sequence[int], mean: float) -> list[float]:
    """Return weights with which the mean of ``lengths`` is ``mean``, as even as that allows (exponential tilting).

    Raises ValueError when ``mean`` is not between the least and the greatest length.
    """
    if not min(lengths) < mean < max(lengths):
        raise ValueError(f"no mix of lengths {min(lengths)} to {max(lengths)} has the mean {mean}")
    low, high = -2.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2
        weights = [exp(middle * (length - mean)) for length in lengths]
        found = sum(w * n for w, n in zip(weights, lengths, strict=True)) / sum(weights)
        low, high = (middle, high) if found < mean else (low, middle)
    return weights


def sentences(corpus: Corpus, share: float, seed: int = 1) -> Iterator[str]:
    """Yield sentences without end, ``share`` of them with an event, 28 words on average.

    Those without an event are short in the corpus: some are made of two, joined by a semicolon.
    """
    random_ = random.Random(seed)
    eventful = _drawn(corpus.with_event, MEAN_WORDS, random_)
    mean = sum(_words(s.text) for s in corpus.without) / len(corpus.without)
    joined = max(0.0, MEAN_WORDS / mean - 1)
    while True:
        if random_.random() < share:
            yield varied(next(eventful), random_)
        else:
            text = varied(random_.choice(corpus.without), random_)
            if random_.random() < joined:
                text = _join([text, varied(random_.choice(corpus.without), random_)], "; ")
            yield text


def of_length(corpus: Corpus, words: int, number: int, seed: int = 1) -> list[str]:
    """Return ``number`` sentences of exactly ``words`` words, made of eventful ones joined and cut."""
    drawn = _drawn(corpus.with_event, MEAN_WORDS, random.Random(seed))
    random_ = random.Random(seed + 1)
    made = []
    for _ in range(number):
        pieces = [varied(next(drawn), random_)]
        while _words(_join(pieces, ", while ")) < words:
            pieces.append(varied(next(drawn), random_))
        cut = _join(pieces, ", while ").split()[:words]
        # Full stops would end the sentence before its time.
        made.append(re.sub(r"[.!?]", "", " ".join(cut)).rstrip(",;: ") + ".")
    return made


def take(stream: Iterable[str], number: int) -> list[str]:
    """Return the next ``number`` sentences of a stream."""
    return list(islice(stream, number))


def varied(sentence: AnnotatedSentence, random_: random.Random) -> str:
    """Return the text with other numbers, and in one sentence of five an invented name for the first source."""
    text = sentence.text
    sources = sentence.events[0].sources if sentence.events else ()
    if sources and random_.random() < _INVENTED:
        start, end = sources[0]
        text = text[:start] + invented_name(random_) + text[end:]
    return _NUMBER.sub(lambda match: _digits(len(match[0]), random_), text)


def invented_name(random_: random.Random) -> str:
    """Return a first and a last name that nobody bears."""
    return " ".join(
        "".join(random_.choice(_ONSETS) + random_.choice(_VOWELS) for _ in range(syllables)).capitalize()
        for syllables in (2, 3)
    )


def write_articles(path: Path, stream: Iterable[str], number: int, each: int = ARTICLE_SENTENCES) -> int:
    """Write ``number`` sentences as articles of ``each``, one JSON object a line; return the number of articles."""
    source = iter(stream)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        while number > 0:
            part = list(islice(source, min(each, number)))
            number -= len(part)
            body = "\n\n".join(" ".join(part[i : i + _PARAGRAPH]) for i in range(0, len(part), _PARAGRAPH))
            day = f"20{count % 24:02d}-{count % 12 + 1:02d}-{count % 28 + 1:02d}"
            file.write(json.dumps({"id": f"article-{count}", "date": day, "text": body}) + "\n")
            count += 1
    return count


def mean_words(texts: Sequence[str]) -> float:
    """Return the mean number of words."""
    return sum(map(_words, texts)) / max(1, len(texts))


def _drawn(
    found: Sequence[AnnotatedSentence], mean: float, random_: random.Random
) -> Iterator[AnnotatedSentence]:
    weights = list(accumulate(tilted([_words(s.text) for s in found], mean)))
    while True:
        yield found[min(bisect(weights, random_.random() * weights[-1]), len(found) - 1)]


def _join(texts: Sequence[str], between: str) -> str:
    return between.join([*(_ENDS.sub("", text) for text in texts[:-1]), texts[-1]])


def _digits(length: int, random_: random.Random) -> str:
    return str(random_.randrange(10 ** (length - 1), 10**length))


def _words(text: str) -> int:
    return len(text.split())
