"""What a run did, for the eye and as JSON."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from coder.pipeline.chunk import ChunkMeta

_TOP = 10


@dataclass(slots=True)
class Summary:
    """Counts of a run; the time since ``started`` and the rates are of this session alone, the other figures of the whole
    run.
    """

    articles: int = 0
    sentences: int = 0
    events: int = 0
    errors: int = 0
    started: float = field(default_factory=time.monotonic)
    resumed_articles: int = 0
    resumed_sentences: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    dyads: Counter[str] = field(default_factory=Counter)

    def add(self, meta: ChunkMeta, resumed: bool = False) -> None:
        """Count one chunk; ``resumed`` says that an earlier session of the run coded it."""
        self.articles += meta.articles
        self.sentences += meta.sentences
        self.events += meta.events
        self.errors += len(meta.errors)
        self.codes.update(meta.codes)
        self.dyads.update(meta.dyads)
        if resumed:
            self.resumed_articles += meta.articles
            self.resumed_sentences += meta.sentences

    @property
    def seconds(self) -> float:
        """Seconds since this session began."""
        return time.monotonic() - self.started

    @property
    def sentences_per_second(self) -> float:
        """Sentences coded in this session by its seconds; 0 when it was too short to measure."""
        return (self.sentences - self.resumed_sentences) / self.seconds if self.seconds > 0 else 0.0

    @property
    def exit_code(self) -> int:
        """0 when everything was coded, 1 when some records are in the error file."""
        return 1 if self.errors else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as JSON-ready values."""
        return {
            "articles": self.articles,
            "sentences": self.sentences,
            "events": self.events,
            "errors": self.errors,
            "seconds": round(self.seconds, 3),
            "sentences_per_second": round(self.sentences_per_second, 1),
            "resumed_articles": self.resumed_articles,
            "codes": dict(sorted(self.codes.items())),
            "top_dyads": dict(self.dyads.most_common(50)),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Summary":
        """Return the counts of :meth:`to_dict`, of an earlier session of the run."""
        names = ("articles", "sentences", "events", "errors")
        counts = {name: values[name] for name in names}
        codes, dyads = Counter(values["codes"]), Counter(values["top_dyads"])
        return cls(
            **counts,
            resumed_articles=counts["articles"],
            resumed_sentences=counts["sentences"],
            codes=codes,
            dyads=dyads,
        )

    def lines(self) -> list[str]:
        """Return the summary as lines of text."""
        rate = f", {self.sentences_per_second:,.0f} sentences/s" if self.sentences_per_second else ""
        counts = ", ".join(
            f"{number:,} {name}{'' if number == 1 else 's'}"
            for number, name in (
                (self.articles, "article"),
                (self.sentences, "sentence"),
                (self.events, "event"),
                (self.errors, "error"),
            )
        )
        lines = [f"{counts} in {self.seconds:,.1f} s{rate}"]
        if self.resumed_articles:
            lines.append(
                f"of these, {self.resumed_articles:,} articles were coded before the run was interrupted"
            )
        if self.codes:
            lines.append("most frequent codes: " + _shown(self.codes))
        if self.dyads:
            lines.append("most frequent dyads: " + _shown(self.dyads))
        return lines


def _shown(counts: Counter[str]) -> str:
    return ", ".join(
        f"{name} {count:,}"
        for name, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_TOP]
    )
