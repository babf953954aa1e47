"""Flow: pull a number. Intent committed -> number -> number committed -> paper -> outcome committed."""

from msgspec.structs import replace

from kiosk.flows.browse.browse_visit import BrowseState, browsing
from kiosk.flows.common import guards, page_time, shared_rows
from kiosk.flows.common.flow import Flow
from kiosk.flows.common.ignoring import KEYS, LATE_ANSWERS, NEWS, SET_UP, TO_BROWSING
from kiosk.flows.ticket import ticket_guards, ticket_pages
from kiosk.flows.ticket.ticket_visit import TICKET_HELD, TicketVisit, drawing
from kiosk.flows.ticket.ticket_visit import TicketState as State
from kiosk.session.model import Help, Session, World
from kiosk.session.states import Group
from kiosk.session.table import Row, Target, Transition, Trigger, deadline, ignore, row
from kiosk.vocabulary.effects import (
    AskNumber,
    CommitCancel,
    CommitIntent,
    CommitNumber,
    CommitPaper,
    Effect,
    Note,
    PrintTicket,
    SendHelp,
)
from kiosk.vocabulary.events import (
    CancelCommitted,
    DeviceChanged,
    IntentCommitted,
    NumberCommitted,
    NumberGiven,
    NumberRefused,
    NumberSilent,
    PrintFinished,
    Scanned,
    StoreFailed,
    Tick,
)
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.intents import (
    Back,
    DrawFeatured,
    DrawTicket,
    Finish,
    GoToStart,
    HandBack,
    HaveSlip,
    TryAgain,
    Wake,
)
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from kiosk.vocabulary.tickets import Numbered, PaperState, TicketIntent

ANSWER_S = 10.0
"""Seconds after which an answer of store or network counts as lost. Both answer within one, or say that they cannot."""
PRINT_S = 330.0
"""The same for a print job: the longest may take 240 s, and the watch over the printer ends it after 300 s."""
_CHOOSING = frozenset({BrowseState.CATEGORIES, BrowseState.SERVICES, BrowseState.SEARCH, BrowseState.SERVICE})
_PAPER_TROUBLE = frozenset({State.TICKET_NO_PAPER, State.TICKET_UNCONFIRMED})


def _with(session: Session, **changes: object) -> Session:
    """The session with something of its ticket changed."""
    return replace(session, flow=replace(drawing(session), **changes))


def _number(session: Session) -> Numbered:
    numbered = drawing(session).numbered
    assert numbered is not None
    return numbered


def begin(session: Session, trigger: Trigger, facts: World) -> Transition:
    """A tap asks for a number: make the intent and commit it before anything else."""
    assert isinstance(trigger, DrawFeatured | DrawTicket)
    ticket = TicketIntent(
        id=facts.new_ids.ticket,
        service=trigger.service,
        lang=session.lang,
        tapped_at=facts.now.isoformat(timespec="seconds"),
    )
    visit = TicketVisit(ticket=ticket, featured=isinstance(trigger, DrawFeatured))
    return Transition(replace(session, flow=visit), (CommitIntent(ticket),))


