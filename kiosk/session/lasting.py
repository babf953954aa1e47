"""Machines beside the session that outlive it: what must go on when its visitor is gone (a card that is being charged).

A lasting machine is a frozen value and a pure step, like the session, and belongs to the core's thread too. It hears
every event but touches, before the session does, and what a flow tells it (``Tell``); what it knows is a fact to the
flows (``Facts.lasting``). A visit that ends, a time-out and a bug in a page leave it alone, and so does a bug of its
own: it goes on with what it knew before. At the start it asks by its ``restore`` effects for what it had made durable,
and is answered by events.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from kiosk.session.model import Lasting, World
from kiosk.vocabulary.effects import Effect
from kiosk.vocabulary.events import Event

L = TypeVar("L", bound=Lasting)


class LastingEvent(Event, frozen=True):
    """Base of events that only lasting machines answer. To the flows they are news: they look at the facts."""


Step = Callable[[Lasting, Event, World], tuple[Lasting, tuple[Effect, ...]]]


class LastingMachine(NamedTuple):
    """``begin``: what it knows before anything was restored. ``restore``: asked once the store is open."""

    begin: Lasting
    step: Step
    restore: tuple[Effect, ...] = ()

    @property
    def name(self) -> str:
        """How log and errors call it."""
        return type(self.begin).__name__


def checked(machines: Sequence[LastingMachine]) -> tuple[LastingMachine, ...]:
    """The same. Raises ValueError when a machine is listed twice."""
    names = [machine.name for machine in machines]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"listed twice: {', '.join(twice)}")
    return tuple(machines)


def known(facts: World, kind: type[L]) -> L:
    """What the machine of this kind knows. LookupError when there is none: a bug."""
    for each in facts.lasting:
        if isinstance(each, kind):
            return each
    raise LookupError(f"no lasting machine {kind.__name__}")
