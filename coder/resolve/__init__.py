"""Who, where, when: actor mentions to CAMEO codes, places to coordinates, time spans to the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coder.resolve.records import Actor, EventDate, Place, Resolved

if TYPE_CHECKING:
    from coder.resolve.resolver import Resolver

__all__ = ["Actor", "EventDate", "Place", "Resolved", "Resolver"]


def __getattr__(name: str) -> object:
    """Import the resolver on first use: importing ``coder.resolve`` reads no table."""
    if name == "Resolver":
        from coder.resolve.resolver import Resolver

        return Resolver
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
