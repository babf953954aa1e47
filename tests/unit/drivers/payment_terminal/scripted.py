"""A payment terminal that follows a script, byte by byte, on a wire in memory and a clock that only silence moves.

One step a line: ``> 06 01 04`` waits for a message of the driver that begins so; ``< 80 00 00`` sends these bytes;
``~ 200`` is silence of that many seconds; ``cut`` ends the connection; ``# ...`` is a remark.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from drivers.host.port import NotDurable
from drivers.payment_terminal.codec.apdu import Apdu, ApduReader, encode_apdu
from drivers.payment_terminal.codec.serial_frame import ACK, FrameReader, encode_frame
from drivers.payment_terminal.driver import ZvtTerminal
from drivers.payment_terminal.settings import ZvtSettings
from drivers.transport.base import LinkFault
from drivers.transport.memory import MemoryTransport, _Pipe
from kiosk.vocabulary.ids import DayEndId, PaymentId
from kiosk.vocabulary.payments import Authorise, EndDay, LookUpLast, Money, Reverse
from tests.device_jobs import RecordedJob

REGISTER = """
> 06 00
< 80 00 00
< 06 0F 0A 19 00 29 29 00 10 06 49 09 78
> 80 00 00
"""
ENQUIRY = """
> 05 01
< 80 00 00
< 06 0F 01 {status}
> 80 00 00
"""
READY = REGISTER + ENQUIRY.format(status="00")
APPROVED = "04 0F 18 27 00 04 00 00 00 00 20 40 49 09 78 29 29 00 10 06 87 04 70 0B 00 04 70"
DECLINED = "04 0F 07 27 05 29 29 00 10 06"
STOPPED = "04 0F 07 27 6C 29 29 00 10 06"
BEGUN = "> 06 01\n< 80 00 00\n"
PAID = f"{BEGUN}< {APPROVED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00\n"
LOOKED_UP = f"{ENQUIRY.format(status='00')}> 06 20\n< 80 00 00\n< {APPROVED}\n> 80 00 00\n< 06 0F 00\n> 80 00 00\n"


class Scripted:
    """See the module. ``heard`` is all that the driver said, message by message."""

    def __init__(self, *script: str, serial: bool = False) -> None:
        self.now = 0.0
        self.heard: list[str] = []
        self._serial = serial
        self._steps = [line.strip() for part in script for line in part.splitlines() if line.strip(" #")]
        self._reader = FrameReader() if serial else ApduReader()
        self._inbox: list[Apdu] = []
        self._silent_until = 0.0
        to_driver, to_us = _Pipe(), _Pipe()
        self._ours = MemoryTransport(to_us, to_driver)
        self.link = MemoryTransport(to_driver, to_us, self._idle)

    def add(self, *script: str) -> None:
        self._steps += [line.strip() for part in script for line in part.splitlines() if line.strip()]

    def driver(self, settings: ZvtSettings | None = None) -> ZvtTerminal:
        framing = "serial" if self._serial else "tcp"
        used = msgspec.structs.replace(settings or ZvtSettings(), framing=framing)
        return ZvtTerminal(self.link, used, lambda: self.now)

    @property
    def left(self) -> list[str]:
        """Steps that did not happen yet."""
        self._act()
        return self._steps

    def _idle(self, seconds: float) -> None:
        if not self._act():
            self.now += max(seconds, 0.001)

    def _act(self) -> bool:
        """Do what can be done now; whether bytes were sent."""
        sent = self._hear()
        while self._steps and self.now >= self._silent_until:
            kind, _, rest = self._steps[0].partition(" ")
            match kind:
                case "#":
                    pass
                case "<":
                    self._say(bytes.fromhex(rest))
                    sent = True
                case "~":
                    self._silent_until = self.now + float(rest)
                case "cut":
                    self._ours.close()
                    sent = True
                case ">":
                    if not self._inbox:
                        break
                    told = _hex(self._inbox.pop(0))
                    assert told.startswith(rest), f"the driver said {told}, not {rest}; before: {self.heard}"
            self._steps.pop(0)
        return sent

    def _say(self, data: bytes) -> None:
        if self._serial and len(data) > 2:
            data = encode_frame(int.from_bytes(data[:2], "big"), data[3:])
        self._ours.write(data, 1.0)

    def _hear(self) -> bool:
        """Take in what the driver said; whether bytes were sent back (ACK)."""
        acked = False
        try:
            data = self._ours.read(65536, 0.0)
        except LinkFault:
            return False
        for each in self._reader.feed(data):
            if isinstance(each, Apdu):
                self._inbox.append(each)
                self.heard.append(_hex(each))
                if self._serial:
                    self._ours.write(ACK, 1.0)
                    acked = True
        return acked


def _hex(apdu: Apdu) -> str:
    return encode_apdu(apdu.control, apdu.data).hex(" ").upper()


def commands(heard: Iterable[str], control: str) -> list[str]:
    return [each for each in heard if each.startswith(control)]


PAY = Authorise(payment=PaymentId("p1"), amount=Money(2040))
NEXT = msgspec.structs.replace(PAY, payment=PaymentId("p2"))
LOOK = LookUpLast()
TAKE_BACK = Reverse(payment=PaymentId("p1"), receipt=470, amount=Money(2040))
CLOSE = EndDay(day=DayEndId("d1"))
BOTH = pytest.mark.parametrize("serial", [False, True], ids=["tcp", "serial"])


def run(
    script: str, command: Any, job: RecordedJob | None = None, *, serial: bool = False, **settings: Any
) -> tuple[Any, RecordedJob, Scripted]:
    """Open, then one command against this script."""
    peer, job = Scripted(READY, script, serial=serial), job or RecordedJob("p1")
    driver = peer.driver(ZvtSettings(**settings))
    driver.open()
    outcome = driver.execute(command, job)
    assert peer.left == []
    return outcome, job, peer


def failing_at(kind: type) -> RecordedJob:
    def keep(fact: Any) -> None:
        if isinstance(fact, kind):
            raise NotDurable("no room")

    return RecordedJob("p1", keep=keep)
