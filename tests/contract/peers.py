"""The simulated device of a row, as a peer that a bench looks into."""

from __future__ import annotations

from collections.abc import Callable

from drivers.sim.peer import Peer
from drivers.spec import DriverSpec


def simulator_of(spec: DriverSpec) -> Callable[[str], Peer]:
    """The row's own, as the peer that a bench looks into."""

    def made(line: str) -> Peer:
        peer = spec.simulator(line)
        assert isinstance(peer, Peer)
        return peer

    return made
