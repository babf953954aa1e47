"""A code held before the scanner."""

import pytest
from real_gallery import SLIP, SLIP_KEY
from visits import Visit

from kiosk.session.model import State
from kiosk.vocabulary.effects import CommitIntent, CommitScan
from kiosk.vocabulary.events import ScanCommitted, Scanned, StoreFailed
from kiosk.vocabulary.slips import slip_text

TEXT = slip_text(SLIP, SLIP_KEY)


def scanned(text: str = TEXT) -> Visit:
    visit = Visit(slip_key=SLIP_KEY)
    visit.send(Scanned(text))
    return visit


def test_a_slip_is_durable_before_the_visitor_is_told() -> None:
    visit = scanned(f"  {TEXT}\n")
    assert visit.session.state is State.SCANNING
    assert visit.done == [CommitScan(visit.session.scan_id, TEXT)]
    visit.send(ScanCommitted("another"))
    assert visit.session.state is State.SCANNING
    visit.send(ScanCommitted(visit.session.scan_id))
    assert visit.session.state is State.SCAN_TAKEN
    assert "A 03-17" in str(visit.view().body)


def test_without_a_connection_the_page_says_so() -> None:
    visit = scanned()
    visit.send(ScanCommitted(visit.session.scan_id))
    with_hub = visit.view().title
    visit.health = type(visit.health)(hub=False)
    assert visit.view().title != with_hub


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
