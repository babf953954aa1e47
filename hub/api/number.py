"""POST TICKETS: a number. Terminals ask it by the thousand, so it goes straight from ASGI to the store.

Litestar's routing, requests and responses cost more than the number itself (docs/decisions/0012-number-lane.md).
"""

import msgspec
from litestar.types import HTTPScope, Receive, Send
from sqlalchemy import Connection

from hub.api.described import says
from hub.api.http import BODY_MAX, BUG, LOGGER, ApiError, bearer, decode, unsaved
from hub.api.routes import Lane
from hub.context import Hub
from hub.errors import Code, Refused, status_of
from hub.fleet.terminals import Known
from hub.log import event
from hub.reports.permissions import Key, tell_staff
from hub.store.faults import StoreFailed
from hub.tickets.issue import Ask, Issued, issue
from hub.tickets.model import local_iso, slip_code
from kiosk import wire

_request = msgspec.json.Decoder(wire.TicketRequest)


async def number(hub: Hub, scope: HTTPScope, receive: Receive, send: Send) -> None:
    """A number for the ticket in the body; the same id, the same answer."""
    try:
        status, answer = await _answered(hub, scope, receive)
    except ApiError as fault:
        status, answer = fault.status, fault.fault
    except StoreFailed as fault:
        status, answer = 503, unsaved(fault)
    except Exception as fault:
        LOGGER.error("bug in POST %s", wire.TICKETS, exc_info=fault, extra=event("hub.bug"))
        status, answer = 500, BUG
    body = msgspec.json.encode(answer)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    headers += [(b"allow", b"POST")] if status == 405 else []
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _answered(hub: Hub, scope: HTTPScope, receive: Receive) -> tuple[int, msgspec.Struct]:
    if scope["method"] != "POST":
        raise ApiError(405, wire.Fault(code="http_405", message="Only POST makes a number."))
    known = await bearer(_header(scope, b"authorization"), hub, scope)
    ask = _ask(decode(await _body(receive), _request), known, hub)
    found = await hub.store.write(lambda c: _issue(c, ask))
    if isinstance(found, Refused):
        return status_of(found.code), wire.Fault(code=found.code, message=found.message, place=found.place)
    return 200, _answer(found)


def _issue(connection: Connection, ask: Ask) -> Issued | Refused:
    found = issue(connection, ask)
    if isinstance(found, Refused) and found.code is Code.NOT_ITS_OWN:
        tell_staff(connection, Key(ask.site, ask.terminal or ""), found, ask.now_ms)
    return found


def _header(scope: HTTPScope, name: bytes) -> str:
    return next((value.decode("latin-1") for found, value in scope["headers"] if found == name), "")


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises ApiError with 413 beyond the limit."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ApiError(400, wire.Fault(code="gone", message="The terminal hung up."))
        body += message["body"]
        more = message["more_body"]
        if len(body) > BODY_MAX:
            raise ApiError(413, wire.Fault(code="http_413", message=f"More than {BODY_MAX} bytes."))
    return body


def _ask(body: wire.TicketRequest, known: Known, hub: Hub) -> Ask:
    return Ask(
        site=known.site,
        id=body.id,
        service=body.service,
        token=hub.tokens.draw(),
        now_ms=hub.now_ms(),
        lang=body.lang,
        tapped_at=body.tapped_at[:40],
        terminal=known.id,
    )


def _answer(issued: Issued) -> wire.TicketAnswer:
    ticket = issued.ticket
    return wire.TicketAnswer(
        id=ticket.id,
        series=ticket.series,
        n=ticket.n,
        queue=ticket.queue_id,
        service=ticket.service_id,
        business_day=ticket.day,
        issued_at=local_iso(ticket.issued_ms, issued.timezone),
        ahead=ticket.ahead,
        slip_code=slip_code(ticket, issued.slip_key),
        url=f"{issued.base_url}/t/{ticket.token}" if issued.base_url else "",
    )


LANE = Lane(
    "POST",
    wire.TICKETS,
    number,
    says(takes=wire.TicketRequest, gives=wire.TicketAnswer, refuses=(404, 409, 410, 422)),
)
