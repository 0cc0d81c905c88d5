"""What an annotated sentence is: plain frozen records, and the JSON object of a split file for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, cast

from coder.errors import CorpusError

Grade = Literal["tuples", "pairs", "label"]
GRADES: tuple[Grade, ...] = ("tuples", "pairs", "label")
ROLES: tuple[str, ...] = ("sources", "targets", "places", "times")


class Span(NamedTuple):
    """A stretch of a sentence in characters: ``text[start:end]``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class EventAnnotation:
    """One marked event: its CAMEO code, whether it is asserted to have happened, and its spans.

    ``code`` is None only where the data mark actors alone (grade "pairs" from actor tags).
    """

    code: str | None
    asserted: bool = True
    trigger: Span | None = None
    sources: tuple[Span, ...] = ()
    targets: tuple[Span, ...] = ()
    places: tuple[Span, ...] = ()
    times: tuple[Span, ...] = ()

    def spans(self) -> Iterator[tuple[str, Span]]:
        """Yield (role, span) for each span; the roles are trigger, sources, targets, places and times."""
        if self.trigger is not None:
            yield "trigger", self.trigger
        for role in ROLES:
            for span in getattr(self, role):
                yield role, span


@dataclass(frozen=True, slots=True)
class AnnotatedSentence:
    """A sentence with its events and what the annotation promises.

    Grade "tuples": everything is marked. "pairs": source and target are given, there is no trigger, and other
    events of the sentence may be unmarked. "label": the events carry a code only. ``line`` counts from 1 in
    the file that the sentence was read from, 0 when unknown.
    """

    text: str
    events: tuple[EventAnnotation, ...] = ()
    grade: Grade = "tuples"
    id: str = ""
    batch: str = ""
    line: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of a split file."""
        return {
            "id": self.id,
            "batch": self.batch,
            "line": self.line,
            "text": self.text,
            "grade": self.grade,
            "events": [_event_to_dict(event) for event in self.events],
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> AnnotatedSentence:
        """Read the JSON object of a split file.

        Raises CorpusError when a field is missing or of another type, a grade is unknown, a span does not lie
        inside the text, or the events do not fit the grade.
        """
        if not isinstance(record, Mapping):
            raise CorpusError(f"expected a JSON object with text and events, found {_kind(record)}")
        text = record.get("text")
        if not isinstance(text, str) or not text.strip():
            found = f"found {_kind(text)}" if not isinstance(text, str) else "it is empty"
            fields = ", ".join(map(str, record)) or "none"
            raise CorpusError(f'"text" must be a sentence, {found} (fields of the record: {fields})')
        grade = record.get("grade", "tuples")
        if grade not in GRADES:
            raise CorpusError(f'"grade" must be one of {", ".join(GRADES)}, found {grade!r}')
        events = record.get("events")
        if not isinstance(events, list):
            raise CorpusError(
                f'"events" must be a list (empty when the sentence has none), found {_kind(events)}'
            )
        line = record.get("line", 0)
        if not isinstance(line, int) or isinstance(line, bool):
            raise CorpusError(f'"line" must be a whole number, found {_kind(line)}')
        for name in ("id", "batch"):
            if not isinstance(record.get(name, ""), str):
                raise CorpusError(f'"{name}" must be text, found {_kind(record[name])}')
        parsed = tuple(
            _event_from_dict(event, text, cast(Grade, grade), number)
            for number, event in enumerate(events, 1)
        )
        return cls(text, parsed, cast(Grade, grade), record.get("id", ""), record.get("batch", ""), line)


def _event_to_dict(event: EventAnnotation) -> dict[str, Any]:
    trigger = None if event.trigger is None else list(event.trigger)
    record: dict[str, Any] = {"code": event.code, "asserted": event.asserted, "trigger": trigger}
    for role in ROLES:
        record[role] = [list(span) for span in getattr(event, role)]
    return record


def _event_from_dict(event: Any, text: str, grade: Grade, number: int) -> EventAnnotation:
    where = f"event {number}"
    if not isinstance(event, Mapping):
        raise CorpusError(f"{where}: expected a JSON object, found {_kind(event)}")
    unknown = sorted(set(event) - {"code", "asserted", "trigger", *ROLES})
    if unknown:
        known = ", ".join(("code", "asserted", "trigger", *ROLES))
        raise CorpusError(f"{where}: unknown field {unknown[0]!r} (known: {known})")
    code = event.get("code")
    if code is None and grade != "pairs":
        raise CorpusError(
            f'{where}: a code is missing; only grade "pairs" may leave it out, found grade "{grade}"'
        )
    if code is not None and (not isinstance(code, str) or not code):
        raise CorpusError(f'{where}: "code" must be text such as "190", found {code!r} (mind leading zeros)')
    asserted = event.get("asserted", True)
    if not isinstance(asserted, bool):
        raise CorpusError(f'{where}: "asserted" must be true or false, found {asserted!r}')
    trigger = event.get("trigger")
    if trigger is None and grade == "tuples":
        raise CorpusError(
            f'{where}: no trigger; grade "tuples" marks one for each event (else use grade "pairs")'
        )
    spans = {role: _spans(event.get(role, []), text, f"{where}: {role}") for role in ROLES}
    if grade == "label" and (trigger is not None or any(spans.values())):
        raise CorpusError(
            f'{where}: grade "label" has codes only, but spans are given (use "pairs" or "tuples")'
        )
    if grade == "pairs" and not spans["sources"] and not spans["targets"]:
        raise CorpusError(
            f'{where}: grade "pairs" needs a source or a target, found neither (else use "label")'
        )
    return EventAnnotation(
        code, asserted, None if trigger is None else _span(trigger, text, f"{where}: trigger"), **spans
    )


def _spans(value: Any, text: str, where: str) -> tuple[Span, ...]:
    if not isinstance(value, list):
        raise CorpusError(f"{where}: expected a list of [start, end], found {_kind(value)}")
    return tuple(_span(item, text, where) for item in value)


def _span(value: Any, text: str, where: str) -> Span:
    if (
        not isinstance(value, (list, tuple))
        or len(value) != 2
        or not all(isinstance(end, int) and not isinstance(end, bool) for end in value)
    ):
        raise CorpusError(f"{where}: expected [start, end] in characters, found {value!r}")
    start, end = value
    if not 0 <= start < end <= len(text):
        raise CorpusError(f"{where}: [{start}, {end}] does not lie inside the text of {len(text)} characters")
    return Span(start, end)


def _kind(value: Any) -> str:
    return "nothing" if value is None else f"{type(value).__name__} {value!r:.60}"
