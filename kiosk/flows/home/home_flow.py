"""Nobody is being served: opening time and catalogue change the screen, and a restart that was ordered begins."""

from kiosk.flows.browse import browse_pages
from kiosk.flows.common import guards
from kiosk.flows.common.flow import Flow
from kiosk.flows.common.ignoring import KEYS, LATE_ANSWERS, NEWS, SET_UP, TO_BROWSING
from kiosk.session.model import Session, World
from kiosk.session.states import Group, Home
from kiosk.session.step import home_state
from kiosk.session.table import Row, Target, Transition, Trigger, ignore, row
from kiosk.vocabulary.effects import Restart
from kiosk.vocabulary.events import CatalogueChanged, ClosureChanged, Tick
from kiosk.vocabulary.intents import Back, DrawTicket, Finish, GoToStart, HandBack, HaveSlip, TryAgain, Wake


def start_anew(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The order to start anew is carried out."""
    return Transition(session, (Restart(),))


def home_moved(session: Session, _trigger: Trigger, facts: World) -> bool:
    """Opening time came or went, or the catalogue or the disk did, and nobody is touching the screen."""
    return home_state(facts) is not session.state and facts.mono - session.touched > guards.CALM_S


ROWS: tuple[Row, ...] = (
    row(Group.HOME, Tick, Target.HOME, guard=guards.left_traces),
    row(Group.HOME, Tick, Target.HOME, guard=home_moved),
    row(Group.HOME, Tick, Target.STAY, start_anew, guards.restart_due),
    row(Group.HOME, CatalogueChanged, Target.HOME, guard=home_moved),
    row(Group.HOME, ClosureChanged, Target.HOME, guard=home_moved),
)

IGNORES: tuple[Row, ...] = (
    *ignore(Home, *LATE_ANSWERS, *NEWS, *SET_UP, Wake),
    # Controls of a screen that has just changed under the finger.
    *ignore(Home, DrawTicket, *KEYS, Back, GoToStart, Finish, HandBack, TryAgain, HaveSlip),
    # Staff have closed the terminal: there is nothing to look for.
    *ignore(Home.CLOSED_BY_HOUSE, *TO_BROWSING),
)

FLOW = Flow(Home, ROWS, browse_pages.HOME_PAGES, IGNORES)
