"""Annotated sentences: records, markup, splits, checks, figures and importers."""

from coder.corpus.markup import format_line, parse_line, read_batch
from coder.corpus.read import read_split
from coder.corpus.records import AnnotatedSentence, EventAnnotation, Grade, Span

__all__ = [
    "AnnotatedSentence",
    "EventAnnotation",
    "Grade",
    "Span",
    "format_line",
    "parse_line",
    "read_batch",
    "read_split",
]
