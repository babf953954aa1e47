"""One hostile request, as bytes; ``ask`` and its relatives write the honest part around what is hostile."""

from collections.abc import Iterable, Iterator
from enum import Enum
from urllib.parse import urlencode

import msgspec

HOST, AUTH = b"@HOST@", b"@AUTH@\r\n"
"""Where the test puts the hub's name, and the headers of whoever is signed in (or nothing)."""
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Wanted(Enum):
    """What the hub may do with it. A status of 5xx is never among it."""

    REFUSED = "4xx, closed, or led to the sign-in"
    ANSWERED = "2xx to 4xx: it is odd, and no reason to refuse"
    EITHER = "2xx to 4xx, or closed: how much had come decides"


class Hostile(msgspec.Struct, frozen=True):
    """``raw`` is what goes over the socket; ``over``: it says or sends more than the hub may read."""

    name: str
    raw: bytes
    wanted: Wanted = Wanted.REFUSED
    over: bool = False

    @property
    def method(self) -> str:
        return self.raw.partition(b" ")[0].decode("latin-1")


Headers = Iterable[tuple[str | bytes, str | bytes]]


def text(value: str | bytes) -> bytes:
    return value.encode("latin-1", "replace") if isinstance(value, str) else value


def head(line: str | bytes, headers: Headers = (), host: bytes = HOST, *, auth: bool = True) -> bytes:
    """A head: ``line`` is the whole request line; ``host`` b"" = no such header."""
    lines = [text(line), *([b"host: " + host] if host else [])]
    lines += [text(name) + b": " + text(value) for name, value in headers]
    return b"\r\n".join(lines) + b"\r\n" + (AUTH if auth else b"") + b"\r\n"


def get(target: str | bytes, headers: Headers = (), host: bytes = HOST) -> bytes:
    return head(b"GET " + text(target) + b" HTTP/1.1", headers, host)


def post(target: str, body: bytes, kind: str | bytes = JSON, headers: Headers = ()) -> bytes:
    """A POST with its right length, from a page of ours."""
    known = [("origin", b"http://" + HOST), ("content-type", kind), ("content-length", str(len(body)))]
    return head(f"POST {target} HTTP/1.1", [*known, *headers]) + body


def form(target: str, fields: dict[str, str] | list[tuple[str, str]] | bytes, kind: str | bytes = FORM) -> bytes:
    """A form; the token of whoever is signed in goes with the headers."""
    body = fields if isinstance(fields, bytes) else urlencode(fields, errors="surrogatepass").encode()
    return post(target, body, kind)


def named(kind: str, cases: Iterable[tuple[str, bytes]], wanted: Wanted = Wanted.REFUSED) -> Iterator[Hostile]:
    return (Hostile(f"{kind}: {name}", raw, wanted) for name, raw in cases)
