"""Reader of actor and agent dictionaries in the format of TABARI and PETRARCH.

The constructs: ``NAME_WITH_UNDERSCORES_ [CODE]`` with several dated codes on one line (TABARI) or on indented lines of
their own (PETRARCH), ``+SYNONYM`` lines, date restrictions ``<990131``, ``>20010911``, ``920713-960618`` (also
``19920713`` and ``07/13/1992``), agents ``ADMIRAL [~MIL]`` with irregular plurals in braces (``{POLICEMEN}``; ``{}`` for none), substitution sets
``!PERSON! = MAN, MEN, WOMAN`` used inside names, ``[###]`` for a name that is to be left uncoded, comments from ``#`` or ``;``
to the end of the line and between ``<!--`` and ``-->``.
"""

from __future__ import annotations

import datetime
import itertools
import math
import re
from pathlib import Path

from coder.resolve.dictionaries.records import Dictionary, Problem, UserActor, UserCode
from coder.resolve.inflect import plural

_BLOCK = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_CODE = re.compile(r"\[([^\[\]]*)\]")
_PLURAL = re.compile(r"\{([^{}]*)\}")
_SET_LINE = re.compile(r"^!\s*([A-Z0-9_-]+)\s*!\s*=\s*(.*)$", re.I)
_SET_USE = re.compile(r"!([A-Z0-9_-]+)!", re.I)
_ACTOR_CODE = re.compile(r"^~?[A-Za-z0-9]{3}(?:[A-Za-z0-9]{3})*~?$")
_DROPPED = re.compile(r"^#{3}$|^---$")
_CENTURY_TURN = 50  # two-digit years up to 49 are of the 2000s
_MOST_FORMS = 400


class _LineError(ValueError):
    pass


class _Pending:
    """The entry whose synonyms and codes are still coming."""

    def __init__(self, name: str, line: int, text: str) -> None:
        self.names = [name]
        self.line, self.text = line, text
        self.codes: list[UserCode] = []
        self.plurals: list[str] | None = None
        self.dropped = False


def read_petrarch(path: Path, text: str) -> Dictionary:
    """Parse the dictionary ``text``; lines that cannot be read become problems of the result."""
    dictionary = Dictionary(path)
    sets: dict[str, list[str]] = {}
    pending: _Pending | None = None
    _note_open_comment(path, text, dictionary)
    plain = _BLOCK.sub(lambda match: "\n" * match.group().count("\n"), text)
    for number, raw in enumerate(plain.splitlines(), start=1):
        line = _strip_comment(raw).rstrip()
        if not line.strip():
            continue
        try:
            stripped = line.strip()
            if stripped.startswith("!") and _SET_LINE.match(stripped):
                _close(pending, sets, dictionary)
                pending = None
                _read_set(stripped, sets)
            elif stripped.startswith("+"):
                if pending is None:
                    raise _LineError("a synonym line (+) needs an entry above it")
                name, codes, plurals = _read_entry(stripped[1:])
                pending.names.append(name)
                pending.codes += codes
                pending.plurals = plurals if plurals is not None else pending.plurals
            elif stripped.startswith("["):
                if pending is None:
                    raise _LineError("a line of codes needs an entry above it")
                pending.codes += _read_codes(stripped)
            else:
                _close(pending, sets, dictionary)
                pending = None
                name, codes, plurals = _read_entry(stripped)
                pending = _Pending(name, number, raw)
                pending.codes, pending.plurals = codes, plurals
        except _LineError as error:
            dictionary.problems.append(Problem(path, number, str(error), raw))
    _close(pending, sets, dictionary)
    return dictionary


def _note_open_comment(path: Path, text: str, dictionary: Dictionary) -> None:
    for match in _BLOCK.finditer(text):
        if not match.group().endswith("-->"):
            line = text.count("\n", 0, match.start()) + 1
            reason = "the comment that opens here has no end: expected '-->'; what follows was not read"
            dictionary.problems.append(Problem(path, line, reason, text.splitlines()[line - 1]))


def _strip_comment(line: str) -> str:
    """Cut a comment; ``#`` inside brackets is the null code ``[###]``."""
    depth = 0
    for at, char in enumerate(line):
        if char == "[":
            depth += 1
        elif char == "]":
            depth = max(0, depth - 1)
        elif char == ";" or (char == "#" and not depth):
            return line[:at]
    return line


def _read_set(line: str, sets: dict[str, list[str]]) -> None:
    match = _SET_LINE.match(line)
    assert match is not None
    words = [_plain(word) for word in match.group(2).split(",") if word.strip()]
    if not words:
        raise _LineError(
            f"the set !{match.group(1)}! is empty: give its words after '=', separated by commas"
        )
    sets[match.group(1).upper()] = words


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split())


