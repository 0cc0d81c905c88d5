"""Import of a Label Studio JSON export: spans with relations, spans alone, or choices alone.

The labelling configuration that this reads is in docs/corpus.md: span labels TRIGGER, SOURCE, TARGET, ACTOR,
PLACE and TIME (or codes as trigger labels), a code for each trigger region or for the whole text, an optional
control named "status", and relations named source, target, place and time between a trigger and its spans.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coder.corpus.importers.files import read_text
from coder.corpus.importers.labels import LabelMap
from coder.corpus.importers.result import ImportResult, RecordError, make_sentence
from coder.corpus.records import AnnotatedSentence, EventAnnotation, Grade, Span
from coder.errors import CorpusError

_ROLES = {
    "SOURCE": "sources",
    "TARGET": "targets",
    "PLACE": "places",
    "TIME": "times",
    "LOCATION": "places",
    "DATE": "times",
}
_TRIGGER = "TRIGGER"
_ACTOR = "ACTOR"
_NOT_ASSERTED = ("not asserted", "not_asserted", "no")
_VALUE_KEYS = ("choices", "taxonomy", "text")


@dataclass(slots=True)
class _Region:
    """A labelled span with what was chosen for it."""

    span: Span
    labels: list[str]
    code: Any = None
    asserted: bool = True


@dataclass(slots=True)
class _Annotation:
    """One annotation of a task: regions by id, relations as (region, region, name), codes of the text."""

    regions: dict[str, _Region] = field(default_factory=dict)
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    codes: list[Any] = field(default_factory=list)


def import_label_studio(
    path: Path, labels: LabelMap, *, text_key: str = "text", encoding: str = "utf-8", batch: str = ""
) -> ImportResult:
    """Import the tasks of a Label Studio JSON export (the form called "JSON", not "JSON-MIN").

    A task with triggers gives grade "tuples", with source or target and a code for the text "pairs", with a
    code alone "label". Of several annotations the ground truth is taken, else the first not cancelled.
    ``line`` is the number of the task from 1. Raises CorpusError when the file is no such export.
    """
    result = ImportResult()
    several = 0
    for number, task in enumerate(_tasks(path, encoding), 1):
        try:
            annotation, count = _pick(task)
            several += count > 1
            result.sentences.append(_sentence(task, annotation, labels, text_key, batch or path.stem, number))
        except RecordError as error:
            result.reject(number, error, task)
    if several:
        result.notes.append(
            f"{several} tasks have several annotations: ground truth, else the first, was taken"
        )
    return result


def _tasks(path: Path, encoding: str) -> list[Any]:
    try:
        content = json.loads(read_text(path, encoding))
    except json.JSONDecodeError as error:
        raise CorpusError(
            f"{path}:{error.lineno}: not JSON ({error.msg}): expected a Label Studio export, a list of tasks"
        ) from error
    if not isinstance(content, list) or not content:
        raise CorpusError(f"{path}: expected a list of tasks, as Label Studio exports in the form JSON")
    if all(
        isinstance(task, dict) and "annotations" not in task and "completions" not in task for task in content
    ):
        raise CorpusError(
            f"{path}: no task has annotations: export in the form JSON, not JSON-MIN or another one"
        )
    return content


def _pick(task: Any) -> tuple[Mapping[str, Any], int]:
    if not isinstance(task, dict):
        raise RecordError(f"a task must be a JSON object, found {type(task).__name__}")
    annotations = task.get("annotations", task.get("completions"))
    usable = [
        item
        for item in annotations or ()
        if isinstance(item, dict) and isinstance(item.get("result"), list) and not item.get("was_cancelled")
    ]
    if not usable:
        raise RecordError("the task has no finished annotation")
    return next((item for item in usable if item.get("ground_truth")), usable[0]), len(usable)


def _sentence(
    task: Mapping[str, Any],
    picked: Mapping[str, Any],
    labels: LabelMap,
    text_key: str,
    batch: str,
    number: int,
) -> AnnotatedSentence:
    data = task.get("data")
    if not isinstance(data, dict) or not isinstance(data.get(text_key), str):
        fields = ", ".join(data) if isinstance(data, dict) else "none"
        raise RecordError(
            f"no text in data.{text_key} (fields of data: {fields}): name it by --column text=FIELD"
        )
    text = data[text_key]
    annotation = _gather(picked["result"], text)
    grade, events = _events(annotation, labels)
    name = "" if task.get("id") is None else f"{batch}-{task['id']}"
    return make_sentence(text, events, grade, name, batch, number)


def _gather(results: Sequence[Any], text: str) -> _Annotation:
    annotation = _Annotation()
    items = [item for item in results if isinstance(item, dict)]
    for item in items:
        value = item.get("value")
        if item.get("type") in ("labels", "hypertextlabels") and isinstance(value, dict):
            chosen = [str(label) for label in value.get(item["type"]) or value.get("labels") or ()]
            annotation.regions[str(item.get("id"))] = _Region(_span(value, text), chosen)
        elif item.get("type") == "relation":
            names = item.get("labels") or [""]
            if len(names) != 1:
                raise RecordError(
                    f"a relation has the labels {names}: expected one of source, target, place, time"
                )
            annotation.relations.append((str(item.get("from_id")), str(item.get("to_id")), str(names[0])))
    for item in items:
        if item.get("type") in ("choices", "taxonomy", "textarea"):
            _choose(item, annotation)
    return annotation


def _choose(item: Mapping[str, Any], annotation: _Annotation) -> None:
    value = item.get("value")
    chosen = (
        next((value[key] for key in _VALUE_KEYS if key in value), None) if isinstance(value, dict) else None
    )
    if not isinstance(chosen, list) or not chosen:
        raise RecordError(
            f"the control {item.get('from_name')!r} has no value that can be read: {value!r:.60}"
        )
    # A taxonomy gives paths from the root; their last step is the code.
    values = [step[-1] if isinstance(step, list) and step else step for step in chosen]
    region = annotation.regions.get(str(item.get("id")))
    if str(item.get("from_name")).lower() == "status":
        if region is not None:
            region.asserted = str(values[0]).strip().lower() not in _NOT_ASSERTED
    elif region is None:
        annotation.codes += values
    elif len(values) > 1:
        raise RecordError(
            f"a region has {len(values)} codes ({', '.join(map(str, values))}): one code a trigger"
        )
    else:
        region.code = values[0]


def _span(value: Mapping[str, Any], text: str) -> Span:
    start, end = value.get("start"), value.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end:
        raise RecordError(f"a span has no usable start and end: {dict(value)!r:.100}")
    expected = value.get("text")
    if not isinstance(expected, str) or text[start:end] == expected:
        return _trim(text, start, end)
    # The browser counts UTF-16 units, in which characters beyond the basic plane (emoji) are two.
    units = text.encode("utf-16-le", "surrogatepass")
    before = len(units[: 2 * start].decode("utf-16-le", "replace"))
    inside = units[2 * start : 2 * end].decode("utf-16-le", "replace")
    if inside == expected:
        return _trim(text, before, before + len(inside))
    raise RecordError(
        f"the span [{start}, {end}] is {text[start:end]!r} in the text, the export says {expected!r}"
    )


def _trim(text: str, start: int, end: int) -> Span:
    if end > len(text) or not text[start:end].strip():
        raise RecordError(
            f"the span [{start}, {end}] is empty or ends after the text ({len(text)} characters)"
        )
    inside = text[start:end]
    return Span(start + len(inside) - len(inside.lstrip()), end - len(inside) + len(inside.rstrip()))


def _events(annotation: _Annotation, labels: LabelMap) -> tuple[Grade, list[EventAnnotation]]:
    triggers = {name: region for name, region in annotation.regions.items() if _is_trigger(region)}
    if triggers:
        return "tuples", list(_tuples(annotation, triggers, labels))
    fields: dict[str, list[Span]] = {}
    for region in annotation.regions.values():
        fields.setdefault(_role(region), []).append(region.span)
    codes = [code for code in (labels.code(value) for value in annotation.codes) if code is not None]
    if not annotation.regions:
        if annotation.codes:
            return "label", [EventAnnotation(code) for code in dict.fromkeys(codes)]
        # An annotator who submitted nothing says: there is no event here.
        return "tuples", []
    if len(codes) != 1:
        raise RecordError(
            f"spans without a trigger and {len(codes)} codes for the text: expected one code, or triggers"
        )
    return "pairs", [_event(codes[0], True, None, fields)]


def _is_trigger(region: _Region) -> bool:
    return not any(label.upper() in (*_ROLES, _ACTOR) for label in region.labels)


def _role(region: _Region) -> str:
    for label in region.labels:
        if label.upper() in _ROLES:
            return _ROLES[label.upper()]
    labelled = ", ".join(region.labels) or "nothing"
    raise RecordError(f"a span labelled {labelled} has no role: link it to a trigger by a relation")


def _tuples(
    annotation: _Annotation, triggers: Mapping[str, _Region], labels: LabelMap
) -> Iterator[EventAnnotation]:
    fields: dict[str, dict[str, list[Span]]] = {name: {} for name in triggers}
    linked = set()
    for one, other, relation in annotation.relations:
        trigger, end = (one, other) if one in triggers else (other, one)
        if trigger not in triggers or end not in annotation.regions or end in triggers:
            raise RecordError("a relation must join a trigger and an actor, place or time span")
        region = annotation.regions[end]
        role = _ROLES.get(relation.upper())
        if role is None and relation:
            raise RecordError(f"unknown relation {relation!r}: expected source, target, place or time")
        fields[trigger].setdefault(role or _role(region), []).append(region.span)
        linked.add(end)
    loose = {name: region for name, region in annotation.regions.items() if name not in (*triggers, *linked)}
    if loose and len(triggers) > 1:
        raise RecordError(
            f"{len(loose)} spans are linked to none of the {len(triggers)} triggers: add relations"
        )
    for region in loose.values():
        fields[next(iter(triggers))].setdefault(_role(region), []).append(region.span)
    for name, head in sorted(triggers.items(), key=lambda item: item[1].span):
        code = labels.code(_trigger_code(head, annotation, len(triggers)))
        if code is not None:
            yield _event(code, head.asserted, head.span, fields[name])


def _trigger_code(trigger: _Region, annotation: _Annotation, triggers: int) -> Any:
    if trigger.code is not None:
        return trigger.code
    own = [label for label in trigger.labels if label.upper() != _TRIGGER]
    if own:
        return own[0]
    if triggers == 1 and len(annotation.codes) == 1:
        return annotation.codes[0]
    raise RecordError("a trigger has no code: choose one for its region, or label the span with the code")


def _event(
    code: str, asserted: bool, trigger: Span | None, fields: Mapping[str, Sequence[Span]]
) -> EventAnnotation:
    spans = {role: tuple(sorted(fields.get(role, ()))) for role in ("sources", "targets", "places", "times")}
    return EventAnnotation(
        code, asserted, trigger, spans["sources"], spans["targets"], spans["places"], spans["times"]
    )
