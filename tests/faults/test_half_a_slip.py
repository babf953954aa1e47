"""The power goes while a slip comes out: half of it hangs there, and the next visitor's slip is one of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lobby.patience import until

from tests.faults.hall import HubProcess, Kiosk
from tests.paper_numbers import number_on

pytestmark = pytest.mark.e2e
LINES = 10
"""The power goes after so many lines, feeds and bands of a picture: the number is among them, the cut is not."""


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    hub = HubProcess(tmp_path, 1)
    hub.up()
    one = Kiosk(tmp_path / "t0", hub.url, hub.codes[0])
    one.open()
    until(lambda: printer_state(one) == "ready", "the printer")
    yield one
    one.close()
    hub.down()


def cut_in_the_middle(kiosk: Kiosk) -> str:
    """A visitor whose slip hangs there half printed; their number as it is on the paper."""
    kiosk.printer.switch(power_off_after_lines=LINES)
    kiosk.tap()
    shown = kiosk.trace.wait_for_screen("ticket_unconfirmed")
    with kiosk.printer.lock:
        assert number_on(kiosk.printer.printer.hanging()) == shown.number
    return shown.number


def printer_state(kiosk: Kiosk) -> str:
    """As this life of the terminal has last noted it."""
    changes = [event for event in kiosk.log(of_this_life=True) if event["event"] == "device-changed"]
    return changes[-1]["state"] if changes else ""


def check_next(kiosk: Kiosk, half: str) -> None:
    """Whoever comes next gets a slip with one number."""
    until(lambda: printer_state(kiosk) == "ready", "the printer to be well")
    label = kiosk.draw()
    *_, cut_off, slip = kiosk.printer.slips
    assert number_on(cut_off) == half
    assert number_on(slip) != half
    assert kiosk.on_paper()[-1] == label


def test_the_printer_alone_lost_power(kiosk: Kiosk) -> None:
    half = cut_in_the_middle(kiosk)
    kiosk.finger.tap("have_slip")
    kiosk.printer.switch(power_off=False)
    check_next(kiosk, half)


def test_the_whole_terminal_lost_power(kiosk: Kiosk) -> None:
    half = cut_in_the_middle(kiosk)
    kiosk.kill()
    kiosk.printer.switch(power_off=False)
    kiosk.start()
    check_next(kiosk, half)
