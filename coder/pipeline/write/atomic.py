"""Files that appear whole or not at all."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from coder.errors import InputError


@contextmanager
def replacing(
    target: Path, folder: Path | None = None, ready: Callable[[Path], None] | None = None
) -> Iterator[Path]:
    """Give a path to write a file or folder to; it takes the place of ``target`` when the block ends without
    error, and is removed otherwise. The content is on disk before the name is.

    The path is in ``folder``, which must be on the same disk; by default it is hidden beside the target. ``ready`` is called with it
    just before it takes the place. Raises InputError when the folder cannot be written to.
    """
    name = f".{target.name}.{os.getpid()}.tmp" if folder is None else f".{target.name}.tmp"
    temporary = target.with_name(name) if folder is None else folder / name
    try:
        _remove(temporary)
        yield temporary
        _sync(temporary)
        if ready is not None:
            ready(temporary)
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        os.replace(temporary, target)
        _sync(target.parent)
    except PermissionError as error:
        raise InputError(f"{target} cannot be written: {error.strerror}") from None
    finally:
        _remove(temporary)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        pass  # some network file systems refuse it for folders
    finally:
        os.close(handle)
