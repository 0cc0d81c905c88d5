"""Importing annotations of other tools: CoNLL actor tags, Label Studio exports, our own markup."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.corpus import AnnotatedSentence, Span
from coder.corpus.importers import (
    ImportResult,
    LabelMap,
    TagNames,
    import_conll,
    import_label_studio,
    import_markup,
)
from coder.errors import CorpusError
from coder.ontology import load_ontology

LABELS = LabelMap(load_ontology())


def words(sentence: AnnotatedSentence, spans: tuple[Span, ...]) -> list[str]:
    return [sentence.text[start:end] for start, end in spans]


class TestConll:
    def read(self, tmp_path: Path, content: str, **options: Any) -> ImportResult:
        path = tmp_path / "tags.conll"
        path.write_text(content, encoding="utf-8")
        return import_conll(path, **options)

    def test_sentences_are_put_together_with_their_actors(self, tmp_path: Path):
        result = self.read(
            tmp_path,
            "-DOCSTART- O\n\n# sent_id = 1\nThe O\nUN B-SOURCE\nchief I-SOURCE\nis O\nn't O\nin O\n( O\nold O\n) O\n"
            "Bonn B-PLACE\n, O\nEU B-S\nand O\nTogo B-TGT\nBenin B-T\nsay O\n. O\n\n\nWheat O\n# O\nrose O\n",
        )
        first, second = result.sentences
        assert first.text == "The UN chief isn't in (old) Bonn, EU and Togo Benin say."
        (event,) = first.events
        assert (event.code, event.trigger, first.grade, first.id) == (None, None, "pairs", "tags-000004")
        assert words(first, event.sources) == ["UN chief", "EU"]
        assert words(first, event.targets) == ["Togo", "Benin"]
        assert words(first, event.places) == ["Bonn"]
        assert (second.text, second.events) == ("Wheat #rose", ())

    def test_own_names_columns_and_ignored_tags(self, tmp_path: Path):
        result = self.read(
            tmp_path,
            "B-T\tx\tIran\nI-T\tx\tarmy\nO\tx\thit\nB-PER\tx\tX\nI-PER\tx\tY\nB-A2\tx\tIraq\n",
            tags=TagNames.parse("T", "a2", "per, misc"),
            token_column=2,
            tag_column=0,
        )
        (sentence,) = result.sentences
        assert words(sentence, sentence.events[0].sources) == ["Iran army"]
        assert words(sentence, sentence.events[0].targets) == ["Iraq"]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("Iran B-X\n", r"line 1: unknown tag 'X' \(known: S, SRC, SOURCE, T, .*--source-tag"),
            ("The O\nIran I-S\n", "line 2: I-S does not continue a B-S: write B-S for its first token"),
            ("Iran B-S\nand I-T\n", "line 2: I-T does not continue a B-T"),
            ("Iran S\n", "line 1: expected O, B-NAME or I-NAME, found 'S'"),
            ("Iran\n", "line 1: expected a token and its tag, found 'Iran'"),
            ("Bonn B-PLACE\n", "a place or time and neither source nor target"),
        ],
    )
    def test_bad_sentences_are_left_out_with_their_line(self, tmp_path: Path, content: str, message: str):
        result = self.read(tmp_path, content + "\nIran B-S\nfell O\n")
        assert [s.text for s in result.sentences] == ["Iran fell"]
        (rejected,) = result.rejected
        assert rejected.line == 1
        with pytest.raises(AssertionError, match=message):
            raise AssertionError(rejected.reason)

    def test_columns_that_are_not_there(self, tmp_path: Path):
        result = self.read(tmp_path, "Iran B-S\n", tag_column=4)
        assert result.rejected[0].reason.startswith("line 1: 2 columns, too few for token and tag")

    def test_nothing_but_comments(self, tmp_path: Path):
        with pytest.raises(CorpusError, match="no sentence in it: expected one token and its tag"):
            self.read(tmp_path, "# only\n\n")

    @given(
        st.lists(st.tuples(st.text(st.characters(categories=["L", "P"]), min_size=1), st.sampled_from("OST")))
    )
    def test_spans_hold_the_tagged_tokens(self, tmp_path_factory: pytest.TempPathFactory, tokens: list[Any]):
        content = "".join(f"{token}\t{tag if tag == 'O' else 'B-' + tag}\n" for token, tag in tokens)
        path = tmp_path_factory.mktemp("conll") / "x.conll"
        path.write_text("pad\tO\n" + content, encoding="utf-8")
        (sentence,) = import_conll(path).sentences
        events = sentence.events
        assert [w for e in events for w in words(sentence, e.sources)] == [
            t for t, tag in tokens if tag == "S"
        ]
        assert [w for e in events for w in words(sentence, e.targets)] == [
            t for t, tag in tokens if tag == "T"
        ]


TEXT = "😀 Iran hit Iraq and met Oman."


def region(name: str, words: str, label: str, units: bool = False) -> dict[str, Any]:
    start = TEXT.index(words) + units
    value = {"start": start, "end": start + len(words), "text": words, "labels": [label]}
    return {"id": name, "type": "labels", "from_name": "span", "value": value}


def choice(
    code: str, name: str | None = None, control: str = "code", kind: str = "choices"
) -> dict[str, Any]:
    value = {"taxonomy": [[code[:2], code]]} if kind == "taxonomy" else {kind: [code]}
    item = {"type": "textarea" if kind == "text" else kind, "from_name": control, "value": value}
    return item if name is None else {**item, "id": name}


def relation(one: str, other: str, *names: str) -> dict[str, Any]:
    return {"type": "relation", "from_id": one, "to_id": other, "direction": "right", "labels": list(names)}


class TestLabelStudio:
    def read(self, tmp_path: Path, *results: Any, content: Any = None) -> ImportResult:
        tasks = [
            {"id": 70 + n, "data": {"text": TEXT}, "annotations": [{"result": r}]}
            for n, r in enumerate(results)
        ]
        path = tmp_path / "export.json"
        path.write_text(json.dumps(tasks if content is None else content), encoding="utf-8")
        return import_label_studio(path, LABELS)

    def test_triggers_with_relations_give_whole_tuples(self, tmp_path: Path):
        result = self.read(
            tmp_path,
            [
                region("b", "met", "TRIGGER"),
                region("a", "hit", "TRIGGER"),
                region("x", "Iran", "ACTOR"),
                region("y", "Iraq", "ACTOR"),
                region("z", "Oman", "TARGET"),
                relation("a", "x", "source"),
                relation("y", "a", "Target"),
                relation("b", "x", "source"),
                relation("b", "z"),
                choice("190", "a"),
                choice("040", "b", kind="taxonomy"),
                choice("not asserted", "b", control="status"),
            ],
        )
        (sentence,) = result.sentences
        first, second = sentence.events
        assert (sentence.grade, sentence.id, sentence.line) == ("tuples", "export-70", 1)
        assert (first.code, first.asserted, second.code, second.asserted) == ("190", True, "040", False)
        assert first.trigger is not None
        assert sentence.text[slice(*first.trigger)] == "hit"
        assert [words(sentence, e.sources) for e in sentence.events] == [["Iran"], ["Iran"]]
        assert [words(sentence, e.targets) for e in sentence.events] == [["Iraq"], ["Oman"]]

    def test_one_trigger_needs_no_relations_and_offsets_may_count_utf16_units(self, tmp_path: Path):
        result = self.read(
            tmp_path,
            [
                region("a", "hit", "190", True),
                region("x", "Iran", "SOURCE", True),
                region("y", "Iraq", "TARGET", True),
            ],
        )
        (event,) = result.sentences[0].events
        assert (event.code, words(result.sentences[0], event.sources)) == ("190", ["Iran"])

    def test_without_trigger_the_grade_sinks(self, tmp_path: Path):
        result = self.read(
            tmp_path,
            [region("x", "Iran", "SOURCE"), choice("190")],
            [choice("190", kind="text"), choice("112")],
            [],
            [choice("none")],
        )
        assert [(s.grade, [e.code for e in s.events]) for s in result.sentences] == [
            ("pairs", ["190"]),
            ("label", ["190", "112"]),
            ("tuples", []),
            ("label", []),
        ]

    @pytest.mark.parametrize(
        ("items", "message"),
        [
            ([region("a", "hit", "TRIGGER")], "a trigger has no code"),
            ([region("a", "hit", "PERSON")], "unknown label 'PERSON'"),
            ([region("x", "Iran", "SOURCE")], "spans without a trigger and 0 codes for the text"),
            (
                [region("a", "hit", "190"), region("x", "Iran", "ACTOR")],
                "labelled ACTOR has no role: link it",
            ),
            (
                [region("a", "hit", "190"), region("b", "met", "040"), region("x", "Iran", "SOURCE")],
                "1 spans are linked to none of the 2 triggers",
            ),
            (
                [region("a", "hit", "190"), region("x", "Iran", "ACTOR"), relation("a", "x", "owner")],
                "unknown relation 'owner': expected source, target",
            ),
            ([region("a", "hit", "190"), relation("a", "q", "source")], "must join a trigger and an actor"),
            (
                [region("a", "hit", "190"), relation("a", "q", "source", "target")],
                "a relation has the labels",
            ),
            (
                [{**region("a", "hit", "190"), "value": {"start": 1, "end": 4, "text": "zzz"}}],
                "the export says 'zzz'",
            ),
            ([{**region("a", "hit", "190"), "value": {"start": 4, "end": 4}}], "no usable start and end"),
            ([{**region("a", "hit", "190"), "value": {"start": 1, "end": 99}}], "ends after the text"),
            (
                [{"type": "choices", "value": {}}],
                "has no value that can be read",
            ),
        ],
    )
    def test_bad_tasks_are_left_out_with_the_reason(self, tmp_path: Path, items: list[Any], message: str):
        result = self.read(tmp_path, [], items)
        assert len(result.sentences) == 1
        assert message in result.rejected[0].reason
        assert result.rejected[0].line == 2

    def test_annotations_are_chosen_and_unfinished_tasks_left_out(self, tmp_path: Path):
        first = {"result": [choice("190")]}
        truth = {"result": [choice("112")], "ground_truth": True}
        result = self.read(
            tmp_path,
            content=[
                {"data": {"text": TEXT}, "annotations": [{**first, "was_cancelled": True}, first, truth]},
                {"data": {"text": TEXT}, "annotations": []},
                {"data": {"body": TEXT}, "annotations": [first]},
                "no task",
            ],
        )
        assert [s.events[0].code for s in result.sentences] == ["112"]
        assert result.notes == ["1 tasks have several annotations: ground truth, else the first, was taken"]
        reasons = [item.reason for item in result.rejected]
        assert reasons[0] == "the task has no finished annotation"
        assert reasons[1].startswith("no text in data.text (fields of data: body)")
        assert reasons[2] == "a task must be a JSON object, found str"

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ({"a": 1}, "expected a list of tasks"),
            ([], "expected a list of tasks"),
            ([{"text": "x", "code": "190"}], "export in the form JSON, not JSON-MIN"),
        ],
    )
    def test_other_json_is_refused(self, tmp_path: Path, content: Any, message: str):
        with pytest.raises(CorpusError, match=message):
            self.read(tmp_path, content=content)

    def test_no_json(self, tmp_path: Path):
        path = tmp_path / "x.json"
        path.write_text("[\n{]", encoding="utf-8")
        with pytest.raises(CorpusError, match=r"x.json:2: not JSON .*expected a Label Studio export"):
            import_label_studio(path, LABELS)


def test_markup_import_keeps_the_good_lines(tmp_path: Path):
    path = tmp_path / "mine.txt"
    path.write_text("[Iran|s1] [hit|e1=190] it.\n[Iran|s1] [hit|e1=19x] ].\n", encoding="utf-8")
    result = import_markup(path, load_ontology(), batch="m")
    assert [(s.id, s.grade) for s in result.sentences] == [("m-0001", "tuples")]
    assert result.rejected[0].line == 2
    assert result.rejected[0].reason.startswith("column 19: unknown code '19x'")
    assert "; column 24: ']' outside a span" in result.rejected[0].reason
