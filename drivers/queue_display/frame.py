"""What stands on the display: rows of number and place, from the hub's list of calls. Pure."""

from collections.abc import Iterable

import msgspec

from kiosk.i18n.texts import Texts
from kiosk.vocabulary.short_names import short_name
from kiosk.wire import Call, CallState

ROWS = 8
"""So many calls are kept: a display shows as many as it has lines, and each new one in its turn."""


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


class ShowFrame(msgspec.Struct, frozen=True):
    """The command of this driver: show this until told otherwise. The same frame twice is harmless."""

    frame: Frame


def frame_of(calls: Iterable[Call], texts: Texts, lang: str, news: frozenset[int] = frozenset()) -> Frame:
    """The frame for these calls (any order): each number once, newest first. ``news``: seqs of those that are."""
    newest: dict[str, Call] = {}
    for call in sorted(calls, key=lambda one: one.seq):
        newest.pop(call.label, None)
        newest[call.label] = call
    shown = [call for call in reversed(newest.values()) if call.state is CallState.NOW or _ends(call, news)]
    return Frame(
        rows=tuple(_row(call, texts, lang, call.seq in news) for call in shown[:ROWS]),
        idle=texts.say(lang, "display.idle").text,
    )


def _ends(call: Call, news: frozenset[int]) -> bool:
    """The visitor came at once; others have not read yet whose call it was."""
    return call.state is CallState.OVER and call.seq in news


def _row(call: Call, texts: Texts, lang: str, news: bool) -> Row:
    name = " ".join(call.counter.split())
    return Row(
        label=call.label,
        place=_place(name, texts, lang),
        short=call.short or short_name(name),
        mark=call.seq,
        news=news,
        over=call.state is CallState.OVER,
    )


def _place(name: str, texts: Texts, lang: str) -> str:
    """A counter called "4" becomes "Platz 4"; one that has a name of its own keeps it."""
    return texts.say(lang, "display.place", counter=name).text if name.isdigit() else name
