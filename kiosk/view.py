"""The immutable description of the screen as it should be now.

Screens draw it, the access tree speaks it, tests read it. It holds no colour, no pixel and no position: a view says
*what* stands on the screen and in which order; ``screens`` lays it out, and pages it where it does not fit.
"""

from enum import StrEnum

import msgspec

from kiosk.vocabulary.access import Access
from kiosk.vocabulary.face import NO_FACE, Face
from kiosk.vocabulary.ids import SessionId
from kiosk.vocabulary.intents import FocusField, Intent


class Screen(StrEnum):
    """Screens that others know by name: those that tests, traces and the keeping of drawn screens ask for."""

    STARTING = "starting"
    START = "start"
    LANGUAGES = "languages"
    CATEGORIES = "categories"
    SERVICES = "services"
    SEARCH = "search"
    SERVICE = "service"
    NUMBERING = "numbering"
    PRINTING = "printing"
    TICKET = "ticket"
    TICKET_NO_PAPER = "ticket_no_paper"
    TICKET_UNCONFIRMED = "ticket_unconfirmed"
    TICKET_SCREEN_ONLY = "ticket_screen_only"
    HANDED_BACK = "handed_back"
    NO_NUMBER = "no_number"
    UNKNOWN_SERVICE = "unknown_service"
    SERVICE_CLOSED = "service_closed"
    HELP = "help"
    HELP_CALLED = "help_called"
    GOODBYE = "goodbye"
    SCAN_STANDING = "scan_standing"
    SCAN_GIVE_BACK = "scan_give_back"
    SCAN_TAKEN = "scan_taken"
    SCAN_NOT_TAKEN = "scan_not_taken"
    SCAN_OLD = "scan_old"
    SCAN_PAGE = "scan_page"
    SCAN_PAYMENT = "scan_payment"
    SCAN_UNKNOWN = "scan_unknown"
    CLOSED = "closed"
    CLOSED_BY_HOUSE = "closed_by_house"
    OUT_OF_SERVICE = "out_of_service"
    SETUP = "setup"


class Role(StrEnum):
    """What a control is, for speech and for the access tree."""

    BUTTON = "button"
    KEY = "key"
    TOGGLE = "toggle"
    SEARCH = "search"
    FIELD = "field"
    LANGUAGE = "language"


class Look(StrEnum):
    """How weighty a control is; the theme knows how that looks."""

    MAIN = "main"
    PLAIN = "plain"
    TILE_STRONG = "tile_strong"
    TILE_PLAIN = "tile_plain"
    ROW = "row"
    FIELD = "field"
    CHIP = "chip"
    BAR = "bar"
    KEY = "key"


class Tone(StrEnum):
    """State colours; always with an icon and a word."""

    NEUTRAL = "neutral"
    INFO = "info"
    GO = "go"
    WARN = "warn"
    STOP = "stop"


