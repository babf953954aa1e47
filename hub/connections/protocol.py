"""uvicorn's HTTP protocol with limits: bytes and seconds of head and body, and a seat for each connection.

A limit is kept before anything is parsed beyond it or anybody is asked: the connection is answered in one line and
closed. All of it runs on the event loop's thread. Limits: ``hub.connections.limits``.
"""

import asyncio
import ipaddress
import logging
from typing import Any

import msgspec
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hub.connections.book import Connections
from hub.connections.limits import Limits
from hub.connections.proof import KEY, Proof
from hub.connections.tally import Reason, Tally
from hub.headers import ALWAYS
from kiosk.wire import Fault

PARSER = logging.getLogger("hub.connections.parser")
"""uvicorn warns of each request that is none and of each upgrade that nobody asked us to offer: whoever wants to could
fill the log. They are counted instead; bugs (ERROR) are still written."""
PARSER.setLevel(logging.ERROR)
SEALED = b"".join(b"%s: %s\r\n" % each for each in (*ALWAYS, (b"cache-control", b"no-store")))
PIECE = 16 * 1024
"""Bytes that are parsed at once: so much a head may be over its limit before that is seen."""


class Keeper:
    """What the connections of one hub share."""

    def __init__(self, limits: Limits, tally: Tally) -> None:
        self.limits, self.tally = limits, tally
        self.book = Connections(limits)


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, keeper: Keeper, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self._keeper, self._limits = keeper, keeper.limits
        self.logger = PARSER
        self._origin = ""
        self._in_head, self._refused = True, False
        self._head = self._body = self._most_body = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a seat; whoever has been silent longest may lose theirs for it."""
        super().connection_made(transport)
        self._origin = origin_of(self.client[0] if self.client else "")
        room = self._keeper.book.opened(self, self._origin)
        if isinstance(room.leaves, BoundedProtocol):
            room.leaves.drop(Reason.ROOM)
        if room.refused:
            self.drop(Reason.FULL)
        else:
            self._within(self._limits.head_s, Reason.HEAD_TIME)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the seat back."""
        self._stop_timer()
        self._keeper.book.closed(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse in pieces, so that a head that is too long ends here and not in memory."""
        for start in range(0, len(data), PIECE):
            if self._refused or self.transport.is_closing():
                return
            piece = data[start : start + PIECE]
            self._head += len(piece) if self._in_head else 0
            super().data_received(piece)
            if self._in_head and self._head > self._limits.head_bytes:
                self._refuse(431, Reason.HEAD_BYTES)

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        if not self._in_head:
            self._in_head, self._head = True, 0
            self._within(self._limits.head_s, Reason.HEAD_TIME)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole: refuse a body that says it is too long, else let it be answered."""
        self._in_head, self._body = False, 0
        self._stop_timer()
        self._most_body = self._limits.body_limit(self.url.partition(b"?")[0].decode("latin-1"))
        if _announced(self.headers) > self._most_body:
            self._refuse(413, Reason.BODY_BYTES)
            return
        self._keeper.book.busy(self)
        self.scope["state"][KEY] = Proof(self._keeper.book, self)
        self._within(self._limits.body_s, Reason.BODY_TIME)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count what comes without a length."""
        self._body += len(body)
        if self._body > self._most_body:
            self._refuse(413, Reason.BODY_BYTES)
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The body is whole."""
        self._stop_timer()
        if not self._refused:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Answered: from now on it may be closed to make room."""
        self._keeper.book.idle(self)
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """The parser has found what is no HTTP: answer in one line and close."""
        self._refuse(400, Reason.MALFORMED)

    def drop(self, reason: Reason) -> None:
        """Close without a word: an answer would cost more than the silence is worth."""
        self._refused = True
        self._keeper.tally.note(reason, self._origin)
        self._keeper.book.closed(self)
        self.transport.abort()

    def _refuse(self, status: int, reason: Reason) -> None:
        """Answer in one line and close; the app hears that the client is gone."""
        if self._refused:
            return
        self._refused = True
        self._stop_timer()
        self._keeper.tally.note(reason, self._origin)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write(STATUS_LINE[status] + _said(self.url, status))
        self.transport.close()

    def _within(self, seconds: float, reason: Reason) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._late, reason)

    def _late(self, reason: Reason) -> None:
        if reason is Reason.BODY_TIME:
            self._refuse(408, reason)
        else:
            self.drop(reason)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _said(url: bytes, status: int) -> bytes:
    """The rest of an answer that refuses: for programs a fault in our form, for everybody else nothing."""
    why = "This is no HTTP." if status == 400 else "This request is larger or slower than the hub takes."
    fault = Fault(code=f"http_{status}", message=why)
    body = msgspec.json.encode(fault) if url.startswith(b"/api/") else b""
    head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body)
    return SEALED + head + body


def _announced(headers: list[tuple[bytes, bytes]]) -> int:
    """What the head says of the body's length; 0 = nothing (the parser has refused what is no number)."""
    found = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(found) if found.isdigit() and len(found) < 16 else 0 if not found else 1 << 62


def origin_of(address: str) -> str:
    """Who counts as one: an IPv4 address, or the network of an IPv6 address (one customer has 2^64 of them)."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((found, 64), strict=False))
    return address
