"""Split files: reading, writing and what the errors of broken records say."""

import json
from pathlib import Path

import pytest

from coder.corpus import AnnotatedSentence, EventAnnotation, Span, parse_line, read_split
from coder.corpus.read import write_split
from coder.errors import CorpusError

TEXT = "Iran hit Iraq."


def record(**changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "id": "a-1",
        "batch": "a",
        "text": TEXT,
        "grade": "tuples",
        "events": [{"code": "190", "asserted": True, "trigger": [5, 8], "sources": [[0, 4]]}],
    }
    return {**base, **changes}


def event(**changes: object) -> list[dict[str, object]]:
    return [{"code": "190", "trigger": [5, 8], **changes}]


def test_split_file_round_trip(tmp_path: Path):
    sentences = [
        parse_line("[Iran|s1] [hit|e1=190!no] [Iraq|t1] in [Basra|p1] [today|d1].", batch="a", number=2),
        AnnotatedSentence("Ça va\u2028bien.", (), "label", "b-1", "b", 1),
        AnnotatedSentence(TEXT, (EventAnnotation(None, sources=(Span(0, 4),)),), "pairs", "c", "c"),
    ]
    assert write_split(tmp_path / "deep" / "x.jsonl", sentences) == 3
    assert read_split(tmp_path / "deep" / "x.jsonl") == sentences
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["x.jsonl"]


def test_fields_left_out_get_their_defaults():
    sentence = AnnotatedSentence.from_dict({"text": TEXT, "events": []})
    assert sentence == AnnotatedSentence(TEXT)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"text": "  "}, r'"text" must be a sentence, it is empty \(fields of the record: id, batch'),
        ({"text": 5}, '"text" must be a sentence, found int 5'),
        ({"grade": "full"}, "\"grade\" must be one of tuples, pairs, label, found 'full'"),
        ({"events": None}, r'"events" must be a list \(empty when the sentence has none\), found nothing'),
        ({"id": 7}, '"id" must be text, found int 7'),
        ({"line": "7"}, '"line" must be a whole number'),
        ({"events": ["190"]}, "event 1: expected a JSON object, found str '190'"),
        ({"events": event(cod="1")}, "event 1: unknown field 'cod' .known: code, asserted, trigger, sources"),
        ({"events": event(code=None)}, 'event 1: a code is missing; only grade "pairs" may leave it out'),
        (
            {"events": event(code=57)},
            'event 1: "code" must be text such as "190", found 57 .mind leading zeros',
        ),
        ({"events": event(asserted="no")}, "must be true or false, found 'no'"),
        ({"events": event(trigger=None)}, 'no trigger; grade "tuples" marks one for each event'),
        (
            {"events": event(trigger=[5, 99])},
            r"trigger: \[5, 99\] does not lie inside the text of 14 characters",
        ),
        ({"events": event(trigger=[8, 8])}, r"\[8, 8\] does not lie inside"),
        ({"events": event(sources=[0, 4])}, r"sources: expected \[start, end\] in characters, found 0"),
        ({"events": event(targets="x")}, r"targets: expected a list of \[start, end\], found str 'x'"),
        ({"grade": "label", "events": event()}, 'grade "label" has codes only, but spans are given'),
        ({"grade": "pairs", "events": event()}, 'grade "pairs" needs a source or a target, found neither'),
    ],
)
def test_broken_records_name_file_line_and_mend(tmp_path: Path, broken: dict[str, object], message: str):
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps(record()) + "\n\n" + json.dumps(record(**broken)) + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=message) as raised:
        read_split(path)
    assert str(raised.value).startswith(f"{path}:3: ")


def test_files_that_are_no_split(tmp_path: Path):
    with pytest.raises(CorpusError, match="no such file: make it by 'coder corpus build'"):
        read_split(tmp_path / "absent.jsonl")
    path = tmp_path / "x.jsonl"
    for content, message in (
        (b"", "no record in it"),
        (b"{", r"x.jsonl:1: not JSON"),
        (b"[1]", "expected a JSON object with text and events, found list"),
        (b'{"text": "\xff"}', "not UTF-8"),
    ):
        path.write_bytes(content)
        with pytest.raises(CorpusError, match=message):
            read_split(path)
    with pytest.raises(CorpusError, match="cannot be read"):
        read_split(tmp_path)
