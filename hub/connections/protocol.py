"""uvicorn's HTTP protocol with limits: bytes and seconds of head, body and answer, and how fast requests may come.

One request at a time: what follows it is held, a little of it, and parsed when it is answered. So the state of the
connection is that of its request, and uvicorn's queue of further requests stays empty. The app is called when all bytes
at hand were looked at and the body is whole (a large one: at once), so what is refused costs no page, and who lets us
wait for a body costs no more than who lets us wait for a head.

A limit is kept before anything is parsed beyond it or anybody is asked: the connection is answered in one line and
closed. All of it runs on the event loop's thread. Limits: ``hub.connections.limits``.
"""

import asyncio
import logging
from functools import partial
from typing import Any

import msgspec
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hub.connections.framing import Cuts, Framing
from hub.connections.keeper import Keeper, Line, Turn
from hub.connections.origins import origin_of
from hub.connections.proof import KEY, Proof
from hub.connections.slow_readers import ReaderWatch
from hub.connections.tally import Reason
from hub.headers import ALWAYS
from kiosk.wire import Fault

PARSER = logging.getLogger("hub.connections.parser")
"""uvicorn warns of each request that is none and of each upgrade that nobody asked us to offer: whoever wants to could
fill the log. They are counted instead; bugs (ERROR) are still written."""
PARSER.setLevel(logging.ERROR)
SEALED = b"".join(b"%s: %s\r\n" % each for each in (*ALWAYS, (b"cache-control", b"no-store")))
HELD = 16 * 1024
"""Bytes of further requests that wait until one is answered; no browser and no terminal sends any."""
SESSION = b"hub_session="
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, keeper: Keeper, line: Line, **uvicorns: Any) -> None:
        super().__init__(**uvicorns)
        self._keeper, self._line, self._limits = keeper, line, keeper.limits
        self.logger, self.url = PARSER, b""
        self._in_head, self._refused = True, False
        self._head = self._body = self._most_body = self._announced = self._unwanted = self._fields = 0
        self._body_from_s = 0.0
        self._body_whole = self._begun = self._chunked = False
        self._held, self._cuts, self._framing = b"", Cuts(), Framing(self._limits)
        self._timer: asyncio.TimerHandle | None = None
        self._due: tuple[Any, Any] | None = None
        """uvicorn's cycle of a request that is not whole yet, and the app that will answer it."""
        self._waiting: tuple[asyncio.TimerHandle, Turn] | None = None
        """The same request whole, until its turn comes."""
        self._proof: Proof | None = None
        self._proven = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The handshake is over: a head is due."""
        super().connection_made(transport)
        self._line.speaker = self
        drop = partial(self._line.drop, Reason.SLOW)
        self._reader = ReaderWatch(self._limits, self.loop.call_later, transport.get_write_buffer_size, drop)
        self._within(self._limits.head_s, Reason.HEAD_TIME)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give every seat back."""
        self._stop_timer()
        self._reader.end()
        self._stop_waiting()
        self._line.closed()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse in pieces, so that a head that is too long ends here and not in memory."""
        if self._refused:
            self._unwanted += len(data)
            if self._unwanted > self._limits.linger_bytes:
                self.flow.pause_reading()
            return
        self._held += data
        self._parse()

    def _parse(self) -> None:
        """What came, up to the end of the request that is to be answered first."""
        data, self._held, at = self._held, b"", 0
        while at < len(data) and not self._owes():
            if self._refused or self.transport.is_closing():
                return
            end = self._cuts.end(data, at, self._left())
            self._feed(data[at:end])
            at = end
        self._held = data[at:]
        if len(self._held) > HELD:
            self._refuse(429, Reason.PACE)
        self._let_begin()

    def _owes(self) -> bool:
        """Whether a whole request is not answered yet."""
        return self._body_whole and not self.cycle.response_complete

    def _left(self) -> int:
        """Bytes until the body is whole; 0 = only its framing tells."""
        return 0 if self._in_head or self._body_whole or self._chunked else self._announced - self._body

    def _feed(self, piece: bytes) -> None:
        """Parse a piece, and see whether a limit is reached."""
        if self._body_whole:
            self._await_head()
        if self._in_head:
            self._head += len(piece)
            super().data_received(piece)
            if self._in_head and self._head > self._limits.head_bytes:
                self._refuse(431, Reason.HEAD_BYTES)
            return
        before = self._body
        super().data_received(piece)
        if self._chunked and self._framing.over(len(piece), self._body - before, self._body):
            self._refuse(413, Reason.BODY_BYTES)

    def _await_head(self) -> None:
        """The first byte after a request that is answered."""
        self._in_head, self._body_whole, self._head, self._fields = True, False, 0, 0
        self._within(self._limits.head_s, Reason.HEAD_TIME)

    def on_message_begin(self) -> None:
        """The first letter of a request; if the one before is not whole and answered, it was not cut where it ends."""
        if not self._in_head:
            self._refuse(400, Reason.MALFORMED)
        if not self._refused:
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Of the request whose head this is."""
        if not self._refused:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count them: many short ones cost more than a long one. A trailer is none: nobody reads it, so whatever it
        says (a host, a key) is not believed."""
        if self._refused:
            return
        self._fields += 1
        if self._in_head:
            super().on_header(name, value)
        if self._fields > self._limits.headers:
            self._refuse(431, Reason.HEAD_BYTES)

    def on_headers_complete(self) -> None:
        """The head is whole: refuse a body that says it is too long."""
        if self._refused:
            return
        self._stop_timer()
        self._most_body = self._limits.body_limit(self.url.partition(b"?")[0].decode("latin-1"))
        self._announced = _announced(self.headers)
        if self._announced > self._most_body:
            self._refuse(413, Reason.BODY_BYTES)
            return
        self._begin_body()
        self._know_origin()
        self._body_from_s = self.loop.time()
        self._within(self._limits.body_s, Reason.BODY_TIME)
        super().on_headers_complete()
        self._in_head = False

    def _begin_body(self) -> None:
        self._body_whole = self._begun = False
        self._body, self._framing = 0, Framing(self._limits)
        self._chunked = any(name == b"transfer-encoding" for name, _ in self.headers)
        if self._chunked:
            self._announced = self._most_body

    def _know_origin(self) -> None:
        """Who asks: the peer, or whom a proxy that was named speaks for."""
        if self._line.proxied:
            said = self._keeper.proxies.forwarded(self._line.peer, self.headers)
            self.scope["client"] = (said.address, 0)
            if said.scheme:
                self.scope["scheme"] = said.scheme
        address = self.scope["client"][0] if self.scope["client"] else ""
        self._proof = self.scope["state"][KEY] = Proof(self._keeper, self._line, origin_of(address))

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """uvicorn would call the app at the end of the head; here the request waits until it is whole."""
        self._due = cycle, app
        if cycle.waiting_for_100_continue and not self._is_large():
            self.transport.write(CONTINUE)  # RFC 9110, section 10.1.1: its length is within the limit
            cycle.waiting_for_100_continue = False

    def _is_large(self) -> bool:
        """Whether the body does not fit into uvicorn's buffer: the app must take it as it comes."""
        return self._announced > HIGH_WATER_LIMIT

    def _let_begin(self) -> None:
        """Begin to answer a request that can be when its turn comes; who proved who they are on this connection never
        waits."""
        if self._due is None or self._refused or not (self._body_whole or self._is_large()):
            return
        (cycle, app), self._due = self._due, None
        if self._proven and not self._line.proxied:
            self._begin(cycle, app)
            return
        address = cycle.scope["client"][0] if cycle.scope["client"] else ""
        turn = self._keeper.turn(origin_of(address), claims=_claims(cycle.scope["headers"]))
        if turn.seconds <= 0:
            self._begin(cycle, app)
        elif turn.seconds > self._limits.wait_s:
            turn.give_back()
            self._refuse(429, Reason.PACE)
        else:
            self._waiting = self.loop.call_later(turn.seconds, self._begin, cycle, app), turn

    def _begin(self, cycle: Any, app: Any) -> None:
        self._waiting = None
        if self._refused or self.transport.is_closing():
            return
        self._begun = True
        self._look_busy()
        super()._start_asgi_task(cycle, app)

    def _look_busy(self) -> None:
        """Whoever lets us wait for a body, or waits for a turn, may still be closed to make room."""
        if self._begun and self._body_whole:
            self._keeper.book.busy(self._line)

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
            self._body_whole = True
            self._look_busy()
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Answered: from now on it may be closed to make room. A large rest of a body that nobody wanted is not parsed;
        a small one is passed over, and the connection goes on."""
        self._proven = self._proven or (self._proof is not None and self._proof.given)
        self._begun = False
        self._keeper.streams.leave(self._line)
        self._keeper.book.idle(self._line)
        super().on_response_complete()
        large = self._announced - self._body > self._limits.linger_bytes
        if self.cycle.response_complete and not self._body_whole and large and not self._refused:
            self._refused = True
            self._stop_timer()
            self.loop.call_later(self._limits.linger_s, self.transport.close)
        if self._held:
            self._parse()

    def send_400_response(self, msg: str) -> None:
        """The parser has found what is no HTTP: answer in one line and close."""
        self._refuse(400, Reason.MALFORMED)

    def pause_writing(self) -> None:
        """The reader takes less than is sent."""
        super().pause_writing()
        self._reader.begin()

    def resume_writing(self) -> None:
        """It goes on."""
        self._reader.end()
        super().resume_writing()

    def shutdown(self) -> None:
        """The hub ends: whoever waits for a turn, or lets us wait for a body, waits no more."""
        if self._waiting is not None or self._due is not None:
            self.end()
        else:
            super().shutdown()

    def end(self) -> None:
        """Close without a word."""
        self._refused = True
        self._tell_gone()
        self.transport.abort()

    def _tell_gone(self) -> None:
        """The app hears that the client is gone, before it writes to a transport that is closed."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _refuse(self, status: int, reason: Reason) -> None:
        """Answer in one line, unless an answer has begun, and close; the app hears that the client is gone."""
        if self._refused:
            return
        self._refused, self._held = True, b""
        self._stop_timer()
        self._keeper.tally.note(reason, self._line.origin)
        self._tell_gone()
        if self._in_head or not self.cycle.response_started:
            self.transport.write(STATUS_LINE[status] + _said(self.url, status))
        self.transport.close()

    def _within(self, seconds: float, reason: Reason) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._late, reason)

    def _late(self, reason: Reason) -> None:
        if reason is Reason.BODY_TIME and (left_s := self._body_left_s()) > 0:
            self._within(left_s, reason)
        elif reason is Reason.BODY_TIME:
            self._refuse(408, reason)
        else:
            self._line.drop(reason)

    def _body_left_s(self) -> float:
        """How long the body may still take, by what came of it."""
        allowed_s = self._limits.body_s + self._body / self._limits.body_rate
        return self._body_from_s + allowed_s - self.loop.time()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            handle, turn = self._waiting
            handle.cancel()
            turn.give_back()
            self._waiting = None


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


def _claims(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the head carries what may be a terminal's key or a session."""
    return any(name == b"authorization" or (name == b"cookie" and SESSION in value) for name, value in headers)
