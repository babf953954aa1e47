"""Browsing, access settings, idle question, opening hours."""

from datetime import time, timedelta

import msgspec
import pytest

from kiosk.catalogue.index import EMPTY, index_of
from kiosk.catalogue.model import Span
from kiosk.flows.browse.browse_visit import BrowseState
from kiosk.session.states import Home
from kiosk.view import Fact, Notice, Screen, Tiles, controls
from kiosk.vocabulary import effects, events, intents
from kiosk.vocabulary.access import Access, Contrast, TextSize
from tests.flows.real_gallery import demo_index
from tests.flows.visits import MONDAY_TEN, Visit, small_catalogue


def test_idle_question_comes_counts_down_and_ends_the_session() -> None:
    visit = Visit()
    visit.touch("tile:all")
    first = visit.session.id
    visit.wait(45.5)
    assert visit.view().question is not None
    assert [control.id for control in controls(visit.view())] == ["leave", "stay"]
    visit.wait(30.5)
    assert visit.session.state is Home.START
    assert visit.session.id != first
    assert effects.SessionOver(first) in visit.done


def test_idle_question_can_be_put_off_twelve_times() -> None:
    visit = Visit()
    visit.touch("tile:all")
    for _ in range(12):
        visit.wait(46)
        visit.touch("stay")
        assert visit.view().question is None
    assert visit.session.state is BrowseState.CATEGORIES


def test_large_text_triples_the_time() -> None:
    visit = Visit()
    visit.ask(intents.SetTextSize(TextSize.XL))
    visit.touch("tile:all")
    visit.wait(100)
    assert visit.view().question is None
    visit.wait(40)
    assert visit.view().question is not None


def test_everything_set_is_gone_with_the_session() -> None:
    visit = Visit()
    visit.touch("lang:en")
    visit.ask(intents.SetContrast(Contrast.DARK))
    visit.ask(intents.SetLowReach(True))
    visit.touch("tile:all")
    visit.ask(intents.GoToStart())
    assert visit.session.access == Access()
    assert visit.session.lang == "de"


def test_traces_on_the_start_screen_are_wiped_when_nobody_is_there() -> None:
    visit = Visit()
    visit.touch("lang:en")
    visit.wait(46)
    assert visit.session.lang == "de"


def test_language_change_keeps_the_place() -> None:
    visit = Visit()
    for control in ("tile:all", "category:papers", "service:perso"):
        visit.touch(control)
    visit.ask(intents.ChooseLanguage("en"))
    view = visit.view()
    assert view.screen is Screen.SERVICE
    assert view.title == "Identity card"


def test_back_walks_the_way_in_reverse() -> None:
    visit = Visit()
    for control in ("tile:all", "category:papers", "service:perso"):
        visit.touch(control)
    seen = []
    for _ in range(3):
        visit.touch("back")
        seen.append(visit.view().screen)
    assert seen == [Screen.SERVICES, Screen.CATEGORIES, Screen.START]


def test_after_hours_says_when_we_open_and_what_works() -> None:
    visit = Visit(now=MONDAY_TEN + timedelta(hours=10), state=Home.CLOSED)
    view = visit.view()
    assert view.screen is Screen.CLOSED
    assert "08:00" in str(view.body)
    visit.touch("tile:all")
    visit.touch("category:papers")
    visit.touch("service:perso")
    assert "draw" not in {control.id for control in controls(visit.view())}


def test_closed_office_says_its_own_opening_time() -> None:
    small = small_catalogue()
    first, queue = small.offices[0], small.queues[0]
    late = msgspec.structs.replace(first, id="late", hours=tuple(Span(day, time(14), time(18)) for day in range(5)))
    other = msgspec.structs.replace(queue, id="b", series="B", office="late")
    tile = msgspec.structs.replace(small.services[0], queue="b")
    changes = {"offices": (first, late), "queues": (queue, other), "services": (tile,)}
    visit = Visit(index=index_of(msgspec.structs.replace(small, **changes)))
    visit.touch("featured:perso")
    assert visit.view().screen is Screen.SERVICE_CLOSED
    assert "heute um 14:00 Uhr" in str(visit.view().body)


def test_start_screen_closes_and_opens_by_the_clock() -> None:
    visit = Visit(now=MONDAY_TEN.replace(hour=17, minute=59, second=58))
    visit.wait(10)
    assert visit.session.state is Home.CLOSED
    visit.now += timedelta(hours=14)
    visit.wait(5)
    assert visit.session.state is Home.START


def test_without_a_catalogue_the_terminal_is_out_of_service() -> None:
    visit = Visit(index=EMPTY)
    visit.wait(5)
    assert visit.view().screen is Screen.OUT_OF_SERVICE


