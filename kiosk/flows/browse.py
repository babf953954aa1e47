"""Flow: language, categories, search, service page, access settings, help, and the idle question."""

from msgspec.structs import replace

from kiosk.flows import dwelling, guards
from kiosk.session.model import (
    CHOOSING,
    COMMITTING,
    DEAD_ENDS,
    EVERYWHERE,
    HOMES,
    TICKET_HELD,
    Facts,
    Help,
    Session,
    State,
)
from kiosk.session.step import home_state
from kiosk.session.table import Goal, Moved, Row, Trigger, row
from kiosk.vocabulary.effects import CancelHelp, Note, Restart, Search, SendHelp
from kiosk.vocabulary.events import (
    CatalogueChanged,
    Failure,
    HelpNotSent,
    HelpSent,
    HelpTaken,
    HouseChanged,
    SearchFound,
    Tick,
)
from kiosk.vocabulary.ids import HelpId
from kiosk.vocabulary.intents import (
    Back,
    CallStaff,
    ChooseLanguage,
    ClearSearch,
    EraseLetter,
    Finish,
    GoToStart,
    OpenCategory,
    OpenSearch,
    OpenService,
    SetContrast,
    SetLowReach,
    SetTextSize,
    ShowAccess,
    ShowCategories,
    ShowLanguages,
    StayHere,
    SwitchKeyboard,
    TypeText,
    WithdrawHelp,
)

QUERY_LIMIT = 60
"""Letters a search may have."""

BROWSING = (HOMES | CHOOSING | DEAD_ENDS) - {State.CLOSED_BY_HOUSE}