class Badge(msgspec.Struct, frozen=True):
    """A small state mark on a tile: icon and words in a tone."""

    icon: str
    text: str
    tone: Tone = Tone.GO


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be touched, focused and spoken.

    ``lang`` is the language of ``label`` where it differs from the view's ("" = the view's), ``detail_lang`` that of
    ``detail``; ``note`` is the mark of a fall-back ("nur auf Deutsch"). ``icon`` is a name from the icon table, always
    beside words. ``short`` is what is written where there is no room for ``label`` ("" = there is nothing shorter).
    """

    id: str
    label: str
    spoken: str
    intent: Intent
    short: str = ""
    role: Role = Role.BUTTON
    look: Look = Look.PLAIN
    icon: str = ""
    detail: str = ""
    badge: Badge | None = None
    note: str = ""
    lang: str = ""
    detail_lang: str = ""
    selected: bool = False


class Line(msgspec.Struct, frozen=True):
    """A piece of text with its own language and fall-back mark."""

    text: str
    lang: str = ""
    note: str = ""


class Tiles(msgspec.Struct, frozen=True, tag="tiles"):
    """Choices. What does not fit goes to further pages; a low panel shows at most six at once."""

    items: tuple[Control, ...]
    heading: str = ""
    jobs: bool = False
    """What the terminal can do, one to three of them: the first has a row of its own and the most room."""
    one_tap: bool = False
    """Each does its work with a single tap, so all of them stand on the first page wherever that can be."""
    spare: bool = False
    """Shown only as far as the first page has room."""


class SearchField(msgspec.Struct, frozen=True, tag="search_field"):
    """The way into search, in the look of its field."""

    control: Control


class Keys(StrEnum):
    """Which keys a text field has."""

    TEXT = "text"
    NUMBER = "number"
    PIN = "pin"
    CODE = "code"


class Field(msgspec.Struct, frozen=True, kw_only=True, tag="field"):
    """A text field. Keys go to the one that is ``focused``; a touch on another one focuses that.

    ``value`` is what may be seen of its text: dots where it is ``secret``. ``error`` says what is wrong with it.
    """

    id: str
    label: str
    spoken: str
    value: str = ""
    error: str = ""
    secret: bool = False
    keyboard: Keys = Keys.TEXT
    focused: bool = False
    role: Role = Role.FIELD
    icon: str = "keyboard"

    @property
    def control(self) -> Control:
        """What a finger touches of it."""
        return Control(
            id=self.id,
            label=self.label,
            spoken=self.spoken,
            intent=FocusField(self.id),
            role=self.role,
            look=Look.FIELD,
            icon=self.icon,
            selected=self.focused,
        )


class Keyboard(msgspec.Struct, frozen=True, tag="keyboard"):
    """Our own on-screen keyboard: rows of keys; a key's weight is its width in key units."""

    rows: tuple[tuple[Control, ...], ...]
    weights: tuple[tuple[float, ...], ...]


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag="fact"):
    """A card: heading with icon, then a big value, small lines, or a list to tick."""

    icon: str
    heading: str
    value: str = ""
    lines: tuple[Line, ...] = ()
    ticks: tuple[Line, ...] = ()
    half: bool = False
    """May stand beside another half card."""


class NumberCard(msgspec.Struct, frozen=True, kw_only=True, tag="number_card"):
    """The ticket number, as large as the card allows, what it is for, and where to go with it."""

    number: str
    caption: str = ""
    place: tuple[Line, ...] = ()
    """Where to wait or to go: in the visitor's language, then as the signs of the building have it."""
    spoken: str = ""


class CodeCard(msgspec.Struct, frozen=True, kw_only=True, tag="code_card"):
    """A QR code (its content, not its picture), and what it is good for. ``large``: there is no paper that has it."""

    content: str
    heading: str
    text: str = ""
    large: bool = False


class PaperCard(msgspec.Struct, frozen=True, kw_only=True, tag="paper_card"):
    """The slip: on its way, or there to be taken; with an arrow to where it comes out."""

    heading: str
    text: str = ""
    coming: bool = False


class ScanHint(msgspec.Struct, frozen=True, kw_only=True, tag="scan_hint"):
    """What may be held before the scanner, and why."""

    heading: str
    text: str = ""


class Notice(msgspec.Struct, frozen=True, kw_only=True, tag="notice"):
    """What to do now, in a state colour, with icon and words."""

    tone: Tone
    icon: str
    heading: str
    text: str = ""
    spare: bool = False
    """Shown only where the first page has room."""


class Waiting(msgspec.Struct, frozen=True, tag="waiting"):
    """Work in progress: a slowly turning ring and words."""

    heading: str
    text: str = ""


class HoursTable(msgspec.Struct, frozen=True, tag="hours"):
    """Opening hours: (day or days, hours) rows; ``today`` is the index of today's row or -1."""

    heading: str
    rows: tuple[tuple[str, str], ...]
    today: int = -1


