"""coder: an open event coder for political news (who did what to whom, when and where, in CAMEO)."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coder.pipeline.article import Article as Article
    from coder.pipeline.event import Event as Event
    from coder.pipeline.predictor import Predictor as Predictor

__version__ = "0.1.0"
__all__ = ["Article", "Event", "Predictor", "__version__"]

_HOMES = {
    "Article": "coder.pipeline.article",
    "Event": "coder.pipeline.event",
    "Predictor": "coder.pipeline.predictor",
}


def __getattr__(name: str) -> Any:
    # Importing coder does no work: the three doors open on first use.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'coder' has no attribute {name!r}")
