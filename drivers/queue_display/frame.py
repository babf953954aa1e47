"""What stands on the display: rows of number and place, from the hub's list of calls. Pure."""

from collections.abc import Sequence

import msgspec

from kiosk.i18n.texts import Texts
from kiosk.wire import Call

ROWS = 4
"""So many calls are kept; a display shows as many of them as it has lines."""


class Row(msgspec.Struct, frozen=True):
    """One number and where to go."""

    label: str
    place: str


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a display is to show. ``rows`` newest first; ``idle`` when there are none.

    ``fresh``: the first row was called this moment and deserves the whole display for a while. ``mark`` tells two
    calls of the same number apart, so that a recall is fresh again.
    """

    rows: tuple[Row, ...] = ()
    idle: str = ""
    fresh: bool = False
    mark: int = 0


class ShowFrame(msgspec.Struct, frozen=True):
    """The command of this driver: show this until told otherwise. The same frame twice is harmless."""

    frame: Frame


def frame_of(calls: Sequence[Call], texts: Texts, lang: str, *, fresh: bool) -> Frame:
    """The frame for these calls (any order): each number once, newest first. ``fresh``: the newest came just now."""
    newest: dict[str, Call] = {}
    for call in sorted(calls, key=lambda one: one.seq):
        newest.pop(call.label, None)
        newest[call.label] = call
    shown = list(reversed(newest.values()))[:ROWS]
    return Frame(
        rows=tuple(Row(call.label, _place(call.counter, texts, lang)) for call in shown),
        idle=texts.say(lang, "display.idle").text,
        fresh=fresh and bool(shown),
        mark=shown[0].seq if shown else 0,
    )


def _place(counter: str, texts: Texts, lang: str) -> str:
    """A counter called "4" becomes "Platz 4"; one that has a name of its own keeps it."""
    name = " ".join(counter.split())
    return texts.say(lang, "display.place", counter=name).text if name.isdigit() else name
