"""The ticket flow, step by step, as the visitor meets it."""

import pytest
from msgspec.structs import replace

from kiosk.flows.ticket.ticket_visit import TicketState
from kiosk.health import Health, Paper
from kiosk.session.states import Group, Home, State
from kiosk.view import CodeCard, Notice, NumberCard, Screen
from kiosk.vocabulary import effects, events, intents
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from kiosk.vocabulary.tickets import PaperState
from tests.flows.visits import Visit, states_of

READY = events.DeviceChanged(DeviceStatus("printer", DeviceKind.RECEIPT_PRINTER, DeviceState.READY))


def to_printing(visit: Visit) -> str:
    (commit,) = visit.touch("featured:perso")
    assert isinstance(commit, effects.CommitIntent)
    (ask,) = visit.send(events.IntentCommitted(commit.ticket.id))
    assert isinstance(ask, effects.AskNumber)
    (keep,) = visit.send(events.NumberGiven(visit.numbered(ask.ticket.id)))
    assert isinstance(keep, effects.CommitNumber)
    visit.send(events.NumberCommitted(keep.ticket.id))
    return keep.ticket.id


def job_of(visit: Visit) -> effects.PrintTicket:
    job = visit.of(effects.PrintTicket)[-1]
    assert isinstance(job, effects.PrintTicket)
    return job


def test_featured_tile_is_one_tap_from_start_to_paper() -> None:
    visit = Visit()
    to_printing(visit)
    assert visit.session.state is TicketState.PRINTING
    visit.send(events.PrintFinished(job_of(visit).job, Printed()))
    assert visit.view().screen is Screen.TICKET
    kinds = [type(each) for each in visit.done]
    assert kinds.index(effects.CommitIntent) < kinds.index(effects.AskNumber) < kinds.index(effects.CommitNumber)
    assert kinds.index(effects.CommitNumber) < kinds.index(effects.PrintTicket)
    assert visit.of(effects.CommitPaper)[-1] == effects.CommitPaper(job_of(visit).ticket.id, PaperState.PRINTED)


def test_language_change_then_featured_is_two_taps() -> None:
    visit = Visit()
    visit.touch("lang:en")
    assert visit.view().lang == "en"
    (commit,) = visit.touch("featured:perso")
    assert isinstance(commit, effects.CommitIntent)
    assert commit.ticket.lang == "en"


def test_number_is_three_taps_from_categories_and_four_from_start() -> None:
    visit = Visit()
    for control in ("tile:all", "category:papers", "service:perso"):
        visit.touch(control)
    assert visit.view().screen is Screen.SERVICE
    (commit,) = visit.touch("draw")
    assert isinstance(commit, effects.CommitIntent)


def test_fifty_presses_on_one_tile_draw_one_ticket() -> None:
    visit = Visit()
    press = visit.control("featured:perso").intent
    session = visit.session.id
    for _ in range(50):
        visit.send(events.Touched(press, session))
    assert len(visit.of(effects.CommitIntent)) == 1


def test_late_press_on_a_view_of_an_ended_session_is_dropped() -> None:
    visit = Visit()
    old = visit.session.id
    visit.touch("tile:all")
    visit.ask(intents.GoToStart())
    visit.send(events.Touched(intents.DrawFeatured("perso"), old))
    assert not visit.of(effects.CommitIntent)


@pytest.mark.parametrize(
    ("outcome", "screen", "paper"),
    [
        (NotPrinted(Problem.PAPER_OUT), Screen.TICKET_NO_PAPER, PaperState.NOT_PRINTED),
        (Unconfirmed(Problem.SILENT), Screen.TICKET_UNCONFIRMED, PaperState.UNCONFIRMED),
    ],
)
def test_unsure_paper_shows_number_and_qr_code_and_tells_staff(outcome, screen, paper) -> None:  # type: ignore[no-untyped-def]
    visit = Visit()
    to_printing(visit)
    visit.send(events.PrintFinished(job_of(visit).job, outcome))
    view = visit.view()
    assert view.screen is screen
    (card,) = [block for block in view.body if isinstance(block, NumberCard)]
    assert card.number == "A 143"
    (code,) = [block for block in view.body if isinstance(block, CodeCard)]
    assert code.content
    assert code.large
    assert visit.of(effects.CommitPaper)[-1].state is paper  # type: ignore[attr-defined]
    assert visit.of(effects.SendHelp)[-1].label == "A 143"  # type: ignore[attr-defined]


def without_paper() -> tuple[Visit, effects.SendHelp]:
    visit = Visit()
    to_printing(visit)
    visit.send(events.PrintFinished(job_of(visit).job, NotPrinted(Problem.PAPER_OUT)))
    (call,) = visit.of(effects.SendHelp)
    assert isinstance(call, effects.SendHelp)
    return visit, call


def what_to_do(visit: Visit) -> str:
    assert visit.view().screen is Screen.TICKET_NO_PAPER
    (notice,) = [block for block in visit.view().body if isinstance(block, Notice)]
    return notice.text


