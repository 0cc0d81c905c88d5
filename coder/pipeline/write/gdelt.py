"""The 61 columns of the event table of GDELT 2.0, as its tab-separated files without header have them."""

import datetime

from coder.pipeline.write.parts import Row, actor_code, country_name, event_day, fips, full_code, number_of

_TEXT, _NUMBER, _INT = "string", "float64", "int32"


def _actor_fields(name: str) -> list[tuple[str, str]]:
    parts = ("Code", "Name", "CountryCode", "KnownGroupCode", "EthnicCode", "Religion1Code", "Religion2Code")
    return [(f"{name}{part}", _TEXT) for part in (*parts, "Type1Code", "Type2Code", "Type3Code")]


def _place_fields(name: str) -> list[tuple[str, str]]:
    return [
        (f"{name}Geo_Type", _INT),
        (f"{name}Geo_FullName", _TEXT),
        (f"{name}Geo_CountryCode", _TEXT),
        (f"{name}Geo_ADM1Code", _TEXT),
        (f"{name}Geo_ADM2Code", _TEXT),
        (f"{name}Geo_Lat", _NUMBER),
        (f"{name}Geo_Long", _NUMBER),
        (f"{name}Geo_FeatureID", _TEXT),
    ]


GDELT_COLUMNS = (
    ("GlobalEventID", "int64"),
    ("Day", _INT),
    ("MonthYear", _INT),
    ("Year", _INT),
    ("FractionDate", _NUMBER),
    *_actor_fields("Actor1"),
    *_actor_fields("Actor2"),
    ("IsRootEvent", _INT),
    ("EventCode", _TEXT),
    ("EventBaseCode", _TEXT),
    ("EventRootCode", _TEXT),
    ("QuadClass", _INT),
    ("GoldsteinScale", _NUMBER),
    ("NumMentions", _INT),
    ("NumSources", _INT),
    ("NumArticles", _INT),
    ("AvgTone", _NUMBER),
    *_place_fields("Actor1"),
    *_place_fields("Actor2"),
    *_place_fields("Action"),
    ("DATEADDED", "int64"),
    ("SOURCEURL", _TEXT),
)


def gdelt_row(row: Row) -> Row:
    """Return the GDELT row of a row of the event table.

    Empty, because nothing of ours says it: tone, places of the actors, ADM codes, feature ids. ``IsRootEvent`` is 1 in the first
    sentence. Names are in capitals, countries of places in FIPS 10-4, as there.
    """
    values: Row = dict.fromkeys((name for name, _ in GDELT_COLUMNS))
    values |= _day(event_day(row))
    values |= _actor(row, "source", "Actor1") | _actor(row, "target", "Actor2") | _place(row)
    values |= {"Actor1Geo_Type": 0, "Actor2Geo_Type": 0}  # the files there have 0 where no place is known
    added: datetime.date | None = row["published"] or row["event_date"]
    values |= {
        "GlobalEventID": number_of(row["event_id"]),
        "IsRootEvent": int(row["sentence_index"] == 0),
        "EventCode": full_code(row["code"]),
        "EventBaseCode": full_code(row["code"])[:3],
        "EventRootCode": row["root"],
        "QuadClass": row["quad_class"],
        "GoldsteinScale": row["goldstein"],
        "NumMentions": row["mentions"],
        "NumSources": 1,
        "NumArticles": 1,
        "DATEADDED": int(added.strftime("%Y%m%d")) * 1_000_000 if added else None,
        "SOURCEURL": row["url"],
    }
    return values


def _day(day: datetime.date | None) -> Row:
    if day is None:
        return {}
    return {
        "Day": day.year * 10_000 + day.month * 100 + day.day,
        "MonthYear": day.year * 100 + day.month,
        "Year": day.year,
        # The formula of the GDELT codebook, which lets late December reach into the next year.
        "FractionDate": round(day.year + (day.month * 30 + day.day) / 365, 4),
    }


def _actor(row: Row, side: str, name: str) -> Row:
    code = actor_code(row, side)
    shown = row[f"{side}_name"] or row[f"{side}_text"]
    types = (*code.roles, None, None, None)
    religions = (*code.religions, None, None)
    return {
        f"{name}Code": row[f"{side}_code"],
        f"{name}Name": shown.upper() if shown else None,
        f"{name}CountryCode": code.country,
        f"{name}KnownGroupCode": code.group,
        f"{name}EthnicCode": code.ethnic,
        f"{name}Religion1Code": religions[0],
        f"{name}Religion2Code": religions[1],
        f"{name}Type1Code": types[0],
        f"{name}Type2Code": types[1],
        f"{name}Type3Code": types[2],
    }


def _place(row: Row) -> Row:
    country = row["place_country"]
    american = country == "USA"
    kinds = {
        "country": 1,
        "admin1": 2 if american else 5,
        "city": 3 if american else 4,
        "site": 3 if american else 4,
    }
    names = (row["place_name"], row["place_admin1"], country_name(country))
    parts = list(dict.fromkeys(name for name in names if name))
    return {
        "ActionGeo_Type": kinds.get(row["place_precision"], 0),
        "ActionGeo_FullName": ", ".join(parts) or None,
        "ActionGeo_CountryCode": fips(country),
        "ActionGeo_Lat": row["latitude"],
        "ActionGeo_Long": row["longitude"],
    }
