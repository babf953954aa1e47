"""Ids made at the terminal: UUIDv7 of RFC 9562, section 5.7, with the counter method of section 6.2.

Ids of different things are different types, so that mypy refuses the one where the other is wanted. On the wire and in
the file they are texts.
"""

import threading
from collections.abc import Callable
from typing import NewType
from uuid import UUID

TicketId = NewType("TicketId", str)
"""Of a ticket, from the tap on; its slip carries the same."""
ScanId = NewType("ScanId", str)
"""Of one reading of a code: a slip, or the code of a visitor's page."""
JobId = NewType("JobId", str)
"""Of one command to a device; new for each attempt."""
NO_JOB = JobId("")
"""Where a device works without a command: during a poll."""
SessionId = NewType("SessionId", str)
"""Of one visit."""
HelpId = NewType("HelpId", str)
"""Of one call for a person."""
OpId = NewType("OpId", str)
"""Of one operation of the outbox: its idempotency key at the hub."""
PaymentId = NewType("PaymentId", str)
"""Of one attempt to charge a card: exactly one authorisation (06 01) is ever sent under it."""
ChargeId = NewType("ChargeId", str)
"""Of what is to be paid: the fees of one receipt. It may need several attempts; one at most is paid."""
DayEndId = NewType("DayEndId", str)
"""Of one end-of-day of a payment terminal."""

_RAND_B_BITS = 62
_COUNTER_MAX = (1 << 12) - 1


def uuid7(unix_ms: int, counter: int, rand_b: int) -> UUID:
    """Lay out a UUIDv7: 48 bits of Unix time in ms, 12 bits of counter, 62 random bits."""
    value = (unix_ms & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | (counter & _COUNTER_MAX) << 64
    value |= 0b10 << 62 | (rand_b & ((1 << _RAND_B_BITS) - 1))
    return UUID(int=value)


class IdMaker:
    """Makes ids that only ever grow, even when the clock is set back.

    ``now_ms`` gives Unix time in ms, ``randbits(n)`` gives n random bits; both are injected so that
    tests and simulations replay. Safe to call from any thread.
    """

    def __init__(self, now_ms: Callable[[], int], randbits: Callable[[int], int], last_ms: int = 0) -> None:
        self._now_ms = now_ms
        self._randbits = randbits
        self._last_ms = last_ms
        self._counter = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """The next id in its 36-character form."""
        with self._lock:
            now = self._now_ms()
            if now > self._last_ms:
                self._last_ms, self._counter = now, self._randbits(8)
            elif self._counter < _COUNTER_MAX:
                self._counter += 1
            else:
                self._last_ms, self._counter = self._last_ms + 1, 0
            return str(uuid7(self._last_ms, self._counter, self._randbits(_RAND_B_BITS)))

    def not_before(self, ms: int) -> None:
        """Never give an id older than this time: the newest that is already on disk."""
        with self._lock:
            self._last_ms = max(self._last_ms, ms)


def ms_of(uuid_text: str) -> int:
    """The Unix time in ms inside a UUIDv7. Raises ValueError for anything else."""
    value = UUID(uuid_text)
    if value.version != 7:
        raise ValueError(f"not a UUIDv7: {uuid_text}")
    return value.int >> 80
