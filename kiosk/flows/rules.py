"""The one list of flows, and the machine made of it; what is left out on purpose, each with its reason."""

from functools import cache

from kiosk.flows import browse, browse_pages, home, scan, scan_pages, shared_rows, ticket, ticket_pages
from kiosk.flows.browse_visit import BrowseState
from kiosk.flows.flow import Flow, Machine, machine
from kiosk.flows.scan_visit import ScanState
from kiosk.flows.ticket_visit import TicketState
from kiosk.session.states import EVERYWHERE, Group
from kiosk.session.table import Goal, Row, Table, Trigger, row
from kiosk.vocabulary import events, intents

FLOWS: tuple[Flow, ...] = (
    Flow(TicketState, ticket.ROWS, ticket_pages.PAGES),
    Flow(ScanState, scan.ROWS, scan_pages.PAGES),
    Flow(BrowseState, browse.ROWS, browse_pages.PAGES),
    home.FLOW,
)
"""Every flow there is. Where two answer the same, the first one does."""

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
    intents.FocusField,
    intents.EditText,
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

_SERVED = frozenset({Group.WAITING, Group.OWN})


def _ignored() -> list[Row]:
    rows = [row(EVERYWHERE, trigger, Goal.STAY) for trigger in LATE_ANSWERS + NEWS + ANY_TOUCHES]
    # A second press on a screen that is already being left, and controls of one that has just changed under the finger.
    rows += [row(EVERYWHERE, trigger, Goal.STAY) for trigger in BROWSE_TOUCHES + TICKET_TOUCHES]
    # A code held before the scanner while somebody is being served.
    rows += [row(_SERVED, events.Scanned, Goal.STAY)]
    # No page of these states offers languages.
    rows += [row(Group.WAITING, intents.ChooseLanguage, Goal.STAY)]
    return rows


_EVENTS: list[type[events.Event]] = [e for e in events.Event.__subclasses__() if e.__module__ == events.__name__]
_INTENTS: list[type[intents.Intent]] = intents.Intent.__subclasses__()

TRIGGERS: tuple[type[Trigger], ...] = (
    *(kind for kind in _EVENTS if kind is not events.Asked),  # a touch is searched by the intent inside it
    *_INTENTS,
)


@cache
def all_flows() -> Machine:
    """The machine in force; building it proves that no pair of state and trigger is left open, that every state has a
    page, and that no state waits for an answer for ever."""
    return machine(FLOWS, (*shared_rows.ROWS, *_ignored()), TRIGGERS)


def table() -> Table:
    """The table in force."""
    return all_flows().table