def turn_away(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """No numbers for this service now: the page says when there are some."""
    assert isinstance(trigger, DrawFeatured | DrawTicket)
    return Transition(replace(session, flow=replace(browsing(session), service=trigger.service)))


def ask_number(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The intent is durable: ask the hub."""
    return Transition(session, (AskNumber(drawing(session).ticket),))


def keep_number(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """The number came: commit it before paper moves."""
    assert isinstance(trigger, NumberGiven)
    return Transition(_with(session, numbered=trigger.ticket), (CommitNumber(trigger.ticket),))


def note_silence(session: Session, trigger: Trigger, _facts: World) -> Transition:
    """No number came; why is for staff."""
    match trigger:
        case NumberSilent(problem=problem):
            reason = problem.value
        case NumberRefused(code=code):
            reason = code
        case _:
            reason = ""
    return Transition(_with(session, problem=reason), (Note("ticket-no-number", {"reason": reason}),))


def start_printing(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """The number is durable: move paper."""
    return _print(session, facts, copy=False)


def print_again(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """One more try: marked as a copy when the first slip may be out."""
    again = _with(session, reprints=drawing(session).reprints + 1)
    return _print(again, facts, copy=session.state is State.TICKET_UNCONFIRMED)


def _print(session: Session, facts: World, *, copy: bool) -> Transition:
    job, numbered = facts.new_ids.job, _number(session)
    asked = CommitPaper(numbered.id, PaperState.ASKED)
    printing = PrintTicket(job, numbered, session.lang, copy)
    return Transition(_with(session, job=job, problem=""), (asked, printing))


def paper_out_at_once(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """The printer is known not to work: the number stands on the screen, staff are told."""
    problem = facts.health.paper_problem.value if facts.health.paper_problem else ""
    return _no_slip(session, facts, PaperState.NOT_PRINTED, problem)


def show_on_screen(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """No paper by design: no printer here, or a flood (then staff are told)."""
    effects: tuple[Effect, ...] = (CommitPaper(_number(session).id, PaperState.SCREEN_ONLY),)
    if facts.flood:
        effects += (_help(session, facts, "flood"), Note("ticket-flood"))
    return Transition(_offer(session, facts), effects)


def paper_came(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """The slip is out."""
    return Transition(_offer(session, facts), (CommitPaper(_number(session).id, PaperState.PRINTED),))


def paper_was_seen(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The printer could not say it, but the visitor holds the whole slip: the hub closes the call for help by it."""
    paper = CommitPaper(_number(session).id, PaperState.PRINTED)
    return Transition(_with(session, problem=""), (paper, Note("ticket-slip-seen")))


def paper_did_not_come(session: Session, trigger: Trigger, facts: World) -> Transition:
    """No slip, or nobody knows: say so to disk and to staff."""
    assert isinstance(trigger, PrintFinished)
    match trigger.outcome:
        case NotPrinted(problem=problem):
            return _no_slip(session, facts, PaperState.NOT_PRINTED, problem.value)
        case Unconfirmed(problem=problem):
            return _no_slip(session, facts, PaperState.UNCONFIRMED, problem.value)
        case Printed():
            return paper_came(session, trigger, facts)


def _offer(session: Session, facts: World) -> Session:
    """The number is on the screen for the first time: from now on it can be given back for a while."""
    return session if drawing(session).offered is not None else _with(session, offered=facts.mono)


def _no_slip(session: Session, facts: World, state: PaperState, problem: str) -> Transition:
    call = _help(session, facts, "no_paper")
    told = _offer(_with(session, problem=problem), facts)
    if not guards.waits_for_staff(session):  # who called for a person goes on hearing of that call
        told = replace(told, help=Help.SENDING, help_id=call.id, asked_help=False)
    effects = (
        CommitPaper(_number(session).id, state, problem),
        call,
        Note("ticket-no-paper", {"state": state.value, "problem": problem}),
    )
    return Transition(told, effects)


def _help(session: Session, facts: World, reason: str) -> SendHelp:
    return SendHelp(facts.new_ids.help, session.lang, reason, session.number)


def give_back(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """Cancel durably; a tombstone stays so that no late answer raises a ghost."""
    return Transition(session, (CommitCancel(drawing(session).ticket.id),))


def drop_intent(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The visitor leaves without a number: whatever the hub may have given is given back."""
    return Transition(session, (CommitCancel(drawing(session).ticket.id),))


def forget_ticket(session: Session, _trigger: Trigger, _facts: World) -> Transition:
    """The number is given back; the visitor may choose anew."""
    cleared = replace(session, flow=None, help=Help.NONE, trail=())
    return Transition(cleared, (Note("ticket-handed-back"),))


def call_for_no_number(session: Session, trigger: Trigger, facts: World) -> Transition:
    """Nothing could be stored: the visitor is sent to a person, staff are told."""
    detail = trigger.detail if isinstance(trigger, StoreFailed) else ""
    told = _with(session, problem="store_failed")
    return Transition(told, (_help(session, facts, "no_number"), Note("store-failed", {"detail": detail})))


def answer_overdue(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """The answer is lost: the visitor is sent to a person, staff are called. Asking for the number again is safe."""
    problem = Problem.TIMED_OUT if session.state is State.ASKING_NUMBER else Problem.STORE_FAILED
    overdue = Note("answer-overdue", {"state": session.state.value})
    return Transition(_with(session, problem=problem.value), (_help(session, facts, "no_number"), overdue))


def paper_overdue(session: Session, _trigger: Trigger, facts: World) -> Transition:
    """Nobody says what became of the slip."""
    told = _no_slip(session, facts, PaperState.UNCONFIRMED, Problem.TIMED_OUT.value)
    return Transition(told.session, (*told.effects, Note("answer-overdue", {"state": session.state.value})))


_IN_TROUBLE = TICKET_HELD - {State.TICKET}
_STORING = frozenset({State.STORING_INTENT, State.ASKING_NUMBER, State.STORING_NUMBER})

ROWS: tuple[Row, ...] = (
    deadline(_STORING, ANSWER_S, State.NO_NUMBER, answer_overdue),
    deadline(State.PRINTING, PRINT_S, State.TICKET_UNCONFIRMED, paper_overdue),
    deadline(State.HANDING_BACK, ANSWER_S, State.NO_NUMBER, answer_overdue),
    row(_CHOOSING | {Group.HOME}, DrawFeatured, Target.HOME, guard=guards.house_closed),
    row(_CHOOSING, DrawTicket, Target.HOME, guard=guards.house_closed),
    row(_CHOOSING | {Group.HOME}, DrawFeatured, State.STORING_INTENT, begin, guards.may_draw),
    row(_CHOOSING | {Group.HOME}, DrawFeatured, BrowseState.SERVICE_CLOSED, turn_away, guards.knows_service),
    row(_CHOOSING | {Group.HOME}, DrawFeatured, BrowseState.UNKNOWN_SERVICE),
    row(_CHOOSING, DrawTicket, State.STORING_INTENT, begin, guards.may_draw),
    row(_CHOOSING, DrawTicket, BrowseState.SERVICE_CLOSED, turn_away, guards.knows_service),
    row(_CHOOSING, DrawTicket, BrowseState.UNKNOWN_SERVICE),
    row(State.STORING_INTENT, IntentCommitted, State.ASKING_NUMBER, ask_number, ticket_guards.is_ours),
    row(State.STORING_INTENT, StoreFailed, State.NO_NUMBER, call_for_no_number, ticket_guards.is_ours),
    row(
        {State.ASKING_NUMBER, State.NO_NUMBER},
        NumberGiven,
        State.STORING_NUMBER,
        keep_number,
        ticket_guards.is_ours,
    ),
    row(State.ASKING_NUMBER, NumberSilent, State.NO_NUMBER, note_silence, ticket_guards.is_ours),
    row(State.ASKING_NUMBER, NumberRefused, State.NO_NUMBER, note_silence, ticket_guards.is_ours),
    row(
        State.STORING_NUMBER,
        NumberCommitted,
        State.TICKET_SCREEN_ONLY,
        show_on_screen,
        ticket_guards.is_ours_and_screen_only,
    ),
    row(
        State.STORING_NUMBER,
        NumberCommitted,
        State.TICKET_NO_PAPER,
        paper_out_at_once,
        ticket_guards.is_ours_and_paper_trouble,
    ),
    row(State.STORING_NUMBER, NumberCommitted, State.PRINTING, start_printing, ticket_guards.is_ours),
    row(State.STORING_NUMBER, StoreFailed, State.NO_NUMBER, call_for_no_number, ticket_guards.is_ours),
    row(State.PRINTING, PrintFinished, State.TICKET, paper_came, ticket_guards.our_job_printed),
    row(
        State.PRINTING,
        PrintFinished,
        State.TICKET_NO_PAPER,
        paper_did_not_come,
        ticket_guards.our_job_not_printed,
    ),
    row(State.PRINTING, PrintFinished, State.TICKET_UNCONFIRMED, paper_did_not_come, ticket_guards.our_job),
    row(State.TICKET_NO_PAPER, DeviceChanged, State.PRINTING, print_again, ticket_guards.well_again),
    row(_PAPER_TROUBLE, TryAgain, State.PRINTING, print_again, ticket_guards.may_reprint),
    row(State.NO_NUMBER, TryAgain, State.ASKING_NUMBER, ask_number, ticket_guards.may_ask_again),
    row(TICKET_HELD, HandBack, State.HANDING_BACK, give_back, ticket_guards.may_hand_back),
    row(State.HANDING_BACK, CancelCommitted, State.HANDED_BACK, forget_ticket, ticket_guards.is_ours),
    row(State.HANDING_BACK, StoreFailed, State.NO_NUMBER, call_for_no_number, ticket_guards.is_ours),
    row(State.NO_NUMBER, Finish, Target.HOME, drop_intent),
    row(State.NO_NUMBER, GoToStart, Target.HOME, drop_intent),
    row(State.NO_NUMBER, Tick, Target.HOME, drop_intent, guards.question_unanswered),
    row(State.TICKET, Tick, State.GOODBYE, guard=page_time.is_over),
    row(State.TICKET_UNCONFIRMED, HaveSlip, State.GOODBYE, paper_was_seen),
    row(TICKET_HELD, Finish, State.GOODBYE),
    row(
        _IN_TROUBLE | {State.NO_NUMBER},
        Tick,
        Target.STAY,
        shared_rows.ask_still_there,
        guards.fell_silent_in_trouble,
    ),
    row(_IN_TROUBLE, Tick, Target.HOME, guard=guards.question_unanswered),
    row(State.GOODBYE, Tick, Target.HOME, guard=page_time.is_over),
    row(State.GOODBYE, Wake, Target.HOME),
    row(State.GOODBYE, Finish, Target.HOME),
)

_WAITING = frozenset(state for state in State if state.group is Group.WAITING)
_SERVED = frozenset(State) - {State.HANDED_BACK}

IGNORES: tuple[Row, ...] = (
    *ignore(State, *LATE_ANSWERS, *NEWS, *SET_UP),
    # A second press on a screen that is already being left, and controls of one that has just changed.
    *ignore(State, DrawFeatured, DrawTicket, *KEYS, HandBack, TryAgain),
    *ignore(set(State) - {State.TICKET_UNCONFIRMED}, HaveSlip),
    *ignore(set(State) - {State.GOODBYE}, Wake),
    *ignore(_SERVED, *TO_BROWSING, Back),
    *ignore(_SERVED - {State.NO_NUMBER}, GoToStart),
    *ignore(_WAITING, Finish),
    # A code held before the scanner while somebody is being served.
    *ignore(_SERVED, Scanned),
)

FLOW = Flow(State, ROWS, ticket_pages.PAGES, IGNORES)
