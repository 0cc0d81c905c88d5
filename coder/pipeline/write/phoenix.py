"""The columns of the Historical Phoenix event data of the Cline Center, as its CSV files have them."""

from coder.pipeline.write.parts import PENTA, Row, actor_code, country_name, event_day, full_code

_TEXT, _INT = "string", "int32"
PHOENIX_COLUMNS = (
    ("eid", _TEXT),
    ("story_date", _TEXT),
    ("year", _INT),
    ("month", _INT),
    ("day", _INT),
    ("source", _TEXT),
    ("source_root", _TEXT),
    ("source_agent", _TEXT),
    ("source_others", _TEXT),
    ("target", _TEXT),
    ("target_root", _TEXT),
    ("target_agent", _TEXT),
    ("target_others", _TEXT),
    ("code", _TEXT),
    ("root_code", _TEXT),
    ("quad_class", _INT),
    ("goldstein", "float64"),
    ("joined_issues", _TEXT),
    ("lat", "float64"),
    ("lon", "float64"),
    ("placename", _TEXT),
    ("statename", _TEXT),
    ("countryname", _TEXT),
    ("aid", _TEXT),
    ("process", _TEXT),
)


def phoenix_row(row: Row) -> Row:
    """Return the Phoenix row of a row of the event table; ``quad_class`` has the value 0 for statements, ``process`` is ``coder``."""
    day = event_day(row)
    return {
        "eid": row["event_id"],
        "story_date": day.strftime("%m/%d/%Y") if day else None,
        "year": day.year if day else None,
        "month": day.month if day else None,
        "day": day.day if day else None,
        **_actor(row, "source"),
        **_actor(row, "target"),
        "code": full_code(row["code"]),
        "root_code": row["root"],
        "quad_class": PENTA.get(row["root"]),
        "goldstein": row["goldstein"],
        "joined_issues": None,
        "lat": row["latitude"],
        "lon": row["longitude"],
        "placename": row["place_name"],
        "statename": row["place_admin1"],
        "countryname": country_name(row["place_country"]),
        "aid": row["article_id"],
        "process": "coder",
    }


def _actor(row: Row, side: str) -> Row:
    code = actor_code(row, side)
    root = code.country or code.group
    others = [*code.roles[1:], *code.religions, *([code.ethnic] if code.ethnic else [])]
    if code.group and code.group != root:
        others.append(code.group)
    return {
        side: row[f"{side}_code"],
        f"{side}_root": root,
        f"{side}_agent": code.roles[0] if code.roles else None,
        f"{side}_others": ";".join(others) or None,
    }
