"""A code held before the scanner."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from real_gallery import SLIP, SLIP_KEY
from visits import MONDAY_TEN, Visit

from kiosk.session.model import State
from kiosk.vocabulary.effects import CommitIntent, CommitScan
from kiosk.vocabulary.events import ScanCommitted, Scanned, StoreFailed
from kiosk.vocabulary.slips import slip_text

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
    assert visit.session.state is State.SCANNING
    assert visit.done == [CommitScan(visit.session.scan_id, TEXT, SLIP.id)]
    visit.send(ScanCommitted("another"))
    assert visit.session.state is State.SCANNING
    visit.send(ScanCommitted(visit.session.scan_id))
    assert visit.session.state is State.SCAN_TAKEN
    assert "A 03-17" in str(visit.view().body)


def test_what_only_the_hub_knows_is_not_claimed() -> None:
    visit = scanned()
    visit.send(ScanCommitted(visit.session.scan_id))
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
    assert visit.session.state is State.SCAN_OLD
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
    assert scanned(text, known).session.state is State.SCANNING


def test_a_number_that_was_given_back_here_is_told_so() -> None:
    visit = scanned()
    visit.send(ScanCommitted("another", given_back=True))
    assert visit.session.state is State.SCANNING
    visit.send(ScanCommitted(visit.session.scan_id, given_back=True))
    assert visit.session.state is State.HANDED_BACK


def test_a_visitors_page_is_for_the_telephone_and_promises_nothing() -> None:
    visit = scanned(PAGE)
    assert visit.session.state is State.SCAN_PAGE
    assert visit.done == []
    assert "An diesem Terminal ändert der Code nichts." in said(visit)
    with_hub = said(visit)
    visit.health = type(visit.health)(hub=False)
    assert "Bitte fragen Sie am Schalter" in said(visit)
    assert "Auf dem Handy sehen Sie" not in said(visit), "perhaps they do not: the hub is away"
    for text in (with_hub, said(visit)):
        assert "Warteliste" not in text
        assert "melden wir" not in text


def test_a_store_that_fails_sends_the_visitor_to_a_person() -> None:
    visit = scanned()
    visit.send(StoreFailed(visit.session.scan_id))
    assert visit.session.state is State.SCAN_NOT_TAKEN


@pytest.mark.parametrize("text", ["", "hello", TEXT[:-1] + "?", "[b]x[/b]", "\x00", "x" * 5000])
def test_anything_else_changes_nothing_but_the_page(text: str) -> None:
    visit = scanned(text)
    assert visit.session.state is State.SCAN_UNKNOWN
    assert visit.done == []
    assert text not in str(visit.view()) or len(text) < 2


def test_slips_of_another_hall_are_unknown() -> None:
    visit = Visit(slip_key=bytes(32))
    visit.send(Scanned(TEXT))
    assert visit.session.state is State.SCAN_UNKNOWN


def test_a_code_disturbs_nobody_who_is_being_served() -> None:
    visit = Visit(slip_key=SLIP_KEY)
    (commit,) = visit.touch(f"featured:{next(iter(visit.index.featured_on(visit.now.date()))).service}")
    assert isinstance(commit, CommitIntent)
    before = visit.session
    visit.send(Scanned(TEXT))
    assert visit.session == before
