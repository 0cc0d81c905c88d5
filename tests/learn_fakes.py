"""A handful of annotated sentences of all grades, and configurations for the random backbone."""

from pathlib import Path

from coder.corpus.read import write_split
from coder.corpus.records import AnnotatedSentence, EventAnnotation, Grade, Span

_ACTORS = (
    "the army",
    "rebel fighters",
    "Ankara",
    "the prime minister",
    "Kenya",
    "the union",
    "police",
    "Norway",
)
_ACTS = (
    ("attacked", "190", True),
    ("did not attack", "190", False),
    ("bombed", "195", True),
    ("threatened", "130", True),
    ("met", "036", True),
    ("signed a treaty with", "057", True),
    ("condemned", "111", True),
    ("arrested members of", "173", True),
)
_NONE = (
    "Shares closed higher as exporters rallied.",
    "The museum opens at ten on weekdays.",
    "Heavy rain fell on the southern coast.",
)


def annotated(
    text: str,
    code: str,
    trigger: str | None,
    source: str | None,
    target: str | None,
    *,
    place: str | None = None,
    time: str | None = None,
    asserted: bool = True,
    grade: Grade = "tuples",
    name: str = "",
) -> AnnotatedSentence:
    """A sentence with one event whose spans are given as texts."""

    def span(words: str | None) -> tuple[Span, ...]:
        return () if words is None else (Span(text.index(words), text.index(words) + len(words)),)

    event = EventAnnotation(
        code,
        asserted,
        span(trigger)[0] if trigger else None,
        span(source),
        span(target),
        span(place),
        span(time),
    )
    return AnnotatedSentence(text, (event,), grade, name)


def sentences(offset: int = 0) -> list[AnnotatedSentence]:
    """Thirty-odd sentences of the grades tuples, pairs and label; another ``offset`` gives others."""
    made: list[AnnotatedSentence] = []
    for i, (verb, code, asserted) in enumerate(_ACTS * 4):
        one = _ACTORS[(i + i // 8 + offset) % 8]
        other = _ACTORS[(i * 3 + 1 + offset * 5) % 8]
        if one == other:
            other = "the opposition"
        text = f"In the north, {one} {verb} {other} near Oslo on Monday."
        name = f"{offset}-{i}"
        if i % 8 == 7:
            event = EventAnnotation(code, asserted)
            made.append(AnnotatedSentence(text, (event,), "label", name))
        elif i % 8 == 6:
            made.append(annotated(text, code, None, one, other, grade="pairs", name=name))
        else:
            made.append(
                annotated(
                    text, code, verb, one, other, place="Oslo", time="Monday", asserted=asserted, name=name
                )
            )
    return made + [
        AnnotatedSentence(text, (), "tuples", f"{offset}-none-{i}") for i, text in enumerate(_NONE)
    ]


def write_splits(folder: Path) -> Path:
    """Write train.jsonl, validation.jsonl and test.jsonl into ``folder``."""
    for offset, split in enumerate(("train", "validation", "test")):
        write_split(folder / f"{split}.jsonl", sentences(offset))
    return folder


def overrides(splits: Path, run: Path, *more: str) -> list[str]:
    """Overrides of ``coder train`` for a few steps on the files of ``splits`` with random weights."""
    return [
        "backbone=tiny",
        "trainer=debug",
        "data=files",
        f"data.train={splits / 'train.jsonl'}",
        f"data.validation={splits / 'validation.jsonl'}",
        f"data.test={splits / 'test.jsonl'}",
        "model.head_size=32",
        "optim.batch_size=8",
        "trainer.threads=1",
        "trainer.export=false",
        f"run_dir={run}",
        *more,
    ]
