"""Waiting for what must come: generous, because a busy machine is slow and not wrong. Only what is stuck fails here."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 300.0
LOOK_S = 0.05


def until(fact: Callable[[], T], what: str | Callable[[], str], patience_s: float = PATIENCE_S) -> T:
    """Ask until the answer counts as true, and return it. Raises TimeoutError that says what was waited for."""
    end = time.monotonic() + patience_s
    while not (found := fact()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience_s:.0f} s for {what if isinstance(what, str) else what()}")
        time.sleep(LOOK_S)
    return found
