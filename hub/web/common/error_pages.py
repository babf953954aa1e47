"""Exceptions end here: an error page for the person, the traceback in the log."""

import logging
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from hub.log import event
from hub.store.faults import StoreFailed
from hub.web.common.page import HubRequest, render

LOGGER = logging.getLogger("hub.web")


def http_fault(request: HubRequest, fault: HTTPException) -> Response[Any]:
    """Unknown address, wrong method (the fault says which are right), a body that is too large."""
    word = {404: "not_found", 405: "not_found"}.get(fault.status_code, "bad_request")
    answer = render(request, "message.html", fault.status_code, word=word)
    answer.headers |= fault.headers or {}
    return answer


def store_failed(request: HubRequest, fault: StoreFailed) -> Response[Any]:
    """Nothing was saved. A page that only asked for its parts gets the sentence, and keeps what it shows.

    The log has the reason from the store itself, once.
    """
    why = f"store.{fault.trouble or 'closed'}"
    if "hx-request" in request.headers:
        return render(request, "desk_unsaved.html", 503, why=why)
    return render(request, "message.html", 503, word="store_failed", why=why)


def bug(request: HubRequest, fault: Exception) -> Response[Any]:
    """A program fault."""
    LOGGER.error("bug in %s %s", request.method, request.url.path, exc_info=fault, extra=event("hub.bug"))
    return render(request, "message.html", 500, word="bug")


HANDLERS: ExceptionHandlersMap = {HTTPException: http_fault, StoreFailed: store_failed, Exception: bug}
