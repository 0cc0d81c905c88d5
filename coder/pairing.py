"""Which source of an event acts on which target: one rule for annotated and for predicted events."""

from collections.abc import Sequence
from typing import TypeVar

Actor = TypeVar("Actor")


def pair_actors(
    sources: Sequence[Actor], targets: Sequence[Actor]
) -> list[tuple[Actor | None, Actor | None]]:
    """Pair each source with each target, in their order; (None, None) when there are no actors.

    An actor in both roles never meets itself; a side without partner stays alone, and so does a lone actor in
    both roles, as the source.
    """
    if not sources or not targets:
        return [(s, None) for s in sources] or [(None, t) for t in targets] or [(None, None)]
    pairs: list[tuple[Actor | None, Actor | None]] = [(s, t) for s in sources for t in targets if s != t]
    return pairs or [(sources[0], None)]
