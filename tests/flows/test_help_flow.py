"""Help: a page first, one call, taken back or answered by a name; and nothing is promised before it is true."""

import pytest

from kiosk.health import Health, Paper
from kiosk.session.model import Help
from kiosk.session.states import State
from kiosk.view import Fact, Notice, Screen, controls
from kiosk.vocabulary import effects, events, intents
from tests.flows.visits import STATES, Visit

LANGUAGES = ("de", "en", "ar")
AWAY = Health(paper=Paper.READY, hub=False)


def notice(visit: Visit) -> Notice:
    (found,) = [block for block in visit.view().body if isinstance(block, Notice)]
    return found


def ids(visit: Visit) -> set[str]:
    return {control.id for control in controls(visit.view())}


def called() -> tuple[Visit, str]:
    visit = Visit()
    visit.touch("bar:help")
    (call,) = visit.touch("staff")
    assert isinstance(call, effects.SendHelp)
    assert call.reason == "asked"
    visit.send(events.HelpSent(call.id))
    return visit, call.id


def test_one_touch_on_help_calls_nobody_and_explains_in_three_lines() -> None:
    """Children press it, and who reads how it works may need nobody."""
    visit = Visit()
    assert visit.touch("bar:help") == ()
    view = visit.view()
    assert view.screen is Screen.HELP
    (how,) = [block for block in view.body if isinstance(block, Fact)]
    assert len(how.lines) == 3
    assert [control.id for control in view.actions] == ["close_help", "staff"]
    visit.touch("close_help")
    assert visit.view().screen is Screen.START
    visit.touch("bar:help")
    visit.touch("bar:help")
    assert visit.view().screen is Screen.START, "the same button closes it"


@pytest.mark.parametrize("state", STATES, ids=str)
def test_help_opens_its_page_in_every_state(state: State) -> None:
    visit = Visit(state=state)
    assert visit.ask(intents.ShowAccess("help")) == ()
    assert visit.view().screen is Screen.HELP


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_is_promised_before_somebody_takes_the_call(lang: str) -> None:
    visit, call = called()
    visit.ask(intents.ChooseLanguage(lang))
    visit.ask(intents.ShowAccess("help"))
    before = notice(visit)
    assert "unterwegs" not in before.heading + before.text
    visit.send(events.HelpTaken(call, "Anna Ahrens"))
    after = notice(visit)
    assert "Anna Ahrens" in after.heading
    assert after.heading != before.heading


def test_the_name_of_another_call_is_not_shown() -> None:
    visit, _ = called()
    visit.send(events.HelpTaken("another", "Anna"))
    assert visit.session.help is Help.SENT


def test_the_name_may_come_before_the_answer_and_stays() -> None:
    """The answer to the call was lost or is late; the heartbeat says who is coming, again and again."""
    visit = Visit()
    visit.touch("bar:help")
    (call,) = visit.touch("staff")
    assert isinstance(call, effects.SendHelp)
    visit.send(events.HelpTaken(call.id, "Anna"))
    visit.send(events.HelpTaken(call.id, "Anna"))
    for late in (events.HelpSent(call.id), events.HelpNotSent(call.id)):
        visit.send(late)
        assert "Anna" in notice(visit).heading


@pytest.mark.parametrize("taken", [False, True])
def test_not_needed_after_all_takes_the_call_back(taken: bool) -> None:
    visit, call = called()
    if taken:
        visit.send(events.HelpTaken(call, "Anna"))
    assert visit.touch("withdraw_help") == (effects.CancelHelp(call),)
    assert visit.view().screen is Screen.START
    visit.send(events.HelpTaken(call, "Anna"))
    visit.touch("bar:help")
    assert visit.view().screen is Screen.HELP, "it may be called for again"
    (again,) = visit.touch("staff")
    assert isinstance(again, effects.SendHelp)
    assert again.id != call


def test_without_a_hub_the_page_says_where_to_go_and_offers_no_call() -> None:
    visit = Visit(health=AWAY)
    visit.touch("bar:help")
    assert notice(visit).heading == "Bitte gehen Sie zum Empfang."
    assert "staff" not in ids(visit)
    visit.health = Health(paper=Paper.READY, hub=True)
    assert "staff" in ids(visit)


def test_help_page_says_what_to_do_when_the_hub_goes_away() -> None:
    visit, _ = called()
    with_hub = notice(visit).text
    visit.health = AWAY
    assert notice(visit).text != with_hub
    assert "Empfang" in notice(visit).text


def test_a_call_that_was_not_heard_can_be_made_again() -> None:
    visit = Visit()
    visit.touch("bar:help")
    (call,) = visit.touch("staff")
    assert isinstance(call, effects.SendHelp)
    visit.send(events.HelpNotSent(call.id))
    assert notice(visit).heading == "Bitte gehen Sie zum Empfang."
    (again,) = visit.touch("staff")
    assert isinstance(again, effects.SendHelp)


def test_who_waits_for_a_person_is_not_sent_away_meanwhile() -> None:
    visit, call = called()
    visit.wait(120, tick=5)
    visit.send(events.HelpTaken(call, "Anna"))
    assert "Anna" in notice(visit).heading
    visit.wait(200, tick=5)
    assert visit.session.help is Help.NONE, "but not for ever"
