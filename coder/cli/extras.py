"""What to say when a command's optional packages are not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_PACKAGES = {"hydra": "hydra-core", "sklearn": "scikit-learn", "omegaconf": "hydra-core"}


@contextmanager
def needs_extra(extra: str, purpose: str) -> Iterator[None]:
    """Turn the failed import of a package that is not coder's into MissingExtraError with the pip command."""
    from coder.errors import MissingExtraError

    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if not name or name == "coder":
            raise
        raise MissingExtraError(_PACKAGES.get(name, name), extra, purpose) from error