def says_staff_know(visit: Visit) -> bool:
    return "Unser Personal weiß Bescheid" in what_to_do(visit)


def test_the_page_without_paper_says_that_staff_know_once_they_were_told() -> None:
    visit, call = without_paper()
    assert not says_staff_know(visit), "the call is on its way"
    visit.send(events.HelpSent("another call"))
    assert not says_staff_know(visit)
    visit.send(events.HelpSent(call.id))
    assert says_staff_know(visit)


def test_page_says_when_staff_were_not_told_and_offers_the_call() -> None:
    visit, call = without_paper()
    visit.send(events.HelpNotSent(call.id))
    assert not says_staff_know(visit)
    assert what_to_do(visit) == "Bitte nennen Sie Ihre Nummer am Empfang."
    visit.touch("bar:help")
    (again,) = visit.touch("staff")
    assert isinstance(again, effects.SendHelp)
    assert again.id != call.id
    visit.send(events.HelpSent(again.id))
    visit.touch("close_help")
    assert says_staff_know(visit)


def test_help_called_while_printing_leaves_the_ticket_untouched() -> None:
    visit = Visit()
    to_printing(visit)
    visit.touch("bar:help")
    (call,) = visit.touch("staff")
    assert isinstance(call, effects.SendHelp)
    assert call.label == "A 143"
    assert visit.view().screen is Screen.HELP_CALLED
    visit.send(events.HelpSent(call.id))
    visit.send(events.PrintFinished(job_of(visit).job, Printed()))
    assert visit.view().screen is Screen.TICKET
    assert visit.of(effects.CommitPaper)[-1] == effects.CommitPaper(job_of(visit).ticket.id, PaperState.PRINTED)
    visit.touch("bar:help")
    assert visit.of(effects.SendHelp) == [call]


@pytest.mark.parametrize("state", sorted(states_of(Group.WAITING), key=str), ids=str)
def test_help_while_waiting_changes_nothing_else(state: State) -> None:
    visit = Visit()
    to_printing(visit)
    visit.session = before = replace(visit.session, state=state)
    visit.touch("bar:help")
    assert visit.view().screen is Screen.HELP
    (call,) = visit.touch("staff")
    assert isinstance(call, effects.SendHelp)
    called = visit.session
    assert visit.view().screen is Screen.HELP_CALLED
    no_call = {name: getattr(before, name) for name in ("help", "help_id", "asked_help", "helper", "drawer")}
    assert replace(called, **no_call) == before
    visit.touch("close_help")
    assert visit.session == replace(called, drawer="")


def test_one_automatic_reprint_when_the_printer_is_well_again_never_two() -> None:
    visit = Visit()
    to_printing(visit)
    visit.send(events.PrintFinished(job_of(visit).job, NotPrinted(Problem.PAPER_OUT)))
    visit.send(READY)
    assert visit.session.state is TicketState.PRINTING
    again = job_of(visit)
    assert not again.copy
    visit.send(events.PrintFinished(again.job, NotPrinted(Problem.PAPER_OUT)))
    visit.send(READY)
    assert visit.session.state is TicketState.TICKET_NO_PAPER
    assert len(visit.of(effects.PrintTicket)) == 2


def test_reprint_of_an_unconfirmed_slip_is_marked_as_a_copy() -> None:
    visit = Visit()
    to_printing(visit)
    visit.send(events.PrintFinished(job_of(visit).job, Unconfirmed(Problem.SILENT)))
    visit.send(READY)
    assert len(visit.of(effects.PrintTicket)) == 1
    visit.touch("again")
    assert job_of(visit).copy


def test_the_visitors_word_that_the_slip_came_is_kept_and_told() -> None:
    visit = Visit()
    ident = to_printing(visit)
    visit.send(events.PrintFinished(job_of(visit).job, Unconfirmed(Problem.SILENT)))
    told = visit.touch("have_slip")
    assert effects.CommitPaper(ident, PaperState.PRINTED) in told
    assert visit.view().screen is Screen.GOODBYE


def test_who_only_leaves_says_nothing_of_the_slip() -> None:
    visit = Visit()
    to_printing(visit)
    visit.send(events.PrintFinished(job_of(visit).job, Unconfirmed(Problem.SILENT)))
    while visit.session.asked is None:
        visit.wait(1)
    visit.touch("leave")
    assert visit.of(effects.CommitPaper)[-1].state is PaperState.UNCONFIRMED  # type: ignore[attr-defined]


def test_an_answer_to_an_older_job_does_not_end_the_present_one() -> None:
    visit = Visit()
    to_printing(visit)
    visit.send(events.PrintFinished("another job", Printed()))
    assert visit.session.state is TicketState.PRINTING


def test_known_paper_trouble_shows_the_number_and_sends_no_job() -> None:
    visit = Visit(health=Health(paper=Paper.TROUBLE, paper_problem=Problem.COVER_OPEN, hub=True))
    to_printing(visit)
    assert visit.view().screen is Screen.TICKET_NO_PAPER
    assert not visit.of(effects.PrintTicket)


