"""What our side must never send to a payment terminal, watched on the line, message by message.

Sources: PA00P015 sections 2.2, 2.14 and 4; the laws of docs/payments.md.
"""

import re
from collections.abc import Callable

import apsw

from drivers.sim.payment_terminal.apdu import Apdu, whole
from drivers.sim.payment_terminal.orders import EURO, Payment, Reversal, read
from kiosk.payments.states import AttemptState
from offline_cache.store.payments import attempts
from offline_cache.store.payments.attempts import Stored

ACK_NAK, DLE = b"\x06\x15", b"\x10"
_FRAME = re.compile(rb"\x10\x02((?:[^\x10]|\x10\x10)*)\x10\x03..", re.DOTALL)
REGISTER, PAY, LOOK_UP, REVERSE, END_DAY, ABORT = 0x0600, 0x0601, 0x0620, 0x0630, 0x0650, 0x06B0
COMMANDS = frozenset({REGISTER, PAY, LOOK_UP, REVERSE, END_DAY, ABORT, 0x0501, 0x0670, 0x0691, 0x0693})
"""No refund (06 31), no reservation (06 22 to 06 25), nothing that the kiosk has no use for."""
ANSWERS = frozenset({0x8000, 0x8466, 0x84CC, 0x8483})
"""Neither "please wait" (84 9C) nor a partial amount (84 9D)."""


class LineRules:
    """``runs``: whether the terminal is at work; ``db``: the store as it is now. Raises AssertionError."""

    def __init__(self, runs: Callable[[], bool], db: Callable[[], apsw.Connection]) -> None:
        self._runs, self._db = runs, db
        self._paid_for: set[str] = set()
        self._looked_up = False

    def wrote(self, data: bytes) -> None:
        """Our side wrote these bytes: a message; on a serial line any frames and answers to frames."""
        serial = not _FRAME.sub(b"", data).strip(ACK_NAK)
        for each in _FRAME.findall(data) if serial else [data]:
            message = whole(each.replace(DLE + DLE, DLE) if serial else each)
            assert message is not None, f"no message: {data.hex(' ')}"
            self._message(message)

    def _message(self, message: Apdu) -> None:
        assert message.command in (ANSWERS if message.is_answer else COMMANDS), f"never sent: {message.command:04X}"
        match message.command:
            case 0x0601:
                self._payment(message)
            case 0x0630:
                self._reversal(message)
            case 0x0650:
                assert self._open() is None, "an end-of-day while a payment is open"
                self._idle(message)
            case 0x0620:
                self._idle(message)
                self._looked_up = True
            case _:
                pass

    def _payment(self, message: Apdu) -> None:
        known, order = self._open(), read(message)
        assert known is not None, "a payment that is not in the store"
        assert known.state is AttemptState.INTENT, f"a payment while one is {known.state.value}"
        assert known.attempt.id not in self._paid_for, "a payment was sent again"
        assert self._looked_up, "a payment without a lookup before it"
        assert isinstance(order, Payment)
        asked = (known.attempt.amount.cents, EURO)
        assert (order.cents, order.currency) == asked, f"{order.cents} cents are sent, {asked[0]} are in the store"
        self._idle(message)
        self._paid_for.add(known.attempt.id)
        self._looked_up = False

    def _reversal(self, message: Apdu) -> None:
        known, order = self._open(), read(message)
        assert known is not None, "a reversal that is not in the store"
        assert known.state is AttemptState.VOID_WANTED, f"a reversal of a payment that is {known.state.value}"
        assert isinstance(order, Reversal)
        assert known.attempt.record is not None
        asked = (known.attempt.record.receipt, known.attempt.amount.cents)
        assert (order.receipt, order.cents) == asked, f"a reversal of {order.receipt, order.cents}, not of {asked}"
        self._idle(message)

    def _idle(self, message: Apdu) -> None:
        assert not self._runs(), f"{message.command:04X} while the terminal is at work"

    def _open(self) -> Stored | None:
        return attempts.open_one(self._db())
