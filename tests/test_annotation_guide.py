"""The annotation guide's examples are good markup, and the codes that it speaks of exist."""

import re
from pathlib import Path

from coder.corpus import parse_line
from coder.ontology import load_ontology

PAGE = (Path(__file__).parent.parent / "docs" / "annotation-guide.md").read_text(encoding="utf-8")
ONTOLOGY = load_ontology()


def test_examples_parse_with_known_codes():
    blocks = re.findall(r"^```markup\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if not line.startswith("#")]
    sentences = [parse_line(line, known=ONTOLOGY) for line in lines]
    assert len(sentences) >= 30
    assert [s.text for s in sentences if not s.events] == [
        "Two men held up a jeweller in Lyon on Friday and were caught an hour later."
    ]


def test_codes_in_the_text_exist():
    prose = re.sub(r"^```.*?^```$|`[^`]*`|120 mm", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    unknown = {code for code in re.findall(r"(?<![\w–])(\d{3,4})(?![\w–])", prose) if code not in ONTOLOGY}
    assert unknown == set()
