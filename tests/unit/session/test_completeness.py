"""What the table proves when it is built; each gap is found, with its place."""

from collections.abc import Callable

import pytest

from kiosk.flows.common import shared_rows
from kiosk.flows.common.flow import Flow, machine
from kiosk.flows.rules import FLOWS, TRIGGERS, all_flows, table
from kiosk.flows.scan import scan_flow
from kiosk.flows.scan.scan_visit import ScanState
from kiosk.flows.ticket import ticket_flow
from kiosk.flows.ticket.ticket_visit import TicketState
from kiosk.session.completeness import prove
from kiosk.session.emitted import effects_of
from kiosk.session.model import Session, World
from kiosk.session.states import Group, Home
from kiosk.session.table import Row, Table, Target, Transition, Trigger, ignore, row
from kiosk.vocabulary import effects, events, intents
from kiosk.vocabulary.answers import ANSWERS

Change = Callable[[tuple[Row, ...]], tuple[Row, ...]]


class Unlisted(effects.Effect, frozen=True):
    """An effect that nobody put into the table of answers."""


def ask_unlisted(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    return Transition(session, (Unlisted(),))


def ask(session: Session, trigger: Trigger, facts: World) -> Transition:
    return ask_unlisted(session, trigger, facts)


def reads_an_attribute_of_that_name(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    return Transition(session, (effects.Note(session.ask),))  # type: ignore[attr-defined]


def without(state: object, trigger: type[Trigger]) -> Change:
    """Take the rows of this state by name away."""
    return lambda rows: tuple(
        each for each in rows if not (state in each.places and each.trigger is trigger and not each.ignores)
    )


def first(*more: Row) -> Change:
    return lambda rows: (*more, *rows)


def rewritten(change: Change) -> Table:
    return Table(change(table().rows), TRIGGERS, table().states)


def test_table_of_the_product_is_proven_without_a_gap() -> None:
    """``prove`` raises ValueError with the place of a gap (see the test below)."""
    made = all_flows()
    prove(made.table, made.answers)


def test_every_effect_names_its_answers() -> None:
    kinds = {each for each in vars(effects).values() if isinstance(each, type) and issubclass(each, effects.Effect)}
    bases = {base for each in kinds for base in each.__bases__}
    assert set(ANSWERS) == kinds - bases


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        (
            without(TicketState.STORING_NUMBER, events.StoreFailed),
            r"ticket_flow.py:\d+: the row on NumberGiven emits CommitNumber: storing_number does not take StoreFailed",
        ),
        (
            without(TicketState.STORING_NUMBER, events.StoreFailed),
            r"ticket_flow.py:\d+: the row on NumberGiven leads to storing_number, which waits, and asks nothing",
        ),
        (
            without(ScanState.LOOKING, events.StandingNotFound),
            r"scan_flow.py:\d+: the row on Scanned emits LookUp: scan_looking does not take StandingNotFound",
        ),
        (
            first(row(TicketState.NO_NUMBER, intents.HaveSlip, TicketState.PRINTING)),
            r"test_completeness.py:\d+: the row on HaveSlip leads to printing, which waits, and asks nothing",
        ),
        (
            first(row(TicketState.NO_NUMBER, intents.HaveSlip, TicketState.NO_NUMBER, ask_unlisted)),
            r"the row on HaveSlip emits Unlisted, which kiosk.vocabulary.answers does not have",
        ),
        (
            first(row(Home.START, intents.Wake, TicketState.STORING_INTENT, ticket_flow.give_back)),
            "the row on Wake emits CommitCancel: storing_intent does not take CancelCommitted",
        ),
        (
            first(row(TicketState.NO_NUMBER, intents.Finish, Target.STAY)),
            r"ticket_flow.py:\d+: the row on Finish in no_number is never reached: test_completeness.py:\d+: the row",
        ),
        (
            first(*ignore(Group.CHOOSING, intents.OpenSearch)),
            r"browse_flow.py:\d+: the row on OpenSearch in choosing is never reached",
        ),
        (without(TicketState.GOODBYE, events.Tick), "goodbye: time alone never leads to the start screen"),
        (without(TicketState.NO_NUMBER, events.Tick), "storing_intent: time alone never leads to the start screen"),
    ],
)
def test_a_gap_is_refused_with_its_place(change: Change, gap: str) -> None:
    with pytest.raises(ValueError, match=gap):
        prove(rewritten(change))


def test_a_pair_that_no_flow_lists_is_refused() -> None:
    """Nothing is ignored by default."""
    careless = tuple(flow._replace(ignores=()) if flow.states is ScanState else flow for flow in FLOWS)
    with pytest.raises(ValueError, match="no unguarded row for scanning x Tick"):
        machine(careless, shared_rows.ROWS, TRIGGERS)


@pytest.mark.parametrize(
    ("ignores", "why"),
    [
        (ignore(Home.START, events.Tick), "ScanState: ignores Tick for start, no state of it"),
        (ignore(Group.WAITING, events.Tick), "ScanState: ignores Tick for waiting, no state of it"),
        (
            (row(ScanState.PAGE, events.Tick, Target.HOME),),
            "ScanState: a row on Tick under what is ignored does",
        ),
    ],
)
def test_a_flow_ignores_for_its_own_states_only(ignores: tuple[Row, ...], why: str) -> None:
    others = tuple(flow for flow in FLOWS if flow.states is not ScanState)
    pages = next(flow.pages for flow in FLOWS if flow.states is ScanState)
    with pytest.raises(ValueError, match=why):
        machine((*others, Flow(ScanState, scan_flow.ROWS, pages, ignores)), (), TRIGGERS)


def test_what_an_action_emits_is_read_from_its_code() -> None:
    assert effects_of(ticket_flow.begin) == {effects.CommitIntent}
    assert effects_of(ticket_flow.answer_overdue) == {effects.SendHelp, effects.Note}
    assert effects_of(ticket_flow.print_again) == {effects.CommitPaper, effects.PrintTicket}
    assert effects_of(scan_flow.take_slip) == {effects.CommitScan, effects.SessionOver}
    assert effects_of(ask_unlisted) == {Unlisted}
    assert effects_of(ask) == {Unlisted}
    assert effects_of(reads_an_attribute_of_that_name) == {effects.Note}
    with pytest.raises(ValueError, match="what it emits cannot be read"):
        effects_of(print)
