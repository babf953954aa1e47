"""What waits in the inbox of the storage thread, and how who asked waits for its outcome."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import apsw
import msgspec

from offline_cache.store.participant import FactRule, Written

T = TypeVar("T")
_BEGUN_S = 5.0


class FactJob(msgspec.Struct, frozen=True):
    """A fact to make durable. ``waiter`` takes the outcome; without one the participant's answer is posted."""

    fact: msgspec.Struct
    rule: FactRule[Any]
    waiter: "Future[Written] | None" = None


class Question(msgspec.Struct, frozen=True):
    """Work of another thread on the same connection."""

    run: Callable[[apsw.Connection], object]
    answer: "Future[Any]"


class Stop(msgspec.Struct, frozen=True):
    """Finish what was asked before, then close."""


Work = FactJob | Question


def begins(answer: "Future[Any]") -> bool:
    """Mark it as under way (again); False when who asked waits no longer, so that it must not be done."""
    return not answer.cancelled() and (answer.running() or answer.set_running_or_notify_cancel())


def outcome_of(answer: "Future[T]", timeout_s: float) -> T | None:
    """Wait for it; None when the file failed, or when it was not begun in time and never will be."""
    try:
        return answer.result(timeout_s)
    except TimeoutError:
        return None if answer.cancel() else _begun(answer)
    except apsw.Error:
        return None


def _begun(answer: "Future[T]") -> T | None:
    """Already on its way to the disk: what comes of it must be known."""
    try:
        return answer.result(_BEGUN_S)
    except (TimeoutError, apsw.Error):
        return None