def test_late_search_hits_of_an_older_query_are_dropped() -> None:
    visit = Visit()
    visit.touch("search")
    visit.ask(intents.EditText("search", "p"))
    visit.ask(intents.EditText("search", "e"))
    first, second = (each.token for each in visit.of(effects.Search))  # type: ignore[attr-defined]
    visit.send(events.SearchFound(second, ("perso",)))
    visit.send(events.SearchFound(first, ("no-queue",)))
    assert visit.browsed.hits == ("perso",)


def test_every_hit_of_a_search_is_a_choice() -> None:
    visit = Visit(index=demo_index())
    found = tuple(visit.index.services)[:48]
    visit.touch("search")
    visit.touch("key:a")
    visit.send(events.SearchFound(visit.browsed.token, found))
    (hits,) = [block for block in visit.view().body if isinstance(block, Tiles)]
    assert [item.id for item in hits.items] == [f"service:{service}" for service in found]


def searched(typed: str, sure: tuple[str, ...] = (), unsure: tuple[str, ...] = ()) -> Visit:
    visit = Visit(index=demo_index())
    visit.touch("search")
    for letter in typed:
        visit.ask(intents.EditText("search", letter))
    visit.send(events.SearchFound(visit.browsed.token, sure, unsure))
    return visit


def tiles(visit: Visit) -> list[Tiles]:
    return [block for block in visit.view().body if isinstance(block, Tiles)]


def test_before_anything_is_typed_the_most_asked_services_stand_there() -> None:
    visit = Visit(index=demo_index())
    visit.touch("search")
    (asked,) = tiles(visit)
    featured = [tile.service for tile in visit.index.featured_on(visit.now.date())]
    assert [item.intent for item in asked.items] == [intents.OpenService(each) for each in featured]
    assert asked.spare, "only as far as one page goes"
    visit.touch("key:a")
    assert not tiles(visit), "no answer yet: neither hits nor that there are none"
    assert not any(isinstance(block, Notice) for block in visit.view().body)


def test_unsure_hits_stand_under_a_heading_of_their_own() -> None:
    visit = searched("rente", ("anderswo-rente",), ("grundsicherung",))
    sure, unsure = tiles(visit)
    assert (sure.heading, unsure.heading) == ("", "Meinten Sie vielleicht …?")
    assert [item.detail for item in (*sure.items, *unsure.items)] == [
        "Nicht hier, sondern: Deutsche Rentenversicherung",
        "Geld und Hilfe",
    ]
    (only,) = tiles(searched("sehtest", (), ("fuehrerschein-beantragen",)))
    assert only.heading


@pytest.mark.parametrize(
    ("typed", "sure"), [("", ()), ("xyzzy", ()), ("an", ("hund-anmelden",)), ("an", ("hund-anmelden", "reisepass"))]
)
def test_the_last_row_is_always_a_number_for_the_reception(typed: str, sure: tuple[str, ...]) -> None:
    visit = searched(typed, sure)
    assert visit.view().aside is not None
    visit.touch("reception")
    assert visit.browsed.service == "empfang"
    visit.touch("draw")
    (commit,) = visit.of(effects.CommitIntent)
    assert commit.ticket.service == "empfang"  # type: ignore[attr-defined]


def test_without_a_number_for_the_reception_the_row_says_to_go_there() -> None:
    for visit in (Visit(), searched("xyzzy")):
        if visit.session.state is not BrowseState.SEARCH:
            visit.touch("search")
        visit.outbox_full = True
        assert visit.view().aside is None
        assert "Empfang" in [block.heading for block in visit.view().body if isinstance(block, Notice)][-1]


def test_what_others_do_says_where_to_go_and_draws_no_number() -> None:
    visit = searched("kindergeld", ("anderswo-kindergeld",))
    visit.touch("service:anderswo-kindergeld")
    view = visit.view()
    notice, *facts = view.body
    assert isinstance(notice, Notice)
    assert "Familienkasse" in notice.text
    assert [fact.icon for fact in facts if isinstance(fact, Fact)] == ["building-community", "phone", "world"]
    assert "draw" not in [control.id for control in controls(view)]
    visit.ask(intents.DrawTicket("anderswo-kindergeld"))
    assert not visit.of(effects.CommitIntent)


def test_help_is_called_once_and_its_page_says_what_became_of_it() -> None:
    visit = Visit()
    visit.touch("bar:help")
    visit.touch("staff")
    (call,) = visit.of(effects.SendHelp)
    visit.touch("bar:help")
    visit.touch("bar:help")
    assert len(visit.of(effects.SendHelp)) == 1
    visit.send(events.HelpSent(call.id))  # type: ignore[attr-defined]
    view = visit.view()
    assert view.screen is Screen.HELP_CALLED
    visit.touch("close_help")
    assert visit.view().screen is Screen.START


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
def test_every_control_has_words_to_speak(lang: str) -> None:
    visit = Visit()
    visit.ask(intents.ChooseLanguage(lang))
    for control in ("tile:all", "category:papers", "service:perso"):
        for each in controls(visit.view()):
            assert each.spoken.strip(), each.id
            assert each.label.strip(), each.id
        visit.touch(control)