Block = (
    Tiles
    | SearchField
    | Field
    | Keyboard
    | Fact
    | NumberCard
    | CodeCard
    | PaperCard
    | ScanHint
    | Notice
    | Waiting
    | HoursTable
)


class Header(msgspec.Struct, frozen=True):
    """Who we are, and when it is."""

    town: str
    place: str
    time: str
    date: str
    shorter_dates: tuple[str, ...] = ()
    """The same day in fewer letters, longest first, for where ``date`` would break."""


class Progress(msgspec.Struct, frozen=True):
    """How far along: ``done`` of ``total`` bars are filled."""

    text: str
    done: int
    total: int


class Ending(msgspec.Struct, frozen=True):
    """The page ends by itself ``total_s`` seconds after ``since`` (monotonic seconds); any touch begins them anew.

    It does not change while the seconds go by: screens show what is left by their own clock, without a new view.
    """

    since: float
    total_s: float


class Attract(msgspec.Struct, frozen=True):
    """Nobody is here: the time, to be read from across the lobby."""

    time: str
    date: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The idle question over the screen: big countdown, one big answer."""

    title: str
    text: str
    seconds: int
    controls: tuple[Control, ...]


class PagerTexts(msgspec.Struct, frozen=True):
    """Words for paging, which is done by the screens; ``of`` has {page} and {pages}."""

    more: str
    back: str
    of: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    """One screen, whole."""

    screen: str
    """Which page it is: a ``Screen``, or what the flow of the page calls it."""
    place: str
    """Where the visitor stands ("services:papers"): while it stays the same the screen keeps its page and focus."""
    lang: str
    rtl: bool
    access: Access
    header: Header
    title: str
    spoken: str
    pager: PagerTexts
    short_title: str = ""
    """What is written instead of the title where there is no room for it ("" = there is nothing shorter)."""
    subtitle: str = ""
    title_lang: str = ""
    """The language of the title where it differs from the view's ("" = the view's)."""
    subtitle_lang: str = ""
    strip: tuple[Badge, ...] = ()
    """Short facts below the title: open until, how many wait, who was called last."""
    attract: Attract | None = None
    """The start screen after a while without a touch; everything on it works as before."""
    face: Face = NO_FACE
    scenic: bool = False
    """The town's picture, or our drawing, stands above the heading where there is room."""
    progress: Progress | None = None
    notes: tuple[str, ...] = ()
    """Short honest lines under the title: "Stand der Angaben: …", "Drucker gestört", "nur auf Deutsch"."""
    body: tuple[Block, ...] = ()
    actions: tuple[Control, ...] = ()
    """Bottom row. The first is Back where there is one; the last is the main action (filled)."""
    aside: Control | None = None
    """A way on that never leaves the screen, however many pages there are: last in the bottom row of an upright panel,
    in the rail of a low one."""
    languages: tuple[Control, ...] = ()
    bar: tuple[Control, ...] = ()
    """The access bar, same place on every visitor screen."""
    drawer: tuple[Control, ...] = ()
    """Choices of an opened access-bar drawer (text sizes, contrasts); drawn directly above the bar."""
    nothing_lower: str = ""
    """What the button for low reach says where nothing is left to move down ("" = this page has no such button)."""
    question: Question | None = None
    ending: Ending | None = None
    session: SessionId = SessionId("")
    """The session this view belongs to; intents carry it back so that a late touch of an ended session is dropped."""


def controls(view: View) -> tuple[Control, ...]:
    """Every control of the view in reading order; while the idle question is up, only its own."""
    if view.question is not None:
        return view.question.controls
    found: list[Control] = []
    for block in view.body:
        match block:
            case Tiles(items=items):
                found.extend(items)
            case SearchField() | Field():
                found.append(block.control)
            case Keyboard(rows=rows):
                found.extend(key for row in rows for key in row)
    aside = (view.aside,) if view.aside is not None else ()
    return (*found, *view.actions, *aside, *view.languages, *view.drawer, *view.bar)
