"""Where the files that belong to coder are: in an installed wheel or in an editable checkout."""

from pathlib import Path

from coder.errors import CoderError

_PACKAGE = Path(__file__).resolve().parent


def asset(relative: str) -> Path:
    """Return the path of a file or folder that ships with coder, such as ``seeds/ontology`` or ``models/default``.

    A wheel holds them below ``coder/_assets``; a checkout holds them at its root. Raises CoderError when neither does.
    """
    places = [_PACKAGE / "_assets" / relative, _PACKAGE.parent / relative]
    for place in places:
        if place.exists():
            return place
    looked = " and ".join(str(place) for place in places)
    raise CoderError(f"coder's own file {relative!r} was not found (looked at {looked}): reinstall coder")
