"""What is in force at a hub, looked at without HTTP."""

from sqlalchemy import Connection

from hub.catalogue import records, state
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.records import put_together


def in_force(connection: Connection, site: str) -> Catalogue | None:
    """The catalogue in force, put together of its records; None = none was ever published."""
    known = state.read(connection, site)
    if known is None:
        return None
    return put_together({row.key: row.body or b"" for row in records.living(connection, site)}, known.version)
