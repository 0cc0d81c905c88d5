"""Reader of the hand-made gold tables in ``tests/gold`` for resolution."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

GOLD = Path(__file__).parent / "gold"
ACTOR_TABLES = (
    "actors.tsv", "actors_held_out.tsv", "actors_in_context.tsv", "actors_unseen.tsv", "actors_second_unseen.tsv",
)  # fmt: skip
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


@dataclass(frozen=True)
class GoldDate:
    day: datetime.date
    sentence: str
    spans: list[tuple[int, int]]
    expected: list[tuple[str, str] | None]


def read_dates(path: Path = GOLD / "dates.tsv") -> list[GoldDate]:
    cases = []
    for day, text, wanted in _rows(path):
        plain, spans = _unbrace(text)
        expected = [tuple(want.split("/")) if want != "-" else None for want in wanted.split()]
        cases.append(GoldDate(datetime.date.fromisoformat(day), plain, spans, expected))  # type: ignore[arg-type]
    return cases


@dataclass(frozen=True)
class GoldPlace:
    sentences: list[str]
    index: int
    span: tuple[int, int]
    country: str | None
    latitude: float | None
    longitude: float | None
    precision: str | None


def read_places(path: Path = GOLD / "places.tsv") -> list[GoldPlace]:
    cases = []
    for text, country, latitude, longitude, precision in _rows(path):
        marked = [_unbrace(sentence) for sentence in text.split(" // ")]
        index = next(i for i, (_, spans) in enumerate(marked) if spans)
        cases.append(
            GoldPlace(
                [plain for plain, _ in marked],
                index,
                marked[index][1][0],
                None if country == "-" else country,
                float(latitude) if latitude else None,
                float(longitude) if longitude else None,
                None if precision == "-" else precision,
            )
        )
    return cases


def _rows(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _unbrace(text: str) -> tuple[str, list[tuple[int, int]]]:
    plain, spans, at = "", [], 0
    for match in re.finditer(r"\{([^{}]*)\}", text):
        plain += text[at : match.start()]
        spans.append((len(plain), len(plain) + len(match[1])))
        plain += match[1]
        at = match.end()
    return plain + text[at:], spans
