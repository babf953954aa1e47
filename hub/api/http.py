"""The edge of the API: who asks, what the body says, every fault as ``wire.Fault`` with code, sentence and place."""

import logging
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap, HTTPScope

from hub.connections.proof import prove
from hub.context import Hub
from hub.errors import Refused, status_of
from hub.fleet.terminals import Known, secret_hash
from hub.log import event
from hub.store.faults import REMEDY, StoreFailed
from kiosk.vocabulary.depth import shallow
from kiosk.wire import Fault

LOGGER = logging.getLogger("hub.api")
BODY_MAX = 64 * 1024
"""Bytes; the longest honest body, a heartbeat with every device in trouble, has a tenth of it."""

BUG = Fault(code="bug", message="The hub made a mistake; it is in its log.")

B = TypeVar("B")
HubRequest = Request[Any, Any, Any]
Answer = Response[bytes] | Response[None]


class ApiError(Exception):
    """A request is answered with a fault; raised and caught at this edge only."""

    def __init__(self, status: int, fault: Fault) -> None:
        super().__init__(fault.code)
        self.status = status
        self.fault = fault


async def terminal(request: HubRequest, hub: Hub) -> Known:
    """The terminal whose key the request carries. Raises ApiError with 401 when it has no valid one."""
    return await bearer(request.headers.get("authorization", ""), hub, request.scope)


async def bearer(header: str, hub: Hub, scope: HTTPScope) -> Known:
    """The terminal of an ``Authorization: Bearer`` header; its connection counts as proven from then on."""
    scheme, key = _parts(header)
    known = await hub.keys.owner(key) if scheme.lower() == "bearer" and key else None
    if known is None:
        raise ApiError(401, Fault(code="unknown_key", message="Enrol this terminal on the hub's terminals page."))
    prove(scope)
    return known


def key_hash(header: str) -> str:
    """The hash of the key in such a header, as the store keeps it."""
    return secret_hash(_parts(header)[1])


def _parts(header: str) -> tuple[str, str]:
    scheme, _, key = header.partition(" ")
    return scheme, key


async def read(request: HubRequest, decoder: msgspec.json.Decoder[B]) -> B:
    """The body as its struct. Raises ApiError with 400 and the place when it is none."""
    return decode(await request.body(), decoder)


def decode(body: bytes, decoder: msgspec.json.Decoder[B]) -> B:
    """The same for a body that was read already."""
    try:
        return decoder.decode(shallow(body))
    except msgspec.ValidationError as fault:
        reason, _, place = str(fault).partition(" - at ")
        raise ApiError(400, Fault(code="bad_field", message=reason, place=place.strip("`") or "$")) from fault
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise ApiError(400, Fault(code="bad_json", message=str(fault), place="body")) from fault


def etag_matches(request: HubRequest, etag: str) -> bool:
    """Whether whoever asks holds what this tag names (``If-None-Match``)."""
    return etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]


def json_response(body: msgspec.Struct | None = None, status: int = 200) -> Answer:
    """An answer in JSON; without a body 204."""
    if body is None:
        return Response(None, status_code=204)
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")


def refusal(refused: Refused) -> Answer:
    """A refusal of the rules as a fault."""
    fault = Fault(code=refused.code, message=refused.message, place=refused.place)
    return json_response(fault, status_of(refused.code))


def turned(_request: HubRequest, fault: ApiError) -> Answer:
    """What ``ApiError`` says."""
    return json_response(fault.fault, fault.status)


def http_fault(_request: HubRequest, fault: HTTPException) -> Answer:
    """Litestar's own answers (404, 405, 413) in our form."""
    answer = json_response(Fault(code=f"http_{fault.status_code}", message=fault.detail), fault.status_code)
    answer.headers |= fault.headers or {}
    return answer


def unsaved(fault: StoreFailed) -> Fault:
    """The error that a program gets: which trouble, in a word and a sentence. The log has it from the store itself,
    once."""
    remedy = REMEDY[fault.trouble] if fault.trouble else "It is being stopped."
    return Fault(code="store_failed", message=f"The hub cannot save. {remedy}", place=fault.trouble or "")


def store_failed(_request: HubRequest, fault: StoreFailed) -> Answer:
    """Nothing was saved: the terminal goes on without us."""
    return json_response(unsaved(fault), 503)


def bug(request: HubRequest, fault: Exception) -> Answer:
    """A program fault: logged whole, told in one sentence."""
    LOGGER.error("bug in %s %s", request.method, request.url.path, exc_info=fault, extra=event("hub.bug"))
    return json_response(BUG, 500)


HANDLERS: ExceptionHandlersMap = {
    ApiError: turned,
    HTTPException: http_fault,
    StoreFailed: store_failed,
    Exception: bug,
}
"""Every fault in our form, for the routers of the API."""
