"""The town's colour: what is mixed from it, and whether it can be read well enough to be used.

It is the colour of headings and main buttons in the default theme of terminals, on the board, on the pages of staff and
visitors. Text in it, and white text on it, need a contrast of 7:1 (WCAG 2.2, 1.4.6).
"""

import msgspec

from kiosk.vocabulary.colours import BLACK, WHITE, Rgb, contrast, hexed, mix, rgb

LEAST = 7.0
PAPER: Rgb = (0xF5, 0xF3, 0xEE)
"""Ground of the default theme (``screens.theme``) and of the hub's pages."""
_STEPS = 256


class AccentFault(msgspec.Struct, frozen=True):
    """Why a colour is not used. ``contrast`` is the weakest one, 0 where it is no colour; ``nearest`` would hold."""

    given: str
    contrast: float = 0.0
    nearest: str = ""

    @property
    def reason(self) -> str:
        """What is wrong."""
        return f"its contrast is only {self.contrast:.1f}:1" if self.nearest else "it is not a colour"

    @property
    def remedy(self) -> str:
        """What to do."""
        if self.nearest:
            return f"Choose a darker one ({LEAST:.0f}:1); the nearest is {self.nearest}."
        return "Write six hex digits, for example 0B4F6C."

    def __str__(self) -> str:
        return f"{self.given[:20]!r}: {self.reason}. {self.remedy}"


def soft(colour: Rgb) -> Rgb:
    """The light ground that goes with a colour."""
    return mix(colour, WHITE, 0.87)


def deep(colour: Rgb) -> Rgb:
    """The colour of a button that is touched."""
    return mix(colour, BLACK, 0.25)


def weakest(colour: Rgb) -> float:
    """The least contrast of the colour to the grounds on which it stands, and to white text on it."""
    return min(contrast(colour, ground) for ground in (PAPER, WHITE, soft(colour)))


def accent_fault(given: str) -> AccentFault | None:
    """Why a colour cannot be the town's; None = it can."""
    try:
        colour = rgb(given)
    except ValueError:
        return AccentFault(given)
    found = weakest(colour)
    # Rounded down: "only 7.0:1" would be no reason.
    return None if found >= LEAST else AccentFault(given, int(found * 10) / 10, hexed(_nearest(colour)))


def _nearest(colour: Rgb) -> Rgb:
    """The same hue with as little black as makes it hold."""
    darker = (mix(colour, BLACK, step / _STEPS) for step in range(1, _STEPS))
    return next((each for each in darker if weakest(each) >= LEAST), BLACK)
