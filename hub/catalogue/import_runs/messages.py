"""What a hub and the process of one of its imports tell each other (``runs`` and ``child`` beside this)."""

import msgspec

from hub.trail.entries import Who
from kiosk.catalogue.faults import Fault


class Bringer(msgspec.Struct, frozen=True):
    """A person who brings a file by the page of a running hub, for their site; ``name`` is what the file is called."""

    site: str
    who: str
    trail: Who
    name: str


class Task(msgspec.Struct, frozen=True):
    """What to import: ``file`` in ``folder``, which is ours alone, into the hub at ``data``."""

    file: str
    folder: str
    data: str
    area: str
    by: Bringer


class Done(msgspec.Struct, frozen=True, tag="done"):
    """It is in force."""

    version: int
    changed: bool
    services: int
    report: str


class Waits(msgspec.Struct, frozen=True, tag="waits"):
    """It is kept, and waits for a person."""

    services: int


class Faulty(msgspec.Struct, frozen=True, tag="faulty"):
    """It was refused, and nothing changed."""

    source: str
    faults: tuple[Fault, ...]


Result = Done | Waits | Faulty
