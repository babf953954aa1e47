"""What of a request's head is looked at before anything is routed: version, host, path and their lengths.

Every fault is answered with one word and no traceback; nothing of the request is written to the log.
"""

import ipaddress
import re

import msgspec
from litestar.types import HTTPScope, Send

from kiosk.wire import Fault

VERSIONS = ("1.0", "1.1")
PATH_MAX = 2048
QUERY_MAX = 8192
_NAME = re.compile(rb"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})\Z")
_BOARD_STREAM = re.compile(r"/board/[^/]+/stream/?\Z")
_HOST = re.compile(rb"(?:(?P<six>\[[0-9A-Fa-f:.]{2,45}\])|(?P<name>[^\[\]:]+))(?::(?P<port>[0-9]{1,5}))?\Z")


def fault_of(scope: HTTPScope) -> int:
    """The status that refuses this head; 0 = it is sound."""
    if len(scope["raw_path"]) > PATH_MAX or len(scope["query_string"]) > QUERY_MAX:
        return 414
    if scope["http_version"] not in VERSIONS or not scope["path"].isprintable():
        return 400
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if scope["http_version"] == "1.0" and not hosts:
        return 0
    return 0 if len(hosts) == 1 and is_host(hosts[0]) else 400


def is_host(host: bytes) -> bool:
    """A name or an address with or without a port (RFC 9110, section 7.2)."""
    found = _HOST.match(host)
    if not found:
        return False
    if found["port"] is not None and not 0 < int(found["port"]) < 65_536:
        return False
    if found["six"]:
        try:
            ipaddress.IPv6Address(found["six"][1:-1].decode())
        except ValueError:
            return False
        return True
    return bool(_NAME.match(found["name"]))


def is_board_stream(scope: HTTPScope) -> bool:
    """Whether it asks for a board's stream (``hub.web.public.board``), which nobody needs a right for, but a place."""
    return bool(_BOARD_STREAM.match(scope["path"]))


async def refuse(scope: HTTPScope, send: Send, status: int, again_s: int = 0) -> None:
    """Answer and close: for programs a fault in our form, for everybody else one line; ``again_s``: when to come again
    (0 = it does not help)."""
    fault = Fault(code=f"http_{status}", message="The head of this request is malformed.")
    body = msgspec.json.encode(fault) if scope["path"].startswith("/api/") else b""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    headers.append((b"connection", b"close"))
    if again_s:
        headers.append((b"retry-after", b"%d" % again_s))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
