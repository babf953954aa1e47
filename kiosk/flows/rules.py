"""The one table: rows of all flows, then what is left out on purpose, each with its reason."""

from functools import cache

from kiosk.flows import browse, scan, ticket
from kiosk.session.model import CHOOSING, COMMITTING, DEAD_ENDS, EVERYWHERE, HOMES, TICKET_HELD, State
from kiosk.session.table import Goal, Row, Table, Trigger, row
from kiosk.vocabulary import events, intents

LATE_ANSWERS: tuple[type[Trigger], ...] = (
    events.IntentCommitted,
    events.NumberGiven,
    events.NumberSilent,
    events.NumberRefused,
    events.NumberCommitted,
    events.StoreFailed,
    events.PrintFinished,
    events.CancelCommitted,
    events.HelpSent,
    events.HelpNotSent,
    events.HelpTaken,
    events.SearchFound,
    events.ScanCommitted,
    events.ScanNotCommitted,
    events.StandingFound,
    events.StandingNotFound,
)
"""Answers that come after their session has ended or moved on: dropped everywhere."""

NEWS: tuple[type[Trigger], ...] = (
    events.Tick,
    events.DeviceChanged,
    events.HubChanged,
    events.CatalogueChanged,
    events.HouseChanged,
    events.RestartOrdered,
)
"""News that only changes the facts: the next view shows it."""

BROWSE_TOUCHES: tuple[type[Trigger], ...] = (
    intents.ShowLanguages,
    intents.ShowCategories,
    intents.OpenCategory,
    intents.OpenService,
    intents.OpenSearch,
    intents.DrawFeatured,
    intents.DrawTicket,
    intents.Back,
    intents.GoToStart,
    intents.TypeText,
    intents.EraseLetter,
    intents.ClearSearch,
    intents.SwitchKeyboard,
)
TICKET_TOUCHES: tuple[type[Trigger], ...] = (
    intents.HandBack,
    intents.TryAgain,
    intents.Finish,
    intents.HaveSlip,
)
ANY_TOUCHES: tuple[type[Trigger], ...] = (intents.Wake, intents.Pick, intents.Proceed)
"""A touch that asks for nothing, and the answers of set-up, which has a machine of its own."""

_NOT_BROWSING = COMMITTING | TICKET_HELD | {State.NO_NUMBER, State.GOODBYE}


def _ignored() -> list[Row]:
    rows = [row(EVERYWHERE, trigger, Goal.STAY) for trigger in LATE_ANSWERS + NEWS + ANY_TOUCHES]
    # A second press on a screen that is already being left: the ticket flow goes on undisturbed.
    rows += [row(_NOT_BROWSING, trigger, Goal.STAY) for trigger in BROWSE_TOUCHES]
    # Controls of a screen that has just changed under the finger.
    rows += [row(HOMES | CHOOSING | DEAD_ENDS, trigger, Goal.STAY) for trigger in BROWSE_TOUCHES + TICKET_TOUCHES]
    rows += [row(_NOT_BROWSING, trigger, Goal.STAY) for trigger in TICKET_TOUCHES]
    # A code held before the scanner while somebody is being served.
    rows += [row(_NOT_BROWSING, events.Scanned, Goal.STAY)]
    # No page of these states offers languages.
    rows += [row(COMMITTING, intents.ChooseLanguage, Goal.STAY)]
    return rows


_EVENTS: list[type[events.Event]] = [e for e in events.Event.__subclasses__() if e.__module__ == events.__name__]
_INTENTS: list[type[intents.Intent]] = intents.Intent.__subclasses__()

TRIGGERS: tuple[type[Trigger], ...] = (
    *(kind for kind in _EVENTS if kind is not events.Asked),  # a touch is searched by the intent inside it
    *_INTENTS,
)


@cache
def table() -> Table:
    """The table in force; building it proves that no pair of state and trigger is left open, and that no state waits
    for an answer for ever."""
    return Table((*ticket.ROWS, *scan.ROWS, *browse.ROWS, *_ignored()), TRIGGERS, waiting=COMMITTING)
