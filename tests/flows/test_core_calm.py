"""The core holds a waiting page back for a moment: no flicker, and no drawing while a slip is on its way."""

import pytest

from kiosk.view import Screen
from kiosk.vocabulary import events
from tests.flows.halls import Hall
from tests.flows.visits import Visit


@pytest.fixture
def hall() -> Hall:
    hall = Hall()
    assert hall.screen is Screen.START
    return hall


def test_a_number_that_comes_soon_shows_no_waiting_page(hall: Hall) -> None:
    hall.draw()
    assert hall.screen is Screen.START
    assert hall.after(0.1) is Screen.START


def test_a_number_that_takes_longer_shows_the_waiting_page(hall: Hall) -> None:
    hall.draw()
    assert hall.after(0.13) is Screen.NUMBERING


def test_nothing_is_drawn_until_the_slip_is_on_its_way_and_then_at_once(hall: Hall) -> None:
    hall.to_printing()
    assert hall.after(0.04) is Screen.START
    assert hall.after(0.02) is Screen.PRINTING


def test_a_waiting_page_that_stands_gives_way_to_printing_at_once(hall: Hall) -> None:
    ticket = hall.draw()
    assert hall.after(0.13) is Screen.NUMBERING
    hall.core.handle(events.IntentCommitted(ticket))
    hall.core.handle(events.NumberGiven(Visit().numbered(ticket)))
    hall.core.handle(events.NumberCommitted(ticket))
    assert hall.screen is Screen.PRINTING
