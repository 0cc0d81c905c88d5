"""Users' own actor dictionaries: CSV tables and the PETRARCH/TABARI text format."""

from coder.resolve.dictionaries.load import add_dictionary, read_dictionary
from coder.resolve.dictionaries.records import Dictionary, DictionaryWarning, Problem, UserActor, UserCode

__all__ = [
    "Dictionary",
    "DictionaryWarning",
    "Problem",
    "UserActor",
    "UserCode",
    "add_dictionary",
    "read_dictionary",
]
