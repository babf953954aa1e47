"""A code held before the scanner."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk.flows.scan.scan_flow import LOOK_UP_S
from kiosk.flows.scan.scan_visit import ScanState
from kiosk.health import Health
from kiosk.session.states import State
from kiosk.view import controls
from kiosk.vocabulary.access import Access, TextSize
from kiosk.vocabulary.effects import CommitCancel, CommitIntent, CommitScan, LookUp, SessionOver
from kiosk.vocabulary.events import (
    CancelCommitted,
    ScanCommitted,
    Scanned,
    ScanNotCommitted,
    StandingFound,
    StandingNotFound,
    StoreFailed,
)
from kiosk.vocabulary.intents import ChooseLanguage, SetTextSize
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.slips import slip_text
from kiosk.vocabulary.tickets import Standing, StandingState
from tests.flows.real_gallery import SLIP, SLIP_KEY
from tests.flows.visits import MONDAY_TEN, Visit

TICKET = "018f3c1e-7b2a-7c3d-9e4f-0123456789cd"
TEXT = slip_text(SLIP, SLIP_KEY)
TODAY, TOMORROW = "2026-03-02", "2026-03-03"
BASE = "https://wartemarke.musterstadt.example"
PAGE = f"{BASE}/t/{'0f' * 16}"


def scanned(text: str = TEXT, business_day: str = TODAY) -> Visit:
    visit = Visit(slip_key=SLIP_KEY, business_day=business_day, base_url=BASE)
    visit.send(Scanned(text))
    return visit


def slip_of(business_day: str, days_later: int = 0) -> str:
    """A slip whose visitor came at ten, so many days after Monday."""
    came = MONDAY_TEN + timedelta(days=days_later)
    return slip_text(replace(SLIP, business_day=business_day, arrival_s=int(came.timestamp())), SLIP_KEY)


def said(visit: Visit) -> str:
    return str(visit.view())


def test_a_slip_is_durable_before_the_visitor_is_told() -> None:
    visit = scanned(f"  {TEXT}\n")
    assert visit.session.state is ScanState.SCANNING
    assert visit.done == [CommitScan(visit.read.scan_id, TEXT, SLIP.id)]
    visit.send(ScanCommitted("another"))
    assert visit.session.state is ScanState.SCANNING
    visit.send(ScanCommitted(visit.read.scan_id))
    assert visit.done[1:] == [LookUp(visit.read.scan_id, slip=TEXT)]
    visit.send(StandingNotFound(visit.read.scan_id))
    assert visit.session.state is ScanState.TAKEN
    assert "A 03-17" in str(visit.view().body)


def test_what_only_the_hub_knows_is_not_claimed() -> None:
    visit = scanned()
    visit.send(ScanCommitted(visit.read.scan_id))
    visit.send(StandingNotFound(visit.read.scan_id))
    assert "Noch nicht aufgerufen? Dann stehen Sie in der Warteliste." in said(visit)
    assert "schon aufgerufen oder zurückgegeben, gehen Sie bitte zum Schalter" in said(visit)
    visit.health = type(visit.health)(hub=False)
    assert "Bitte zeigen Sie Ihren Bon am Schalter." in said(visit)
    assert "melden wir Ihre Nummer an, falls sie noch wartet." in said(visit)


@pytest.mark.parametrize("hub", [True, False])
def test_a_slip_of_a_day_that_is_over_is_told_so_and_goes_nowhere(hub: bool) -> None:
    visit = Visit(slip_key=SLIP_KEY, business_day=TOMORROW)
    visit.health = type(visit.health)(hub=hub)
    visit.send(Scanned(TEXT))
    assert visit.session.state is ScanState.OLD
    assert visit.done == []
    assert "ziehen Sie hier eine neue Nummer" in said(visit)
    assert "Warteliste" not in said(visit)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (TEXT, ""),
        (slip_of(TODAY, days_later=1), TOMORROW),
        (slip_of(TODAY, days_later=-1), TOMORROW),
        (slip_of(TOMORROW, days_later=1), TODAY),
    ],
    ids=["no day heard yet", "cut off over night, came today", "terminal without a clock", "we have not heard of it"],
)
def test_a_slip_that_may_still_wait_is_taken(text: str, known: str) -> None:
    assert scanned(text, known).session.state is ScanState.SCANNING


def test_a_number_that_was_given_back_here_is_told_so() -> None:
    visit = scanned()
    visit.send(ScanCommitted("another", given_back=True))
    assert visit.session.state is ScanState.SCANNING
    visit.send(ScanCommitted(visit.read.scan_id, given_back=True))
    assert visit.session.state is ScanState.HANDED_BACK


def test_a_visitors_page_without_the_hub_promises_nothing() -> None:
    visit = Visit(slip_key=SLIP_KEY, business_day=TODAY, base_url=BASE, health=Health(hub=False))
    visit.send(Scanned(PAGE))
    assert visit.session.state is ScanState.PAGE
    assert visit.done == []
    assert "Bitte fragen Sie am Schalter" in said(visit)
    for text in ("Warteliste", "melden wir", "Auf dem Handy"):
        assert text not in said(visit)


def looked_up(state: StandingState = StandingState.WAITING, **more: Any) -> Visit:
    """A slip of the hub's is held before the scanner, and the hub answers."""
    visit = scanned(PAGE)
    assert visit.done == [LookUp(visit.read.scan_id, token="0f" * 16)]
    known = {"service": "perso", "queue": "a", "lang": "de", "ahead": 23} | more
    visit.send(StandingFound(visit.read.scan_id, Standing(id=TICKET, label=Label("A", 0, 143), state=state, **known)))
    return visit


