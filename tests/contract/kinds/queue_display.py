"""Cases of queue displays: what can be read on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from drivers.queue_display.frame import ShowFrame
from drivers.sim.led_sign import SignPeer
from drivers.sim.peer import Peer
from drivers.sim.pole import PolePeer
from drivers.spec import DriverSpec
from kiosk.vocabulary.hardware.display_frame import Frame, Row
from kiosk.vocabulary.outcomes import NotShown, Shown
from tests.contract.peers import simulator_of


class DisplayBench:
    settings: ClassVar[dict[str, Any]] = {}
    on_line: ClassVar[dict[str, dict[str, Any]]] = {}
    tries = 2
    pause_s = 0.0
    proves = False
    outcomes = (Shown, NotShown)

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        return {"one_way": simulator_of(spec)}

    def command(self, job_id: str, after_doubt: bool) -> ShowFrame:
        return ShowFrame(Frame(rows=(Row(job_id, "7"),)))

    def times_done(self, peer: Peer, job_id: str) -> int:
        assert isinstance(peer, SignPeer | PolePeer)
        text = peer.text if isinstance(peer, SignPeer) else " ".join(peer.lines)
        return int(job_id in text)

    def mixed(self, peer: Peer) -> list[Any]:
        return []

    def claims_done(self, outcome: Any) -> bool:
        return False

    def claims_undone(self, outcome: Any) -> bool:
        return False


BENCHES = dict.fromkeys(("alpha", "betabrite", "pole_epson", "pole_cd5220"), DisplayBench())
