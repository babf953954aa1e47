"""The network between terminals and hub: any message may be lost, late, doubled, overtaken, or cut off for a while."""

from collections.abc import Callable
from enum import Enum
from typing import TypeVar

import msgspec

from kiosk import wire
from offline_cache.http.answers import Answer, Away, AwayReason, Refused, Result
from tests.world.world_hub import Hub, Reply, Time

T = TypeVar("T")


class Fate(Enum):
    """What becomes of one request and its answer."""

    FINE = "fine"
    SLOW = "slow"
    """Answered after the deadline of a number."""
    LOST = "lost"
    ANSWER_LOST = "answer lost"
    LATE = "late"
    """The terminal has given up when the request arrives, perhaps much later."""
    DOUBLE = "double"
    """Answered, and a copy arrives later."""
    MEANWHILE = "meanwhile"
    """Between the hub's deed and the terminal's hearing of it something else happens."""


LEGS_MS = {Fate.SLOW: (100, 700)}
"""There and back; as uneven as can be, because that is where a clock is learnt wrong."""


class Flying(msgspec.Struct, frozen=True):
    """A request that nobody waits for any more."""

    terminal: str
    path: str
    body: bytes


class Net:
    """``choose`` gives the fate of each request, ``meanwhile`` is what happens in between."""

    def __init__(self, time: Time, hub: Hub, choose: Callable[[], Fate], meanwhile: Callable[[str, str], None]) -> None:
        self._time, self._hub = time, hub
        self.choose, self._meanwhile = choose, meanwhile
        self.cut: set[str] = set()
        self.flying: list[Flying] = []

    def exchange(self, terminal: str, path: str, body: bytes) -> Reply | Away:
        """Send a request and wait for the answer."""
        if terminal in self.cut or self._hub.down:
            return Away(AwayReason.NOT_CONNECTED)
        fate = self.choose()
        if fate in (Fate.LATE, Fate.DOUBLE):
            self.flying.append(Flying(terminal, path, body))
        if fate in (Fate.LOST, Fate.LATE):
            return Away(AwayReason.TIMED_OUT)
        there, back = LEGS_MS.get(fate, (2, 3))
        self._time.go(there)
        reply = self._hub.handle(terminal, path, body)
        if fate is Fate.ANSWER_LOST:
            return Away(AwayReason.CUT_OFF)
        if fate is Fate.MEANWHILE:
            self._meanwhile(terminal, path)
        self._time.go(back)
        return reply

    def arrive(self, number: int) -> None:
        """A straggler reaches the hub; its answer reaches nobody. The hub must be up."""
        late = self.flying.pop(number)
        self._hub.handle(late.terminal, late.path, late.body)


class Line:
    """The client of one terminal (``HubClient`` without sockets)."""

    def __init__(self, net: Net, terminal: str) -> None:
        self._net, self._terminal = net, terminal

    def ticket(self, request: wire.TicketRequest) -> Result[wire.TicketAnswer]:
        return self._ask(wire.TICKETS, request, wire.TicketAnswer)

    def slot(self, request: wire.SlotRequest) -> Result[wire.SlotAnswer]:
        return self._ask(wire.SLOT, request, wire.SlotAnswer)

    def sync(self, request: wire.SyncRequest) -> Result[wire.SyncAnswer]:
        return self._ask(wire.SYNC, request, wire.SyncAnswer)

    def heartbeat(self, status: wire.Heartbeat) -> Result[wire.HeartbeatAnswer]:
        return self._ask(wire.HEARTBEAT, status, wire.HeartbeatAnswer)

    def _ask(self, path: str, request: msgspec.Struct, kind: type[T]) -> Result[T]:
        reply = self._net.exchange(self._terminal, path, msgspec.json.encode(request))
        if isinstance(reply, Away):
            return reply
        status, body = reply
        if status == 200:
            return Answer(msgspec.json.decode(body, type=kind))
        return Refused(status, msgspec.json.decode(body, type=wire.Fault))
