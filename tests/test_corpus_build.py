"""Building splits: whole batches, nothing shared between splits, the same bytes each time."""

import hashlib
import json
import sys
from pathlib import Path

import pytest

from coder.corpus import read_split
from coder.corpus.build import build_splits
from coder.errors import CorpusError, MarkupError, MissingExtraError
from coder.ontology import load_ontology

LONG = (
    "[Iran|s1] [accused|e1=112] [its western neighbour|t1] of moving tanks to the river crossing before dawn"
)


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    batches = {
        "m": ["[Peru|s1] [praised|e1=051] [Chile|t1].", "[Chad|s1] [met|e1=040] [Niger|t1].", f"{LONG}."],
        "n": ["[Togo|s1] [thanked|e1=051] [Benin|t1] warmly.", "Wheat rose."],
        "o": ["Rain fell.", "[Oman|s1] [hosted|e1=043] [Kuwait|t1]."],
    }
    for name, lines in batches.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "splits.toml").write_text('[splits]\nn = "validation"\no = "test"\n', encoding="utf-8")
    return folder


def append(seeds: Path, batch: str, *lines: str) -> None:
    with (seeds / f"{batch}.txt").open("a", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


def test_whole_batches_go_to_their_splits(seeds: Path, tmp_path: Path):
    report = build_splits(seeds, tmp_path / "built")
    ids = {name: [s.id for s in read_split(tmp_path / "built" / f"{name}.jsonl")] for name in report.splits}
    assert ids == {
        "train": ["m-0001", "m-0002", "m-0003"],
        "validation": ["n-0001", "n-0002"],
        "test": ["o-0001", "o-0002"],
    }
    assert report.counts()["validation"] == {"sentences": 2, "without_event": 1, "events": 1}
    assert report.removed == []


def test_batches_named_in_the_call_replace_the_file(seeds: Path, tmp_path: Path):
    report = build_splits(seeds, tmp_path / "built", test=["m"])
    assert report.assignment == {"m": "test", "n": "validation", "o": "train"}


def test_the_same_input_gives_the_same_bytes(seeds: Path, tmp_path: Path):
    digests = []
    for out in (tmp_path / "one", tmp_path / "two"):
        build_splits(seeds, out)
        digests.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()})
    assert digests[0] == digests[1]
    assert sorted(digests[0]) == ["manifest.json", "test.jsonl", "train.jsonl", "validation.jsonl"]


def test_what_test_has_leaves_train_and_the_manifest_says_so(seeds: Path, tmp_path: Path):
    append(seeds, "m", "RAIN FELL!", "[Chad|s1] [met|e1=040] [Niger|t1] .")
    append(seeds, "o", f"{LONG} on Monday.")
    append(
        seeds,
        "n",
        "Officials said late on Sunday that "
        + LONG
        + ", a charge that was rejected at once by army spokesmen in three different capitals of the region",
    )
    report = build_splits(seeds, tmp_path / "built")
    assert {(r.id, r.split, r.reason, r.kept) for r in report.removed} == {
        ("m-0004", "train", "exact duplicate", "o-0001"),
        ("m-0005", "train", "exact duplicate", "m-0002"),
        ("m-0003", "train", "near duplicate", "o-0003"),
        ("n-0003", "validation", "contained", "o-0003"),
    }
    assert report.removed_counts() == {"contained": 1, "exact duplicate": 2, "near duplicate": 1}
    manifest = json.loads((tmp_path / "built" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["removed_counts"] == report.removed_counts()
    assert {entry["id"] for entry in manifest["removed"]} == {"m-0003", "m-0004", "m-0005", "n-0003"}
    assert manifest["counts"]["train"]["sentences"] == 2
    assert manifest["inputs_sha256"]["o.txt"] == hashlib.sha256((seeds / "o.txt").read_bytes()).hexdigest()


def test_contrast_sentences_of_one_split_stay(seeds: Path, tmp_path: Path):
    append(seeds, "m", LONG.replace("accused|e1=112", "suspected|e1=111"))
    assert len(build_splits(seeds, tmp_path / "built").splits["train"]) == 4


def test_broken_lines_stop_the_build_unless_skipped(seeds: Path, tmp_path: Path):
    append(seeds, "m", "[Iran|s1] fled.", "[Iran|s1] [hit|e1=19x] it.")
    with pytest.raises(MarkupError, match=r"m.txt:4:7: event 1 has no trigger"):
        build_splits(seeds, tmp_path / "built")
    with pytest.raises(MarkupError, match=r"m.txt:5:19: unknown code '19x'"):
        build_splits(seeds, tmp_path / "built", known=load_ontology())
    assert not (tmp_path / "built").exists()
    report = build_splits(seeds, tmp_path / "built", known=load_ontology(), skip_broken=True)
    assert [problem.line for problem in report.skipped] == [4, 5]
    manifest = json.loads((tmp_path / "built" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["skipped_broken_lines"][0].startswith("m.txt:4:7: event 1 has no trigger")


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('n = "test"', r"expected a table \[splits\]"),
        ('[splits]\nn = "dev"', "batch 'n' is given to 'dev': expected one of train, validation, test"),
        ('[splits]\nz = "test"', r"no batch 'z' among the seeds, .* \(batches found: m, n, o\)"),
        ('[splits]\nn = "validation"', "the test split is empty .* name whole batches in .*splits.toml"),
        ("[splits", "not valid TOML"),
    ],
)
def test_assignments_that_cannot_be_used(seeds: Path, tmp_path: Path, toml: str, message: str):
    (seeds / "splits.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        build_splits(seeds, tmp_path / "built")


def test_one_batch_for_two_splits_is_refused(seeds: Path, tmp_path: Path):
    with pytest.raises(CorpusError, match="batch 'm' is named for validation and for test"):
        build_splits(seeds, tmp_path / "built", validation=["m"], test=["m", "n"])


def test_folder_without_batches(tmp_path: Path):
    with pytest.raises(CorpusError, match="no batch files"):
        build_splits(tmp_path, tmp_path / "built")
    with pytest.raises(CorpusError, match="no such file or folder"):
        build_splits(tmp_path / "absent", tmp_path / "built")


def test_without_rensa_the_command_that_installs_it_is_given(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "rensa", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'coder\[train\]'"):
        build_splits(seeds, tmp_path / "built")
