"""What is wrong, or looks wrong, in files of annotated sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from coder.corpus.batches import find_batches
from coder.corpus.dedupe import exact_copies, near_pairs
from coder.corpus.markup import CodeTable, batch_lines, scan_batch, text_columns
from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span

Level = Literal["error", "warning"]

_ARTICLE = re.compile(r"(?:the|an?)\s(?!Hague\b)", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:[-'’.]\w+)*")


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a warning begins: words of a trigger, words of a sentence, similarity inside a batch (0 to 1)."""

    trigger_words: int = 6
    sentence_words: int = 120
    near_duplicate: float = 0.7


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found at a place of a file; line and column count from 1."""

    file: str
    line: int
    column: int
    level: Level
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.level}: {self.text} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All findings in the order of the files, and how much was read without error."""

    findings: list[Finding]
    sentences: int
    events: int
    files: int

    @property
    def errors(self) -> int:
        return sum(finding.level == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        return sum(finding.level == "warning" for finding in self.findings)

    def by_rule(self) -> dict[str, int]:
        """Return how many findings each rule has, the most frequent first."""
        return dict(Counter(finding.rule for finding in self.findings).most_common())


def check_corpus(paths: Iterable[Path], known: CodeTable, limits: Limits | None = None) -> CheckReport:
    """Check batch files (or folders of them) and report every error and warning.

    Errors: broken markup, unknown codes, events without trigger, sentences that stand twice in these files.
    Warnings: what Limits, the annotation rules or common slips make suspicious. Near duplicates are looked
    for within each file. Raises CorpusError when a file cannot be read, MissingExtraError without rensa.
    """
    limits = limits or Limits()
    findings: list[Finding] = []
    everything: list[tuple[str, AnnotatedSentence]] = []
    files = find_batches(paths)
    for path in files:
        sentences, problems = scan_batch(path, known)
        findings += [Finding(p.file, p.line, p.column, "error", "markup", p.text) for p in problems]
        lines = dict(batch_lines(path))
        for sentence in sentences:
            columns = text_columns(lines[sentence.line])
            for rule, offset, text in _suspicions(sentence, limits):
                findings.append(Finding(str(path), sentence.line, columns[offset], "warning", rule, text))
        findings += _near_duplicates(path, sentences, limits.near_duplicate)
        everything += [(str(path), sentence) for sentence in sentences]
    findings += _exact_duplicates(everything)
    order = {str(path): position for position, path in enumerate(files)}
    findings.sort(key=lambda finding: (order[finding.file], finding.line, finding.column, finding.rule))
    events = sum(len(sentence.events) for _, sentence in everything)
    return CheckReport(findings, len(everything), events, len(files))


def _exact_duplicates(everything: Sequence[tuple[str, AnnotatedSentence]]) -> Iterator[Finding]:
    for copy, original in exact_copies([sentence.text for _, sentence in everything]).items():
        file, sentence = everything[copy]
        first_file, first = everything[original]
        text = f"the same sentence stands at {first_file}:{first.line}: remove one"
        yield Finding(file, sentence.line, 1, "error", "duplicate", text)


def _near_duplicates(
    path: Path, sentences: Sequence[AnnotatedSentence], threshold: float
) -> Iterator[Finding]:
    texts = [sentence.text for sentence in sentences]
    copies = exact_copies(texts)
    for first, second, similarity, _ in near_pairs(texts, threshold):
        if second in copies:
            continue
        text = f"much like line {sentences[first].line} (similarity {similarity:.2f}): vary the wording"
        yield Finding(str(path), sentences[second].line, 1, "warning", "near-duplicate", text)


def _suspicions(sentence: AnnotatedSentence, limits: Limits) -> Iterator[tuple[str, int, str]]:
    """Yield (rule, character of the sentence, text) for what the annotation rules make suspicious."""
    words = len(_WORD.findall(sentence.text))
    if words > limits.sentence_words:
        yield "long-sentence", 0, f"{words} words: the model's window holds about {limits.sentence_words}"
    triggers: dict[Span, int] = {}
    for number, event in enumerate(sentence.events, 1):
        yield from _event_suspicions(sentence.text, number, event, limits)
        if event.trigger is None:
            continue
        if event.trigger in triggers:
            other = triggers[event.trigger]
            text = f"events {other} and {number} have the same trigger: keep the more specific code"
            yield "same-span", event.trigger.start, text
        triggers.setdefault(event.trigger, number)
    yield from _articles(sentence)


def _event_suspicions(
    text: str, number: int, event: EventAnnotation, limits: Limits
) -> Iterator[tuple[str, int, str]]:
    start = 0 if event.trigger is None else event.trigger.start
    if event.code is not None and len(event.code) == 2:
        yield "root-code", start, f"event {number} has the root code {event.code}: use a 3- or 4-digit code"
    if not event.sources and not event.targets:
        yield "no-actor", start, f"event {number} has neither source nor target"
    if event.trigger is not None:
        words = len(_WORD.findall(text[event.trigger.start : event.trigger.end]))
        if words > limits.trigger_words:
            mend = "mark the few words that name the act"
            yield "long-trigger", start, f"the trigger of event {number} has {words} words: {mend}"
    roles: dict[Span, str] = {}
    for role, span in event.spans():
        # An actor may be source and target at once ("the two sides met"), and a country actor and place.
        if span in roles and {role, roles[span]} & {"trigger", "times"}:
            yield "same-span", span.start, f"event {number} has the same span as {roles[span]} and {role}"
        roles.setdefault(span, role)


def _articles(sentence: AnnotatedSentence) -> Iterator[tuple[str, int, str]]:
    actors = {span for event in sentence.events for span in (*event.sources, *event.targets)}
    for span in sorted(actors):
        words = sentence.text[span.start : span.end]
        article = _ARTICLE.match(words)
        # A capital inside the sentence belongs to a name ("The Times").
        if article and (span.start == 0 or words[0].islower()):
            yield "article", span.start, f"actor {words!r}: leave {article[0].strip()!r} outside the brackets"
