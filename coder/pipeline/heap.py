"""Memory that was freed, given back to the system."""

import ctypes
import sys
from collections.abc import Callable
from functools import cache


def return_freed_memory() -> None:
    """Give pages of the C heap that hold nothing any more back to the system, where its library can (glibc); takes milliseconds.

    Called between chunks: the tokens and arrays of a chunk leave holes that the next one, of other sizes, fills only in part.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> "Callable[[int], int] | None":
    if not sys.platform.startswith("linux"):
        return None
    try:
        trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    except OSError:
        return None  # musl linked into the interpreter
    return trim
