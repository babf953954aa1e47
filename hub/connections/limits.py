"""The limits of one hub, in one place: documented in docs/operations.md, printed by ``kiosk hub limits``."""

import resource
from collections.abc import Mapping

import msgspec

KB = 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes, seconds and counts. The defaults hold for a hall; a city's hub takes more connections by its rlimit."""

    head_bytes: int = 64 * KB
    """Request line and headers of one request."""
    head_s: float = 10.0
    """From the connection, or the first byte of a further request, until its head is whole."""
    body_bytes: int = 64 * KB
    body_s: float = 30.0
    """From the head until the body is whole, and one second more for each ``body_rate`` bytes that came."""
    body_rate: int = 32 * KB
    larger_bodies: tuple[tuple[str, int], ...] = ()
    """Paths whose bodies may be larger, as their routes declare (``hub.connections.declared``)."""
    linger_s: float = 2.0
    """Whoever was answered before their body was whole may read the answer for so long; what comes is not parsed,"""
    linger_bytes: int = 1024 * KB
    """and after so much of it not read either."""
    connections: int = 900
    """In all; an idle or silent one goes when one more comes."""
    strangers: int = 450
    """Of these, from addresses that nobody signed in or enrolled from within a day."""
    per_stranger: int = 64
    """From one such address."""
    per_known: int = 512
    """From one address that is known: a whole office may stand behind it."""

    def body_limit(self, path: str) -> int:
        """Bytes that the body of a request to this path may have."""
        return dict(self.larger_bodies).get(path, self.body_bytes)

    def with_larger(self, larger: Mapping[str, int]) -> "Limits":
        """The same with these bodies, by path."""
        return msgspec.structs.replace(self, larger_bodies=tuple(sorted(larger.items())))


RESERVED_FILES = 120
"""Descriptors for database, log, certificates, event loop and backups."""


def limits_here() -> Limits:
    """The limits that this process's number of open files allows; the soft limit is raised to the hard one first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else max(soft, 65_536)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    most = max(64, min(soft - RESERVED_FILES, 8000))
    return Limits(connections=most, strangers=most // 2)
