"""One visitor of the small world, as it truly was."""

from enum import Enum

import msgspec

from kiosk.vocabulary.tickets import Numbered


class Stop(Enum):
    """Where in a visit the terminal's power goes."""

    NEVER = "never"
    INTENT = "after the intent"
    ASKING = "while the hub is asked"
    ASKED = "after the asking"
    NUMBERED = "after the number"
    PAPER = "after the paper"


class Mishap(Enum):
    """What may go wrong with a call."""

    NONE = "none"
    WRONG_KEY = "called by mistake, undone"
    LATE = "the visitor comes late"


class Visitor(msgspec.Struct):
    """The truth about one visitor."""

    id: str
    terminal: str
    disk: int
    service: str
    tap_ms: int
    sure: bool
    """The terminal had learnt the hub's clock not long before the tap."""
    life: int
    """Of the hub, at the tap."""
    number: Numbered | None = None
    """What the slip in the visitor's hand says; None = no slip."""
    gone: bool = False
    """Gave the number back, or never had one."""
    served_life: int = -1
    """The life of the hub in which the visitor was served; -1 = not yet."""
    excuse: str = ""
    """Why the hub may know nothing, or something that nobody holds."""

    @property
    def waits(self) -> bool:
        """Holds a slip and has not been served."""
        return self.number is not None and not self.gone and self.served_life < 0
