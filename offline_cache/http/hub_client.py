"""The terminal's HTTP: the only place that speaks it. Every answer is bounded, typed, or one of ``answers``.

Import it inside the thread that uses it: ``requests`` costs a tenth of a second of the cold start.
"""

import http.client
import ssl
from typing import Final, TypeVar

import msgspec
import requests
import urllib3.exceptions

from kiosk import wire
from kiosk.vocabulary.addresses import is_open_line
from kiosk.vocabulary.depth import shallow
from offline_cache.http.answers import Answer, Away, AwayReason, Refused, Result
from offline_cache.http.connection import Sockets, deadline, new_session
from offline_cache.http.trust import refused_certificate

T = TypeVar("T")

SMALL: Final = 256 * 1024
"""Bytes an ordinary answer may have."""
_PIECE = 64 * 1024
_RETRY_AFTER_MAX_S = 300.0
_BUSY = (408, 425, 429, 503)
_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)


class Timeouts(msgspec.Struct, frozen=True):
    """Seconds: to connect, to wait for the next byte, and for the whole exchange (``inf``: the caller abandons)."""

    connect_s: float = 3.0
    read_s: float = 10.0
    whole_s: float = 20.0


class Reply(msgspec.Struct, frozen=True):
    """An answer as it came; the names of the headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


class HubClient:
    """Questions to one hub over one kept-alive connection. Belongs to one thread; only ``abandon`` is for others.

    ``trust`` says whom to believe (default: nobody); ``plain`` allows other machines without encryption.
    """

    def __init__(
        self,
        url: str,
        key: str = "",
        timeouts: Timeouts | None = None,
        *,
        trust: ssl.SSLContext | None = None,
        plain: bool = False,
    ) -> None:
        self._url = url.strip().rstrip("/")
        self._forbidden = is_open_line(self._url) and not plain
        self._timeouts = timeouts or Timeouts()
        self._sockets = Sockets()
        sound_key = key if key.isascii() and key.isprintable() else ""
        self._session = new_session(self._sockets, sound_key, trust)
        self._adapter = self._session.get_adapter("http://")
        self._used = False

    def ca(self) -> Result[wire.Authority]:
        """The certificate of the authority that vouches for this hub."""
        return self._ask("GET", wire.CA, wire.Authority)

    def enrol(self, code: str, machine: str) -> Result[wire.EnrolAnswer]:
        """Exchange the one-time code for an identity and a key."""
        return self._post(wire.ENROL, wire.EnrolRequest(code=code, machine=machine), wire.EnrolAnswer)

    def ticket(self, request: wire.TicketRequest) -> Result[wire.TicketAnswer]:
        """Ask for a number; the same id gets the same number."""
        return self._post(wire.TICKETS, request, wire.TicketAnswer)

    def slot(self, request: wire.SlotRequest) -> Result[wire.SlotAnswer]:
        """Ask for the slot of this database; the same generation has the same slot."""
        return self._post(wire.SLOT, request, wire.SlotAnswer)

    def sync(self, request: wire.SyncRequest) -> Result[wire.SyncAnswer]:
        """Tell what the outbox holds; the same operation twice is once."""
        return self._post(wire.SYNC, request, wire.SyncAnswer)

    def help(self, request: wire.HelpRequest) -> Result[object]:
        """Call a person to this terminal."""
        return self._post(wire.HELP, request, object)

    def standing(self, request: wire.StandingRequest) -> Result[wire.StandingAnswer]:
        """How the ticket on a slip stands now."""
        return self._post(wire.STANDING, request, wire.StandingAnswer)

    def heartbeat(self, status: wire.Heartbeat) -> Result[wire.HeartbeatAnswer]:
        """Tell how the terminal is."""
        return self._post(wire.HEARTBEAT, status, wire.HeartbeatAnswer)

    def queues(self) -> Result[wire.QueueStates]:
        """All queues of the site now."""
        return self._ask("GET", wire.QUEUES, wire.QueueStates)

    def calls(self, after: int) -> Result[wire.Calls]:
        """Calls newer than ``after``."""
        return self._ask("GET", f"{wire.CALLS}?after={after}", wire.Calls)

    def get(self, path: str, headers: dict[str, str], limit: int, *good: int) -> Reply | Refused | Away:
        """Ask for bytes, at most ``limit`` of them; ``good`` are the statuses that count as an answer."""
        reply = self._exchange("GET", path, None, headers, limit)
        return reply if isinstance(reply, Away) or reply.status in good else _not_done(reply)

    def stream(self, after: int) -> "Stream | Refused | Away":
        """Open the stream of calls; it resumes after ``after``."""
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-cache"}
        if after:
            headers["Last-Event-ID"] = str(after)
        with deadline(self._sockets, self._timeouts.whole_s):
            opened = self._send("GET", wire.CALLS_STREAM, None, headers)
            if isinstance(opened, Away):
                return opened
            if opened.status_code == http.HTTPStatus.OK and _is_stream(opened):
                return Stream(opened)
            reply = self._read(opened, SMALL)
        return reply if isinstance(reply, Away) else _not_done(reply)

    def abandon(self) -> None:
        """Give up whatever is under way, from any thread; the client is of no use afterwards."""
        self._sockets.abandon()

    def close(self) -> None:
        """Let the connection go."""
        self._session.close()

    def _post(self, path: str, body: object, kind: type[T]) -> Result[T]:
        return self._ask("POST", path, kind, msgspec.json.encode(body) if body is not None else b"{}")

    def _ask(self, method: str, path: str, kind: type[T], body: bytes | None = None) -> Result[T]:
        reply = self._exchange(method, path, body, {}, SMALL)
        if isinstance(reply, Away):
            return reply
        if not 200 <= reply.status < 300:
            return _not_done(reply)
        body_read = b"null" if reply.status == http.HTTPStatus.NO_CONTENT else reply.body
        try:
            return Answer(msgspec.json.decode(shallow(body_read), type=kind))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            return Away(AwayReason.GARBLED, f"{path}: {error}")

    def _exchange(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], limit: int
    ) -> Reply | Away:
        """One question. A kept connection that the hub closed meanwhile is tried once more on a fresh one.

        That is safe: every command carries its id, and the same id gets the same answer.
        """
        with deadline(self._sockets, self._timeouts.whole_s) as late:
            kept, self._used = self._used, False
            reply = self._once(method, path, body, headers, limit)
            if isinstance(reply, Away) and reply.reason is AwayReason.CUT_OFF and kept and not late.is_set():
                reply = self._once(method, path, body, headers, limit)
            if late.is_set():  # also when there seems to be an answer: cut inside its head it looks like an empty one
                return Away(AwayReason.TIMED_OUT, f"{path}: no whole answer in {self._timeouts.whole_s:g} s")
        self._used = not isinstance(reply, Away)
        return reply

    def _once(self, method: str, path: str, body: bytes | None, headers: dict[str, str], limit: int) -> Reply | Away:
        opened = self._send(method, path, body, headers)
        return opened if isinstance(opened, Away) else self._read(opened, limit)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> requests.Response | Away:
        if self._forbidden:
            detail = "use the hub's https:// address (kiosk hub init, enrol again), or allow this one: hub.plain = true"
            return Away(AwayReason.PLAIN_REFUSED, detail)
        if body is not None:
            headers = {**headers, "Content-Type": "application/json"}
        try:
            request = self._session.prepare_request(requests.Request(method, self._url + path, headers, data=body))
            # Straight to the adapter: redirects, cookies and proxies of the session are never looked at.
            return self._adapter.send(
                request, stream=True, timeout=(self._timeouts.connect_s, self._timeouts.read_s), verify=True
            )
        except _ERRORS as error:
            return _away(path, error)

    def _read(self, opened: requests.Response, limit: int) -> Reply | Away:
        path = str(opened.request.path_url)
        parts, size = [], 0
        try:
            while piece := opened.raw.read1(_PIECE, decode_content=False):
                parts.append(piece)
                size += len(piece)
                if size > limit:
                    opened.close()
                    return Away(AwayReason.TOO_BIG, f"{path}: more than {limit} bytes")
        except _ERRORS as error:
            opened.close()
            return _away(path, error)
        headers = {name.lower(): value for name, value in opened.headers.items()}
        if _is_cut(opened.status_code, headers, size):
            opened.close()
            return Away(AwayReason.CUT_OFF, f"{path}: cut off after {size} bytes")
        return Reply(opened.status_code, headers, b"".join(parts))


class Stream:
    """An open event stream: bytes as they come."""

    def __init__(self, opened: requests.Response) -> None:
        self._opened = opened

    def read(self) -> bytes | Away:
        """The next bytes; Away when the stream is silent for too long or has ended."""
        try:
            piece = self._opened.raw.read1(_PIECE, decode_content=False)
        except _ERRORS as error:
            return _away(wire.CALLS_STREAM, error)
        return bytes(piece) if piece else Away(AwayReason.CUT_OFF, f"{wire.CALLS_STREAM}: ended")

    def close(self) -> None:
        """Let the connection go."""
        self._opened.close()


def _not_done(reply: Reply) -> Refused | Away:
    """Every status that is not what was asked for."""
    detail = f"HTTP {reply.status}"
    if reply.status in _BUSY:
        return Away(AwayReason.BUSY, detail, _retry_after(reply.headers.get("retry-after", "")))
    if reply.status >= 500:
        return Away(AwayReason.HUB_ERROR, detail)
    if reply.status >= 400:
        return Refused(reply.status, _fault(reply))
    if 300 <= reply.status < 400:
        return Away(AwayReason.REDIRECTED, f"{detail}: the hub's address leads elsewhere; set the address it names")
    return Away(AwayReason.GARBLED, detail)


def _fault(reply: Reply) -> wire.Fault:
    try:
        return msgspec.json.decode(shallow(reply.body), type=wire.Fault)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return wire.Fault(code=f"http_{reply.status}", message="")


def _retry_after(text: str) -> float:
    """Seconds (RFC 9110, section 10.2.3); the date form is not used between our programs."""
    return min(float(text), _RETRY_AFTER_MAX_S) if text.isascii() and text.isdigit() else 0.0


def _away(path: str, error: Exception) -> Away:
    detail = f"{path}: {type(error).__name__}"
    if (refused := refused_certificate(error)) is not None:
        return Away(AwayReason.WRONG_CERTIFICATE, f"{path}: {refused.verify_message}"[:200])
    match error:
        case requests.ConnectTimeout() | requests.exceptions.SSLError() | requests.exceptions.InvalidURL():
            return Away(AwayReason.NOT_CONNECTED, detail)
        case requests.exceptions.MissingSchema() | requests.exceptions.InvalidSchema():
            return Away(AwayReason.NOT_CONNECTED, f"{detail}: set the hub's address as http://host:port")
        case requests.ReadTimeout() | urllib3.exceptions.ReadTimeoutError() | TimeoutError():
            return Away(AwayReason.TIMED_OUT, detail)
        case requests.ConnectionError() if not _was_connected(error):
            return Away(AwayReason.NOT_CONNECTED, detail)
        case requests.ConnectionError() | urllib3.exceptions.ProtocolError():
            return Away(AwayReason.CUT_OFF, detail)
        case requests.RequestException():
            return Away(AwayReason.GARBLED, detail)
        case OSError():
            return Away(AwayReason.CUT_OFF, detail)
        case _:
            return Away(AwayReason.GARBLED, detail)


def _was_connected(error: requests.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, urllib3.exceptions.ProtocolError)


def _is_cut(status: int, headers: dict[str, str], size: int) -> bool:
    """Whether the line was cut: fewer bytes than announced, or inside the head, before it said how many there are."""
    if status in (http.HTTPStatus.NO_CONTENT, http.HTTPStatus.NOT_MODIFIED) or "transfer-encoding" in headers:
        return False
    length = headers.get("content-length", "")
    return not (length.isascii() and length.isdigit() and len(length) < 16) or size < int(length)


def _is_stream(opened: requests.Response) -> bool:
    return opened.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "text/event-stream"
