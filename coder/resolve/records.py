"""What resolution adds to an event: who its actors are, where and when it took place."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

ActorBasis = Literal["stated", "dictionary", "context", "coreference"]
PlaceBasis = Literal["stated", "dateline", "context"]
PlacePrecision = Literal["site", "city", "admin1", "country", "region"]
DatePrecision = Literal["day", "week", "month", "year"]
DateBasis = Literal["stated", "dateline", "published"]


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor mention with its CAMEO code; every part is None or empty when nothing supports it.

    ``basis`` says where the country (or, without one, the role) comes from: ``stated`` in the mention's own words,
    ``dictionary`` of known names, ``context`` of the story, ``coreference`` to another mention of the article.
    """

    text: str | None = None
    code: str | None = None
    name: str | None = None
    country: str | None = None
    roles: tuple[str, ...] = ()
    basis: ActorBasis | None = None
    ethnicity: str | None = None
    religion: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place with its country (ISO 3166-1 alpha-3), degrees of latitude and longitude (WGS 84) and GeoNames id."""

    text: str | None = None
    name: str | None = None
    country: str | None = None
    admin1: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    geonames_id: int | None = None
    precision: PlacePrecision | None = None
    basis: PlaceBasis | None = None


@dataclass(frozen=True, slots=True)
class EventDate:
    """The first day of the time span in which the event took place, and how wide that span is."""

    date: datetime.date | None = None
    text: str | None = None
    precision: DatePrecision | None = None
    basis: DateBasis | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The actors, place and date of one event."""

    source: Actor
    target: Actor
    place: Place
    when: EventDate
