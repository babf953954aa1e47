"""A number of the terminal's own as the visitor meets it, and a terminal that gives no numbers at all."""

import pytest
from msgspec.structs import replace

from kiosk.flows.browse.browse_visit import BrowseState
from kiosk.health import Health, Paper
from kiosk.view import Fact, Notice, NumberCard, PaperCard, Screen, View, controls
from kiosk.vocabulary import effects, events, intents
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.outcomes import NotPrinted, Printed, Unconfirmed
from tests.flows.visits import Visit

OWN = "Gerät hat Ihre Nummer selbst vergeben"


def draw_own(visit: Visit) -> str:
    (commit,) = visit.touch("featured:perso")
    assert isinstance(commit, effects.CommitIntent)
    visit.send(events.IntentCommitted(commit.ticket.id))
    own = replace(visit.numbered(commit.ticket.id), label=Label("A", 3, 17), ahead=-1, slip_code="THK2:X")
    (keep,) = visit.send(events.NumberGiven(own))
    assert keep == effects.CommitNumber(own), "committed before paper, as any number"
    visit.send(events.NumberCommitted(own.id))
    return own.id


def said(view: View) -> str:
    return " ".join(f"{block.heading} {block.text}" for block in view.body if isinstance(block, Notice | PaperCard))


def job(visit: Visit) -> str:
    printing = visit.of(effects.PrintTicket)[-1]
    assert isinstance(printing, effects.PrintTicket)
    return printing.job


@pytest.mark.parametrize(
    ("outcome", "screen"),
    [
        (Printed(), Screen.TICKET),
        (NotPrinted(Problem.PAPER_OUT), Screen.TICKET_NO_PAPER),
        (Unconfirmed(Problem.SILENT), Screen.TICKET_UNCONFIRMED),
    ],
)
def test_every_page_of_an_own_number_says_once_that_it_is_one(
    outcome: Printed | NotPrinted | Unconfirmed, screen: Screen
) -> None:
    visit = Visit(health=Health(paper=Paper.READY, hub=False), own_numbers=True)
    draw_own(visit)
    visit.send(events.PrintFinished(job(visit), outcome))
    view = visit.view()
    assert view.screen is screen
    assert said(view).count(OWN) == 1
    card = next(block for block in view.body if isinstance(block, NumberCard))
    assert card.number == "A 03-17"
    assert not [block for block in view.body if isinstance(block, Fact)], "nobody knows how many come first"


def test_screen_only_own_number_is_marked_and_hub_numbers_are_not() -> None:
    visit = Visit(health=Health(paper=Paper.ABSENT, hub=False), own_numbers=True)
    draw_own(visit)
    assert visit.view().screen is Screen.TICKET_SCREEN_ONLY
    assert OWN in said(visit.view())
    other = Visit()
    (commit,) = other.touch("featured:perso")
    assert isinstance(commit, effects.CommitIntent)
    other.send(events.IntentCommitted(commit.ticket.id))
    other.send(events.NumberGiven(other.numbered(commit.ticket.id)))
    other.send(events.NumberCommitted(commit.ticket.id))
    other.send(events.PrintFinished(job(other), Printed()))
    assert other.view().screen is Screen.TICKET
    assert OWN not in said(other.view())


def test_without_paper_and_hub_nobody_promises_that_staff_know() -> None:
    visit = Visit(health=Health(paper=Paper.READY, hub=False), own_numbers=True)
    draw_own(visit)
    visit.send(events.PrintFinished(job(visit), NotPrinted(Problem.PAPER_OUT)))
    visit.send(events.HelpNotSent(visit.session.help_id))
    assert "weiß Bescheid" not in said(visit.view())
    visit.health = Health(paper=Paper.READY, hub=True)
    assert "weiß Bescheid" not in said(visit.view()), "the hub is back, but nobody has told it"


def test_a_late_answer_of_the_hub_changes_nothing() -> None:
    visit = Visit()
    ticket = draw_own(visit)
    assert visit.send(events.NumberGiven(visit.numbered(ticket))) == ()
    assert visit.session.number == "A 03-17"


def test_start_screen_is_unchanged_offline_with_own_numbers() -> None:
    visit = Visit(health=Health(paper=Paper.READY, hub=False))
    assert "Empfang" in said(visit.view()), "no number to be had: said before the visitor chooses"
    offered = {control.id for control in controls(visit.view())}
    assert {"search", "tile:all", "bar:help"} <= offered, "looking things up works all the same"
    assert not [each for each in offered if each.startswith("featured")], "no dead tiles"
    visit.own_numbers = True
    assert said(visit.view()) == ""
    assert visit.view().notes == ()
    assert "featured:perso" in [control.id for control in controls(visit.view())]


def test_full_outbox_is_shown_before_the_choice_and_blocks_numbers() -> None:
    visit = Visit(outbox_full=True, own_numbers=False)
    start = visit.view()
    assert start.screen is Screen.START
    assert "Empfang" in said(start)
    assert not [control for control in controls(start) if control.id.startswith("featured")]
    for control in ("tile:all", "category:papers", "service:perso"):
        visit.touch(control)
    page = visit.view()
    assert page.screen is Screen.SERVICE
    assert "Empfang" in said(page)
    assert "draw" not in [control.id for control in controls(page)]
    visit.outbox_full = False
    assert "draw" in [control.id for control in controls(visit.view())]


@pytest.mark.parametrize("ask", [intents.DrawFeatured("perso"), intents.DrawTicket("perso")])
def test_an_old_screen_that_draws_all_the_same_is_sent_to_a_person(ask: intents.Intent) -> None:
    visit = Visit(outbox_full=True, state=BrowseState.SERVICE)
    assert visit.ask(ask) == ()
    page = visit.view()
    assert page.screen is Screen.SERVICE_CLOSED
    assert "Empfang" in said(page)
    assert "geschlossen" not in said(page)
