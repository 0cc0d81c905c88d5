"""Accuracy of resolution on the gold tables of tests/gold, per basis, and its time per sentence.

    python benchmarks/resolve.py [--repeat N]

Precision: of the mentions that the resolver coded on a basis, the share whose code is the gold's. Recall: of the gold's
mentions of that basis, the share whose code is right. Time is CPU time of one thread, over the annotated sentences of
seeds/cameo in articles of fifteen, tables already read; the times of reading are given apart.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from resolve_gold import GOLD, read_actors, read_dates, read_places  # noqa: E402

from coder.corpus.markup import scan_batch  # noqa: E402
from coder.resolve import Actor, Resolver  # noqa: E402
from coder.resolve.dates import resolve_date  # noqa: E402

BASES = ("stated", "dictionary", "context", "coreference")
ARTICLE = 15


@dataclass(frozen=True)
class Event:
    source: tuple[int, int] | None = None
    target: tuple[int, int] | None = None
    place: tuple[int, int] | None = None
    time: tuple[int, int] | None = None


def score_actors(resolver: Resolver, path: Path) -> None:
    pairs: list[tuple[str | None, str | None, Actor]] = []
    for article in read_actors(path):
        found = resolver.resolve(article.sentences, article.day, [(m.index, m) for m in article.mentions])
        pairs += [(m.code, m.basis, r.source) for m, r in zip(article.mentions, found, strict=True)]
    right = sum(code == actor.code for code, _, actor in pairs)
    coded = [(code, actor) for code, _, actor in pairs if actor.code]
    print(f"{path.name}: {len(pairs)} mentions, full code right {right / len(pairs):.3f}")
    landed = sum(bool(code) and bool(actor.country) and actor.country in code for code, actor in coded)
    lands = sum(bool(actor.country) for _, actor in coded)
    print(f"  country: {lands} given, {landed / lands:.3f} right")
    given = Counter(actor.basis for _, _, actor in pairs)
    for basis in BASES:
        hits = sum(code == actor.code and actor.basis == basis for code, _, actor in pairs)
        gold = [(code, actor) for code, wanted, actor in pairs if wanted == basis]
        recalled = sum(code == actor.code for code, actor in gold)
        print(
            f"  {basis:<12} precision {hits / max(1, given[basis]):.3f} of {given[basis]:>3}"
            f"   recall {recalled / max(1, len(gold)):.3f} of {len(gold):>3}"
        )


def score_dates() -> None:
    right = total = 0
    for case in read_dates():
        reference = None
        for span, expected in zip(case.spans, case.expected, strict=True):
            found = resolve_date(case.sentence, span, case.day, None, reference)
            reference = found.date if found.basis == "stated" and found.precision == "day" else reference
            total += 1
            right += expected == ((str(found.date), found.precision) if found.date else None)
    print(f"dates.tsv: {total} times, day and precision right {right / total:.3f}")


def score_places(resolver: Resolver) -> None:
    cases = read_places()
    right = 0
    for case in cases:
        found = resolver.resolve(case.sentences, None, [(case.index, Event(place=case.span))])[0].place
        near = case.latitude is None or (
            found.latitude is not None and abs(found.latitude - case.latitude) <= 1.0
        )
        right += (found.country, found.precision) == (case.country, case.precision) and near
    print(f"places.tsv: {len(cases)} places, country, precision and degrees right {right / len(cases):.3f}")


def measure_time(resolver: Resolver, repeat: int) -> None:
    sentences = [s for path in sorted((ROOT / "seeds/cameo").glob("[a-k].txt")) for s in scan_batch(path)[0]]
    articles = []
    for start in range(0, len(sentences), ARTICLE):
        part = sentences[start : start + ARTICLE]
        events = [
            (
                index,
                Event(
                    *(next(iter(spans), None) for spans in (e.sources, e.targets, e.places, e.times)),
                ),
            )
            for index, sentence in enumerate(part)
            for e in sentence.events
        ]
        articles.append(([sentence.text for sentence in part], events))
    count = sum(len(events) for _, events in articles)
    best = float("inf")
    for _ in range(repeat):
        begin = time.process_time()
        for texts, events in articles:
            resolver.resolve(texts, None, events)
        best = min(best, time.process_time() - begin)
    print(
        f"time: {len(sentences)} sentences, {count} events: {1000 * best / len(sentences):.3f} ms a sentence, "
        f"{1000 * best / count:.3f} ms an event"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=2, help="runs of the timing; the best counts")
    repeat = parser.parse_args().repeat
    resolver = Resolver()
    begin = time.process_time()
    resolver.article(["Kabul"], None).matches(0)
    print(f"reading the actor tables: {time.process_time() - begin:.2f} s")
    begin = time.process_time()
    resolver.resolve(["In Kabul."], None, [(0, Event(place=(3, 8)))])
    print(f"reading the gazetteer: {time.process_time() - begin:.2f} s")
    for name in ("actors.tsv", "actors_held_out.tsv"):
        score_actors(resolver, GOLD / name)
    score_dates()
    score_places(resolver)
    measure_time(resolver, repeat)


if __name__ == "__main__":
    main()
