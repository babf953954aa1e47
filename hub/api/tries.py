"""A limit on guessing enrolment codes: so many wrong ones per address and minute, then wait."""

from collections.abc import Callable

WRONG_PER_MINUTE = 10
ADDRESSES_MAX = 1000


class Tries:
    """Counts wrong tries per address in memory; with 40 random bits in a code this is enough."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._wrong: dict[str, tuple[float, int]] = {}

    def may_try(self, address: str) -> bool:
        """False when this address was wrong too often in the last minute."""
        since, count = self._wrong.get(address, (0.0, 0))
        return count < WRONG_PER_MINUTE or self._monotonic() - since > 60

    def was_wrong(self, address: str) -> None:
        """One wrong try more."""
        now = self._monotonic()
        since, count = self._wrong.get(address, (now, 0))
        if now - since > 60:
            since, count = now, 0
        if len(self._wrong) >= ADDRESSES_MAX:
            self._wrong.clear()
        self._wrong[address] = (since, count + 1)
