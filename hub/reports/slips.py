"""A slip that was read: the ticket it tells of."""

from sqlalchemy import Connection

from hub import hub_generation
from hub.errors import Code, Refused
from hub.reports.permissions import may_show
from hub.reports.reconcile import Reconciled, reconcile
from hub.reports.reported_tickets import ReportedTicket
from hub.store.enums import Origin
from hub.store.sql import run
from kiosk.vocabulary.slips import Forged, Slip, read_slip, service_mark


def take_slip(connection: Connection, site: str, text: str, token: str, now_ms: int) -> Reconciled | Refused:
    """Read a slip as it came from a terminal's scanner and take its ticket in.

    Refused with UNREADABLE, FORGED, or as ``permissions.may_show`` and ``reconcile`` refuse.

    ``token`` is for the visitor's page, should the ticket be new here.
    """
    slip = read_slip(text, hub_generation.of(connection, site).slip_key)
    if slip is None:
        return Refused(Code.UNREADABLE, "This is no slip of ours.", "slip")
    if isinstance(slip, Forged):
        return Refused(Code.FORGED, "This slip was not made by this hall.", "slip")
    told = told_by_slip(connection, site, slip, token, now_ms)
    return may_show(connection, told) or reconcile(connection, told)


def told_by_slip(connection: Connection, site: str, slip: Slip, token: str, now_ms: int) -> ReportedTicket:
    """What a slip (with a MAC of this town hall) tells; its language is not on it."""
    return ReportedTicket(
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
