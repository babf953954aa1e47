"""What a person reads whose password was wrong or was not looked at: why, how long to wait, what they can do."""

from typing import assert_never

import msgspec

from hub.auth.sign_in import Locked, Refusal, TooManyTries, WrongPassword

MINUTE_S = 60
SECONDS_UP_TO = 90
"""A longer wait is said in minutes."""


class Shown(msgspec.Struct, frozen=True):
    """Message keys with their numbers, for ``templates/refused.html``. ``status`` is that of the HTTP answer."""

    status: int
    why: str
    then: str
    """How long to wait, or that it may be tried again; "" = a lock, for which ``help`` is the remedy."""
    n: int
    help: tuple[str, ...]
    """What to do about waits and locks, one key for each way."""


HERE = ("refused.help.administrator", "refused.help.machine")
ELSEWHERE = ("refused.help.known_device", *HERE)
"""At a device that is not known for this name."""


def shown(refusal: Refusal, wrong: str = "signin.wrong") -> Shown:
    """How a page says it; ``wrong`` is its sentence for a wrong password."""
    match refusal:
        case WrongPassword(seconds=0):
            return Shown(403, wrong, "refused.again", 0, ())
        case WrongPassword(seconds=seconds):
            return Shown(403, wrong, *_wait(seconds), ELSEWHERE if seconds > SECONDS_UP_TO else ())
        case TooManyTries(seconds=seconds):
            return Shown(429, "refused.many", *_wait(seconds), ELSEWHERE)
        case Locked(device=True):
            return Shown(429, "refused.locked_here", "", 0, HERE)
        case Locked():
            return Shown(429, "refused.locked", "", 0, ELSEWHERE)
        case _:
            assert_never(refusal)


def _wait(seconds: int) -> tuple[str, int]:
    if seconds <= SECONDS_UP_TO:
        return "refused.wait_seconds", seconds
    return "refused.wait_minutes", -(-seconds // MINUTE_S)
