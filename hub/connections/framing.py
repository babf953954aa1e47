"""Where the bytes of one request end, and how many of them are neither head nor body. Pure: no socket, no parser.

What follows a request that is not answered yet is not parsed. The parser takes whatever it is given, so it is given
pieces that hold nothing of the next request: a body with a length ends there; head, chunked body and trailers all end
with an empty line (RFC 9112, sections 2.1 and 7.1).
"""

import re

from hub.connections.limits import Limits

PIECE = 16 * 1024
"""Bytes that are parsed at once: so much a head may be over its limit before that is seen."""
EMPTY_LINE = re.compile(rb"\n\r?\n[\r\n]*")
"""With the empty lines behind it, which begin no request."""
LINES = 128
"""Of a head or a chunked body that are parsed at once: more than ``Limits.headers``, so that many short fields are
refused before the rest of them is parsed."""
PER_PIECE = 8
"""What a piece of a chunked body counts for at least: many short ones cost more than a long one."""


class Cuts:
    """Cuts what comes on one connection."""

    def __init__(self) -> None:
        self._before = b""
        """The last bytes given to the parser, in which an empty line may have begun."""

    def end(self, data: bytes, at: int, left: int) -> int:
        """Where the piece of ``data`` that begins ``at`` ends; ``left`` = bytes until the request is whole, 0 = it ends
        with an empty line."""
        most = min(at + PIECE, len(data))
        if left:
            self._before = b""
            return min(most, at + left)
        most = _few_lines(data, at, most)
        found = EMPTY_LINE.search(self._before + data[at:most])
        if found:
            most, self._before = at + found.end() - len(self._before), b""
        else:
            self._before = (self._before + data[at:most])[-2:]
        return most


def _few_lines(data: bytes, at: int, most: int) -> int:
    """Where the piece ends at the latest, so that it has at most ``LINES``."""
    if data.count(b"\n", at, most) <= LINES:
        return most
    for _ in range(LINES):
        at = data.index(b"\n", at) + 1
    return at


class Framing:
    """Counts what a chunked body has around it: sizes of chunks, their extensions, trailers."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.framing_bytes
        self._around = self._since_body = 0

    def over(self, fed: int, of_body: int, body: int) -> bool:
        """Whether it is too much now: ``fed`` bytes were parsed, ``of_body`` of them are part of a body of ``body`` so
        far."""
        self._around += max(fed - of_body, PER_PIECE)
        self._since_body = 0 if of_body else self._since_body + fed
        return self._around > self._most + body // 8 or self._since_body > self._most
