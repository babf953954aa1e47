"""What a board shows, as the address says: ``/board?queues=A,B&lang=de,en&view=columns&hide=steps``.

Everything stands in the address: a screen keeps it as its start page, and the hub keeps nothing. What the hub does not
know is told by its name, never left out silently: a board that lacks a queue looks as if nobody were called.
"""

from collections.abc import Sequence
from enum import StrEnum
from urllib.parse import urlencode

import msgspec
from litestar.datastructures import MultiDict

from hub.settings.queue_settings import QueueSet
from kiosk.i18n.languages import is_rtl

LANGUAGES = ("de", "en", "ar")
MOST_LANGUAGES = 3
MOST_COLUMNS = 8
"""Queues that columns have room for, each number still as large as everywhere."""


class Layout(StrEnum):
    """How calls stand on the board."""

    LIST = "list"
    """The newest call large, the others below it."""
    COLUMNS = "columns"
    """A column for each queue."""


class Part(StrEnum):
    """What can be left out."""

    STEPS = "steps"
    """How to draw a number, on the idle page."""
    HOURS = "hours"
    """The week's opening hours, on the idle page."""
    EARLIER = "earlier"
    """Numbers called before."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a board shows."""

    queues: tuple[str, ...] = ()
    """Letters of the queues whose calls it shows; none = all."""
    languages: tuple[str, ...] = ("de",)
    """The first one is the page's own."""
    layout: Layout = Layout.LIST
    hidden: tuple[Part, ...] = ()

    @property
    def lang(self) -> str:
        """The page's language."""
        return self.languages[0]

    def shows(self, part: str) -> bool:
        """Whether the board shows a part (``Part``)."""
        return part not in self.hidden

    def takes(self, queue: str) -> bool:
        """Whether it shows calls of the queue with this letter."""
        return not self.queues or queue in self.queues


class Fault(StrEnum):
    """What is wrong with an address; texts: ``board.wrong.<fault>``."""

    QUEUES = "queues"
    LANG = "lang"
    VIEW = "view"
    HIDE = "hide"
    FIELD = "field"
    COLUMNS = "columns"
    """Too many queues for columns."""


class Wrong(msgspec.Struct, frozen=True):
    """Something in the address that the hub does not know: these names, where others are known."""

    fault: Fault
    names: tuple[str, ...]
    known: tuple[str, ...]


def read(query: MultiDict[str], queues: Sequence[QueueSet], usual_lang: str) -> Options | tuple[Wrong, ...]:
    """The options in the query of an address. A queue goes by its letter or its id; names stand behind commas or in
    several fields of one name. ``usual_lang`` where it names no language."""
    by_name = {queue.series.lower(): queue.series for queue in queues}
    by_name |= {queue.id.lower(): queue.series for queue in queues if queue.id.lower() not in by_name}
    letters, hides = tuple(queue.series for queue in queues), tuple(Part)
    wanted = {name: _names(query, name) for name in ("queues", "lang", "view", "hide")}
    faults = (
        _unknown(Fault.QUEUES, wanted["queues"], by_name, letters),
        _unknown(Fault.LANG, wanted["lang"], LANGUAGES, LANGUAGES),
        _unknown(Fault.VIEW, wanted["view"], tuple(Layout), tuple(Layout)),
        _unknown(Fault.HIDE, wanted["hide"], hides, hides),
        _unknown(Fault.FIELD, tuple(query), tuple(wanted), tuple(wanted)),
    )
    if found := tuple(each for each in faults if each is not None):
        return found
    chosen = tuple(dict.fromkeys(by_name[name.lower()] for name in wanted["queues"]))
    options = Options(
        queues=tuple(letter for letter in letters if letter in chosen),
        languages=tuple(dict.fromkeys(each.lower() for each in wanted["lang"]))[:MOST_LANGUAGES] or (usual_lang,),
        layout=Layout((wanted["view"] or ("list",))[-1].lower()),
        hidden=tuple(part for part in Part if part in [each.lower() for each in wanted["hide"]]),
    )
    columns = options.queues or letters
    if options.layout is Layout.COLUMNS and len(columns) > MOST_COLUMNS:
        return (Wrong(Fault.COLUMNS, columns, letters),)
    return options


def query_of(options: Options) -> str:
    """The query by which a board shows this; "" = nothing special."""
    fields = {
        "queues": ",".join(options.queues),
        "lang": ",".join(options.languages),
        "view": "" if options.layout is Layout.LIST else options.layout,
        "hide": ",".join(options.hidden),
    }
    return urlencode({name: value for name, value in fields.items() if value}, safe=",")


def direction(lang: str) -> str:
    """How a language is written, for an element's ``dir``."""
    return "rtl" if is_rtl(lang) else "ltr"


def _names(query: MultiDict[str], field: str) -> tuple[str, ...]:
    values = query.getall(field, [])
    return tuple(name for value in values for part in value.split(",") if (name := part.strip()))


def _unknown(
    fault: Fault, names: Sequence[str], understood: Sequence[str] | dict[str, str], known: tuple[str, ...]
) -> Wrong | None:
    wrong = tuple(dict.fromkeys(name for name in names if name.lower() not in understood))
    return Wrong(fault, wrong, known) if wrong else None
