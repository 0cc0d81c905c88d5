"""A parser, a resolver and an engine that stand in for the real ones in the tests of the pipeline."""

import datetime
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coder.infer.records import ASSERTED, NOT_ASSERTED, Offsets, ParsedEvent
from coder.ontology import load_ontology
from coder.pipeline.coding import EventCoder, Selection
from coder.resolve.records import Actor, EventDate, Place, Resolved

VERBS = {"attacked": "190", "met": "040", "threatened": "130", "criticized": "111", "sanctioned": "163"}
COUNTRIES = {
    "Turkey": "TUR",
    "Iran": "IRN",
    "Israel": "ISR",
    "France": "FRA",
    "Jordan": "JOR",
    "Egypt": "EGY",
}
_EVENT = re.compile(rf"(\w+) (did not )?({'|'.join(VERBS)}) (\w+)(?: in (\w+))?(?: on (\w+))?")


class FakeParser:
    """Finds "X attacked Y [in Z] [on D]"; a sentence with POISON raises, one with KILL ends the process."""

    def __init__(self) -> None:
        self.calls: list[int] = []

    def parse(self, sentences: Sequence[str]) -> list[list[ParsedEvent]]:
        self.calls.append(len(sentences))
        if any("KILL" in sentence for sentence in sentences):
            os._exit(9)
        if any("POISON" in sentence for sentence in sentences):
            raise RuntimeError("poisoned sentence")
        return [self._events(sentence) for sentence in sentences]

    def _events(self, sentence: str) -> list[ParsedEvent]:
        found = []
        for match in _EVENT.finditer(sentence):
            place: Offsets | None = match.span(5) if match[5] else None
            time: Offsets | None = match.span(6) if match[6] else None
            status = NOT_ASSERTED if match[2] else ASSERTED
            confidence = 0.4 if "perhaps" in sentence else 0.9
            code = VERBS[match[3]]
            found.append(
                ParsedEvent(
                    code, confidence, 0.95, status, match.span(3), match.span(1), match.span(4), place, time
                )
            )
        return found

    def classify(
        self, sentence: str, source: str | None = None, target: str | None = None
    ) -> dict[str, float]:
        return {"190": 0.5, "1831": 0.2, "183": 0.2, "040": 0.1}


class FakeResolver:
    """Knows six countries, takes the place as it is, and the day of publication as the date."""

    def resolve(
        self,
        sentences: Sequence[str],
        published: datetime.date | None,
        events: Sequence[tuple[int, ParsedEvent]],
        title: str | None = None,
    ) -> list[Resolved]:
        return [self._resolved(sentences[index], published, event) for index, event in events]

    def _resolved(self, sentence: str, published: datetime.date | None, event: ParsedEvent) -> Resolved:
        place = _cut(sentence, event.place)
        return Resolved(
            source=_actor(_cut(sentence, event.source)),
            target=_actor(_cut(sentence, event.target)),
            place=Place(text=place, name=place, basis="stated" if place else None),
            when=EventDate(
                published,
                _cut(sentence, event.time),
                "day" if published else None,
                "published" if published else None,
            ),
        )


def _cut(sentence: str, span: Offsets | None) -> str | None:
    return None if span is None else sentence[span[0] : span[1]]


def _actor(text: str | None) -> Actor:
    country = COUNTRIES.get(text or "")
    return Actor(
        text=text,
        code=country,
        name=text if country else None,
        country=country,
        basis="stated" if country else None,
    )


def fake_coder(selection: Selection | None = None) -> EventCoder:
    return EventCoder(FakeParser(), FakeResolver(), load_ontology(), selection)


_EVERYTHING_ASSERTED = Selection()


@dataclass(frozen=True)
class FakeEngine:
    """An engine that can be sent to worker processes; ``failure`` is what loading it raises, ``log`` gets the process ids."""

    selection: Selection = _EVERYTHING_ASSERTED
    model: str = "model 1"
    failure: Exception | None = None
    log: Path | None = None

    def load(self) -> EventCoder:
        if self.failure is not None:
            raise self.failure
        if self.log is not None:
            with self.log.open("a") as file:
                file.write(f"{os.getpid()}\n")
        return fake_coder(self.selection)

    def fingerprint(self) -> dict[str, Any]:
        return {"model": self.model}
