"""The payment terminal's end of its line: framing, mishaps of single messages, silence, and what is still to leave.

Sans-io; ``now`` are the seconds of the terminal's clock.
"""

from collections import deque
from collections.abc import Callable
from typing import Literal

import msgspec

from drivers.sim.payment_terminal.apdu import Apdu
from drivers.sim.payment_terminal.framing import Framing, PlainFraming, SerialFraming
from drivers.sim.payment_terminal.settings import Settings
from drivers.sim.payment_terminal.switches import MessageCounter, MessageFault, Mishap, PaymentFaults, spoiled

FramingName = Literal["plain", "serial"]
_NEVER = float("inf")
_SPLIT_MS = 1


class _Outgoing(msgspec.Struct, frozen=True):
    """Bytes that leave at a time; ``hang_up``: the connection ends behind them."""

    due: float
    data: bytes
    hang_up: bool = False


class TerminalLink:
    """``runs`` says whether a process of the terminal runs: the messages of one are counted together."""

    def __init__(
        self, settings: Settings, framing: FramingName, clock: Callable[[], float], runs: Callable[[], bool]
    ) -> None:
        self.counter = MessageCounter()
        self.connected = False
        self.connection = 0
        """Counts connections."""
        self.is_serial = framing == "serial"
        self._clock, self._runs = clock, runs
        self._serial = SerialFraming(self._accept, settings.t1_s, settings.t2_s)
        self._framing: Framing = self._serial if self.is_serial else PlainFraming(self._accept)
        self._outbox: deque[_Outgoing] = deque()
        self._hang_up = False
        self._silent_until = -_NEVER

    def receive(self, data: bytes, now: float) -> list[Apdu]:
        """Take bytes; the messages that arrived."""
        if now < self._silent_until:
            return []
        return self._framing.receive(data, now)

    def plugged(self) -> bool:
        """Somebody is at the other end; whether the connection is a new one."""
        new, self.connected = not self.connected, True
        self.connection += new
        return new

    def send(self, message: Apdu, now: float) -> None:
        """Send a message, or what its mishap makes of it."""
        fault = self.counter.count("<", message)
        self._push(self._framing.take(), now)
        self._framing.send(spoiled(message, fault), now)
        data = self._framing.take()
        if fault is None:
            self._push(data, now)
        else:
            self._send_with(fault, data, now)

    def work(self, now: float) -> bool:
        """Do what the framing has due; False when a message was given up after its repeats."""
        self._framing.work(now)
        self._push(self._framing.take(), now)
        failed, self._framing.failed = self._framing.failed, False
        return not failed

    def leaving(self, now: float) -> bytes:
        """Bytes that leave now."""
        out = b""
        while self._outbox and self._outbox[0].due <= now:
            one = self._outbox.popleft()
            out += one.data
            if one.hang_up:
                self._hang_up = True
                self._outbox.clear()
        return out

    def due_in(self, now: float) -> float | None:
        """Seconds until ``work`` or ``leaving`` has something."""
        due = [max(0.0, self._outbox[0].due - now)] if self._outbox else []
        framing = self._framing.due_in(now)
        due += [framing] if framing is not None else []
        return min(due, default=None)

    @property
    def unacknowledged(self) -> bool:
        """Whether a serial frame waits for its ACK."""
        return self._serial.sending

    @property
    def waiting(self) -> bool:
        """Whether something is still to leave."""
        return bool(self._outbox)

    def hangs_up(self) -> bool:
        """Whether the connection is to be closed now; True only once."""
        asked, self._hang_up = self._hang_up, False
        return asked

    def close(self, now: float) -> None:
        """Close the connection behind what leaves now."""
        self._outbox.append(_Outgoing(now, b"", hang_up=True))

    def ended(self) -> None:
        """The connection ended, and with it a silence."""
        self.connected = False
        self._framing.reset()
        self._outbox.clear()
        self.heal()

    def heal(self) -> None:
        """A silence ends."""
        self._silent_until = -_NEVER

    def spoil(self, switches: PaymentFaults) -> None:
        """Take the switches for the next serial frames."""
        self._serial.nak_next = switches.nak_frames or 0
        self._serial.unacked_next = switches.unacked_frames or 0
        self._serial.bad_crc_next = switches.bad_crc_frames or 0

    def spoils(self, switches: PaymentFaults) -> PaymentFaults:
        """The switches with what is left for the next serial frames."""
        return msgspec.structs.replace(
            switches,
            nak_frames=self._serial.nak_next or None,
            unacked_frames=self._serial.unacked_next or None,
            bad_crc_frames=self._serial.bad_crc_next or None,
        )

    def _accept(self, message: Apdu) -> bool:
        """Whether a message of the other side arrives."""
        now = self._clock()
        if now < self._silent_until:
            return False
        if not self._runs() and not message.is_answer:
            self.counter.begin(message)
        fault = self.counter.count(">", message)
        if fault is None:
            return True
        if fault.what is Mishap.SILENT:
            self._fall_silent(fault, now)
        elif fault.what is Mishap.DROP:
            self.close(now)
        return fault.what not in (Mishap.SILENT, Mishap.DROP, Mishap.LOST)

    def _send_with(self, fault: MessageFault, data: bytes, now: float) -> None:
        match fault.what:
            case Mishap.LOST:
                pass
            case Mishap.SILENT:
                self._fall_silent(fault, now)
            case Mishap.DROP:
                self.close(now)
            case Mishap.CUT:
                self._push(data[: fault.count], now)
                self.close(now)
            case Mishap.HALF:
                self._push(data[: fault.count], now)
                self._fall_silent(fault, now)
            case Mishap.TWICE:
                self._push(data + data, now)
            case Mishap.LATE:
                self._push(data, now + fault.count / 1000)
            case Mishap.SPLIT:
                for at in range(len(data)):
                    self._push(data[at : at + 1], now + at * (fault.count or _SPLIT_MS) / 1000)
            case Mishap.WRONG_LENGTH | Mishap.GARBAGE:
                self._push(data, now)

    def _fall_silent(self, fault: MessageFault, now: float) -> None:
        timed = fault.what is Mishap.SILENT and fault.count
        self._silent_until = now + fault.count / 1000 if timed else _NEVER

    def _push(self, data: bytes, due: float) -> None:
        """Bytes leave behind those that wait already."""
        if data and self._clock() >= self._silent_until:
            last = self._outbox[-1].due if self._outbox else due
            self._outbox.append(_Outgoing(max(due, last), data))
