"""Importing tables of sentences with labels, and of pairs."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coder.corpus.importers import (
    ImportResult,
    LabelMap,
    Marks,
    import_labels,
    import_pairs,
    parse_columns,
    read_label_map,
)
from coder.corpus.importers.marks import read_marks
from coder.corpus.importers.result import RecordError
from coder.errors import CorpusError
from coder.ontology import load_ontology

LABELS = LabelMap(load_ontology())


def write(tmp_path: Path, content: str, name: str = "x.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def lines(*records: Any) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def codes(result: ImportResult) -> list[list[str | None]]:
    return [[event.code for event in sentence.events] for sentence in result.sentences]


def actors(result: ImportResult) -> list[tuple[list[str], list[str]]]:
    return [
        (
            [s.text[slice(*span)] for span in s.events[0].sources],
            [s.text[slice(*span)] for span in s.events[0].targets],
        )
        for s in result.sentences
    ]


class TestLabels:
    def test_csv_with_usual_names_says_what_it_took(self, tmp_path: Path):
        path = write(
            tmp_path, 'sent_id,Sentence,code\nq7,"Iran, he said, hit Iraq.",190\n,Wheat rose.,none\n'
        )
        result = import_labels(path, LABELS)
        assert [(s.text, s.id, s.grade, s.batch) for s in result.sentences] == [
            ("Iran, he said, hit Iraq.", "q7", "label", "x"),
            ("Wheat rose.", "x-000003", "label", "x"),
        ]
        assert codes(result) == [["190"], []]
        assert result.notes == ["text: column 'Sentence'", "label: column 'code'", "id: column 'sent_id'"]

    def test_missing_column_lists_the_columns_found(self, tmp_path: Path):
        path = write(tmp_path, "headline,code\na,190\n")
        with pytest.raises(
            CorpusError,
            match=r"no column for the text .*columns found: 'headline', 'code'.*--column text=COLUMN",
        ):
            import_labels(path, LABELS)
        with pytest.raises(
            CorpusError, match=r"there is no column 'body' \(columns found: 'headline', 'code'\)"
        ):
            import_labels(path, LABELS, columns={"text": ["body"]})

    def test_named_columns_win_and_several_labels_become_several_events(self, tmp_path: Path):
        path = write(tmp_path, "text,body,l1,l2\nno,Iran hit it.,190,112\nno,Fine.,190,\nno,None.,,\n")
        result = import_labels(path, LABELS, columns=parse_columns(["text=body", "label=l1", "label=l2"]))
        assert [s.text for s in result.sentences] == ["Iran hit it.", "Fine."]
        assert codes(result) == [["190", "112"], ["190"]]
        assert 'the label is empty: expected a code or label, or "none"' in result.rejected[0].reason

    def test_labels_in_one_cell_are_split_on_demand(self, tmp_path: Path):
        path = write(tmp_path, "text;label\nIran hit it.;190|112|190\n")
        result = import_labels(path, LABELS, label_separator="|")
        assert codes(result) == [["190", "112"]]
        assert result.notes[0] == "columns are separated by ';' (guessed from the first line)"

    def test_json_lines_with_lists_and_numbers(self, tmp_path: Path):
        path = write(
            tmp_path,
            lines(
                {"text": "One.", "labels": ["190", "none"]},
                {"text": "Two.", "labels": []},
                {"text": "Three.", "labels": 190},
                {"text": "Four.", "labels": 10},
                {"text": "Five.", "labels": None},
                {"labels": "190"},
                ["no"],
            )
            + "{broken\n",
            "x.jsonl",
        )
        result = import_labels(path, LABELS, kind="jsonl")
        assert codes(result) == [["190"], [], ["190"]]
        assert [(item.line, item.reason[:44]) for item in result.rejected] == [
            (4, "the label 10 is a number and may mean '10' o"),
            (5, "the label is empty: expected a code or label"),
            (6, "the sentence must be text, found NoneType No"),
            (7, "expected a JSON object, found list"),
            (8, "not JSON (Expecting property name enclosed i"),
        ]

    def test_unknown_label_says_how_to_map_it(self, tmp_path: Path):
        path = write(tmp_path, "text,label\nOne.,Protest\nTwo.,57\n")
        reasons = [item.reason for item in import_labels(path, LABELS).rejected]
        assert "unknown label 'Protest'" in reasons[0]
        assert "give a file of label,code lines by --labels" in reasons[0]
        assert "did you mean 057" in reasons[1]

    def test_a_pair_table_read_for_its_labels_hints_at_pairs(self, tmp_path: Path):
        path = write(tmp_path, "text,label,source\nOne.,190,Iran\n")
        assert import_labels(path, LABELS).notes[-1].startswith("not used: 'source' (--format pairs")

    @pytest.mark.parametrize(
        ("content", "line", "reason"),
        [
            (
                "text,label\nIran, it said.,190\nGood.,190\n",
                2,
                "3 fields, the header has 2: quote fields with ','",
            ),
            ('text,label\n"Bad" one.,190\nGood.,190\n', 2, "look for a stray or unclosed quote"),
            ('text,label\nGood.,190\n"Never closed.,190\nlost,190\n', 3, "unexpected end of data"),
        ],
    )
    def test_rows_that_cannot_be_read(self, tmp_path: Path, content: str, line: int, reason: str):
        result = import_labels(write(tmp_path, content), LABELS)
        assert [s.text for s in result.sentences] == ["Good."]
        assert result.rejected[0].line == line
        assert reason in result.rejected[0].reason
        assert result.rejected[0].record

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "the file is empty"),
            (b"text,label\n", "no row in it .columns found: text, label"),
            (b"text,text\na,b\n", "the column 'text' stands twice"),
            (b"text,label\nCaf\xe9,190\n", r"x.csv:2: not utf-8 .* --encoding cp1252"),
            (b"PK\x03\x04\0\0", "binary file"),
        ],
    )
    def test_files_that_cannot_be_used(self, tmp_path: Path, content: bytes, message: str):
        path = tmp_path / "x.csv"
        path.write_bytes(content)
        with pytest.raises(CorpusError, match=message):
            import_labels(path, LABELS)

    def test_other_encodings_and_line_separators(self, tmp_path: Path):
        path = tmp_path / "x.tsv"
        path.write_bytes("text\tlabel\r\nCafé\x85 closed.\t190\r\n".encode("latin-1"))
        result = import_labels(path, LABELS, kind="tsv", encoding="latin-1")
        assert [(s.text, s.line) for s in result.sentences] == [("Café\x85 closed.", 2)]
        with pytest.raises(CorpusError, match="unknown encoding 'martian'"):
            import_labels(path, LABELS, encoding="martian")

    def test_half_a_character_is_rejected(self, tmp_path: Path):
        path = write(tmp_path, '{"text": "a \\ud800 b", "label": "190"}\n', "x.jsonl")
        assert "lone surrogate, character 2" in import_labels(path, LABELS, kind="jsonl").rejected[0].reason

    @pytest.mark.parametrize(
        ("flag", "message"),
        [
            ("text", "expected WHAT=COLUMN"),
            ("body=text", "unknown 'body' .known: text, label, id"),
            ("text=", "expected WHAT=COLUMN"),
        ],
    )
    def test_column_flags(self, flag: str, message: str):
        with pytest.raises(CorpusError, match=message):
            parse_columns([flag])
        with pytest.raises(CorpusError, match="--column text was given twice"):
            parse_columns(["text=a", "text=b"])


class TestLabelMap:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("m.csv", "label,code\nProtest,14\nOther,none\n"),
            ("m.tsv", "Label\tCode\nProtest\t14\nOther\t\n"),
            ("m.json", '{"Protest": "14", "Other": null}'),
        ],
    )
    def test_forms(self, tmp_path: Path, name: str, content: str):
        labels = read_label_map(write(tmp_path, content, name), load_ontology())
        assert [labels.code("Protest"), labels.code("Other"), labels.code("190")] == ["14", None, "190"]
        with pytest.raises(RecordError, match=r"unknown label 'Riot': not in .*m\.\w+ .* add it there"):
            labels.code("Riot")

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("m.csv", "Protest,14\n", "m.csv:1: expected the header label,code, found 'protest,14'"),
            ("m.csv", "label,code\nProtest,1\n", "m.csv:2: label 'Protest': unknown code '1'"),
            ("m.csv", "label,code\nA,14\nA,15\n", "m.csv:3: the label 'A' is given twice"),
            ("m.csv", "label,code\nA\n", "m.csv:2: expected a label and a code, found 1 fields"),
            ("m.json", '{"A": 14}', "expected one object of label and code"),
            ("m.json", '{"A": "14", "A": "15"}', "the label 'A' is given twice"),
            ("m.json", "{", "m.json:1: not JSON"),
        ],
    )
    def test_broken_files(self, tmp_path: Path, name: str, content: str, message: str):
        with pytest.raises(CorpusError, match=message):
            read_label_map(write(tmp_path, content, name), load_ontology())


class TestPairs:
    def test_marked_sentences(self, tmp_path: Path):
        path = write(
            tmp_path,
            'text,label\n"<S>Iran</S> and <S> Syria </S> hit <T>Iraq</T>, twice.",190\n<T>Iraq</T> was hit.,190\n',
        )
        result = import_pairs(path, LABELS)
        assert [s.text for s in result.sentences] == ["Iran and Syria hit Iraq, twice.", "Iraq was hit."]
        assert actors(result) == [(["Iran", "Syria"], ["Iraq"]), ([], ["Iraq"])]
        assert {s.grade for s in result.sentences} == {"pairs"}
        assert "source and target: marked in the text by <S> </S> <T> </T>" in result.notes

    def test_own_marks(self, tmp_path: Path):
        path = write(tmp_path, "text,label\n$ Iran $ hit # Iraq # .,190\n")
        result = import_pairs(path, LABELS, marks=Marks.parse("$ $", "# #"))
        assert (result.sentences[0].text, actors(result)) == ("Iran hit Iraq .", [(["Iran"], ["Iraq"])])

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("<S>Iran hit <T>Iraq</T>", "a source is opened and not closed: end it with '</S>'"),
            ("Iran</S> hit <T>Iraq</T>", "'</S>' at character 4 closes a source that was not opened"),
            ("<S>Iran <S>hit</S>", "'<S>' at character 8 opens a source inside another one"),
            ("<S> </S> hit <T>Iraq</T>", "the marked source before character 4 is empty"),
            ("Iran hit Iraq", "no source or target is marked: expected '<S>' … '</S>'"),
        ],
    )
    def test_broken_marks(self, tmp_path: Path, text: str, message: str):
        result = import_pairs(write(tmp_path, f"text,label\n{text},190\n"), LABELS)
        assert message in result.rejected[0].reason

    def test_marks_that_clash(self):
        with pytest.raises(CorpusError, match="source and target marks must differ"):
            Marks.parse("<S> </S>", "<S> </T>")
        with pytest.raises(CorpusError, match="--target-marks must be two marks with a space"):
            Marks.parse("<S> </S>", "<T>")

    def test_actor_texts(self, tmp_path: Path):
        path = write(
            tmp_path,
            "sentence,actor1,actor2,code\n"
            "The U.S. hit Iranian bases in Iran.,U.S.,Iran,190\n"
            "Iran hit it.,Iran,,190\n"
            "Iran hit Iran.,Iran,,190\n"
            "Iranians hit it.,Iran,,190\n"
            "IRAN hit it.,Iran,,190\n"
            "It hit.,,,190\n"
            "Iran hit it.,Iran,,none\n",
        )
        result = import_pairs(path, LABELS)
        assert actors(result) == [(["U.S."], ["Iran"]), (["Iran"], [])]
        assert result.sentences[0].events[0].targets[0].start == 30
        assert [item.reason for item in result.rejected] == [
            "the source 'Iran' stands 2 times in the sentence (at characters 0, 9): give offsets "
            "(source_start, source_end) or mark it",
            "the source 'Iran' is not in the sentence as whole words (only inside a longer one)",
            "the source 'Iran' is not in the sentence; there is 'IRAN'",
            'event 1: grade "pairs" needs a source or a target, found neither (else use "label")',
            "a pair needs one label that is an event: leave pairs without event out",
        ]

    def test_offsets(self, tmp_path: Path):
        path = write(
            tmp_path,
            lines(
                {
                    "text": "Iran hit Iran.",
                    "source": "Iran",
                    "source_start": 9,
                    "source_end": 13,
                    "label": "190",
                },
                {"text": "Iran hit Iran.", "source_start": "0", "source_end": "4", "label": "190"},
                {
                    "text": "Iran hit Iran.",
                    "source": "Iran",
                    "source_start": 8,
                    "source_end": 12,
                    "label": "190",
                },
                {"text": "Iran hit it.", "source_start": 0, "source_end": 99, "label": "190"},
                {"text": "Iran hit it.", "source_start": "x", "source_end": 4, "label": "190"},
                {"text": "Iran hit it.", "source_start": 0, "source_end": None, "label": "190"},
            ),
            "x.jsonl",
        )
        result = import_pairs(path, LABELS, kind="jsonl")
        assert [s.events[0].sources for s in result.sentences] == [((9, 13),), ((0, 4),)]
        for item, message in zip(
            result.rejected,
            (
                "the source is 'Iran', but characters 8 to 12 of the sentence are ' Ira': offsets count",
                "the source [0, 99] does not lie inside the 12 characters",
                "the source needs a start and an end in characters, found ['x', 4]",
                "the source needs whole numbers for start and end, found [0, None]",
            ),
            strict=True,
        ):
            assert message in item.reason

    def test_json_lists_are_offsets(self, tmp_path: Path):
        record = {"text": "Iran hit Iraq.", "source": [0, 4], "target": "Iraq", "label": "190"}
        result = import_pairs(write(tmp_path, lines(record), "x.jsonl"), LABELS, kind="jsonl")
        assert actors(result) == [(["Iran"], ["Iraq"])]

    def test_half_an_offset_is_no_column(self, tmp_path: Path):
        path = write(tmp_path, "text,label,target_start\nIran hit it.,190,9\n")
        with pytest.raises(
            CorpusError, match=r"target_start and none for target_end: name it by --column target_end="
        ):
            import_pairs(path, LABELS)

    @given(
        st.lists(
            st.sampled_from(["<S>", "</S>", "<T>", "</T>", " ", "a", "Iran", "<", "é"]), max_size=12
        ).map("".join)
    )
    def test_marks_of_any_text_give_spans_of_words_or_a_reason(self, text: str):
        try:
            marked = read_marks(text, Marks())
        except RecordError:
            return
        for start, end in (*marked.sources, *marked.targets):
            inside = marked.text[start:end]
            assert inside
            assert inside == inside.strip()
