"""What a state is: each flow has an enum of its own, and each state says to which group it belongs.

A group is a state around states: its rows answer for every state inside it that has no row of its own before. So a new
flow gets language, help, silence and the way home by naming the group of each of its states.
"""

from collections.abc import Callable
from enum import Enum
from typing import Self

import msgspec

from kiosk.config import Timing


class Group(Enum):
    """The states around the states."""

    HOME = "home"
    """Nobody is being served."""
    CHOOSING = "choosing"
    """The visitor looks for the right thing; Back remembers these screens, silence asks whether anybody is there."""
    NOTICE = "notice"
    """A short page that says one thing, is read in seconds and leads back to the start."""
    FACTS = "facts"
    """A short page with something to note or to decide; it leads back to the start too."""
    WAITING = "waiting"
    """It ends by an answer or by its deadline, never by the visitor's silence."""
    OWN = "own"
    """Its flow's own rows say how it ends."""
    UNHURRIED = "unhurried"
    """Nobody is served yet: a technician works here, and no silence ends it."""


SHORT = frozenset({Group.NOTICE, Group.FACTS})
"""Pages that lead back to the start by themselves."""
EVERYWHERE = frozenset(Group)


class Traits(msgspec.Struct, frozen=True):
    """What the machine has to know of a state.

    ``stands_s``: how many seconds its page stands without a touch where the group does not say it. ``calm_s``: its page
    is shown only when the state lasts longer than so many seconds.
    """

    name: str
    group: Group
    stands_s: Callable[[Timing], float] | None = None
    calm_s: float = 0.0


class State(Enum):
    """Base of all states. States of two flows are never equal, whatever their names; a name is given once even so."""

    _value_: str
    group: Group
    stands_s: Callable[[Timing], float] | None
    calm_s: float

    def __new__(cls, traits: Traits) -> Self:
        """The value of a state is its name; its traits are attributes."""
        state = object.__new__(cls)
        state._value_ = traits.name
        state.group, state.stands_s, state.calm_s = traits.group, traits.stands_s, traits.calm_s
        return state


class Home(State):
    """Where a session stands while nobody is being served."""

    START = Traits("start", Group.HOME)
    CLOSED = Traits("closed", Group.HOME)
    CLOSED_BY_HOUSE = Traits("closed_by_house", Group.HOME)
    OUT_OF_SERVICE = Traits("out_of_service", Group.HOME)
