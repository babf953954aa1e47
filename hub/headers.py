"""Headers that every answer has, whoever made it: a page, the API, a file, a redirect, a refusal.

Pages bring a policy of their own (``hub.web.common.page``); what stands in an answer already is left alone.
"""

import hashlib
from functools import cache
from pathlib import Path

from litestar.types import HTTPScope, Message, Send

STATIC = Path(__file__).resolve().parent / "static"
STATIC_PATH = "/static/"
YEAR_S = 31_536_000
UNCHANGING = b"public, max-age=%d, immutable" % YEAR_S
"""For an address that changes with the content (RFC 8246)."""
AN_HOUR = b"public, max-age=3600"
"""For a file under its plain name: fonts, which style sheets name."""
ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
STRICT = (b"strict-transport-security", b"max-age=%d" % YEAR_S)
"""RFC 6797. Browsers refuse this host without encryption for a year, and let nobody accept a certificate that they do
not know: only for a certificate that every browser knows."""


def completed(scope: HTTPScope, send: Send, *, strict: bool) -> Send:
    """``send`` for this request's answer, with the headers that it lacks. ``strict`` = with HSTS."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            known = {name.lower() for name, _ in message["headers"]}
            more = [each for each in _for(scope, message["status"], strict=strict) if each[0] not in known]
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return sending


def _for(scope: HTTPScope, status: int, *, strict: bool) -> list[tuple[bytes, bytes]]:
    a_file = scope["path"].startswith(STATIC_PATH) and status in (200, 206, 304)
    kept = _how_long(scope) if a_file else b"no-store"
    headers = [*ALWAYS, (b"cache-control", kept)]
    return [*headers, STRICT] if strict and scope["scheme"] == "https" else headers


def _how_long(scope: HTTPScope) -> bytes:
    asked = b"v=" + digests().get(scope["path"].removeprefix(STATIC_PATH), "?").encode()
    return UNCHANGING if scope["query_string"] == asked else AN_HOUR


@cache
def digests() -> dict[str, str]:
    """The beginning of each static file's SHA-256 by its path below ``STATIC``."""
    files = (each for each in STATIC.rglob("*") if each.is_file())
    return {str(each.relative_to(STATIC)): hashlib.sha256(each.read_bytes()).hexdigest()[:10] for each in files}
