"""A worker's answer is lost: each state that waits for one ends in time, and the next visitor is served."""

import pytest
from msgspec.structs import replace

from kiosk.flows.rules import table
from kiosk.flows.scan import scan_flow
from kiosk.flows.scan.scan_visit import ScanState, ScanVisit
from kiosk.flows.ticket import ticket_flow
from kiosk.flows.ticket.ticket_visit import TicketState
from kiosk.session.states import Group, State
from kiosk.session.table import Target
from kiosk.vocabulary import effects, events, intents
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import Printed
from kiosk.vocabulary.tickets import PaperState
from tests.flows.visits import STATES, Visit, states_of

NEXT_VISIT_S = 600.0


def storing_intent() -> Visit:
    visit = Visit()
    visit.touch("featured:perso")
    return visit


def asking_number() -> Visit:
    visit = storing_intent()
    visit.send(events.IntentCommitted(visit.of(effects.CommitIntent)[-1].ticket.id))
    return visit


def storing_number() -> Visit:
    visit = asking_number()
    visit.send(events.NumberGiven(visit.numbered(visit.of(effects.AskNumber)[-1].ticket.id)))
    return visit


def printing() -> Visit:
    visit = storing_number()
    visit.send(events.NumberCommitted(visit.of(effects.CommitNumber)[-1].ticket.id))
    return visit


def handing_back() -> Visit:
    visit = printing()
    visit.send(events.PrintFinished(visit.drawn.job, Printed()))
    visit.ask(intents.HandBack())
    return visit


def scanning() -> Visit:
    visit = Visit()
    read = ScanVisit(scan_id="scan", slip="slip")
    visit.session = replace(visit.session, state=ScanState.SCANNING, entered=visit.mono, flow=read)
    return visit


def scan_looking() -> Visit:
    visit = Visit()
    read = ScanVisit(scan_id="scan")
    visit.session = replace(visit.session, state=ScanState.LOOKING, entered=visit.mono, flow=read)
    return visit


def scan_handing_back() -> Visit:
    visit = scanning()
    visit.session = replace(visit.session, state=ScanState.HANDING_BACK)
    return visit


LOST = {
    TicketState.STORING_INTENT: (storing_intent, ticket_flow.ANSWER_S, TicketState.NO_NUMBER),
    TicketState.ASKING_NUMBER: (asking_number, ticket_flow.ANSWER_S, TicketState.NO_NUMBER),
    TicketState.STORING_NUMBER: (storing_number, ticket_flow.ANSWER_S, TicketState.NO_NUMBER),
    TicketState.PRINTING: (printing, ticket_flow.PRINT_S, TicketState.TICKET_UNCONFIRMED),
    TicketState.HANDING_BACK: (handing_back, ticket_flow.ANSWER_S, TicketState.NO_NUMBER),
    ScanState.SCANNING: (scanning, scan_flow.ANSWER_S, ScanState.NOT_TAKEN),
    ScanState.HANDING_BACK: (scan_handing_back, scan_flow.ANSWER_S, ScanState.NOT_TAKEN),
    ScanState.LOOKING: (scan_looking, scan_flow.LOOK_UP_S, ScanState.PAGE),
}


def test_every_state_that_waits_for_an_answer_is_tried() -> None:
    assert set(LOST) == states_of(Group.WAITING)


@pytest.mark.parametrize("state", LOST, ids=lambda state: state.value)
def test_the_visitor_is_sent_on_and_the_next_one_is_served(state: State) -> None:
    begin, deadline_s, then = LOST[state]
    visit = begin()
    assert visit.session.state is state
    visit.wait(deadline_s - 1)
    assert visit.session.state is state
    visit.wait(2)
    assert visit.session.state is then
    assert visit.view().actions, "the page says what to do now"
    visit.wait(NEXT_VISIT_S, tick=1.0)
    assert visit.session.state.group is Group.HOME
    visit.touch("featured:perso")
    assert visit.session.state is TicketState.STORING_INTENT


@pytest.mark.parametrize("state", [state for state in LOST if state is not ScanState.LOOKING])
def test_staff_are_called_and_the_log_names_the_state(state: State) -> None:
    begin, deadline_s, _ = LOST[state]
    visit = begin()
    calls = len(visit.of(effects.SendHelp))
    visit.wait(deadline_s + 1)
    assert len(visit.of(effects.SendHelp)) == calls + 1
    assert effects.Note("answer-overdue", {"state": state.value}) in visit.done


def test_a_number_that_comes_after_the_deadline_is_still_given() -> None:
    visit = asking_number()
    visit.wait(ticket_flow.ANSWER_S + 1)
    visit.send(events.NumberGiven(visit.numbered(visit.of(effects.AskNumber)[-1].ticket.id)))
    assert visit.session.state is TicketState.STORING_NUMBER


def test_number_is_asked_for_again_but_not_when_the_store_is_silent() -> None:
    visit = asking_number()
    visit.wait(ticket_flow.ANSWER_S + 1)
    visit.ask(intents.TryAgain())
    assert visit.session.state is TicketState.ASKING_NUMBER
    silent = storing_intent()
    silent.wait(ticket_flow.ANSWER_S + 1)
    silent.ask(intents.TryAgain())
    assert silent.session.state is TicketState.NO_NUMBER


def test_a_slip_that_nobody_speaks_of_is_unconfirmed() -> None:
    visit = printing()
    visit.wait(ticket_flow.PRINT_S + 1, tick=1.0)
    last = visit.of(effects.CommitPaper)[-1]
    assert last == effects.CommitPaper(visit.drawn.ticket.id, PaperState.UNCONFIRMED, Problem.TIMED_OUT.value)


def test_home_is_reached_without_the_help_of_failure() -> None:
    """From every state a chain of rows leads home that needs no bug to be caught."""
    rows = [each for each in table().rows if each.trigger is not events.Failure]
    reached: set[State | Target] = {Target.HOME, *states_of(Group.HOME)}
    while more := {s for s in STATES for each in rows if each.covers(s) and each.target in reached} - reached:
        reached |= more
    assert reached == {Target.HOME, *STATES}
