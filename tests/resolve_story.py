"""Resolving one mention in a short story, for several test files."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from coder.resolve import Actor, Resolver

Span = tuple[int, int]


@dataclass(frozen=True)
class Event:
    source: Span | None = None
    target: Span | None = None
    place: Span | None = None
    time: Span | None = None


def actor(resolver: Resolver, words: str, *sentences: str, day: str | None = "2020-01-09") -> Actor:
    """Resolve the last occurrence of ``words`` in the last sentence that holds them; alone when no sentence is given."""
    story = list(sentences) or [words]
    index = max(i for i, sentence in enumerate(story) if words in sentence)
    at = story[index].rfind(words)
    published = datetime.date.fromisoformat(day) if day else None
    return resolver.resolve(story, published, [(index, Event((at, at + len(words))))])[0].source
