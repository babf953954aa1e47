"""What the connections of one hub share: seats, known addresses, pace, counts. For the event loop's thread only."""

import re
from collections.abc import Callable
from typing import Protocol

from hub.connections.book import Connections
from hub.connections.known import Known
from hub.connections.limits import Limits
from hub.connections.origins import Proxies, origin_of
from hub.connections.pace import Pace
from hub.connections.stream_seats import StreamSeats
from hub.connections.tally import Reason, Tally

EVERYBODY = "*"
CLAIM = re.compile(rb"\r\n(?:authorization:|cookie:[^\r]*hub_session=)", re.IGNORECASE)
"""What a terminal's or a signed-in browser's request has in its head."""


class Speaker(Protocol):
    """Whoever answers on a connection once it is open."""

    def end(self) -> None:
        """Close it without a word."""


class Line:
    """One accepted connection, from before its handshake to its end: the key of its seats."""

    def __init__(self, keeper: "Keeper", peer: str) -> None:
        self.peer, self.origin = peer, origin_of(peer)
        self.proxied = peer in keeper.proxies
        self.hang_up: Callable[[], None] = _nothing
        """Closes it while no speaker is there."""
        self.speaker: Speaker | None = None
        self._keeper = keeper

    def drop(self, reason: Reason) -> None:
        """Close without a word: an answer would cost more than it is worth."""
        self._keeper.tally.note(reason, self.origin)
        self.closed()
        self.end()

    def end(self) -> None:
        """Close it."""
        if self.speaker is not None:
            self.speaker.end()
        else:
            self.hang_up()

    def closed(self) -> None:
        """It is gone: its seats are free."""
        self._keeper.book.closed(self)
        self._keeper.streams.leave(self)


def _nothing() -> None:
    pass


class Keeper:
    """One for each hub."""

    def __init__(self, limits: Limits, tally: Tally, proxies: Proxies | None = None) -> None:
        self.limits, self.tally, self.proxies = limits, tally, proxies or Proxies()
        self.known = Known()
        self.book = Connections(limits, self.known)
        self.streams = StreamSeats(limits, self.known)
        self._connects = Pace(limits.stranger_connects, 2 * limits.stranger_connects)
        self._opens = Pace(limits.known_connects, 2 * limits.known_connects)
        self._strange = Pace(limits.stranger_requests, 2 * limits.stranger_requests)
        self._all_strange = Pace(limits.strangers_requests, 2 * limits.strangers_requests)
        self._plain = Pace(limits.known_requests, 2 * limits.known_requests)
        self._claiming = Pace(limits.claiming_requests, 2 * limits.claiming_requests)

    def admit(self, peer: str) -> Line | None:
        """A connection comes: whoever has been silent longest may lose theirs for it. None = it is to be closed."""
        line = Line(self, peer)
        stranger = not line.proxied and line.origin not in self.known
        if stranger and self._connects.take(line.origin):
            self._connects.give_back(line.origin)
            self.tally.note(Reason.PACE, line.origin)
            return None
        room = self.book.opened(line, line.origin, proxy=line.proxied)
        if isinstance(room.leaves, Line):
            room.leaves.drop(Reason.ROOM)
        if room.refused:
            self.tally.note(Reason.FULL, line.origin)
            return None
        return line

    def opening(self, line: Line, first: bytes) -> "Turn":
        """When something is built for this connection, whose first bytes are these (b"" = unreadable before the
        handshake). Strangers were slowed down when they came."""
        if line.proxied or line.origin not in self.known or CLAIM.search(first):
            return Turn(())
        return Turn(((self._opens, line.origin),))

    def proved(self, line: Line, origin: str) -> None:
        """A request of ``origin`` showed a terminal's key or a session that is good."""
        self.known.prove(origin)
        self.book.proved(line)

    def turn(self, origin: str, *, claims: bool) -> "Turn":
        """The next turn of a request from ``origin``; ``claims``: it carries what may be a key or a session."""
        if origin not in self.known:
            return Turn(((self._strange, origin), (self._all_strange, EVERYBODY)))
        return Turn(((self._claiming if claims else self._plain, origin),))


class Turn:
    """When a request or a connection may begin: in ``seconds``. ``give_back`` when it does not."""

    def __init__(self, paces: tuple[tuple[Pace, str], ...]) -> None:
        self._paces = paces
        self.seconds = max((pace.take(address) for pace, address in paces), default=0.0)

    def give_back(self) -> None:
        """It does not begin after all: whoever comes after it waits less."""
        for pace, address in self._paces:
            pace.give_back(address)
