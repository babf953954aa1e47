"""How long one must wait after wrong passwords. Pure: rows in, rows out; the store keeps them."""

import msgspec

SECOND = 1_000
HOUR = 3_600 * SECOND


class Rule(msgspec.Struct, frozen=True):
    """So many tries are free; then the wait begins and doubles with each failure, up to ``longest_ms``.

    ``forget_ms`` after the last failure the count starts anew (None = only a success ends it). After ``lock_at``
    failures no password is looked at any more until a person ends the lock (None = there is no lock).
    """

    free: int
    first_ms: int
    longest_ms: int
    forget_ms: int | None = None
    lock_at: int | None = None


LOCK_AT = 15
PER_NAME = Rule(free=5, first_ms=15 * SECOND, longest_ms=HOUR, lock_at=LOCK_AT)
"""For a name at unknown devices, all together, and for each known device. NIST SP 800-63B 5.2.2 allows 100 failures."""
PER_ADDRESS = Rule(free=30, first_ms=5 * SECOND, longest_ms=60 * SECOND, forget_ms=HOUR)
"""A whole office may share one address, so this only slows whoever tries many names."""


class Tries(msgspec.Struct, frozen=True):
    """What is remembered of one name or address."""

    failures: int = 0
    last_ms: int = 0


def wait_ms(rule: Rule, tries: Tries, now_ms: int) -> int:
    """Milliseconds until the next try is looked at; 0 = now."""
    over = _counted(rule, tries, now_ms) - rule.free
    if over < 0:
        return 0
    span = min(rule.first_ms << min(over, 32), rule.longest_ms)
    gone = max(0, now_ms - tries.last_ms)  # a clock set back must not shorten the wait
    return max(0, span - gone)


def is_locked(rule: Rule, tries: Tries) -> bool:
    """Whether only a person can let anybody try again."""
    return rule.lock_at is not None and tries.failures >= rule.lock_at


def by_this_clock(tries: Tries, now_ms: int) -> Tries:
    """The same tries when the last one lies in the future, because the clock was set back: as if it were of now, so
    that the wait begins anew and ends. To be kept, or it would begin anew at every look."""
    return Tries(tries.failures, min(tries.last_ms, now_ms))


def failed(rule: Rule, tries: Tries, now_ms: int) -> Tries:
    """One try more."""
    return Tries(_counted(rule, tries, now_ms) + 1, max(now_ms, tries.last_ms))


def _counted(rule: Rule, tries: Tries, now_ms: int) -> int:
    if rule.forget_ms is not None and now_ms - tries.last_ms > rule.forget_ms:
        return 0
    return tries.failures
