"""Cases of the till that only tests know: what it booked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from drivers.sim.peer import Peer
from drivers.spec import DriverSpec
from tests.contract.peers import simulator_of
from tests.contract.till import Charge, Charged, NotCharged, Unknown
from tests.contract.till_peer import TillPeer


class TillBench:
    settings: ClassVar[dict[str, Any]] = {}
    on_line: ClassVar[dict[str, dict[str, Any]]] = {}
    tries = 2
    pause_s = 0.0
    proves = False
    outcomes = (Charged, NotCharged, Unknown)

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        return {"by_dialogue": simulator_of(spec)}

    def command(self, job_id: str, after_doubt: bool) -> Charge:
        return Charge(job_id, 1200)

    def times_done(self, peer: Peer, job_id: str) -> int:
        assert isinstance(peer, TillPeer)
        with peer.lock:
            return peer.till.booked.count(job_id)

    def mixed(self, peer: Peer) -> list[Any]:
        assert isinstance(peer, TillPeer)
        with peer.lock:
            twice = [charge for charge in set(peer.till.asked) if peer.till.asked.count(charge) > 1]
            return [*twice, *peer.till.broken_promises]

    def claims_done(self, outcome: Any) -> bool:
        return isinstance(outcome, Charged)

    def claims_undone(self, outcome: Any) -> bool:
        return isinstance(outcome, NotCharged)


BENCHES = {"test_till": TillBench()}
