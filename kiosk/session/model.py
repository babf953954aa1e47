"""One visitor's session and what the world looks like to it: frozen values."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from kiosk.catalogue.index import CatalogueIndex
from kiosk.config import Timing
from kiosk.health import Health
from kiosk.session.states import Home, State
from kiosk.vocabulary.access import Access, Contrast
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.ids import HelpId, JobId, OpId, ScanId, SessionId, TicketId


class Help(StrEnum):
    """What became of the newest call for a person: the visitor's own, or ours because no slip came."""

    NONE = "none"
    SENDING = "sending"
    SENT = "sent"
    TAKEN = "taken"
    """Somebody said at a desk that they go there."""
    NOT_SENT = "not_sent"


class Visit(msgspec.Struct, frozen=True):
    """What a flow remembers of a visitor. Each flow has a struct of its own; it goes when another flow begins."""

    @property
    def number(self) -> str:
        """The number that the visitor drew here and holds; "" = none."""
        return ""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to every visitor, and what the flow remembers that they are in. Reset = drop it, make a new one."""

    id: SessionId
    lang: str
    home_lang: str
    state: State = Home.START
    entered: float = 0.0
    """Monotonic seconds at which the state was entered."""
    touched: float = 0.0
    """Monotonic seconds of the last touch."""
    asked: float | None = None
    """Since when the idle question stands; None = it does not."""
    access: Access = Access()
    drawer: str = ""
    trail: tuple[State, ...] = ()
    """Screens behind this one, for Back."""
    help: Help = Help.NONE
    help_id: HelpId = HelpId("")
    asked_help: bool = False
    """The newest call is the visitor's own wish for a person."""
    helper: str = ""
    """The name of who is coming, as staff have it."""
    flow: Visit | None = None

    @property
    def number(self) -> str:
        """The number that the visitor drew in this visit; "" = none."""
        return self.flow.number if self.flow is not None else ""


class Lasting(msgspec.Struct, frozen=True):
    """What a machine beside the session knows (``kiosk.session.lasting``). Each has a struct of its own."""

    @property
    def busy(self) -> bool:
        """Something is under way that must not be cut off: the program does not end by itself."""
        return False


class NewIds(msgspec.Struct, frozen=True, kw_only=True):
    """Ids made for this step, by what they are for: a step makes one of each at most, so no two things share one."""

    session: SessionId
    ticket: TicketId
    job: JobId
    """A try to put something on paper."""
    scan: ScanId
    help: HelpId
    """A call for a person."""
    operation: OpId
    """What a flow makes that has no name of its own here."""

    @classmethod
    def drawn(cls, make_id: Callable[[], str]) -> "NewIds":
        """One id of each kind."""
        ids: dict[str, Any] = {name: make_id() for name in cls.__struct_fields__}
        return cls(**ids)


class World(msgspec.Struct, frozen=True, kw_only=True):
    """The world at this step: time, ids, catalogue, health. Nothing here is asked for; it all comes in as values."""

    now: datetime
    mono: float
    new_ids: NewIds
    index: CatalogueIndex
    health: Health
    timing: Timing
    languages: tuple[str, ...]
    waiting: dict[str, int] = {}
    """People who would come before a number drawn now, by queue; a queue that is missing is not known."""
    people: int | None = None
    """Everybody who waits in the building; None = not known."""
    last_called: str = ""
    """The number that was called last today; "" = none, or not known."""
    flood: bool = False
    """More tickets in the last minute than the paper is meant for."""
    stored: bool = True
    """terminal.db takes commits."""
    own_numbers: bool = False
    """The terminal can give numbers of its own while the hub is silent."""
    outbox_full: bool = False
    """Too much waits for the hub: no new work."""
    slip_key: bytes = b""
    """Authenticates the slips of this town hall; b"" = not known yet."""
    business_day: str = ""
    """The open one, as the hub named it last; "" = not heard yet."""
    base_url: str = ""
    """Where visitors' pages are."""
    catalogue_as_of: date | None = None
    """Day of the catalogue when it may be out of date; None = it is not."""
    home: State | None = None
    """Where sessions stand while this terminal serves nobody yet (set-up); None = it serves visitors."""
    house: TerminalClosure = TerminalClosure()
    lasting: tuple[Lasting, ...] = ()
    """What the machines beside the session know."""
    restart: bool = False
    """An order to start anew waits for a moment when nobody is being served."""


def fresh_session(session_id: SessionId, lang: str, mono: float, state: State = Home.START) -> Session:
    """A new visitor: nothing of the last one is left."""
    return Session(id=session_id, lang=lang, home_lang=lang, entered=mono, touched=mono, state=state)


def patience(session: Session) -> int:
    """How many times longer this visitor has: x3 with large text, another contrast or low reach (EN 301 549, 2.2.1)."""
    access = session.access
    return 3 if access.size != "M" or access.contrast is not Contrast.DEFAULT or access.low_reach else 1
