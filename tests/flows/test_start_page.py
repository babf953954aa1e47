"""The start screen: facts in its strip, the attract state, the reception, the globe; and goodbye without a button."""

import pytest
from msgspec.structs import replace

from kiosk.catalogue.index import index_of
from kiosk.flows.browse.attract import ATTRACT_S, GREETING_S
from kiosk.health import Health, Paper
from kiosk.session.states import Home
from kiosk.view import Badge, ScanHint, Tiles, Tone, controls
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.intents import Wake
from tests.flows import real_gallery
from tests.flows.visits import Visit, small_catalogue

GREETINGS = {"de": "Guten Tag. Was möchten Sie tun?", "en": "Hello. How can we help you?"}


def badges(visit: Visit) -> tuple[Badge, ...]:
    return visit.view().strip


def texts(visit: Visit) -> list[str]:
    return [badge.text for badge in badges(visit)]


def scanner(state: DeviceState) -> Health:
    device = DeviceStatus(device="scanner", kind=DeviceKind.SCANNER, state=state)
    return Health(paper=Paper.READY, hub=True, devices=(device,))


def test_the_strip_says_what_is_known_and_nothing_else() -> None:
    assert texts(Visit()) == ["geöffnet bis 18:00"]
    known = Visit(people=18, last_called="A 131")
    assert texts(known) == ["geöffnet bis 18:00", "18 Personen warten", "zuletzt: A 131"]
    away = Visit(people=18, last_called="A 131", health=Health(paper=Paper.READY, hub=False), own_numbers=True)
    assert texts(away) == ["geöffnet bis 18:00"], "without a hub nobody knows"
    assert all(text in known.view().spoken for text in texts(known))


@pytest.mark.parametrize(("people", "tone"), [(0, Tone.GO), (1, Tone.NEUTRAL), (40, Tone.NEUTRAL)])
def test_waiting_is_green_only_when_nobody_waits(people: int, tone: Tone) -> None:
    visit = Visit(people=people, waiting={"a": people})
    assert [badge.tone for badge in badges(visit) if badge.icon == "users"] == [tone]
    (tile,) = [block.items[0] for block in visit.view().body if isinstance(block, Tiles) and block.one_tap]
    assert tile.badge is not None
    assert tile.badge.tone is tone


@pytest.mark.parametrize(
    ("state", "shown"), [(DeviceState.READY, True), (DeviceState.OFFLINE, False), (DeviceState.DISABLED, False)]
)
def test_a_slip_is_asked_for_only_where_one_can_be_read(state: DeviceState, shown: bool) -> None:
    hints = [block for block in Visit(health=scanner(state)).view().body if isinstance(block, ScanHint)]
    assert bool(hints) is shown


def test_after_a_minute_the_greeting_comes_in_each_language_in_turn() -> None:
    visit = Visit()
    visit.wait(ATTRACT_S - 1)
    assert visit.view().attract is None
    visit.wait(1)
    begun = visit.view()
    assert begun.attract is not None
    assert begun.attract.time == begun.header.time
    heard = []
    for _ in range(4):
        view = visit.view()
        heard.append((view.title_lang, view.title))
        visit.wait(GREETING_S)
    assert [lang for lang, _ in heard] == ["", "en", "ar", ""]
    assert heard[0][1] == GREETINGS["de"]
    assert len({title for _, title in heard}) == 3


def test_the_attract_state_has_every_control_and_one_touch_ends_it() -> None:
    visit = Visit()
    before = {control.id for control in controls(visit.view())}
    visit.wait(ATTRACT_S + 1)
    assert {control.id for control in controls(visit.view())} == before
    visit.ask(Wake())
    assert visit.view().attract is None
    visit.wait(ATTRACT_S + 1)
    assert visit.touch("featured:perso"), "a number with the first touch"


def test_somebody_who_has_set_something_is_not_greeted_in_other_languages() -> None:
    visit = Visit()
    visit.session = replace(visit.session, drawer="size")
    visit.mono += ATTRACT_S + 1
    assert visit.view().attract is None


def test_who_finds_nothing_draws_a_number_for_the_reception() -> None:
    service = replace(small_catalogue().services[0], id="desk", names={"de": "Empfang"}, reception=True)
    catalogue = replace(small_catalogue(), services=(*small_catalogue().services, service))
    visit = Visit(index=index_of(catalogue))
    aside = visit.view().aside
    assert aside is not None
    assert "Empfang" in aside.label
    visit.touch("reception")
    assert visit.browsed.service == "desk"
    assert Visit().view().aside is None, "no such service, no such button"


def test_goodbye_has_the_ring_and_nothing_to_press() -> None:
    goodbye = dict(real_gallery.gallery())["goodbye"]
    assert goodbye.ending is not None
    assert {control.id for control in controls(goodbye)} == {control.id for control in goodbye.bar}


def test_every_page_of_a_visit_leads_to_all_languages() -> None:
    visit = Visit()
    visit.touch("tile:all")
    visit.touch("bar:language")
    assert [control.id for control in visit.view().drawer] == ["lang:de", "lang:en", "lang:ar"]
    visit.touch("lang:ar")
    assert (visit.session.lang, visit.session.drawer) == ("ar", "")
    assert visit.session.state is not Home.START, "they stay where they were"
