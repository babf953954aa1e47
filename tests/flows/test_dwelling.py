"""How long a page stands that ends by itself."""

import re

import pytest
from msgspec.structs import replace

from kiosk.flows.common.guards import HELP_S
from kiosk.flows.common.page_time import dwell_s
from kiosk.flows.ticket.ticket_visit import TicketState
from kiosk.session.model import Session, fresh_session
from kiosk.session.states import SHORT, Group, State
from kiosk.view import Ending, Fact, HoursTable, Notice, NumberCard, View
from kiosk.vocabulary.access import Access, Contrast, TextSize
from kiosk.vocabulary.intents import CallStaff, SetContrast, SetLowReach, SetTextSize, ShowAccess, Wake
from tests.flows.real_gallery import WALKS, demo_index, visit_in
from tests.flows.visits import Visit, states_of

NOTICE, FACT = "scan-unknown", "scan-standing"


def walked(name: str, lang: str = "de", size: TextSize = TextSize.M) -> Visit:
    visit = visit_in(demo_index(), lang, size)
    WALKS[name](visit)
    return visit


def stands(visit: Visit) -> float:
    """Seconds until somebody else may begin."""
    began = visit.mono
    while visit.session.state.group is not Group.HOME:
        visit.wait(0.5)
        assert visit.mono - began < 300
    return visit.mono - began


@pytest.mark.parametrize(("name", "seconds"), [(NOTICE, 8), ("handed-back", 8), (FACT, 30), ("service-closed", 30)])
def test_a_short_page_ends_by_itself_and_without_a_question(name: str, seconds: int) -> None:
    visit = walked(name)
    visit.wait(seconds - 1)
    assert visit.session.asked is None
    assert visit.session.state.group in SHORT
    assert stands(visit) <= 1.5


def test_the_slip_stands_thirty_seconds_and_then_goodbye() -> None:
    visit = walked("ticket")
    visit.wait(29)
    assert visit.session.state is TicketState.TICKET
    visit.wait(2)
    assert visit.session.state is TicketState.GOODBYE


@pytest.mark.parametrize(
    "setting", [SetTextSize(TextSize.L), SetContrast(Contrast.DARK), SetContrast(Contrast.LOW), SetLowReach(True)]
)
@pytest.mark.parametrize(("name", "seconds"), [(NOTICE, 24), (FACT, 90)])
def test_whoever_set_something_has_three_times_as_long(
    name: str, seconds: int, setting: SetTextSize | SetContrast | SetLowReach
) -> None:
    visit = walked(name)
    visit.ask(setting)
    assert visit.session.access != Access()
    assert seconds - 1 < stands(visit) < seconds + 2


def test_any_touch_lets_the_page_stay() -> None:
    visit = walked(NOTICE)
    for _ in range(5):
        visit.wait(6)
        visit.ask(Wake())
    assert visit.session.state.group is Group.NOTICE
    assert visit.view().ending == Ending(visit.mono, 8)


def test_the_view_says_when_it_ends_and_does_not_change_with_each_second() -> None:
    visit = walked(NOTICE)
    before = visit.view()
    assert before.ending == Ending(visit.mono, 8)
    visit.wait(3)
    assert visit.view() == before


def test_every_short_page_has_its_time() -> None:
    timing = Visit().timing
    assert {dwell_s(in_state(state), timing) for state in states_of(Group.NOTICE)} == {8}
    assert {dwell_s(in_state(state), timing) for state in states_of(Group.FACTS)} == {30}


def in_state(state: State, **more: object) -> Session:
    return replace(fresh_session("s1", "de", 0.0, state), **more)


@pytest.mark.parametrize("behind", ["start", "categories", "service", NOTICE, "ticket"])
def test_the_help_page_closes_itself_after_thirty_seconds_and_shows_it(behind: str) -> None:
    visit = walked(behind)
    visit.ask(ShowAccess("help"))
    before = visit.session.state
    assert visit.view().ending == Ending(visit.mono, 30)
    visit.wait(29)
    assert (visit.session.state, visit.session.drawer) == (before, "help")
    visit.wait(1.5)
    assert (visit.session.state, visit.session.drawer) == (before, "")


def test_who_called_a_person_is_not_sent_away_after_eight_seconds() -> None:
    visit = walked(NOTICE)
    visit.ask(ShowAccess("help"))
    visit.ask(CallStaff())
    visit.wait(HELP_S - 2)
    assert visit.session.state.group is Group.NOTICE
    assert stands(visit) < 5


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
def test_a_page_of_eight_seconds_has_at_most_two_sentences_and_no_decision(lang: str) -> None:
    """Below the heading of its notice, that is."""
    for name in WALKS:
        visit = walked(name, lang)
        if visit.session.state.group is Group.NOTICE and visit.session.drawer == "":
            view = visit.view()
            assert sentences(view) <= 2, f"{name}: {view.body}"
            assert len(view.actions) == 1, name
            assert not any(isinstance(block, Fact | HoursTable | NumberCard) for block in view.body), name


def sentences(view: View) -> int:
    notices = [block for block in view.body if isinstance(block, Notice)]
    return sum(len(re.findall(r"[^.!?؟]+[.!?؟]", each.text)) for each in notices)
