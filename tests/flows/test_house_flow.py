"""The house closes a terminal by an order, opens it again, and has it start anew when nobody is being served."""

import pytest

from kiosk.flows.browse.browse_visit import BrowseState
from kiosk.flows.ticket.ticket_visit import TicketState
from kiosk.session.states import Home, State
from kiosk.view import Screen
from kiosk.vocabulary import effects, events, intents
from kiosk.vocabulary.access import TextSize
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.intents import DrawFeatured, DrawTicket
from kiosk.vocabulary.outcomes import Printed
from tests.flows.visits import Visit

CLOSED = TerminalClosure(closed=True, message="Heute nur bis 12 Uhr")


def close(visit: Visit, house: TerminalClosure = CLOSED) -> None:
    visit.house = house
    visit.send(events.ClosureChanged(house))


def calm(visit: Visit) -> Visit:
    visit.mono += 10
    return visit


def hold_a_ticket(visit: Visit) -> None:
    visit.ask(DrawFeatured("perso"))
    ticket = visit.drawn.ticket.id
    visit.send(events.IntentCommitted(ticket))
    visit.send(events.NumberGiven(visit.numbered(ticket)))
    visit.send(events.NumberCommitted(ticket))
    visit.send(events.PrintFinished(visit.drawn.job, Printed()))


def test_the_message_stands_on_the_screen_until_the_house_opens_again() -> None:
    visit = calm(Visit())
    close(visit)
    view = visit.view()
    assert view.screen is Screen.CLOSED_BY_HOUSE
    assert "Heute nur bis 12 Uhr" in str(view.body)
    visit.ask(intents.ChooseLanguage("ar"))
    assert "Heute nur bis 12 Uhr" in str(visit.view().body)
    close(calm(visit), TerminalClosure())
    assert visit.view().screen is Screen.START


def test_without_a_message_the_page_has_words_of_its_own() -> None:
    visit = calm(Visit())
    close(visit, TerminalClosure(closed=True))
    assert "keine Nummern" in str(visit.view().body)


@pytest.mark.parametrize("state", [Home.CLOSED, Home.OUT_OF_SERVICE, Home.START])
def test_every_home_becomes_the_closed_page(state: State) -> None:
    visit = calm(Visit(state=state))
    close(visit)
    assert visit.session.state is Home.CLOSED_BY_HOUSE


def test_nobody_draws_a_number_any_more_and_late_touches_lead_nowhere() -> None:
    visit = calm(Visit())
    close(visit)
    for late in (DrawFeatured("perso"), intents.ShowCategories(), intents.OpenSearch(), intents.OpenService("perso")):
        visit.ask(late)
        assert visit.session.state is Home.CLOSED_BY_HOUSE
    assert visit.of(effects.CommitIntent) == []


def test_visitor_may_read_on_after_closure_but_gets_no_number() -> None:
    visit = Visit()
    visit.ask(intents.OpenService("perso"))
    close(visit)
    assert visit.session.state is BrowseState.SERVICE
    visit.ask(DrawTicket("perso"))
    assert visit.session.state is Home.CLOSED_BY_HOUSE
    assert visit.of(effects.CommitIntent) == []


def test_who_holds_a_number_keeps_it_in_peace() -> None:
    visit = Visit()
    hold_a_ticket(visit)
    close(visit)
    assert visit.session.state is TicketState.TICKET
    visit.ask(intents.Finish())
    assert visit.session.state is TicketState.GOODBYE
    visit.wait(10)
    assert visit.session.state is Home.CLOSED_BY_HOUSE


def test_a_number_on_its_way_is_given() -> None:
    visit = Visit()
    visit.ask(DrawFeatured("perso"))
    close(visit)
    visit.send(events.IntentCommitted(visit.drawn.ticket.id))
    assert visit.session.state is TicketState.ASKING_NUMBER


def test_a_restart_waits_until_nobody_is_being_served() -> None:
    visit = Visit()
    hold_a_ticket(visit)
    visit.restart = True
    visit.wait(1)
    assert visit.of(effects.Restart) == []
    visit.ask(intents.Finish())
    visit.wait(visit.timing.goodbye_s - 1)
    assert visit.of(effects.Restart) == []
    visit.wait(6, tick=1)
    assert visit.of(effects.Restart)


def test_restart_waits_for_a_visitor_at_the_start_screen() -> None:
    visit = Visit()
    visit.ask(intents.ShowAccess("size"))
    visit.restart = True
    visit.wait(10)
    visit.ask(intents.SetTextSize(TextSize.XL))
    visit.ask(intents.ShowAccess("size"))
    visit.wait(30)
    assert visit.of(effects.Restart) == []
    visit.wait(visit.timing.idle_s * 3)
    assert visit.of(effects.Restart)
