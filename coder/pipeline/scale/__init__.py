"""Coding with Daft as the engine: many processes on one machine, or a Ray cluster. Needs ``coder[scale]``.

Two doors. :func:`code_files` codes files as ``coder code --engine daft`` does: every format, one ordered table, an error file,
resume. :func:`code_frame` adds events to a Daft DataFrame of an existing pipeline, whose reading and writing is then done by
the workers as well. See docs/scale.md.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coder.pipeline.scale.files import code_files as code_files
    from coder.pipeline.scale.frame import code_frame as code_frame
    from coder.pipeline.scale.frame import error_rows as error_rows
    from coder.pipeline.scale.frame import event_rows as event_rows

__all__ = ["code_files", "code_frame", "error_rows", "event_rows"]

_HOMES = {"code_files": "files", "code_frame": "frame", "error_rows": "frame", "event_rows": "frame"}


def __getattr__(name: str) -> Any:
    # Daft takes half a second to load: only who codes with it waits.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"coder.pipeline.scale.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
