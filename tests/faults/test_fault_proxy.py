"""A real terminal and a real hub with a bad line between them: nothing is lost, nobody waits, pixels go on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.fault_proxy import Fault, FaultProxy
from faults.hall import HubProcess, Kiosk, until

from kiosk.vocabulary.labels import Label

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

GAP_S = 2.5
"""A generous bound for the longest stand-still of the window's clock: drawing takes up to half a second on a busy
machine without a GPU; anything that waited for the line would take longer than this."""
NUMBER_S = 15.0
HEALED_S = 120.0


class Hall:
    def __init__(self, folder: Path) -> None:
        self.hub = HubProcess(folder, 1)
        self.hub.up()
        host, port = self.hub.url.removeprefix("http://").split(":")
        self.proxy = FaultProxy((host, int(port)), seed=1)
        self.kiosk = Kiosk(folder / "t0", self.hub.url, self.hub.codes[0], via=self.proxy.url)
        self.kiosk.open()
        until(lambda: self.proxy.met[Fault.NONE] > 5, 30, "the terminal to speak to the hub")
        self.drawn: list[Label] = []

    def close(self) -> None:
        self.kiosk.close()
        self.proxy.stop()
        self.hub.down()


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    one = Hall(tmp_path_factory.mktemp("faults"))
    yield one
    one.close()


@pytest.mark.parametrize(
    "fault", [each for each in Fault if each is not Fault.NONE], ids=lambda fault: fault.name.lower()
)
def test_nothing_is_lost(hall: Hall, fault: Fault) -> None:
    hall.proxy.fault = fault
    before = hall.proxy.met[fault]
    for _ in range(2):
        hall.drawn.append(hall.kiosk.draw(NUMBER_S))
    until(lambda: hall.proxy.met[fault] > before, 10, "a request to meet the fault")
    hall.proxy.fault = Fault.NONE
    until(lambda: set(hall.drawn) <= hall.hub.tickets().keys(), HEALED_S, "every number to be in the hub")
    tickets = hall.hub.tickets()
    assert {tickets[label] for label in hall.drawn} == {"waiting"}
    assert len(set(hall.drawn)) == len(hall.drawn)
    hall.kiosk.check_paper(hall.drawn)
    gap = hall.kiosk.longest_gap()
    print(f"longest gap {gap * 1000:.0f} ms")
    assert gap < GAP_S


def test_no_ghost_waits_in_the_end(hall: Hall) -> None:
    def settled() -> bool:
        waiting = {label for label, state in hall.hub.tickets().items() if state == "waiting"}
        return waiting == set(hall.drawn)

    until(settled, HEALED_S, "the hub to have exactly the numbers that are on paper")
