"""Augmentation of annotated sentences: other actors in the same part, datelines, headline style."""

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span

_DATELINE = re.compile(
    r"^[A-Z][A-Z .'-]{2,30}(?:, [A-Z][\w.]*(?: \d{1,2})?)?(?: \([^)]{2,20}\))? ?(?:-{1,2}|–|—|:) "
)
_ARTICLE = re.compile(r"\b(?:the|an|a) ", re.IGNORECASE)


@dataclass(slots=True)
class AugmentShares:
    """How often each augmentation is applied, 0..1."""

    actor_swap: float = 0.3
    dateline: float = 0.05
    headline: float = 0.05
    upper: float = 0.02


class Augmenter:
    """Changes a sentence at random and keeps its spans exact.

    ``pool`` gives the actors to swap in: an actor is replaced by another that the corpus names in the same role of an event of the same root,
    so that the parser learns roles rather than names.
    """

    def __init__(self, pool: Sequence[AnnotatedSentence], shares: AugmentShares, seed: int = 0) -> None:
        self.shares = shares
        self.rng = random.Random(seed)
        self.actors: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
        self.datelines: list[str] = []
        for sentence in pool:
            match = _DATELINE.match(sentence.text)
            if match:
                self.datelines.append(match.group())
            for event in sentence.events:
                for role in ("sources", "targets"):
                    for span in getattr(event, role):
                        self.actors[self._kind(sentence.text, event, role, span)].append(
                            sentence.text[span.start : span.end]
                        )

    def __call__(self, sentence: AnnotatedSentence) -> AnnotatedSentence:
        """Return ``sentence`` or a changed copy."""
        draw = self.rng.random
        if sentence.events and draw() < self.shares.actor_swap:
            sentence = self._swap(sentence)
        if draw() < self.shares.dateline:
            match = _DATELINE.match(sentence.text)
            if match and not any(s.start < match.end() for e in sentence.events for _, s in e.spans()):
                sentence = edit(sentence, Span(0, match.end()), "")
            elif not match and self.datelines:
                sentence = edit(sentence, Span(0, 0), self.rng.choice(self.datelines))
        if draw() < self.shares.headline:
            sentence = self._headline(sentence)
        if draw() < self.shares.upper and len(sentence.text.upper()) == len(sentence.text):
            sentence = replace(sentence, text=sentence.text.upper())
        return sentence

    @staticmethod
    def _kind(text: str, event: EventAnnotation, role: str, span: Span) -> tuple[str, str, bool]:
        return (
            (event.code or "")[:2],
            role,
            text[span.end - 1 : span.end].isalpha() and any(c.isupper() for c in text[span.start : span.end]),
        )

    def _swap(self, sentence: AnnotatedSentence) -> AnnotatedSentence:
        event = self.rng.choice(sentence.events)
        choices = [(role, span) for role, span in event.spans() if role in ("sources", "targets")]
        if not choices:
            return sentence
        role, span = self.rng.choice(choices)
        if not _editable(sentence, span):
            return sentence
        pool = self.actors.get(self._kind(sentence.text, event, role, span))
        if not pool:
            return sentence
        return edit(sentence, span, self.rng.choice(pool))

    def _headline(self, sentence: AnnotatedSentence) -> AnnotatedSentence:
        taken = [s for e in sentence.events for _, s in e.spans()]
        for match in reversed(list(_ARTICLE.finditer(sentence.text))):
            if not any(s.start < match.end() and match.start() < s.end for s in taken):
                sentence = edit(sentence, Span(match.start(), match.end()), "")
        taken = [s for e in sentence.events for _, s in e.spans()]
        if sentence.text.endswith(".") and not any(s.end == len(sentence.text) for s in taken):
            sentence = edit(sentence, Span(len(sentence.text) - 1, len(sentence.text)), "")
        return sentence


def _editable(sentence: AnnotatedSentence, where: Span) -> bool:
    """Tell whether every span of the sentence contains ``where`` or lies outside of it; imported data may mark overlapping spans."""
    spans = [span for event in sentence.events for _, span in event.spans()]
    return all(
        s.end <= where.start or s.start >= where.end or (s.start <= where.start and s.end >= where.end)
        for s in spans
    )


def edit(sentence: AnnotatedSentence, where: Span, text: str) -> AnnotatedSentence:
    """Replace the characters ``where`` by ``text`` and move all spans along; a span equal to ``where`` becomes the new text.

    Raises ValueError when a span would be cut or emptied.
    """
    shift = len(text) - (where.end - where.start)

    def moved(span: Span) -> Span:
        if span.start >= where.end and (span.start, span.end) != (where.start, where.end):
            return Span(span.start + shift, span.end + shift)
        if span.end <= where.start:
            return span
        if span.start <= where.start and span.end >= where.end and span.end + shift > span.start:
            return Span(span.start, span.end + shift)
        raise ValueError(f"cannot edit {where} across the border of span {span}")

    def all_moved(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple(moved(span) for span in spans)

    events = [
        replace(
            event,
            trigger=moved(event.trigger) if event.trigger else None,
            sources=all_moved(event.sources),
            targets=all_moved(event.targets),
            places=all_moved(event.places),
            times=all_moved(event.times),
        )
        for event in sentence.events
    ]
    return replace(
        sentence, text=sentence.text[: where.start] + text + sentence.text[where.end :], events=tuple(events)
    )
