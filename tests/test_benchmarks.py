"""The arithmetic of the benchmarks: what is drawn, what is timed, what is counted."""

import json
import random
import sys
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))

from benchmarks.articles import (  # noqa: E402
    Corpus,
    invented_name,
    of_length,
    sentences,
    tilted,
    varied,
    write_articles,
)
from benchmarks.commands import growth, steady_state, thinned  # noqa: E402
from benchmarks.kill import difference, rows_of  # noqa: E402
from benchmarks.limit import best_rate, limits  # noqa: E402
from benchmarks.offices import REPORTED, coverage  # noqa: E402
from benchmarks.stopwatch import Hook, Stopwatch, attached  # noqa: E402
from benchmarks.tables import print_tables, table  # noqa: E402
from coder.corpus.records import AnnotatedSentence, EventAnnotation, Span  # noqa: E402


def annotated(text: str, source: str | None = None) -> AnnotatedSentence:
    events = ()
    if source is not None:
        start = text.index(source)
        events = (EventAnnotation("190", sources=(Span(start, start + len(source)),)),)
    return AnnotatedSentence(text, events, "tuples", "a-1", "a", 1)


@pytest.fixture
def corpus() -> Corpus:
    words = "the army of the north and its allies on Monday " * 6
    eventful = [
        annotated(f"Iran attacked {' '.join(words.split()[:n])} 250 times.", "Iran") for n in (5, 20, 40)
    ]
    return Corpus(eventful, [annotated("Shares closed higher in the city.")])


def test_tilted_weights_have_the_mean_that_was_asked_for() -> None:
    lengths = [5, 10, 20, 50]
    weights = tilted(lengths, 28)
    assert sum(w * n for w, n in zip(weights, lengths, strict=True)) / sum(weights) == pytest.approx(28)
    with pytest.raises(ValueError, match="no mix of lengths 5 to 50 has the mean 60"):
        tilted(lengths, 60)


def test_sentences_are_the_same_for_a_seed_and_of_the_asked_mix(corpus: Corpus) -> None:
    drawn = list(islice(sentences(corpus, 0.5), 400))
    assert drawn == list(islice(sentences(corpus, 0.5), 400))
    share = sum("attacked" in text for text in drawn) / len(drawn)
    assert 0.4 < share < 0.6


def test_sentences_of_a_length_have_it_and_one_full_stop(corpus: Corpus) -> None:
    for words in (3, 28, 120):
        for text in of_length(corpus, words, 5):
            assert len(text.split()) == words
            assert text.endswith(".")
            assert text.count(".") == 1


def test_a_varied_sentence_keeps_years_days_and_length() -> None:
    text = "On 12 May 1994 rebels killed 250 people near Kabul."
    new = varied(annotated(text, "rebels"), random.Random(3))
    assert "12 May 1994" in new
    assert "250" not in new
    names = {invented_name(random.Random(seed)) for seed in range(50)}
    assert len(names) == 50
    assert all(len(name.split()) == 2 for name in names)


