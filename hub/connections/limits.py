"""The limits of one hub, in one place: shown on its page Operation, printed by ``kiosk hub limits``."""

import resource
from collections.abc import Mapping

import msgspec

KB = 1024


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes, seconds and counts. The defaults hold for a town hall; a city's hub takes more connections by its
    rlimit."""

    head_bytes: int = 64 * KB
    """Request line and headers of one request."""
    headers: int = 100
    """Of one request; browsers behind proxies send 30. Each costs many times its bytes in memory."""
    head_s: float = 10.0
    """From the connection, or the first byte of a further request, until its head is whole."""
    body_bytes: int = 64 * KB
    body_s: float = 30.0
    """From the head until the body is whole, and one second more for each ``body_rate`` bytes that came."""
    body_rate: int = 32 * KB
    framing_bytes: int = 4 * KB
    """What a body in chunks may have around it (sizes, extensions, trailers), and an eighth of what came of it more."""
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
    stranger_connects: int = 100
    """New connections a second from one address that is not known, twice that at once."""
    stranger_requests: int = 50
    """Requests a second from one such address, twice that at once; the next one waits."""
    strangers_requests: int = 200
    """The same of all such addresses together."""
    known_connects: int = 100
    """New connections a second from one known address, twice that at once, before which nobody waits whose first bytes
    carry a key or a session; the next one waits."""
    known_requests: int = 50
    """Requests a second from one known address that carry neither a terminal's key nor a session."""
    claiming_requests: int = 300
    """The same for those that carry one, until the first of a connection has proved true."""
    wait_s: float = 5.0
    """A request whose turn comes later is refused."""
    write_s: float = 15.0
    """A reader that is behind and takes less than ``write_bytes`` in this time is dropped."""
    write_bytes: int = 8 * KB
    stranger_streams: int = 100
    """Streams of boards at addresses that are not known."""
    known_streams: int = 200
    """The same at known ones."""
    streams_per_stranger: int = 16
    """From one address that is not known."""
    streams_per_known: int = 32
    streams_per_owner: int = 12
    """Of one terminal, or of one session at a desk; one more ends the oldest."""

    def body_limit(self, path: str) -> int:
        """Bytes that the body of a request to this path may have."""
        return dict(self.larger_bodies).get(path, self.body_bytes)

    @property
    def largest_body(self) -> int:
        """Bytes that the largest of all bodies may have."""
        return max((size for _, size in self.larger_bodies), default=self.body_bytes)

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
    return limits_for(soft)


def limits_for(files: int) -> Limits:
    """The limits of a process that may have so many files open."""
    most = max(64, min(files - RESERVED_FILES, 8000))
    return Limits(
        connections=most,
        strangers=most // 2,
        stranger_streams=min(100, most // 4),
        known_streams=min(200, most // 4),
    )
