"""Reader and writer of actor dictionaries as CSV or TSV tables."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable
from pathlib import Path

from coder.errors import InputError
from coder.resolve.dictionaries.records import Dictionary, Problem, UserActor, UserCode
from coder.resolve.knowledge import parse_day

COLUMNS = ("name", "aliases", "code", "from", "to")
NO_CODE = "###"  # a name that is to be left uncoded
_CODE = re.compile(r"^~?[A-Za-z0-9]{3}(?:[A-Za-z0-9]{3})*$")
_COUNTRY = re.compile(r"^[A-Z]{3}$")
_ROLES = re.compile(r"^(?:[A-Z]{3})+$")


def read_table_dictionary(path: Path, text: str) -> Dictionary:
    """Parse a table with a header line: ``name`` and ``code``, or ``country`` and ``roles``; ``aliases`` (separated by |), ``from``, ``to``.

    A code that begins with ``~`` marks a role noun. Rows of one name are one actor with codes for different days.
    InputError when the header lacks what it needs; broken rows become problems of the result.
    """
    dictionary = Dictionary(path)
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    lines = io.StringIO(text.lstrip("\ufeff"), newline="")
    reader = csv.reader((line for line in lines), delimiter=delimiter)
    header = [cell.strip().lower() for cell in next(reader, [])]
    if "name" not in header or not {"code", "country", "roles"} & set(header):
        raise InputError(
            f"{path}: expected a header line with 'name' and 'code' (or 'country' and 'roles'), found: {', '.join(header) or 'nothing'}"
        )
    rows: dict[tuple[str, bool], tuple[int, list[UserCode], list[str]]] = {}
    for cells in reader:
        number = reader.line_num
        if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
            continue
        try:
            if len(cells) > len(header):
                raise ValueError(
                    f"expected {len(header)} cells, found {len(cells)}: quote cells that hold a comma"
                )
            row = dict(zip(header, [cell.strip() for cell in cells], strict=False))
            name = row.get("name", "")
            if not name:
                raise ValueError("the name is missing")
            code, agent = _code(row)
            dated = UserCode(code, _day(row, "from"), _day(row, "to"))
            entry = rows.setdefault((name, agent), (number, [], []))
            entry[1].append(dated)
            entry[2].extend(alias.strip() for alias in row.get("aliases", "").split("|") if alias.strip())
        except ValueError as error:
            dictionary.problems.append(Problem(path, number, str(error), delimiter.join(cells)))
    for (name, agent), (number, codes, aliases) in rows.items():
        dictionary.actors.append(UserActor(name, number, tuple(codes), tuple(aliases), agent))
    return dictionary


def _code(row: dict[str, str]) -> tuple[str, bool]:
    code = row.get("code", "")
    if code == NO_CODE:
        return "", False
    if code:
        if not _CODE.match(code):
            raise ValueError(
                f"{code!r} is no actor code: expected groups of three letters, such as USAGOV or ~MIL"
            )
        return code.lstrip("~"), code.startswith("~")
    country, roles = row.get("country", ""), row.get("roles", "").replace("|", "").replace(" ", "")
    if country and not _COUNTRY.match(country):
        raise ValueError(f"{country!r} is no ISO 3166 alpha-3 country code such as USA")
    if roles and not _ROLES.match(roles):
        raise ValueError(f"{roles!r} are no role codes: expected groups of three letters, such as GOVMIL")
    if not country + roles:
        raise ValueError("neither code nor country nor roles are given")
    return country + roles, False


def _day(row: dict[str, str], column: str) -> datetime.date | None:
    text = row.get(column, "")
    try:
        return parse_day(text, end=column == "to")
    except ValueError:
        raise ValueError(
            f"{text!r} in column {column!r} is no date: expected YYYY-MM-DD, YYYY-MM or YYYY"
        ) from None


def write_table(actors: Iterable[UserActor], path: Path) -> int:
    """Write ``actors`` as a CSV that coder reads; return the number of rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(COLUMNS)
        for actor in actors:
            for number, code in enumerate(actor.codes):
                writer.writerow(
                    [
                        actor.name,
                        "|".join(actor.synonyms) if number == 0 else "",
                        ("~" if actor.agent else "") + (code.code or NO_CODE),
                        code.since.isoformat() if code.since else "",
                        code.until.isoformat() if code.until else "",
                    ]
                )
                count += 1
    return count