def test_flood_shows_numbers_on_the_screen_only_and_tells_staff() -> None:
    visit = Visit(flood=True)
    to_printing(visit)
    assert visit.view().screen is Screen.TICKET_SCREEN_ONLY
    assert visit.of(effects.SendHelp)[-1].reason == "flood"  # type: ignore[attr-defined]
    assert not visit.of(effects.PrintTicket)


def test_hub_away_page_asks_again_with_the_same_id() -> None:
    visit = Visit()
    (commit,) = visit.touch("featured:perso")
    visit.send(events.IntentCommitted(commit.ticket.id))  # type: ignore[attr-defined]
    visit.send(events.NumberSilent(commit.ticket.id, Problem.HUB_AWAY))  # type: ignore[attr-defined]
    assert visit.view().screen is Screen.NO_NUMBER
    (again,) = visit.touch("again")
    assert isinstance(again, effects.AskNumber)
    assert again.ticket.id == commit.ticket.id  # type: ignore[attr-defined]


def test_leaving_without_a_number_leaves_a_tombstone() -> None:
    visit = Visit()
    (commit,) = visit.touch("featured:perso")
    visit.send(events.IntentCommitted(commit.ticket.id))  # type: ignore[attr-defined]
    visit.send(events.NumberSilent(commit.ticket.id, Problem.HUB_AWAY))  # type: ignore[attr-defined]
    visit.touch("finish")
    assert visit.of(effects.CommitCancel) == [effects.CommitCancel(commit.ticket.id)]  # type: ignore[attr-defined]
    assert visit.session.state is Home.START
    visit.send(events.NumberGiven(visit.numbered(commit.ticket.id)))  # type: ignore[attr-defined]
    assert visit.session.state is Home.START


def test_hand_back_is_offered_for_ten_seconds_after_a_featured_tile_only() -> None:
    visit = Visit()
    ticket = to_printing(visit)
    visit.send(events.PrintFinished(job_of(visit).job, Printed()))
    visit.mono += 9
    visit.touch("hand_back")
    assert visit.of(effects.CommitCancel) == [effects.CommitCancel(ticket)]
    assert visit.view().title == "Wir nehmen Ihre Nummer zurück"
    visit.send(events.CancelCommitted(ticket))
    assert visit.view().screen is Screen.HANDED_BACK


def test_hand_back_is_gone_after_ten_seconds() -> None:
    visit = Visit()
    to_printing(visit)
    visit.send(events.PrintFinished(job_of(visit).job, Printed()))
    visit.mono += 10.1
    visit.ask(intents.HandBack())
    assert not visit.of(effects.CommitCancel)


def test_hand_back_is_offered_once_and_not_after_the_second_try() -> None:
    visit = Visit()
    to_printing(visit)
    visit.send(events.PrintFinished(job_of(visit).job, NotPrinted(Problem.PAPER_OUT)))
    visit.mono += 10.1
    visit.send(READY)
    visit.send(events.PrintFinished(job_of(visit).job, Printed()))
    assert visit.view().screen is Screen.TICKET
    assert [control.id for control in visit.view().actions] == ["finish"]


def test_unknown_service_of_an_old_screen_gets_a_page_with_a_way_back() -> None:
    visit = Visit()
    visit.ask(intents.OpenService("gone"))
    assert visit.view().screen is Screen.UNKNOWN_SERVICE
    visit.touch("start")
    assert visit.view().screen is Screen.START


def test_a_refused_store_means_no_number_and_no_paper() -> None:
    visit = Visit()
    (commit,) = visit.touch("featured:perso")
    visit.send(events.StoreFailed(commit.ticket.id, "disk full"))  # type: ignore[attr-defined]
    assert visit.view().screen is Screen.NO_NUMBER
    assert not visit.of(effects.AskNumber)
    assert not visit.of(effects.PrintTicket)


def test_a_refusing_hub_offers_no_second_try() -> None:
    visit = Visit()
    (commit,) = visit.touch("featured:perso")
    visit.send(events.IntentCommitted(commit.ticket.id))  # type: ignore[attr-defined]
    visit.send(events.NumberRefused(commit.ticket.id, "queue_closed"))  # type: ignore[attr-defined]
    view = visit.view()
    assert view.screen is Screen.NO_NUMBER
    assert [control.id for control in view.actions] == ["finish"]


def test_answers_for_another_ticket_change_nothing() -> None:
    visit = Visit()
    (commit,) = visit.touch("featured:perso")
    visit.send(events.IntentCommitted("another"))
    assert visit.session.state is TicketState.STORING_INTENT
    visit.send(events.IntentCommitted(commit.ticket.id))  # type: ignore[attr-defined]
    visit.send(events.NumberGiven(visit.numbered("another")))
    assert visit.session.state is TicketState.ASKING_NUMBER
    visit.send(events.NumberGiven(visit.numbered(commit.ticket.id)))  # type: ignore[attr-defined]
    visit.send(events.NumberCommitted("another"))
    assert visit.session.state is TicketState.STORING_NUMBER
