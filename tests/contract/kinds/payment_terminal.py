"""Cases of payment terminals: what was captured, and what of it stands."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from drivers.sim.payment_terminal.book import Kind
from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from drivers.sim.peer import Peer
from drivers.spec import DriverSpec
from kiosk.vocabulary.ids import PaymentId
from kiosk.vocabulary.payments import Approved, Authorise, Cancelled, Declined, Money, Unknown
from tests.contract.held import HeldClock


class PayingPeer(PaymentTerminalPeer):
    """Somebody with a card stands there at once. Its time goes on also while its driver waits in vain (``virtual``):
    then what it waits for itself ends, as it does in real time."""

    def __init__(self, line: str) -> None:
        self.virtual = HeldClock()
        super().__init__(line, clock=lambda: time.monotonic() + self.virtual.now())
        self.switch(pays_by_itself=True)


class PaymentBench:
    """A payment is told from another by its amount."""

    settings: ClassVar[dict[str, Any]] = {"password": "123456", "look_s": 2.0, "t3_s": 8.0, "t4_s": 30.0}
    on_line: ClassVar[dict[str, dict[str, Any]]] = {"pty": {"framing": "serial"}}
    tries = 4
    pause_s = 70.0
    """What it began must come to its end first: it waits a minute for an answer."""
    proves = True
    outcomes = (Approved, Declined, Cancelled, Unknown)

    def peers(self, spec: DriverSpec) -> dict[str, Callable[[str], Peer]]:
        return {"by_dialogue": PayingPeer}

    def command(self, job_id: str, after_doubt: bool) -> Authorise:
        return Authorise(payment=PaymentId(job_id), amount=Money(_cents(job_id)))

    def times_done(self, peer: Peer, job_id: str) -> int:
        assert isinstance(peer, PaymentTerminalPeer)
        with peer.lock:
            return len(peer.terminal.machine.book.standing(_cents(job_id)))

    def mixed(self, peer: Peer) -> list[Any]:
        """Amounts that were captured more than once, whatever became of them."""
        assert isinstance(peer, PaymentTerminalPeer)
        with peer.lock:
            entries = peer.terminal.machine.book.entries
            captured = Counter(each.cents for each in entries if each.kind is Kind.PAYMENT and not each.code)
        return [cents for cents, times in captured.items() if times > 1]

    def claims_done(self, outcome: Any) -> bool:
        return isinstance(outcome, Approved)

    def claims_undone(self, outcome: Any) -> bool:
        return isinstance(outcome, Declined | Cancelled)


def _cents(job_id: str) -> int:
    return 1000 + int(job_id.removeprefix("X "))


BENCHES = {"zvt": PaymentBench()}
