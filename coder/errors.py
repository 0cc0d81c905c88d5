"""Errors that a user of coder can meet; every message says what was expected, what was found and what to do."""


class CoderError(Exception):
    """Base of all errors that coder raises on purpose; its text is written for the user."""


class OntologyError(CoderError):
    """A code table is broken, or a code is not in the ontology."""


class MarkupError(CoderError):
    """A line of annotation markup is broken; the text names file, line, column and the mend."""


class CorpusError(CoderError):
    """A corpus file or split is missing, empty or inconsistent."""


class InputError(CoderError):
    """An article file or record cannot be read: one record of a batch, or the whole call."""


class ModelError(CoderError):
    """A model folder is missing, incomplete or not of the form that this version reads."""


class ConfigError(CoderError):
    """A training configuration has an unknown key or values that do not fit each other."""


class MissingExtraError(CoderError):
    """An optional dependency is not installed; the text gives the pip command."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed: pip install 'coder[{extra}]'"
        )
