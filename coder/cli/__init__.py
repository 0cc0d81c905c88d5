"""The command line: one thin command a file, each handing its arguments to a plain function."""

import sys

from coder.errors import CoderError


def main() -> None:
    """Run the ``coder`` command; exit code 2 with a plain message for an unusable call."""
    from coder.cli.app import app

    try:
        app()
    except CoderError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except OSError as error:
        # A full disk, a name that is too long, a folder that is gone: what the system says is the reason.
        name = f"{error.filename}: " if error.filename else ""
        print(f"error: {name}{error.strerror or error}", file=sys.stderr)
        raise SystemExit(2) from None
