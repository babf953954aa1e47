"""Pulling a number: its states, and what it remembers of a visitor."""

from kiosk.session.model import Session, Visit
from kiosk.session.states import Group, State, Traits
from kiosk.vocabulary.ids import JobId
from kiosk.vocabulary.tickets import Numbered, TicketIntent

CALM_S = 0.12
"""A waiting page is shown only when the answer takes longer than this: no flicker, and no pixels drawn for nothing."""
PRINTING_CALM_S = 0.05
"""The same until the slip is on its way, because drawing a screen takes both cores from it."""


class TicketState(State):
    """From the tap to the slip in the hand."""

    STORING_INTENT = Traits("storing_intent", Group.WAITING, calm_s=CALM_S)
    ASKING_NUMBER = Traits("asking_number", Group.WAITING, calm_s=CALM_S)
    STORING_NUMBER = Traits("storing_number", Group.WAITING, calm_s=CALM_S)
    NO_NUMBER = Traits("no_number", Group.OWN)
    PRINTING = Traits("printing", Group.WAITING, calm_s=PRINTING_CALM_S)
    TICKET = Traits("ticket", Group.OWN, lambda timing: timing.take_ticket_s)
    TICKET_NO_PAPER = Traits("ticket_no_paper", Group.OWN)
    TICKET_UNCONFIRMED = Traits("ticket_unconfirmed", Group.OWN)
    TICKET_SCREEN_ONLY = Traits("ticket_screen_only", Group.OWN)
    HANDING_BACK = Traits("handing_back", Group.WAITING, calm_s=CALM_S)
    HANDED_BACK = Traits("handed_back", Group.NOTICE)
    GOODBYE = Traits("goodbye", Group.OWN, lambda timing: timing.goodbye_s)


TICKET_HELD = frozenset(
    {TicketState.TICKET, TicketState.TICKET_NO_PAPER, TicketState.TICKET_UNCONFIRMED, TicketState.TICKET_SCREEN_ONLY}
)
"""States in which the visitor owns a number and sees it."""


class TicketVisit(Visit, frozen=True, kw_only=True):
    """The number that this visitor asked for, and what became of it."""

    ticket: TicketIntent
    featured: bool = False
    """Asked for with one tap on the start screen."""
    numbered: Numbered | None = None
    job: JobId = JobId("")
    reprints: int = 0
    offered: float | None = None
    """Since when this visitor's number can be given back; it is offered once, so that a finger on its way to "Done"
    never finds it there instead."""
    problem: str = ""

    @property
    def number(self) -> str:
        """The number that the visitor drew here; "" = none yet."""
        return str(self.numbered.label) if self.numbered else ""


def ticket_visit(session: Session) -> TicketVisit | None:
    """What is known of this visitor's number; None while another flow is on."""
    return session.flow if isinstance(session.flow, TicketVisit) else None


def drawing(session: Session) -> TicketVisit:
    """The same, in a state that has one. Raises AssertionError elsewhere: a bug."""
    assert isinstance(session.flow, TicketVisit), session.state
    return session.flow
