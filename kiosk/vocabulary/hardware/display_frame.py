"""What stands on a queue display: rows of number and place."""

import msgspec


class Row(msgspec.Struct, frozen=True):
    """One number and where to go; ``short`` is the place where there is less room ("" = the place)."""

    label: str
    place: str
    short: str = ""
    mark: int = 0
    """Tells two calls of the same number apart, so that a recall is news again."""
    news: bool = False
    """Called this moment: each display shows it long enough to be read (``turns``)."""
    over: bool = False
    """The visitor has come: it stands only until it was shown long enough."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a display is to show. ``rows`` newest first; ``idle`` when there are none."""

    rows: tuple[Row, ...] = ()
    idle: str = ""
