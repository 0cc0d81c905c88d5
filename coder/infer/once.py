"""One act is told once: of two triggers that tell the same act in neighbouring words, one is kept."""

from collections.abc import Callable, Sequence

from coder.infer.records import Offsets, ParsedEvent

# Words between two triggers: "was | clamped", "placed (his militia) on alert"; further apart, both actors have to be the same.
NEAR = 2
REACH = 6
_FARTHEST = 50 * REACH


def told_once(events: Sequence[ParsedEvent], text: str, root_of: Callable[[str], str]) -> list[ParsedEvent]:
    """Return the events of one sentence without those that tell another one's act again, in their order.

    Two triggers tell one act when they have the same root and status, at most NEAR words lie between them and they share a source or a
    target, or at most REACH words and they share both; a missing actor counts as shared with a missing one. The trigger with the more confident
    event stays, with all of its events.
    """
    groups: dict[Offsets, list[ParsedEvent]] = {}
    for event in events:
        if event.trigger is not None:
            groups.setdefault(event.trigger, []).append(event)
    order = sorted(groups, key=lambda trigger: -max(event.confidence for event in groups[trigger]))
    kept: dict[Offsets, list[ParsedEvent]] = {}
    for trigger in order:
        if not any(
            _same_act(trigger, other, text, groups[trigger], own, root_of) for other, own in kept.items()
        ):
            kept[trigger] = groups[trigger]
    return [event for event in events if event.trigger is None or event.trigger in kept]


def _same_act(
    trigger: Offsets,
    other: Offsets,
    text: str,
    one: Sequence[ParsedEvent],
    two: Sequence[ParsedEvent],
    root_of: Callable[[str], str],
) -> bool:
    """Whether the events ``one`` of ``trigger`` tell the act of the events ``two`` of ``other``."""
    if root_of(one[0].code) != root_of(two[0].code) or one[0].status != two[0].status:
        return False
    first, second = sorted((trigger, other))
    if second[0] - first[1] > _FARTHEST:
        return False  # without counting words: a text of ten thousand of them may be one sentence
    between = len(text[first[1] : second[0]].split())
    source = bool({event.source for event in one} & {event.source for event in two})
    target = bool({event.target for event in one} & {event.target for event in two})
    if between <= NEAR:
        return source or target
    return between <= REACH and source and target
