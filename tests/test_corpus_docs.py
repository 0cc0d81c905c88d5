"""The examples of docs/corpus.md do what the page says."""

import re
from pathlib import Path

import pytest

from coder.corpus import AnnotatedSentence, read_batch, read_split
from coder.corpus.importers import (
    ImportResult,
    LabelMap,
    import_conll,
    import_labels,
    import_pairs,
    read_label_map,
)
from coder.ontology import load_ontology

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")
ONTOLOGY = load_ontology()


def block(language: str, start: str) -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return next(block for block in blocks if block.startswith(start))


def save(tmp_path: Path, name: str, content: str) -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def test_markup_example(tmp_path: Path):
    sentences = read_batch(save(tmp_path, "x.txt", block("markup", "#")), ONTOLOGY)
    assert [len(sentence.events) for sentence in sentences] == [2, 1, 1, 1, 0]
    assert "[unsigned]" in sentences[3].text


def test_split_file_example(tmp_path: Path):
    (sentence,) = read_split(save(tmp_path, "x.jsonl", block("json", '{"id"')))
    assert isinstance(sentence, AnnotatedSentence)
    assert sentence.text[slice(*sentence.events[0].targets[0])] == "Iraq"


def check(result: ImportResult, codes: list[list[str | None]]) -> None:
    assert result.rejected == []
    assert [[event.code for event in sentence.events] for sentence in result.sentences] == codes


def test_label_examples(tmp_path: Path):
    labels = read_label_map(save(tmp_path, "map.csv", block("csv", "label,code")), ONTOLOGY)
    assert (labels.code("Armed clash"), labels.code("Not relevant")) == ("19", None)
    check(import_labels(save(tmp_path, "x.csv", block("csv", "id,")), labels), [["175"], []])


@pytest.mark.parametrize(
    ("language", "start", "kind"),
    [("csv", "text,label", "csv"), ("csv", "text,source", "csv"), ("json", '{"text"', "jsonl")],
)
def test_pair_examples(tmp_path: Path, language: str, start: str, kind: str):
    path = save(tmp_path, f"x.{kind}", block(language, start))
    result = import_pairs(path, LabelMap(ONTOLOGY), kind=kind)
    assert result.rejected == []
    (event,) = result.sentences[0].events
    assert event.sources
    assert event.targets


def test_conll_example(tmp_path: Path):
    check(import_conll(save(tmp_path, "x.conll", block("", "# sent_id"))), [[None]])