def speak(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """Change the language; place and entries stay."""
    assert isinstance(trigger, ChooseLanguage)
    if trigger.lang not in facts.languages:
        return Moved(session)
    changed = replace(session, lang=trigger.lang, drawer="", layer="letters")
    return _search_again(changed) if session.state is State.SEARCH and session.query else Moved(changed)


def open_category(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Remember which group is shown."""
    assert isinstance(trigger, OpenCategory)
    return Moved(replace(session, category=trigger.category))


def open_service(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Remember which service is shown."""
    assert isinstance(trigger, OpenService)
    return Moved(replace(session, service=trigger.service))


def new_search(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """An empty field."""
    return Moved(replace(session, query="", hits=(), unsure=(), layer="letters"))


def type_text(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """One more letter; search at once."""
    assert isinstance(trigger, TypeText)
    return _search_again(replace(session, query=(session.query + trigger.text).lstrip()[:QUERY_LIMIT]))


def erase_letter(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """One letter less."""
    return _search_again(replace(session, query=session.query[:-1]))


def _search_again(session: Session) -> Moved:
    asked = replace(session, token=session.token + 1)
    if not session.query:
        return Moved(replace(asked, hits=(), unsure=()))
    return Moved(asked, (Search(asked.token, asked.query, asked.lang),))


def switch_keyboard(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Show another layer of keys."""
    assert isinstance(trigger, SwitchKeyboard)
    return Moved(replace(session, layer=trigger.layer))


def take_hits(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """The newest hits."""
    assert isinstance(trigger, SearchFound)
    return Moved(replace(session, hits=trigger.services, unsure=trigger.unsure, answered=trigger.token))


def set_size(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Draw text in another size."""
    assert isinstance(trigger, SetTextSize)
    return Moved(replace(session, access=replace(session.access, size=trigger.size)))


def set_contrast(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Draw in another theme."""
    assert isinstance(trigger, SetContrast)
    return Moved(replace(session, access=replace(session.access, contrast=trigger.contrast)))


def set_low_reach(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Bring the controls down or back up."""
    assert isinstance(trigger, SetLowReach)
    return Moved(replace(session, access=replace(session.access, low_reach=trigger.on)))


def open_drawer(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Open a drawer of the access bar, or close it by the same button."""
    assert isinstance(trigger, ShowAccess)
    return Moved(replace(session, drawer="" if trigger.drawer == session.drawer else trigger.drawer))


def call_staff(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """Ask for a person at this terminal."""
    label = str(session.numbered.label) if session.numbered else ""
    call = SendHelp(HelpId(facts.fresh[0]), session.lang, "asked", label)
    calling = replace(session, help=Help.SENDING, help_id=call.id, asked_help=True, helper="", drawer="help")
    return Moved(calling, (call,))


def show_help(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The call is under way already: show what became of it."""
    return Moved(replace(session, drawer="help"))


def help_sent(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """Staff have the call."""
    return Moved(session if session.help is Help.TAKEN else replace(session, help=Help.SENT))


def help_taken(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """Somebody is coming."""
    assert isinstance(trigger, HelpTaken)
    return Moved(replace(session, help=Help.TAKEN, helper=trigger.name))


def withdraw_help(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The visitor needs nobody after all: tell the hub, go on where they were."""
    over = replace(session, help=Help.NONE, help_id="", asked_help=False, helper="", drawer="")
    return Moved(over, (CancelHelp(session.help_id),) if guards.waits_for_staff(session) else ())


def help_not_sent(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """Staff could not be reached from here."""
    return Moved(session if session.help is Help.TAKEN else replace(session, help=Help.NOT_SENT))


def ask_still_there(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """Put the idle question."""
    return Moved(replace(session, asked=facts.mono))


def start_anew(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The order to start anew is carried out."""
    return Moved(session, (Restart(),))


def ended_by_failure(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """A bug was caught: the visitor starts anew, the log knows where."""
    assert isinstance(trigger, Failure)
    return Moved(session, (Note("session-failed", {"place": trigger.place, "state": session.state.value}),))


def home_moved(session: Session, _trigger: Trigger, facts: Facts) -> bool:
    """Opening time came or went, or the catalogue or the disk did, and nobody is touching the screen."""
    return home_state(facts) is not session.state and facts.mono - session.touched > guards.CALM_S


ROWS: tuple[Row, ...] = (
    row(EVERYWHERE - COMMITTING - {State.LANGUAGES}, ChooseLanguage, Goal.STAY, speak),
    row(State.LANGUAGES, ChooseLanguage, Goal.BACK, speak),
    row(BROWSING, ShowLanguages, State.LANGUAGES),
    row(BROWSING, ShowCategories, State.CATEGORIES),
    row(BROWSING, OpenCategory, State.SERVICES, open_category, guards.knows_category),
    row(BROWSING, OpenCategory, State.CATEGORIES),
    row(BROWSING, OpenService, State.SERVICE, open_service, guards.knows_service),
    row(BROWSING, OpenService, State.UNKNOWN_SERVICE),
    row(BROWSING, OpenSearch, State.SEARCH, new_search),
    row(State.SEARCH, TypeText, Goal.STAY, type_text),
    row(State.SEARCH, EraseLetter, Goal.STAY, erase_letter),
    row(State.SEARCH, ClearSearch, Goal.STAY, new_search),
    row(State.SEARCH, SwitchKeyboard, Goal.STAY, switch_keyboard),
    row(State.SEARCH, SearchFound, Goal.STAY, take_hits, guards.is_our_search),
    row(CHOOSING, Back, Goal.BACK),
    row(CHOOSING | DEAD_ENDS, GoToStart, Goal.HOME),
    row(CHOOSING | DEAD_ENDS, Finish, Goal.HOME),
    row(DEAD_ENDS - {State.SCAN_GIVE_BACK}, Back, Goal.HOME),
    row(EVERYWHERE, SetTextSize, Goal.STAY, set_size),
    row(EVERYWHERE, SetContrast, Goal.STAY, set_contrast),
    row(EVERYWHERE, SetLowReach, Goal.STAY, set_low_reach),
    row(EVERYWHERE, ShowAccess, Goal.STAY, open_drawer),
    row(EVERYWHERE, CallStaff, Goal.STAY, call_staff, guards.may_call_staff),
    row(EVERYWHERE, CallStaff, Goal.STAY, show_help),
    row(EVERYWHERE, WithdrawHelp, Goal.STAY, withdraw_help),
    row(EVERYWHERE, HelpTaken, Goal.STAY, help_taken, guards.is_our_help),
    row(EVERYWHERE, HelpSent, Goal.STAY, help_sent, guards.is_our_help),
    row(EVERYWHERE, HelpNotSent, Goal.STAY, help_not_sent, guards.is_our_help),
    row(EVERYWHERE, StayHere, Goal.STAY),
    row(EVERYWHERE - COMMITTING, Tick, Goal.STAY, dwelling.close_help, dwelling.help_is_over),
    row(CHOOSING, Tick, Goal.STAY, ask_still_there, guards.fell_silent),
    row(CHOOSING, Tick, Goal.HOME, guard=guards.question_unanswered),
    row(DEAD_ENDS, Tick, Goal.HOME, guard=dwelling.is_over),
    row(
        (TICKET_HELD - {State.TICKET}) | {State.NO_NUMBER},
        Tick,
        Goal.STAY,
        ask_still_there,
        guards.fell_silent_in_trouble,
    ),
    row(TICKET_HELD - {State.TICKET}, Tick, Goal.HOME, guard=guards.question_unanswered),
    row(HOMES, Tick, Goal.HOME, guard=guards.left_traces),
    row(HOMES, Tick, Goal.HOME, guard=home_moved),
    row(HOMES, Tick, Goal.STAY, start_anew, guards.restart_due),
    row(HOMES, CatalogueChanged, Goal.HOME, guard=home_moved),
    row(HOMES, HouseChanged, Goal.HOME, guard=home_moved),
    row(EVERYWHERE, Failure, Goal.HOME, ended_by_failure),
)
