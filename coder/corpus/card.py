"""The figures of a corpus as Markdown: what ``coder corpus stats`` prints and what the dataset card holds."""

from __future__ import annotations

import os
import statistics
import textwrap
from collections.abc import Sequence
from pathlib import Path

from coder.corpus.stats import CorpusStats
from coder.errors import CorpusError

BEGIN = "<!-- figures: begin (written by coder corpus stats --card; edits here are lost) -->"
END = "<!-- figures: end -->"
_LEVELS = {"root": "roots", "three_digit": "3-digit codes", "four_digit": "4-digit codes"}


def render_figures(stats: CorpusStats) -> str:
    """Return the figures as Markdown tables, aligned so that they read well as plain text."""
    return "\n\n".join(
        (
            _table(("figure", "value"), _overview(stats)),
            _table(("words of a sentence", "sentences"), [(k, str(v)) for k, v in stats.length_bins.items()]),
            _table(("role", "spans", "events with it"), _roles(stats)),
            _table(("root", "name", "events", "distinct triggers", "not asserted"), _roots(stats)),
            _table(("level", "codes", "fewest events", "median", "too few", "least wanted"), _levels(stats)),
            _table(("contrast set", "sentences a side"), _contrasts(stats)),
        )
    )


def render_below(stats: CorpusStats) -> str:
    """Return, level by level, the codes with too few events and their counts, wrapped at 110 characters."""
    paragraphs = []
    for level, counts, least in _by_level(stats):
        few = stats.below_minima[level]
        listed = ", ".join(f"{code} ({count})" for code, count in few.items()) or "none"
        text = f"{_LEVELS[level]} with fewer than {least} events: {len(few)} of {len(counts)}: {listed}"
        paragraphs.append(textwrap.fill(text, 110))
    return "\n\n".join(paragraphs)


def render_codes(stats: CorpusStats) -> str:
    """Return the count of every 3- and 4-digit code (with the codes below it) as a Markdown table."""
    counts = {**stats.three_digit, **stats.four_digit}
    return _table(("code", "events"), [(code, str(count)) for code, count in sorted(counts.items())])


def refresh_card(card: Path, stats: CorpusStats) -> bool:
    """Replace the figures between the card's two markers; tells whether the file changed.

    Raises CorpusError when the card is missing or does not hold both markers, each on its own line, in order.
    """
    try:
        text = card.read_text(encoding="utf-8")
    except OSError as error:
        raise CorpusError(f"{card}: cannot be read ({error.strerror}): expected a dataset card") from error
    before, begin, rest = text.partition(BEGIN + "\n")
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CorpusError(f"{card}: the markers of the figures are missing: add the lines\n{BEGIN}\n{END}")
    fresh = f"{before}{BEGIN}\n\n{render_figures(stats)}\n\n{END}{after}"
    if fresh == text:
        return False
    partial = card.with_name(card.name + ".partial")
    partial.write_text(fresh, encoding="utf-8", newline="\n")
    os.replace(partial, card)
    return True


def _overview(stats: CorpusStats) -> list[tuple[str, str]]:
    quantiles = ", ".join(f"{name} {value}" for name, value in stats.length_quantiles.items())
    rows = [
        ("sentences", f"{stats.sentences:,}"),
        ("authoring batches", str(len(stats.batches))),
        ("events", f"{stats.events:,}"),
        ("sentences without event", _percent(stats.no_event_share)),
        ("sentences with two or more events", _percent(stats.multi_event_share)),
        ("events not asserted", _percent(stats.not_asserted_share)),
        ("words of a sentence, mean", f"{stats.length_mean:.1f}"),
        ("words of a sentence, quantiles", quantiles),
        ("words in all / distinct words", f"{stats.tokens:,} / {stats.types:,}"),
        ("type-token ratio, all", f"{stats.type_token_ratio:.3f}"),
        ("type-token ratio, windows of 1,000 words", f"{stats.windowed_type_token_ratio:.3f}"),
        ("sentences with a near duplicate", _percent(stats.near_duplicate_share)),
        ("sentences that share a skeleton", _percent(stats.same_skeleton_share)),
    ]
    if set(stats.grades) != {"tuples"}:
        rows.insert(1, ("grades", ", ".join(f"{name} {count}" for name, count in stats.grades.items())))
    return rows


def _roles(stats: CorpusStats) -> list[tuple[str, ...]]:
    return [
        (role, f"{stats.role_spans[role]:,}", _percent(share)) for role, share in stats.role_shares.items()
    ]


def _roots(stats: CorpusStats) -> list[tuple[str, ...]]:
    return [
        (root, row.name, str(row.events), str(row.distinct_triggers), str(row.not_asserted))
        for root, row in stats.roots.items()
    ]


def _levels(stats: CorpusStats) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for level, counts, least in _by_level(stats):
        few = len(stats.below_minima[level])
        median = f"{statistics.median(counts.values()):g}" if counts else "-"
        fewest = str(min(counts.values(), default=0))
        rows.append((_LEVELS[level], str(len(counts)), fewest, median, str(few), str(least)))
    return rows


def _contrasts(stats: CorpusStats) -> list[tuple[str, ...]]:
    return [
        (name, ", ".join(f"{side}: {count}" for side, count in sides.items()))
        for name, sides in stats.contrasts.items()
    ]


def _by_level(stats: CorpusStats) -> list[tuple[str, dict[str, int], int]]:
    roots = {code: row.events for code, row in stats.roots.items()}
    return [
        ("root", roots, stats.minima.root),
        ("three_digit", stats.three_digit, stats.minima.three_digit),
        ("four_digit", stats.four_digit, stats.minima.four_digit),
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, ["-" * width for width in widths], *rows)
    ]
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
