"""Contrast sets: which neighbouring sentences count as a pair."""

import pytest

from coder.corpus import AnnotatedSentence, parse_line
from coder.corpus.contrasts import SIDES, contrast_sets

SIGNED = "[Chad|s1,t1] and [Niger|s1,t1] [signed|e1=057] a treaty on cattle in [Zinder|p1] [on Monday|d1]."
WILL_SIGN = (
    "[Chad|s1,t1] and [Niger|s1,t1] [will sign|e1=0311] a treaty on cattle in [Zinder|p1] [on Monday|d1]."
)
OTHER = "[Peru|s1] [promised|e1=0331] grain to [Haiti|t1] after the storm tore through its southern farms."
PLAIN = "Wheat rose in Chicago."


def parsed(*lines: str, batch: str = "a") -> list[AnnotatedSentence]:
    return [parse_line(line, batch=batch, number=number) for number, line in enumerate(lines, 1)]


def test_two_neighbours_with_other_codes_and_the_same_words_are_a_pair():
    found = contrast_sets(parsed(SIGNED, WILL_SIGN))
    assert found["03/057"] == {"03": 1, "057": 1}
    assert found["03/05"] == {"03": 1, "05": 1}
    assert found["03/08"] == {"03": 0, "08": 0}
    assert set(found) == {"/".join(sides) for sides in SIDES}


@pytest.mark.parametrize(
    "lines",
    [
        (SIGNED, OTHER),
        (SIGNED, SIGNED.replace("Chad", "Mali")),
        (SIGNED, *[PLAIN] * 5, WILL_SIGN),
        (SIGNED, PLAIN),
    ],
    ids=["other words", "the same code", "far apart", "no event"],
)
def test_no_pair(lines: tuple[str, ...]):
    assert contrast_sets(parsed(*lines))["03/057"] == {"03": 0, "057": 0}


def test_sentences_of_two_batches_are_no_neighbours():
    apart = [*parsed(SIGNED), *parsed(WILL_SIGN, batch="b")]
    assert contrast_sets(apart)["03/057"] == {"03": 0, "057": 0}


def test_a_sentence_counts_once_however_many_counterparts_it_has():
    lines = [SIGNED, WILL_SIGN, WILL_SIGN.replace("will sign", "are to sign")]
    assert contrast_sets(parsed(*lines))["03/057"] == {"03": 2, "057": 1}


def test_of_three_sides_each_needs_a_counterpart_on_one_other():
    text = "[Police|s1] [{}|e1={}] [the editor of the weekly|t1] in [Bamako|p1] [on Friday night|d1], her paper said."
    lines = [text.format("arrested", "173"), text.format("deported", "174"), PLAIN]
    assert contrast_sets(parsed(*lines))["173/174/175"] == {"173": 1, "174": 1, "175": 0}
