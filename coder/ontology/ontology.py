"""The codes of an event ontology and the tree that they form."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coder.errors import OntologyError

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Code:
    """One event code.

    parent is None for a root, and root is then the code itself; quad_class is 1 verbal cooperation, 2
    material cooperation, 3 verbal conflict or 4 material conflict; goldstein lies between -10 (conflict) and
    10 (cooperation). The PLOVER fields are '' where PLOVER has no counterpart. A basis tells whether the
    value is 'stated' for this code or taken from its nearest 'parent' that has one ('none': there is none).
    """

    code: str
    name: str
    description: str
    parent: str | None
    root: str
    quad_class: int
    goldstein: float
    plover_type: str = ""
    plover_context: str = ""
    plover_mode: str = ""
    goldstein_basis: str = "stated"
    plover_basis: str = "none"


class Ontology:
    """A set of event codes in a tree; ``ontology["190"]`` finds a code or raises OntologyError.

    Expects codes whose parents are among them and free of cycles, as load_ontology checks.
    """

    def __init__(self, codes: Iterable[Code], name: str = "the ontology") -> None:
        self.name = name
        self._codes = {code.code: code for code in sorted(codes, key=lambda code: code.code)}
        self.codes: tuple[str, ...] = tuple(self._codes)
        self.roots: tuple[str, ...] = tuple(key for key, code in self._codes.items() if code.parent is None)
        children: dict[str, list[str]] = {}
        for key, code in self._codes.items():
            if code.parent is not None:
                children.setdefault(code.parent, []).append(key)
        self._children = {key: tuple(below) for key, below in children.items()}

    def __contains__(self, code: object) -> bool:
        return code in self._codes

    def __getitem__(self, code: str) -> Code:
        try:
            return self._codes[code]
        except (KeyError, TypeError):
            raise OntologyError(self._unknown(code)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def __repr__(self) -> str:
        return f"Ontology({self.name!r}: {len(self.codes)} codes, {len(self.roots)} roots)"

    def children(self, code: str) -> tuple[str, ...]:
        """Return the codes directly below a code, sorted."""
        return self._children.get(self[code].code, ())

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above a code, the nearest first and the root last; () for a root."""
        above = []
        parent = self[code].parent
        while parent is not None:
            above.append(parent)
            parent = self._codes[parent].parent
        return tuple(above)

    def subtree(self, code: str) -> tuple[str, ...]:
        """Return a code with everything below it, sorted."""
        found = [self[code].code]
        for key in found:  # grows while it is walked: breadth first
            found.extend(self._children.get(key, ()))
        return tuple(sorted(found))

    def search(self, query: str) -> list[Code]:
        """Return the codes whose name or description has every word of the query, the best match first.

        Case and endings are ignored ('arrests' finds 'arrest'). What a description says after its first
        semicolon sets the code off from its neighbours, so it counts only when nothing else matches. No
        word: [].
        """
        words = _words(query)
        if not words:
            return []
        own, border = [], []
        for code in self._codes.values():
            does, _, does_not = code.description.partition(";")
            in_name, in_does, in_border = _words(code.name), _words(does), _words(does_not)
            scores = [max(_match(word, in_name, 6, 5), _match(word, in_does, 3, 2)) for word in words]
            # Of equal scores the code with the shorter name is more about the words.
            rank = (-sum(scores), len(in_name), code.code)
            if all(scores):
                own.append((rank, code))
            elif not own and all(_match(word, in_name + in_does + in_border, 2, 1) for word in words):
                border.append((rank, code))
        return [code for _, code in sorted(own or border, key=lambda pair: pair[0])]

    def nearest_words(self, word: str) -> list[str]:
        """Return up to three words of the names and descriptions that are spelt like the given one."""
        vocabulary = {w for code in self._codes.values() for w in _words(f"{code.name} {code.description}")}
        return difflib.get_close_matches(word.lower(), sorted(vocabulary), n=3, cutoff=0.75)

    def nearest_codes(self, code: str) -> list[str]:
        """Return up to three codes that the writer of an unknown code may have meant, the likeliest first."""
        text = code.strip().lower()
        by_lower = {key.lower(): key for key in self.codes}
        # Spreadsheets strip the leading zero.
        near = [by_lower[same] for same in (text, f"0{text}") if same in by_lower]
        beginnings = (text[:length] for length in range(len(text) - 1, 0, -1))
        above = next((by_lower[beginning] for beginning in beginnings if beginning in by_lower), None)
        if above is not None and len(above) > len(self[above].root):
            near += [above, *self.children(above)]
        near += [by_lower[close] for close in difflib.get_close_matches(text, by_lower, n=3, cutoff=0.6)]
        return list(dict.fromkeys(near))[:3]

    def _unknown(self, code: object) -> str:
        if not isinstance(code, str):
            kind = type(code).__name__
            return f"unknown code {code!r}: codes are text such as {self.codes[0]!r}, found {kind}"
        near = self.nearest_codes(code)
        hint = f"did you mean {', '.join(near)}?" if near else f"its roots are {', '.join(self.roots)}"
        return f"unknown code {code!r}: {self.name} has no such code; {hint}"


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _match(word: str, words: list[str], same: int, akin: int) -> int:
    """Return ``same`` for the word itself, ``akin`` for another form of it and 0 for neither."""
    if word in words:
        return same
    return akin if any(_same_stem(word, other) for other in words) else 0


def _same_stem(word: str, other: str) -> bool:
    """Tell whether two words differ by their ending alone: bomb and bombing, negotiate and negotiation."""
    short, long = sorted((word, other), key=len)
    if len(short) < 4:
        return False
    if long.startswith(short):
        return len(long) - len(short) <= (3 if len(short) == 4 else 5)  # host, but not hostage
    shared = len(short) - 2
    return shared >= 5 and short[:shared] == long[:shared]