def test_a_slip_of_the_hubs_shows_number_place_time_and_way() -> None:
    visit = looked_up(minutes_from=30, minutes_to=55, arrived_ms=int(MONDAY_TEN.timestamp() * 1000))
    assert visit.session.state is ScanState.STANDING
    for fact in ("A 143", "Personalausweis", "23 Personen", "Wartebereich A", "10:30–10:55"):
        assert fact in said(visit), fact


def test_page_without_a_forecast_says_when_the_number_was_drawn() -> None:
    visit = looked_up(arrived_ms=int(MONDAY_TEN.timestamp() * 1000) - 1_260_000)
    assert "Aufruf voraussichtlich" not in said(visit)
    assert "09:39" in said(visit)


def test_an_own_slip_shows_what_the_hub_says_of_it() -> None:
    visit = scanned()
    visit.send(ScanCommitted(visit.read.scan_id))
    told = Standing(id=SLIP.id, label=SLIP.label, state=StandingState.WAITING, queue="a", ahead=2)
    visit.send(StandingFound("another", told))
    assert visit.session.state is ScanState.LOOKING
    visit.send(StandingFound(visit.read.scan_id, told))
    assert visit.session.state is ScanState.STANDING
    assert "2 Personen" in said(visit)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (StandingState.CALLED, "Gehen Sie jetzt zu: Schalter 4"),
        (StandingState.NO_SHOW, "Dort nimmt man Ihre Nummer wieder auf."),
        (StandingState.DONE, "Ihr Besuch ist beendet."),
        (StandingState.CANCELLED, "Diese Nummer ist zurückgegeben."),
        (StandingState.EXPIRED, "Diese Nummer galt an einem anderen Tag."),
    ],
)
def test_whoever_no_longer_waits_reads_what_to_do(state: StandingState, words: str) -> None:
    visit = looked_up(state, counter="Schalter 4")
    assert words in said(visit)
    assert "hand_back" not in [each.id for each in controls(visit.view())]


def test_every_state_of_a_ticket_has_words() -> None:
    for state in StandingState:
        assert "standing." not in said(looked_up(state, counter="Schalter 4")), state


