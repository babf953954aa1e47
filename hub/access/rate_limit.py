"""A limit on tries: so many per address (guesses of enrolment codes) or ticket (presses of a visitor) and minute."""

from collections.abc import Callable

WRONG_PER_MINUTE = 10
ADDRESSES_MAX = 1000
"""Addresses that are remembered; the one that began first is forgotten for the next."""
MINUTE_S = 60.0


class Tries:
    """Counts tries per address in memory; with 40 random bits in a code this is enough. A try counts as wrong from its
    beginning, so that many at once are not looked at either."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._wrong: dict[str, tuple[float, int]] = {}

    def begin(self, address: str) -> bool:
        """Count a try; False when this address was wrong too often in the last minute."""
        now = self._monotonic()
        since, count = self._wrong.get(address, (now, 0))
        if now - since > MINUTE_S:
            self._wrong.pop(address, None)
            since, count = now, 0
        if count >= WRONG_PER_MINUTE:
            return False
        if address not in self._wrong and len(self._wrong) >= ADDRESSES_MAX:
            del self._wrong[next(iter(self._wrong))]
        self._wrong[address] = (since, count + 1)
        return True

    def was_no_guess(self, address: str) -> None:
        """The code was right, or none was looked at: take the try back."""
        since, count = self._wrong.get(address, (0.0, 0))
        if count:
            self._wrong[address] = (since, count - 1)