def test_articles_hold_every_sentence_once(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    assert write_articles(path, (f"Sentence {n}." for n in range(40)), 40) == 3
    texts = [json.loads(line)["text"] for line in path.read_text().splitlines()]
    assert " ".join(" ".join(texts).split()) == " ".join(f"Sentence {n}." for n in range(40))


def test_a_stage_within_another_is_not_counted_twice() -> None:
    now = [0.0]
    watch = Stopwatch(lambda: now[0])

    def inner() -> None:
        now[0] += 2.0

    timed = watch.timed("inner", inner)
    with watch.measure("outer"):
        now[0] += 1.0
        timed()
        now[0] += 4.0

    def items() -> list[int]:
        now[0] += 8.0
        return [1, 2]

    for _ in watch.timed_iterator("read", items)():
        now[0] += 16.0
    assert watch.seconds == {"outer": 5.0, "inner": 2.0, "read": 8.0}


def test_hooks_are_taken_off_again_and_missing_ones_are_named() -> None:
    before = json.dumps
    watch = Stopwatch()
    hooks = (Hook("json", "dumps", "dump"), Hook("json:JSONEncoder", "gone", "dump"))
    with attached(watch, hooks) as missing:
        json.dumps([1])
        assert missing == ["json:JSONEncoder.gone"]
    assert json.dumps is before
    assert watch.seconds["dump"] > 0


def test_steady_state_separates_the_start_from_the_rate() -> None:
    found = steady_state([(number, 2.0 + number / 400) for number in (100, 1_000, 10_000)])
    assert found["start"] == pytest.approx(2.0)
    assert found["per_second"] == pytest.approx(400)
    assert steady_state([(100, 3.0), (200, 3.0)])["per_second"] is None


def test_thinned_samples_keep_the_peak() -> None:
    samples = [(float(second), float(second == 777)) for second in range(1000)]
    assert len(thinned(samples, 100)) == 100
    assert max(mb for _, mb in thinned(samples, 100)) == 1.0
    assert growth([(float(second), 100.0) for second in range(40)]) == 0
    assert growth([(float(second), float(second)) for second in range(40)]) == 20


def shares() -> dict:
    model = {
        "seconds": 8.0,
        "rows": {"lower.onnx": 100, "upper.onnx": 150},
        "tokens": 9_000,
        "padded_tokens": 10_000,
        "multiply_adds": 200_000_000_000,
        "multiply_adds_a_sentence": 2_000_000_000,
    }
    return {"sentences": 100, "model": model}


def test_the_limit_is_the_peak_over_the_work_of_a_sentence() -> None:
    peak = {"cores": 2, "float32": {"1": 100.0, "2": 200.0}, "int8": {"1": 200.0, "2": 400.0}}
    found = limits(shares(), peak, 20.0)
    assert found["giga_operations_a_sentence"] == 4.0
    assert found["model_rate"] == 50.0
    assert found["model_share_of_peak"] == 0.5
    assert (found["bound_float32"], found["bound_int8"]) == (50.0, 100.0)
    assert found["share_of_bound_float32"] == 0.4
    assert found["padding"] == pytest.approx(0.1)
    assert (found["rows_a_sentence_lower.onnx"], found["rows_a_sentence_upper.onnx"]) == (1.0, 1.5)
    uncounted = shares()
    uncounted["model"]["multiply_adds_a_sentence"] = None
    assert limits(uncounted, peak, 20.0)["bound_int8"] is None


def test_the_best_rate_is_taken_from_what_was_measured() -> None:
    numbers = {"dense": {"steady_state": {"per_second": None}}}
    workers = {"dense": [{"per_second": 3.0}, {"per_second": 5.0}]}
    assert best_rate(numbers, workers, "dense") == 5.0
    assert best_rate(None, None, "dense") is None


def test_multiply_adds_are_counted_from_the_graph(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper

    from benchmarks.model_calls import multiply_adds

    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"]),
        helper.make_node("Transpose", ["h"], ["t"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["h", "t"], ["y"]),
    ]
    weight = helper.make_tensor("w", TensorProto.FLOAT, [64, 32], [0.0] * 64 * 32)
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", "tokens", 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", "tokens", "tokens"])],
        [weight],
    )
    path = str(tmp_path / "g.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)]), path)
    for rows, tokens in ((1, 10), (3, 7)):
        expected = rows * (tokens * 64 * 32 + tokens * tokens * 32)
        assert multiply_adds(path, (("x", (rows, tokens, 64)),)) == expected


def test_differing_rows_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text('{"b": 1, "a": 2}\n')
    assert rows_of(path) == ['{"a": 2, "b": 1}']
    assert difference(["x", "y"], ["y", "y"]) == "1 missing, such as x; 1 too many, such as y"
    assert difference(["x"], ["x"]) == "none"


def test_tables_line_up_and_say_what_was_skipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert table(["name", "rate"], [["a", 1234.5], ["long", 0.5]]) == [
        "name   rate",
        "----  -----",
        "a     1,234",
        "long    0.5",
    ]
    rows = [
        {"name": "coder", "per_second": 10.0, "per_cpu_second": 5.0},
        {"name": "spaCy", "skipped": "no model"},
    ]
    print_tables({"baselines": {"dense": rows}})
    assert "skipped: spaCy: no model" in capsys.readouterr().out


def test_who_ruled_the_most_reported_countries_since_1990_is_known() -> None:
    shares = coverage()
    assert len(REPORTED) >= 60
    assert sum(shares[country][0] >= 0.9 for country in REPORTED) >= 68
    assert sum(shares.get(country, (0, 0, 0))[1] for country in REPORTED) / len(REPORTED) >= 0.75
    assert shares["USA"][2] >= 0.95
