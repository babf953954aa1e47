"""What a running process of the payment terminal may wait for, and how it is written: a generator that yields steps.

``reply = yield Say(...)`` is resumed with the answer, with what a person did, or with None when the time is over.
"""

from collections.abc import Generator
from enum import StrEnum
from typing import TypeAlias, TypeVar

import msgspec

from drivers.sim.payment_terminal.apdu import Apdu
from drivers.sim.payment_terminal.cards import Card


class Touch(StrEnum):
    """What a person does at the device; ``abort`` is the other side's 06 B0, which it takes for the stop key."""

    INSERT = "insert"
    TAP = "tap"
    REMOVE = "remove"
    PIN = "pin"
    WRONG_PIN = "wrong_pin"
    STOP = "stop"
    ABORT = "abort"


class Did(msgspec.Struct, frozen=True):
    """Somebody did what was waited for."""

    touch: Touch
    card: Card | None = None


class Say(msgspec.Struct, frozen=True):
    """Send a message and wait for its answer."""

    message: Apdu
    wait_s: float


class Pause(msgspec.Struct, frozen=True):
    """Let time pass: a host works."""

    seconds: float


class Await(msgspec.Struct, frozen=True):
    """Wait for a person."""

    touches: frozenset[Touch]
    wait_s: float


Step = Say | Pause | Await
Reply = Apdu | Did | None
R = TypeVar("R")
Process: TypeAlias = Generator[Step, Reply, R]


def say(message: Apdu, wait_s: float) -> Process[Apdu | None]:
    """Send; the answer, or None when none came."""
    reply = yield Say(message, wait_s)
    return reply if isinstance(reply, Apdu) else None


def pause(seconds: float) -> Process[None]:
    """Let time pass."""
    if seconds > 0:
        yield Pause(seconds)


def person(wait_s: float, *touches: Touch) -> Process[Did | None]:
    """What a person did of these, the stop key always among them; None when nobody did anything."""
    reply = yield Await(frozenset((*touches, Touch.STOP, Touch.ABORT)), wait_s)
    return reply if isinstance(reply, Did) else None
