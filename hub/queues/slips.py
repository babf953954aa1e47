"""A slip that was read: the ticket it tells of."""

from sqlalchemy import Connection

from hub.queues.arrivals import Told
from hub.store.sql import run
from hub.store.words import Origin
from kiosk.vocabulary.slips import Slip, service_mark


def told_by_slip(connection: Connection, site: str, slip: Slip, token: str, now_ms: int) -> Told:
    """What a slip (with a MAC of this hall) tells; its language is not on it."""
    return Told(
        site=site,
        id=slip.id,
        label=slip.label,
        day=slip.business_day,
        arrival_ms=slip.arrival_s * 1000,
        arrival_sure=True,
        origin=Origin.SCANNED,
        token=token,
        now_ms=now_ms,
        service=_service(connection, site, slip.service),
    )


def _service(connection: Connection, site: str, mark: int) -> str:
    """The service with this mark; "" when the catalogue does not have it (any more)."""
    rows = run(connection, "SELECT service_id FROM service_queue WHERE site_id = ?", site).fetchall()
    return next((str(row[0]) for row in rows if service_mark(str(row[0])) == mark), "")
