"""The one list of flows, and the machine made of it."""

from functools import cache

from kiosk.flows.browse import browse_flow
from kiosk.flows.common import shared_rows
from kiosk.flows.common.flow import Flow, Machine, machine
from kiosk.flows.home import home_flow
from kiosk.flows.scan import scan_flow
from kiosk.flows.setup import setup_flow
from kiosk.flows.ticket import ticket_flow
from kiosk.session.completeness import prove
from kiosk.session.table import Table, Trigger
from kiosk.vocabulary import events, intents

FLOWS: tuple[Flow, ...] = (
    ticket_flow.FLOW,
    scan_flow.FLOW,
    browse_flow.FLOW,
    home_flow.FLOW,
    setup_flow.FLOW,
)
"""Every flow there is. Where two answer the same, the first one does."""

_EVENTS: list[type[events.Event]] = [e for e in events.Event.__subclasses__() if e.__module__ == events.__name__]
_INTENTS: list[type[intents.Intent]] = intents.Intent.__subclasses__()

TRIGGERS: tuple[type[Trigger], ...] = (
    *(kind for kind in _EVENTS if kind is not events.Touched),  # a touch is searched by the intent inside it
    *_INTENTS,
)


@cache
def all_flows() -> Machine:
    """The machine in force; building it proves that no pair of state and trigger is left open, that every state has a
    page, that no state waits for an answer for ever, and what ``kiosk.session.completeness`` says."""
    made = machine(FLOWS, shared_rows.ROWS, TRIGGERS)
    prove(made.table, made.answers)
    return made


def table() -> Table:
    """The table in force."""
    return all_flows().table
