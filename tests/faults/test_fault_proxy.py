"""A real terminal and a real hub with a bad line between them: nothing is lost, nobody waits, pixels go on.

The line is encrypted as in a hall: a hub with certificates of its own, a terminal that has pinned its authority.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lobby.patience import until

from tests.faults.certificates import certificates
from tests.faults.fault_proxy import IMPOSTORS, Fault, FaultProxy
from tests.faults.hall import HubProcess, Kiosk

pytestmark = pytest.mark.e2e

GAP_S = 2.5
"""A generous bound for the longest stand-still of the window's clock: drawing takes up to half a second on a machine
without a GPU; anything that waited for the line would take longer than this."""
NUMBER_S = 15.0
"""A generous bound for a number on the screen."""
VISIT_S = 2.0
"""A whole visit takes less on a machine with little else to do. Where the first one here takes longer, without any
fault, all bounds are wider by as much."""


class Hall:
    def __init__(self, folder: Path) -> None:
        self.hub = HubProcess(folder, 1, tls=True)
        self.hub.up()
        host, port = self.hub.url.removeprefix("https://").split(":")
        self.proxy = FaultProxy((host, int(port)), seed=1, tls=certificates(self.hub.data, folder))
        self.kiosk = Kiosk(folder / "t0", self.hub.url, self.hub.codes[0], via=self.proxy.url)
        self.kiosk.open()
        until(lambda: self.proxy.met[Fault.NONE] > 5, "the terminal to speak to the hub")
        self.pace, self.drawn = 1.0, [self.kiosk.draw()]
        self.pace = max(1.0, self._visit() / VISIT_S)

    def _visit(self) -> float:
        began = time.monotonic()
        self.drawn.append(self.kiosk.draw())
        return time.monotonic() - began

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
    began, warnings = time.monotonic(), hall.kiosk.said("hub-wrong-certificate")
    before = hall.proxy.met[fault]
    hall.proxy.turn(fault)
    drawn = [hall.kiosk.draw(NUMBER_S * hall.pace) for _ in range(1 if fault in IMPOSTORS else 2)]
    hall.drawn += drawn
    until(lambda: hall.proxy.met[fault] > before, "a request to meet the fault")
    if fault in IMPOSTORS:
        assert hall.proxy.heard == [], "an impostor is told nothing, neither key nor ticket"
        assert all(label.slot for label in drawn), "the terminal gives numbers of its own"
        until(lambda: hall.kiosk.said("hub-wrong-certificate") > warnings, "staff to be told")
    hall.proxy.turn(Fault.NONE)
    until(lambda: set(hall.drawn) <= hall.hub.tickets().keys(), "every number to be in the hub")
    tickets = hall.hub.tickets()
    assert {tickets[label] for label in hall.drawn} == {"waiting"}
    assert len(set(hall.drawn)) == len(hall.drawn)
    hall.kiosk.check_paper(hall.drawn)
    assert not hall.proxy.followed, "nobody goes where a redirect leads"
    gap = hall.kiosk.longest_gap(since=began)
    print(f"longest gap {gap * 1000:.0f} ms at {hall.pace:.1f} of the pace")
    assert gap < GAP_S * hall.pace


def test_no_ghost_waits_in_the_end(hall: Hall) -> None:
    def settled() -> bool:
        waiting = {label for label, state in hall.hub.tickets().items() if state == "waiting"}
        return waiting == set(hall.drawn)

    until(settled, "the hub to have exactly the numbers that are on paper")
