"""Services, fees, offices, opening hours and queues as the hub publishes them and the terminal keeps them.

Field names follow XZuFi where it has the thing (leistung, kosten, organisationseinheit); see docs/catalogue.md.
All texts are ``{language tag: text}``; dates are ISO 8601; amounts are integer cents.
"""

from datetime import date, time
from typing import Annotated

import msgspec

Texts = dict[str, str]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9._:-]+\Z")]
Day = Annotated[int, msgspec.Meta(ge=0, le=6)]
Cents = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]


class _Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of catalogue records: frozen, by name, defaults left out on the wire."""


class Category(_Record, frozen=True):
    """A group of services on the category screen (life situation)."""

    id: Id
    names: Texts
    icon: str = "category"
    order: int = 0


class Fee(_Record, frozen=True):
    """A fee that is valid in a span of days. ``cents`` None = said at the counter."""

    id: Id
    names: Texts
    cents: Cents | None
    from_age: int | None = None
    below_age: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class Span(_Record, frozen=True):
    """Open from ``opens`` until ``closes`` on a weekday (0 = Monday)."""

    day: Day
    opens: time
    closes: time


class ClosedDay(_Record, frozen=True):
    """A date on which the office is closed (or open at other hours when ``spans`` is given)."""

    date: date
    names: Texts = {}
    spans: tuple[Span, ...] = ()


class Office(_Record, frozen=True):
    """Who does it and where: an organisational unit with its hours."""

    id: Id
    names: Texts
    address: str = ""
    places: Texts = {}
    """Way-finding inside the town hall: floor, waiting area, counters."""
    hours: tuple[Span, ...] = ()
    closed_days: tuple[ClosedDay, ...] = ()


class Queue(_Record, frozen=True):
    """A waiting circle: its series letter and where its people wait."""

    id: Id
    series: str
    names: Texts
    places: Texts = {}
    office: Id | None = None


class Elsewhere(_Record, frozen=True):
    """How to reach whoever does what this town hall does not: every field may be empty."""

    address: str = ""
    phone: str = ""
    url: str = ""


class Service(_Record, frozen=True):
    """One service of the catalogue (leistung). With ``elsewhere`` others do it, not this town hall: no number is
    drawn."""

    id: Id
    names: Texts
    teasers: Texts = {}
    bring: dict[str, tuple[str, ...]] = {}
    """Papers to bring, per language."""
    fees: tuple[Fee, ...] = ()
    fee_notes: Texts = {}
    words: dict[str, tuple[str, ...]] = {}
    """Everyday search words per language ("Perso")."""
    categories: tuple[Id, ...] = ()
    office: Id | None = None
    queue: Id | None = None
    minutes: int | None = None
    """How long it takes at the counter."""
    elsewhere: Elsewhere | None = None
    there: Texts = {}
    """Who does it instead, where ``elsewhere`` says how to reach them ("Familienkasse")."""
    reception: bool = False
    """For whoever does not find what they came for: search ends with a number for it."""
    valid_from: date | None = None
    valid_to: date | None = None


class Featured(_Record, frozen=True):
    """A tile on the start screen that prints at once."""

    service: Id
    labels: Texts = {}
    details: Texts = {}


class FaceColour(_Record, frozen=True):
    """The town's own colour, at most one: six hex digits."""

    id: Id = "town"
    colour: str = ""


class Picture(_Record, frozen=True):
    """A picture of the town's face (``kiosk.catalogue.face`` has the kinds): ``width`` x ``height`` pixels in
    ``media``; base64 on the wire."""

    id: Id
    media: str
    width: int
    height: int
    data: bytes


class Catalogue(_Record, frozen=True):
    """One whole snapshot. ``version`` grows with every change; ``schema`` is "major.minor"."""

    version: int
    schema: str = "1.0"
    published: str = ""
    languages: tuple[str, ...] = ("de",)
    categories: tuple[Category, ...] = ()
    services: tuple[Service, ...] = ()
    offices: tuple[Office, ...] = ()
    queues: tuple[Queue, ...] = ()
    featured: tuple[Featured, ...] = ()
    face_colours: tuple[FaceColour, ...] = ()
    pictures: tuple[Picture, ...] = ()
