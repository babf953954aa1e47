"""One visitor's session and what the world looks like to it: frozen values."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from kiosk.catalogue.index import CatalogueIndex
from kiosk.config import Timing
from kiosk.health import Health
from kiosk.vocabulary.access import Access, Contrast
from kiosk.vocabulary.house import House
from kiosk.vocabulary.ids import HelpId, JobId, ScanId, SessionId
from kiosk.vocabulary.tickets import Numbered, Standing, TicketIntent


class State(StrEnum):
    """Where a session can be. Names are facts."""

    START = "start"
    CLOSED = "closed"
    CLOSED_BY_HOUSE = "closed_by_house"
    OUT_OF_SERVICE = "out_of_service"
    LANGUAGES = "languages"
    CATEGORIES = "categories"
    SERVICES = "services"
    SEARCH = "search"
    SERVICE = "service"
    UNKNOWN_SERVICE = "unknown_service"
    SERVICE_CLOSED = "service_closed"
    STORING_INTENT = "storing_intent"
    ASKING_NUMBER = "asking_number"
    STORING_NUMBER = "storing_number"
    NO_NUMBER = "no_number"
    PRINTING = "printing"
    TICKET = "ticket"
    TICKET_NO_PAPER = "ticket_no_paper"
    TICKET_UNCONFIRMED = "ticket_unconfirmed"
    TICKET_SCREEN_ONLY = "ticket_screen_only"
    HANDING_BACK = "handing_back"
    HANDED_BACK = "handed_back"
    GOODBYE = "goodbye"
    SCANNING = "scanning"
    SCAN_LOOKING = "scan_looking"
    SCAN_STANDING = "scan_standing"
    SCAN_GIVE_BACK = "scan_give_back"
    SCAN_TAKEN = "scan_taken"
    SCAN_NOT_TAKEN = "scan_not_taken"
    SCAN_OLD = "scan_old"
    SCAN_PAGE = "scan_page"
    SCAN_PAYMENT = "scan_payment"
    SCAN_UNKNOWN = "scan_unknown"


HOMES = frozenset({State.START, State.CLOSED, State.CLOSED_BY_HOUSE, State.OUT_OF_SERVICE})
"""States in which nobody is being served."""

CHOOSING = frozenset({State.LANGUAGES, State.CATEGORIES, State.SERVICES, State.SEARCH, State.SERVICE})
"""Screens on which the visitor looks for the right thing; Back remembers them."""

SCAN_ENDS = frozenset(
    {
        State.SCAN_STANDING,
        State.SCAN_GIVE_BACK,
        State.SCAN_TAKEN,
        State.SCAN_NOT_TAKEN,
        State.SCAN_OLD,
        State.SCAN_PAGE,
        State.SCAN_PAYMENT,
        State.SCAN_UNKNOWN,
    }
)
"""What came of a code that was held before the scanner."""

DEAD_ENDS = frozenset({State.UNKNOWN_SERVICE, State.SERVICE_CLOSED, State.HANDED_BACK}) | SCAN_ENDS
"""Short pages that say one thing and lead back to the start."""

COMMITTING = frozenset(
    {
        State.STORING_INTENT,
        State.ASKING_NUMBER,
        State.STORING_NUMBER,
        State.PRINTING,
        State.HANDING_BACK,
        State.SCANNING,
        State.SCAN_LOOKING,
    }
)
"""States that end by an answer or by its deadline, never by the visitor's silence."""

TICKET_HELD = frozenset({State.TICKET, State.TICKET_NO_PAPER, State.TICKET_UNCONFIRMED, State.TICKET_SCREEN_ONLY})
"""States in which the visitor owns a number and sees it."""


EVERYWHERE = HOMES | CHOOSING | DEAD_ENDS | COMMITTING | TICKET_HELD | {State.NO_NUMBER, State.GOODBYE}
"""Every state, by group: a new state that joins no group leaves holes in the table, and the table refuses to build."""


class Help(StrEnum):
    """What became of the newest call for a person: the visitor's own, or ours because no slip came."""

    NONE = "none"
    SENDING = "sending"
    SENT = "sent"
    TAKEN = "taken"
    """Somebody said at a desk that they go there."""
    NOT_SENT = "not_sent"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that belongs to one visitor. Reset = drop it and make a new one."""

    id: SessionId
    lang: str
    home_lang: str
    state: State = State.START
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
    category: str = ""
    service: str = ""
    query: str = ""
    layer: str = "letters"
    token: int = 0
    hits: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    """What may have been meant, beside the hits."""
    answered: int = 0
    """The token of the search that the hits answer."""
    featured: bool = False
    ticket: TicketIntent | None = None
    numbered: Numbered | None = None
    job: JobId = JobId("")
    reprints: int = 0
    offered: float | None = None
    """Since when this visitor's number can be given back; it is offered once, so that a finger on its way to "Done"
    never finds it there instead."""
    problem: str = ""
    help: Help = Help.NONE
    help_id: HelpId = HelpId("")
    asked_help: bool = False
    """The newest call is the visitor's own wish for a person."""
    helper: str = ""
    """The name of who is coming, as staff have it."""
    scan_id: ScanId = ScanId("")
    scanned: str = ""
    """The number on the slip that was read; "" for the code of a visitor's page."""
    slip: str = ""
    """The slip as it was read; "" for the code of a visitor's page."""
    standing: Standing | None = None
    """What the hub says of the ticket whose code was read."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """The world at this step: time, ids, catalogue, health. Nothing here is asked for; it all comes in as values."""

    now: datetime
    mono: float
    fresh: tuple[str, str]
    """Two ids made for this step: use each at most once."""
    index: CatalogueIndex
    health: Health
    timing: Timing
    languages: tuple[str, ...]
    waiting: dict[str, int] = {}
    """People who would come before a number drawn now, by queue; a queue that is missing is not known."""
    flood: bool = False
    """More tickets in the last minute than the paper is meant for."""
    stored: bool = True
    """terminal.db takes commits."""
    own_numbers: bool = False
    """The terminal can give numbers of its own while the hub is silent."""
    outbox_full: bool = False
    """Too much waits for the hub: no new work."""
    slip_key: bytes = b""
    """Authenticates the slips of this hall; b"" = not known yet."""
    business_day: str = ""
    """The open one, as the hub named it last; "" = not heard yet."""
    base_url: str = ""
    """Where visitors' pages are."""
    catalogue_as_of: date | None = None
    """Day of the catalogue when it may be out of date; None = it is not."""
    house: House = House()
    restart: bool = False
    """An order to start anew waits for a moment when nobody is being served."""


def fresh_session(session_id: str, lang: str, mono: float, state: State = State.START) -> Session:
    """A new visitor: nothing of the last one is left."""
    return Session(id=SessionId(session_id), lang=lang, home_lang=lang, entered=mono, touched=mono, state=state)


def patience(session: Session) -> int:
    """How many times longer this visitor has: x3 with large text, another contrast or low reach (EN 301 549, 2.2.1)."""
    access = session.access
    return 3 if access.size != "M" or access.contrast is not Contrast.DEFAULT or access.low_reach else 1
