"""One act told by two neighbouring triggers is one event."""

from dataclasses import replace

from coder.infer.once import told_once
from coder.infer.records import NOT_ASSERTED, Offsets, ParsedEvent

TEXT = "Rebels were using mortars, shelling the town of Kor, and army units shelled the hills."
ROOTS = {"190": "19", "194": "19", "154": "15"}


def event(trigger: str, confidence: float, code: str = "194", **roles: str) -> ParsedEvent:
    return ParsedEvent(
        code=code,
        confidence=confidence,
        code_confidence=confidence,
        status="asserted",
        trigger=place(trigger),
        source=place(roles["source"]) if "source" in roles else None,
        target=place(roles["target"]) if "target" in roles else None,
        place=None,
        time=None,
    )


def place(words: str) -> Offsets:
    start = TEXT.index(words)
    return start, start + len(words)


def once(*events: ParsedEvent) -> list[ParsedEvent]:
    return told_once(events, TEXT, ROOTS.__getitem__)


USING = event("using mortars", 0.4, code="190", source="Rebels")
SHELLING = event("shelling", 0.6, source="Rebels", target="town of Kor")


def test_the_surer_of_two_neighbouring_triggers_of_one_act_stays() -> None:
    assert once(USING, SHELLING) == [SHELLING]
    assert once(replace(USING, confidence=0.7), SHELLING) == [replace(USING, confidence=0.7)]


def test_all_events_of_the_trigger_that_stays_are_kept() -> None:
    hills = replace(SHELLING, target=place("hills"), confidence=0.2)
    assert once(USING, SHELLING, hills) == [SHELLING, hills]


def test_another_root_or_status_or_other_actors_are_another_act() -> None:
    assert len(once(replace(USING, code="154"), SHELLING)) == 2
    assert len(once(replace(USING, status=NOT_ASSERTED), SHELLING)) == 2
    assert len(once(replace(USING, source=place("army units")), SHELLING)) == 2


def test_farther_apart_both_actors_have_to_be_the_same() -> None:
    near = event("town", 0.3, source="Rebels", target="town of Kor")
    same = event("using", 0.5, source="Rebels", target="town of Kor")
    assert once(same, near) == [same]
    assert len(once(same, replace(near, target=place("hills")))) == 2
    assert len(once(same, event("shelled", 0.3, source="Rebels", target="town of Kor"))) == 2


def test_events_without_trigger_stay() -> None:
    bare = replace(SHELLING, trigger=None)
    assert once(bare, SHELLING, USING) == [bare, SHELLING]


def test_a_sentence_of_many_acts_keeps_the_surest_of_each_neighbourhood() -> None:
    text = "they shelled it again " * 300
    events = [
        replace(SHELLING, trigger=(22 * i + 5, 22 * i + 12), confidence=0.5 - i / 10_000) for i in range(300)
    ]
    # Three words lie between neighbours, seven between every other one: of three acts in a row the surest stays.
    assert told_once(events, text, ROOTS.__getitem__) == events[::2]
