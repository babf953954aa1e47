"""Flow: pull a number. Intent committed -> number -> number committed -> paper -> outcome committed."""

from msgspec.structs import replace

from kiosk.flows import dwelling, guards
from kiosk.session.model import HOMES, Facts, Help, Session, State
from kiosk.session.table import Goal, Moved, Row, Trigger, deadline, row
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
    StoreFailed,
    Tick,
)
from kiosk.vocabulary.ids import HelpId, JobId, TicketId
from kiosk.vocabulary.intents import DrawFeatured, DrawTicket, Finish, GoToStart, HandBack, HaveSlip, TryAgain, Wake
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from kiosk.vocabulary.problems import Problem
from kiosk.vocabulary.tickets import PaperState, TicketIntent

ANSWER_S = 10.0
"""Seconds after which an answer of store or network counts as lost. Both answer within one, or say that they cannot."""
PRINT_S = 330.0
"""The same for a print job: the longest may take 240 s, and the watch over the printer ends it after 300 s."""
_CHOOSING = frozenset({State.CATEGORIES, State.SERVICES, State.SEARCH, State.SERVICE})
_PAPER_TROUBLE = frozenset({State.TICKET_NO_PAPER, State.TICKET_UNCONFIRMED})


def begin(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """A tap asks for a number: make the intent and commit it before anything else."""
    assert isinstance(trigger, DrawFeatured | DrawTicket)
    ticket = TicketIntent(
        id=TicketId(facts.fresh[0]),
        service=trigger.service,
        lang=session.lang,
        tapped_at=facts.now.isoformat(timespec="seconds"),
    )
    begun = replace(
        session,
        ticket=ticket,
        numbered=None,
        service=trigger.service,
        featured=isinstance(trigger, DrawFeatured),
        reprints=0,
        offered=None,
        job="",
        problem="",
    )
    return Moved(begun, (CommitIntent(ticket),))


def turn_away(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """No numbers for this service now: the page says when there are some."""
    assert isinstance(trigger, DrawFeatured | DrawTicket)
    return Moved(replace(session, service=trigger.service))


def ask_number(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The intent is durable: ask the hub."""
    assert session.ticket is not None
    return Moved(session, (AskNumber(session.ticket),))


def keep_number(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """The number came: commit it before paper moves."""
    assert isinstance(trigger, NumberGiven)
    return Moved(replace(session, numbered=trigger.ticket), (CommitNumber(trigger.ticket),))


def note_silence(session: Session, trigger: Trigger, _facts: Facts) -> Moved:
    """No number came; why is for staff."""
    match trigger:
        case NumberSilent(problem=problem):
            reason = problem.value
        case NumberRefused(code=code):
            reason = code
        case _:
            reason = ""
    return Moved(replace(session, problem=reason), (Note("ticket-no-number", {"reason": reason}),))


def start_printing(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """The number is durable: move paper."""
    return _print(session, facts, copy=False)


def print_again(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """One more try: marked as a copy when the first slip may be out."""
    again = replace(session, reprints=session.reprints + 1)
    return _print(again, facts, copy=session.state is State.TICKET_UNCONFIRMED)


def _print(session: Session, facts: Facts, *, copy: bool) -> Moved:
    assert session.numbered is not None
    job = JobId(facts.fresh[0])
    asked = CommitPaper(session.numbered.id, PaperState.ASKED)
    printing = PrintTicket(job, session.numbered, session.lang, copy)
    return Moved(replace(session, job=job, problem=""), (asked, printing))


def paper_out_at_once(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """The printer is known not to work: the number stands on the screen, staff are told."""
    problem = facts.health.paper_problem.value if facts.health.paper_problem else ""
    return _no_slip(session, facts, PaperState.NOT_PRINTED, problem)


def show_on_screen(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """No paper by design: no printer here, or a flood (then staff are told)."""
    assert session.numbered is not None
    effects: tuple[Effect, ...] = (CommitPaper(session.numbered.id, PaperState.SCREEN_ONLY),)
    if facts.flood:
        effects += (_help(session, facts, "flood"), Note("ticket-flood"))
    return Moved(_offer(session, facts), effects)


def paper_came(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """The slip is out."""
    assert session.numbered is not None
    return Moved(_offer(session, facts), (CommitPaper(session.numbered.id, PaperState.PRINTED),))


def paper_was_seen(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The printer could not say it, but the visitor holds the whole slip: the hub closes the call for help by it."""
    assert session.numbered is not None
    paper = CommitPaper(session.numbered.id, PaperState.PRINTED)
    return Moved(replace(session, problem=""), (paper, Note("ticket-slip-seen")))


def paper_did_not_come(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """No slip, or nobody knows: say so to disk and to staff."""
    assert isinstance(trigger, PrintFinished)
    match trigger.outcome:
        case NotPrinted(problem=problem):
            return _no_slip(session, facts, PaperState.NOT_PRINTED, problem.value)
        case Unconfirmed(problem=problem):
            return _no_slip(session, facts, PaperState.UNCONFIRMED, problem.value)
        case Printed():
            return paper_came(session, trigger, facts)


def _offer(session: Session, facts: Facts) -> Session:
    """The number is on the screen for the first time: from now on it can be given back for a while."""
    return session if session.offered is not None else replace(session, offered=facts.mono)


def _no_slip(session: Session, facts: Facts, state: PaperState, problem: str) -> Moved:
    assert session.numbered is not None
    call = _help(session, facts, "no_paper")
    told = _offer(replace(session, problem=problem), facts)
    if not guards.waits_for_staff(session):  # who called for a person goes on hearing of that call
        told = replace(told, help=Help.SENDING, help_id=call.id, asked_help=False)
    effects = (
        CommitPaper(session.numbered.id, state, problem),
        call,
        Note("ticket-no-paper", {"state": state.value, "problem": problem}),
    )
    return Moved(told, effects)


def _help(session: Session, facts: Facts, reason: str) -> SendHelp:
    label = str(session.numbered.label) if session.numbered else ""
    return SendHelp(HelpId(facts.fresh[1]), session.lang, reason, label)


def give_back(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """Cancel durably; a tombstone stays so that no late answer raises a ghost."""
    assert session.ticket is not None
    return Moved(session, (CommitCancel(session.ticket.id),))


def drop_intent(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The visitor leaves without a number: whatever the hub may have given is given back."""
    if session.ticket is None:
        return Moved(session)
    return Moved(session, (CommitCancel(session.ticket.id),))


def forget_ticket(session: Session, _trigger: Trigger, _facts: Facts) -> Moved:
    """The number is given back; the visitor may choose anew."""
    cleared = replace(session, ticket=None, numbered=None, job="", featured=False, problem="", help=Help.NONE, trail=())
    return Moved(cleared, (Note("ticket-handed-back"),))


def call_for_no_number(session: Session, trigger: Trigger, facts: Facts) -> Moved:
    """Nothing could be stored: the visitor is sent to a person, staff are told."""
    detail = trigger.detail if isinstance(trigger, StoreFailed) else ""
    told = replace(session, problem="store_failed")
    return Moved(told, (_help(session, facts, "no_number"), Note("store-failed", {"detail": detail})))


def answer_overdue(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """The answer is lost: the visitor is sent to a person, staff are called. Asking for the number again is safe."""
    problem = Problem.TIMED_OUT if session.state is State.ASKING_NUMBER else Problem.STORE_FAILED
    overdue = Note("answer-overdue", {"state": session.state.value})
    return Moved(replace(session, problem=problem.value), (_help(session, facts, "no_number"), overdue))


def paper_overdue(session: Session, _trigger: Trigger, facts: Facts) -> Moved:
    """Nobody says what became of the slip."""
    told = _no_slip(session, facts, PaperState.UNCONFIRMED, Problem.TIMED_OUT.value)
    return Moved(told.session, (*told.effects, Note("answer-overdue", {"state": session.state.value})))


def gives_back_own(session: Session, _trigger: Trigger, _facts: Facts) -> bool:
    """The number that is given back was drawn in this visit, not read from a slip."""
    return session.ticket is not None


_STORING = frozenset({State.STORING_INTENT, State.ASKING_NUMBER, State.STORING_NUMBER})

ROWS: tuple[Row, ...] = (
    deadline(_STORING, ANSWER_S, State.NO_NUMBER, answer_overdue),
    deadline(State.PRINTING, PRINT_S, State.TICKET_UNCONFIRMED, paper_overdue),
    deadline(State.HANDING_BACK, ANSWER_S, State.NO_NUMBER, answer_overdue, gives_back_own),
    row(HOMES | _CHOOSING, DrawFeatured, Goal.HOME, guard=guards.house_closed),
    row(_CHOOSING, DrawTicket, Goal.HOME, guard=guards.house_closed),
    row(HOMES | _CHOOSING, DrawFeatured, State.STORING_INTENT, begin, guards.may_draw),
    row(HOMES | _CHOOSING, DrawFeatured, State.SERVICE_CLOSED, turn_away, guards.knows_service),
    row(HOMES | _CHOOSING, DrawFeatured, State.UNKNOWN_SERVICE),
    row(_CHOOSING, DrawTicket, State.STORING_INTENT, begin, guards.may_draw),
    row(_CHOOSING, DrawTicket, State.SERVICE_CLOSED, turn_away, guards.knows_service),
    row(_CHOOSING, DrawTicket, State.UNKNOWN_SERVICE),
    row(State.STORING_INTENT, IntentCommitted, State.ASKING_NUMBER, ask_number, guards.is_ours),
    row(State.STORING_INTENT, StoreFailed, State.NO_NUMBER, call_for_no_number, guards.is_ours),
    row({State.ASKING_NUMBER, State.NO_NUMBER}, NumberGiven, State.STORING_NUMBER, keep_number, guards.is_ours),
    row(State.ASKING_NUMBER, NumberSilent, State.NO_NUMBER, note_silence, guards.is_ours),
    row(State.ASKING_NUMBER, NumberRefused, State.NO_NUMBER, note_silence, guards.is_ours),
    row(
        State.STORING_NUMBER, NumberCommitted, State.TICKET_SCREEN_ONLY, show_on_screen, guards.is_ours_and_screen_only
    ),
    row(
        State.STORING_NUMBER,
        NumberCommitted,
        State.TICKET_NO_PAPER,
        paper_out_at_once,
        guards.is_ours_and_paper_trouble,
    ),
    row(State.STORING_NUMBER, NumberCommitted, State.PRINTING, start_printing, guards.is_ours),
    row(State.STORING_NUMBER, StoreFailed, State.NO_NUMBER, call_for_no_number, guards.is_ours),
    row(State.PRINTING, PrintFinished, State.TICKET, paper_came, guards.our_job_printed),
    row(State.PRINTING, PrintFinished, State.TICKET_NO_PAPER, paper_did_not_come, guards.our_job_not_printed),
    row(State.PRINTING, PrintFinished, State.TICKET_UNCONFIRMED, paper_did_not_come, guards.our_job),
    row(State.TICKET_NO_PAPER, DeviceChanged, State.PRINTING, print_again, guards.well_again),
    row(_PAPER_TROUBLE, TryAgain, State.PRINTING, print_again, guards.may_reprint),
    row(State.NO_NUMBER, TryAgain, State.ASKING_NUMBER, ask_number, guards.may_ask_again),
    row(
        {State.TICKET, State.TICKET_NO_PAPER, State.TICKET_UNCONFIRMED, State.TICKET_SCREEN_ONLY},
        HandBack,
        State.HANDING_BACK,
        give_back,
        guards.may_hand_back,
    ),
    row(State.HANDING_BACK, CancelCommitted, State.HANDED_BACK, forget_ticket, guards.is_ours),
    row(State.HANDING_BACK, StoreFailed, State.NO_NUMBER, call_for_no_number, guards.is_ours),
    row(State.NO_NUMBER, Finish, Goal.HOME, drop_intent),
    row(State.NO_NUMBER, GoToStart, Goal.HOME, drop_intent),
    row(State.NO_NUMBER, Tick, Goal.HOME, drop_intent, guards.question_unanswered),
    row(State.TICKET, Tick, State.GOODBYE, guard=dwelling.is_over),
    row(State.TICKET_UNCONFIRMED, HaveSlip, State.GOODBYE, paper_was_seen),
    row(
        {State.TICKET, State.TICKET_NO_PAPER, State.TICKET_UNCONFIRMED, State.TICKET_SCREEN_ONLY},
        Finish,
        State.GOODBYE,
    ),
    row(State.GOODBYE, Tick, Goal.HOME, guard=dwelling.is_over),
    row(State.GOODBYE, Wake, Goal.HOME),
    row(State.GOODBYE, Finish, Goal.HOME),
)