def _read_entry(line: str) -> tuple[str, list[UserCode], list[str] | None]:
    """Split an entry line into its name, its codes and its plurals (None: regular)."""
    codes = _read_codes(line)
    rest = _CODE.sub(" ", line)
    if "[" in rest or "]" in rest:
        raise _LineError("a code bracket is not closed: expected [CODE] or [CODE dates]")
    plurals: list[str] | None = None
    braces = _PLURAL.findall(rest)
    if braces:
        plurals = [_plain(word) for brace in braces for word in brace.split(",") if word.strip()]
        rest = _PLURAL.sub(" ", rest)
    if "{" in rest or "}" in rest:
        raise _LineError("a brace of plurals is not closed: expected {PLURAL}")
    name = rest.strip()
    if not _plain(name):
        raise _LineError("the name is missing before the code")
    return name, codes, plurals


def _read_codes(text: str) -> list[UserCode]:
    return [_read_code(inside) for inside in _CODE.findall(text)]


def _read_code(inside: str) -> UserCode:
    parts = inside.replace("<", " <").replace(">", " >").split()
    if not parts:
        raise _LineError("empty code brackets: expected a code such as USAGOV")
    code, dates = parts[0], parts[1:]
    if _DROPPED.match(code):
        return UserCode("")
    code = code.split("/")[0]  # a compound code names several actors; the first stands for it
    if not _ACTOR_CODE.match(code):
        raise _LineError(
            f"{code!r} is no actor code: expected groups of three letters, such as USAGOV or ~MIL"
        )
    since = until = None
    for part in _join_dates(dates):
        if part.startswith("<"):
            until = _day(part[1:]) - datetime.timedelta(days=1)
        elif part.startswith(">"):
            since = _day(part[1:]) + datetime.timedelta(days=1)
        elif "-" in part:
            first, _, last = part.partition("-")
            since, until = _day(first), _day(last)
        else:
            raise _LineError(f"{part!r} is no date restriction: expected <DATE, >DATE or DATE-DATE")
    if since and until and until < since:
        raise _LineError(f"the period ends ({until}) before it begins ({since})")
    return UserCode(code, since, until)


def _join_dates(parts: list[str]) -> list[str]:
    """Put together what blanks tore apart: "< 990101", "920101 - 930101"."""
    joined = " ".join(parts)
    joined = re.sub(r"([<>])\s+", r"\1", joined)
    return re.sub(r"\s*-\s*", "-", joined).split()


def _day(text: str) -> datetime.date:
    digits = re.fullmatch(r"(\d{2}|\d{4})(\d{2})(\d{2})", text)
    slashed = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    try:
        if digits:
            year = int(digits[1])
            if len(digits[1]) == 2:
                year += 1900 if year >= _CENTURY_TURN else 2000
            return datetime.date(year, int(digits[2]), int(digits[3]))
        if slashed:
            return datetime.date(int(slashed[3]), int(slashed[1]), int(slashed[2]))
    except ValueError:
        pass
    raise _LineError(f"{text!r} is no date: expected YYMMDD, YYYYMMDD or MM/DD/YYYY")


def _close(pending: _Pending | None, sets: dict[str, list[str]], dictionary: Dictionary) -> None:
    if pending is None:
        return
    try:
        if not pending.codes:
            raise _LineError("the entry has no code: expected [CODE] after the name or on the lines below")
        agent = any("~" in code.code for code in pending.codes)
        forms: list[str] = []
        for name in pending.names:
            spelled = _expand(name, sets)
            forms += spelled
            if agent and pending.plurals is None and not _SET_USE.search(name):
                forms += [plural(form.lower()).upper() for form in spelled]
            elif not agent and not name.endswith("_") and " " not in _plain(name) and len(_plain(name)) > 4:
                # Without the closing underscore the name also stands for its longer forms.
                forms += [plural(form.lower()).upper() for form in spelled]
        for form in pending.plurals or ():
            forms += _expand(form, sets)
        codes = tuple(UserCode(code.code.replace("~", ""), code.since, code.until) for code in pending.codes)
        dictionary.actors.append(UserActor(forms[0], pending.line, codes, tuple(forms[1:]), agent))
    except _LineError as error:
        dictionary.problems.append(Problem(dictionary.path, pending.line, str(error), pending.text))


def _expand(name: str, sets: dict[str, list[str]]) -> list[str]:
    """Write out the substitution sets of a name: ARMED_!PERSON! is ARMED MAN, ARMED MEN, ..."""
    used = _SET_USE.findall(name)
    if not used:
        return [_plain(name)]
    for key in used:
        if key.upper() not in sets:
            known = ", ".join(f"!{key}!" for key in sorted(sets)) or "none"
            raise _LineError(f"the set !{key}! is not defined (defined so far: {known})")
    pieces = _SET_USE.split(name)
    forms = []
    count = math.prod(len(sets[key.upper()]) for key in used)
    if count > _MOST_FORMS:
        raise _LineError(
            f"the sets of this name give {count} forms, more than {_MOST_FORMS}: write shorter sets or names"
        )
    for words in itertools.product(*(sets[key.upper()] for key in used)):
        filled = list(pieces)
        filled[1::2] = words
        forms.append(_plain("".join(filled)))
    return forms
