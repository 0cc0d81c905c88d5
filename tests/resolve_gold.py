"""Reader of the hand-made gold tables in ``tests/gold`` for resolution."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

GOLD = Path(__file__).parent / "gold"
_MARK = re.compile(r"\{([^{}|]*)\|([^{}|]*)\|([sdcr-])\}")
BASES = {"s": "stated", "d": "dictionary", "c": "context", "r": "coreference", "-": None}


@dataclass(frozen=True)
class Mention:
    """The event that the resolver is given, with the gold beside it."""

    index: int
    source: tuple[int, int] | None
    code: str | None
    basis: str | None
    target: None = None
    place: None = None
    time: None = None


@dataclass(frozen=True)
class GoldArticle:
    day: datetime.date
    sentences: list[str]
    mentions: list[Mention]
    line: int


def read_actors(path: Path = GOLD / "actors.tsv") -> list[GoldArticle]:
    articles = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        day, _, text = line.partition("\t")
        sentences, mentions = [], []
        for index, marked in enumerate(text.split(" // ")):
            plain, at = "", 0
            for match in _MARK.finditer(marked):
                plain += marked[at : match.start()]
                span = (len(plain), len(plain) + len(match[1]))
                plain += match[1]
                at = match.end()
                code = None if match[2] == "-" else match[2]
                mentions.append(Mention(index, span, code, BASES[match[3]]))
            sentences.append(plain + marked[at:])
        articles.append(GoldArticle(datetime.date.fromisoformat(day), sentences, mentions, number))
    return articles


INTERNATIONAL = ("IGO", "NGO", "NGM", "MNC", "IMG", "INT", "UIS")
