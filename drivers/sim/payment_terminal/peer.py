"""The simulated payment terminal on a socket or a pty, with its thread."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from drivers.sim.lines import make_line
from drivers.sim.payment_terminal import acts
from drivers.sim.payment_terminal.cards import CARDS
from drivers.sim.payment_terminal.link import FramingName
from drivers.sim.payment_terminal.picture import terminal_png
from drivers.sim.payment_terminal.settings import Settings
from drivers.sim.payment_terminal.switches import Mishap
from drivers.sim.payment_terminal.terminal import PaymentTerminal
from drivers.sim.peer import Peer, Seen


class PaymentTerminalPeer(Peer):
    """``line`` is "tcp" or "pty"; ``framing`` "" = the usual one there: plain on TCP, serial on a pty."""

    has_picture = True
    acts = acts.BUTTONS
    cards = tuple(CARDS)
    mishaps = tuple(Mishap)

    def __init__(
        self,
        line: str = "tcp",
        port: int = 0,
        path: str = "",
        settings: Settings = Settings(),
        framing: FramingName | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = datetime.now,
    ) -> None:
        usual: FramingName = "serial" if line == "pty" else "plain"
        self.terminal = PaymentTerminal(settings, framing or usual, clock, wall)
        if not self.terminal.link.is_serial:
            self.dead_switches = frozenset({"nak_frames", "unacked_frames", "bad_crc_frames"})
        super().__init__(self.terminal, make_line(line, port, path), clock)

    def act(self, body: dict[str, Any]) -> None:
        """Do what a person or a script does (see ``acts``); from any thread. Raises ValueError."""
        act = acts.read(body)
        with self.lock:
            acts.do(self.terminal, act)
        self._wake()

    def possible_acts(self) -> tuple[str, ...]:
        """See ``acts.possible``."""
        with self.lock:
            return acts.possible(self.terminal)

    def report(self) -> dict[str, Any]:
        """See ``acts.report``."""
        with self.lock:
            return acts.report(self.terminal)

    def seen(self) -> Seen:
        """What stands on its display."""
        with self.lock:
            machine = self.terminal.machine
            waits = ",".join(sorted(self.terminal.awaited))
            inside = machine.card_inside.name if machine.card_inside else ""
            return Seen(machine.text, f"{machine.text}|{waits}|{inside}".encode())

    def png(self) -> bytes:
        """The device as it looks now."""
        with self.lock:
            machine, awaited = self.terminal.machine, self.terminal.awaited
            text, card = machine.text, machine.card_inside
        return terminal_png(text, awaited, card.name if card else "")

    def all_well(self) -> None:
        """Also forget mishaps that are still to come, and end a silence."""
        super().all_well()
        with self.lock:
            self.terminal.link.counter.faults = []
            self.terminal.link.heal()

    def _turn(self, ready: set[int]) -> None:
        if self.connected:
            self.terminal.plugged()
        super()._turn(ready)

    def _obey(self) -> None:
        super()._obey()
        if self.terminal.link.hangs_up():
            self._hang_up()

    def _device_works(self, now: float) -> bool:
        """A wait for an answer or for a person is rest, though it has an end."""
        return self.terminal.has_work()
