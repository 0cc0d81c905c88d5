"""Importers: other people's labelled data as annotated sentences, each with the grade that it supports."""

from coder.corpus.importers.annotated import import_markup
from coder.corpus.importers.columns import parse_columns
from coder.corpus.importers.conll import TagNames, import_conll
from coder.corpus.importers.dispatch import FORMATS, ImportOptions, guess_format, import_file, import_to
from coder.corpus.importers.label_rows import import_labels
from coder.corpus.importers.label_studio import import_label_studio
from coder.corpus.importers.labels import LabelMap, read_label_map
from coder.corpus.importers.marks import Marks
from coder.corpus.importers.pair_rows import import_pairs
from coder.corpus.importers.result import ImportResult, Rejected, write_rejected

__all__ = [
    "FORMATS",
    "ImportOptions",
    "ImportResult",
    "LabelMap",
    "Marks",
    "Rejected",
    "TagNames",
    "guess_format",
    "import_conll",
    "import_file",
    "import_label_studio",
    "import_labels",
    "import_markup",
    "import_pairs",
    "import_to",
    "parse_columns",
    "read_label_map",
    "write_rejected",
]
