"""The town's face where it is kept: in the catalogue's own records, so that it travels as they do.

There is no second copy of it: what stands in the records is what terminals get. Imports bring none and leave it alone.
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from hub.catalogue.content import diff, records
from hub.catalogue.face.messages import Slot
from hub.catalogue.publication import publishing
from hub.errors import Refused, faulty
from hub.store.sql import run
from kiosk.catalogue.face import ARMS, ARMS_ON_PAPER, PICTURE, face_faults
from kiosk.catalogue.model import FaceColour, Picture
from kiosk.catalogue.records import Key, join

PICTURES_OF: dict[Slot, tuple[str, ...]] = {Slot.ARMS: (ARMS, ARMS_ON_PAPER), Slot.PICTURE: (PICTURE,)}
"""What is made of the file that is brought for a slot."""


class Marks(msgspec.Struct, frozen=True):
    """What pages need to show a face: the colour, and for each picture there is the beginning of its checksum, which
    its address carries."""

    colour: str = ""
    pictures: dict[str, str] = {}

    @property
    def version(self) -> str:
        """Another when anything of the face is another."""
        return " ".join((self.colour, *(f"{name}:{mark}" for name, mark in sorted(self.pictures.items()))))


def marks(connection: Connection, site: str) -> Marks:
    """The face as pages show it."""
    rows = run(
        connection,
        "SELECT id, substr(sha256, 1, 12) FROM catalogue_record"
        " WHERE site_id = ? AND kind = 'picture' AND deleted_ms IS NULL",
        site,
    )
    return Marks(colour(connection, site), dict(rows.fetchall()))


def colour(connection: Connection, site: str) -> str:
    """The town's colour, "" = ours."""
    return next((each.colour for each in _things(connection, site, "face") if isinstance(each, FaceColour)), "")


def picture(connection: Connection, site: str, ident: str) -> Picture | None:
    """One of its pictures."""
    body = records.body(connection, site, Key("picture", ident))
    found = join("picture", ident, body, {}).value if body is not None else None
    return found if isinstance(found, Picture) else None


def set_colour(connection: Connection, site: str, wanted: str, now_ms: int) -> Refused | None:
    """Another colour from now on; "" = ours again. Nothing changes while there is no catalogue."""
    things = (FaceColour(colour=wanted),) if wanted else ()
    if fault := next(face_faults(things, ()), None):
        return faulty(fault)
    changes = diff.of_kind(connection, site, "face", things, [each.id for each in things])
    publishing.put(connection, site, changes, now_ms)
    return None


def set_pictures(connection: Connection, site: str, slot: Slot, made: Iterable[Picture], now_ms: int) -> Refused | None:
    """Other pictures in this slot from now on; none = ours again. Nothing changes while there is no catalogue."""
    others = [each for each in _pictures(connection, site) if each.id not in PICTURES_OF[slot]]
    things = (*others, *made)
    if fault := next(face_faults((), things), None):
        return faulty(fault)
    changes = diff.of_kind(connection, site, "picture", things, [each.id for each in things])
    publishing.put(connection, site, changes, now_ms)
    return None


def _pictures(connection: Connection, site: str) -> list[Picture]:
    return [each for each in _things(connection, site, "picture") if isinstance(each, Picture)]


def _things(connection: Connection, site: str, kind: str) -> list[object]:
    return [join(kind, key.id, body, {}).value for key, body in records.bodies(connection, site, kind)]
