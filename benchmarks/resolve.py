"""Accuracy of resolution on the gold tables of tests/gold: country, roles, full code, per basis; and its time per sentence.

    python benchmarks/resolve.py [--repeat N] [--no-time]

Precision: of the mentions that were given a country (roles, a code), the share where it is the gold's. Recall: of the gold's
mentions that have one, the share where it is right. Roles count as right when all of them are. Per basis: of the mentions coded
on it, the share whose code is right; of the gold's mentions of it, the same. Time is CPU time of one thread, over the annotated sentences of
seeds/cameo in articles of fifteen, tables already read; the times of reading are given apart.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from resolve_gold import ACTOR_TABLES, GOLD, Mention, read_actors, read_dates, read_places  # noqa: E402

from coder.corpus.markup import scan_batch  # noqa: E402
from coder.resolve import Actor, Resolver  # noqa: E402
from coder.resolve.dates import resolve_date  # noqa: E402
from coder.resolve.dictionaries.load import split_code  # noqa: E402
from coder.resolve.knowledge import shipped_lexicon  # noqa: E402

BASES = ("stated", "dictionary", "context", "coreference")
ARTICLE = 15
_DETERMINER = re.compile(r"(?:the|this|these|those|his|her|its|their)\s+(?=\w)", re.I)


@dataclass(frozen=True)
class Event:
    source: tuple[int, int] | None = None
    target: tuple[int, int] | None = None
    place: tuple[int, int] | None = None
    time: tuple[int, int] | None = None


def score_actors(resolver: Resolver, path: Path) -> list[tuple[Mention, Actor]]:
    pairs: list[tuple[Mention, Actor]] = []
    for article in read_actors(path):
        found = resolver.resolve(article.sentences, article.day, [(m.index, m) for m in article.mentions])
        pairs += [(m, r.source) for m, r in zip(article.mentions, found, strict=True)]
    print_actors(path.name, pairs)
    return pairs


def print_actors(name: str, pairs: list[tuple[Mention, Actor]]) -> None:
    right = sum(mention.code == actor.code for mention, actor in pairs)
    asking = sum(mention.basis in ("context", "coreference") for mention, _ in pairs)
    print(
        f"{name}: {len(pairs)} mentions, {asking} need the article, right or rightly null {right / len(pairs):.3f}"
    )
    gold = [split_code(mention.code or "", shipped_lexicon()) for mention, _ in pairs]
    columns = {
        "country": [(parts.country, actor.country) for parts, (_, actor) in zip(gold, pairs, strict=True)],
        "roles": [
            (set(parts.roles), set(actor.roles)) for parts, (_, actor) in zip(gold, pairs, strict=True)
        ],
        "full code": [(mention.code, actor.code) for mention, actor in pairs],
    }
    for column, cells in columns.items():
        print(f"  {column:<12} {_share(cells, given=True)}   {_share(cells, given=False)}")
    for basis in BASES:
        print_basis(basis, pairs)


def _share(cells: Sequence[tuple[object, object]], *, given: bool) -> str:
    asked = [(wanted, found) for wanted, found in cells if (found if given else wanted)]
    right = sum(wanted == found for wanted, found in asked)
    return f"{'precision' if given else 'recall'} {right / max(1, len(asked)):.3f} of {len(asked):>4}"


def print_basis(basis: str, pairs: list[tuple[Mention, Actor]]) -> None:
    given = [mention.code == actor.code for mention, actor in pairs if actor.basis == basis]
    wanted = [mention.code == actor.code for mention, actor in pairs if mention.basis == basis]
    print(
        f"  {basis:<12} precision {sum(given) / max(1, len(given)):.3f} of {len(given):>4}"
        f"   recall {sum(wanted) / max(1, len(wanted)):.3f} of {len(wanted):>4}"
    )


def score_without_determiners(resolver: Resolver) -> None:
    """Score the mentions with "the", "his" and the like outside the span, as the event parser often marks them."""
    pairs: list[tuple[Mention, Actor]] = []
    for name in ACTOR_TABLES:
        for article in read_actors(GOLD / name):
            mentions = [_bare(mention, article.sentences[mention.index]) for mention in article.mentions]
            found = resolver.resolve(article.sentences, article.day, [(m.index, m) for m in mentions])
            pairs += [(m, r.source) for m, r in zip(mentions, found, strict=True)]
    print_actors("all, determiners outside the span", pairs)


def _bare(mention: Mention, text: str) -> Mention:
    if mention.source is None:
        return mention
    start, end = mention.source
    outside = _DETERMINER.match(text, start, end)
    return replace(mention, source=(outside.end(), end)) if outside else mention


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
    parser.add_argument("--no-time", action="store_true", help="accuracy only")
    options = parser.parse_args()
    resolver = Resolver()
    begin = time.process_time()
    resolver.article(["Kabul"], None).matches(0)
    print(f"reading the actor tables: {time.process_time() - begin:.2f} s")
    begin = time.process_time()
    resolver.resolve(["In Kabul."], None, [(0, Event(place=(3, 8)))])
    print(f"reading the gazetteer: {time.process_time() - begin:.2f} s")
    pairs = [pair for name in ACTOR_TABLES for pair in score_actors(resolver, GOLD / name)]
    print_actors("all", pairs)
    score_without_determiners(resolver)
    score_dates()
    score_places(resolver)
    if not options.no_time:
        measure_time(resolver, options.repeat)
    print(
        f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most, Python and all tables"
    )


if __name__ == "__main__":
    main()
