"""The columns of the ICEWS coded event data, as its tab-separated files have them."""

from coder.ontology.roles import load_roles
from coder.pipeline.write.parts import Row, actor_code, country_name, event_day, full_code, number_of

_TEXT = "string"
ICEWS_COLUMNS = (
    ("Event ID", "int64"),
    ("Event Date", "date32"),
    ("Source Name", _TEXT),
    ("Source Sectors", _TEXT),
    ("Source Country", _TEXT),
    ("Event Text", _TEXT),
    ("CAMEO Code", _TEXT),
    ("Intensity", "float64"),
    ("Target Name", _TEXT),
    ("Target Sectors", _TEXT),
    ("Target Country", _TEXT),
    ("Story ID", _TEXT),
    ("Sentence Number", "int32"),
    ("Publisher", _TEXT),
    ("City", _TEXT),
    ("District", _TEXT),
    ("Province", _TEXT),
    ("Country", _TEXT),
    ("Latitude", "float64"),
    ("Longitude", "float64"),
)


def icews_row(row: Row) -> Row:
    """Return the ICEWS row of a row of the event table; sentences are numbered from 1, sectors are names of roles."""
    is_town = row["place_precision"] in ("city", "site")
    return {
        "Event ID": number_of(row["event_id"]),
        "Event Date": event_day(row),
        **_actor(row, "source", "Source"),
        "Event Text": _event_text(row["code_name"]),
        "CAMEO Code": full_code(row["code"]),
        "Intensity": row["goldstein"],
        **_actor(row, "target", "Target"),
        "Story ID": row["article_id"],
        "Sentence Number": row["sentence_index"] + 1,
        "Publisher": row["publisher"],
        "City": row["place_name"] if is_town else None,
        "District": None,
        "Province": row["place_admin1"],
        "Country": country_name(row["place_country"]),
        "Latitude": row["latitude"],
        "Longitude": row["longitude"],
    }


def _event_text(name: str | None) -> str | None:
    return name.removesuffix(", not specified below") if name else name  # "Consult" stands there for 040


def _actor(row: Row, side: str, name: str) -> Row:
    roles = load_roles()
    sectors = [roles[code].name for code in actor_code(row, side).roles if code in roles]
    return {
        f"{name} Name": row[f"{side}_name"] or row[f"{side}_text"],
        f"{name} Sectors": ",".join(sectors) or None,
        f"{name} Country": country_name(row[f"{side}_country"]),
    }