def test_the_page_is_in_the_language_the_number_was_drawn_in() -> None:
    assert looked_up(lang="ar").session.lang == "ar"
    assert looked_up(lang="xx").session.lang == "de"
    chosen = Visit(slip_key=SLIP_KEY, business_day=TODAY, base_url=BASE)
    chosen.ask(ChooseLanguage("en"))
    chosen.send(Scanned(PAGE))
    told = Standing(id=TICKET, label=Label("A", 0, 143), state=StandingState.WAITING, lang="ar")
    chosen.send(StandingFound(chosen.read.scan_id, told))
    assert chosen.session.lang == "en", "what the visitor chose here wins"


def test_a_number_is_given_back_after_a_second_question_only() -> None:
    visit = looked_up()
    visit.touch("hand_back")
    assert visit.session.state is ScanState.GIVE_BACK
    visit.touch("back")
    assert visit.session.state is ScanState.STANDING
    visit.touch("hand_back")
    assert visit.touch("hand_back") == (CommitCancel(TICKET),)
    visit.send(CancelCommitted("another"))
    assert visit.session.state is ScanState.HANDING_BACK
    visit.send(CancelCommitted(TICKET))
    assert visit.session.state is ScanState.HANDED_BACK


def test_a_slip_that_the_hub_refuses_sends_to_a_person() -> None:
    visit = scanned()
    visit.send(ScanCommitted(visit.read.scan_id))
    visit.send(StandingNotFound(visit.read.scan_id, answered=True))
    assert visit.session.state is ScanState.NOT_TAKEN
    assert "Bitte zeigen Sie Ihren Bon am Schalter." in said(visit)


def test_a_number_that_cannot_be_given_back_sends_to_a_person() -> None:
    visit = looked_up()
    visit.touch("hand_back")
    visit.touch("hand_back")
    visit.send(StoreFailed(TICKET))
    assert visit.session.state is ScanState.NOT_TAKEN


def test_a_page_that_nobody_has_is_an_unknown_code() -> None:
    visit = scanned(PAGE)
    visit.send(StandingNotFound(visit.read.scan_id, answered=True))
    assert visit.session.state is ScanState.UNKNOWN


@pytest.mark.parametrize(("text", "state"), [(PAGE, ScanState.PAGE), (TEXT, ScanState.TAKEN)])
def test_a_hub_that_does_not_answer_leaves_what_holds_without_it(text: str, state: State) -> None:
    visit = scanned(text)
    if text == TEXT:
        visit.send(ScanCommitted(visit.read.scan_id))
    assert visit.session.state is ScanState.LOOKING
    visit.wait(LOOK_UP_S + 1)
    assert visit.session.state is state


def test_the_next_scan_starts_anew() -> None:
    visit = looked_up(lang="ar")
    visit.ask(SetTextSize(TextSize.XL))
    before = visit.session
    visit.done.clear()
    visit.send(Scanned(TEXT))
    assert visit.done[0] == SessionOver(before.id)
    assert (visit.session.lang, visit.session.access, visit.read.standing) == ("de", Access(), None)
    assert visit.session.state is ScanState.SCANNING


def test_a_store_that_fails_sends_the_visitor_to_a_person() -> None:
    visit = scanned()
    visit.send(ScanNotCommitted(visit.read.scan_id))
    assert visit.session.state is ScanState.NOT_TAKEN


@pytest.mark.parametrize("text", ["", "hello", TEXT[:-1] + "?", "[b]x[/b]", "\x00", "x" * 5000])
def test_anything_else_changes_nothing_but_the_page(text: str) -> None:
    visit = scanned(text)
    assert visit.session.state is ScanState.UNKNOWN
    assert visit.done == []
    assert text not in str(visit.view()) or len(text) < 2


def test_slips_of_another_hall_are_unknown() -> None:
    visit = Visit(slip_key=bytes(32))
    visit.send(Scanned(TEXT))
    assert visit.session.state is ScanState.UNKNOWN


def test_a_code_disturbs_nobody_who_is_being_served() -> None:
    visit = Visit(slip_key=SLIP_KEY)
    (commit,) = visit.touch(f"featured:{next(iter(visit.index.featured_on(visit.now.date()))).service}")
    assert isinstance(commit, CommitIntent)
    before = visit.session
    visit.send(Scanned(TEXT))
    assert visit.session == before
