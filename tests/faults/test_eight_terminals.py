"""Eight real terminals while the hub goes up and down: no number twice, none lost, all in the hub at the end."""

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from lobby.patience import until

from kiosk.vocabulary.labels import Label
from tests.faults.hall import HubProcess, Kiosk

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
TERMINALS, TICKETS = 8, 2_000 if FULL else 96
SEED = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(10**9)))

pytestmark = pytest.mark.e2e


class Weather(threading.Thread):
    """The hub is up for a while and down for a while; now and then it is killed."""

    def __init__(self, hub: HubProcess, draw: random.Random) -> None:
        super().__init__(daemon=True)
        self.hub, self.draw, self.outages = hub, draw, 0
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(self.draw.uniform(2, 6)):
            self.hub.down(self.draw.choice((signal.SIGTERM, signal.SIGKILL)))
            self.outages += 1
            self.over.wait(self.draw.uniform(2, 6))
            self.hub.up()


def test_eight_terminals_and_a_hub_that_goes_up_and_down(tmp_path: Path) -> None:
    print(f"seed {SEED}, {TICKETS} tickets")
    hub = HubProcess(tmp_path, TERMINALS)
    hub.up()
    kiosks = [Kiosk(tmp_path / f"t{n}", hub.url, code) for n, code in enumerate(hub.codes)]
    weather = Weather(hub, random.Random(SEED))
    try:
        for kiosk in kiosks:
            kiosk.open()
        weather.start()
        drawn = visitors(kiosks)
        weather.over.set()
        weather.join(60)
        assert weather.outages >= 2, "the hub was never away: nothing was proved"
        own = sum(label.slot > 0 for label in drawn)
        print(f"{len(drawn)} numbers, {own} of terminals' own, {weather.outages} outages")
        assert 0 < own < len(drawn), "both kinds of numbers must have been given"
        began = time.monotonic()
        until(lambda: set(drawn) <= hub.tickets().keys(), "every number to be in the hub")
        print(f"all in the hub {time.monotonic() - began:.1f} s after the last outage")
        check(hub, kiosks, drawn)
    finally:
        for kiosk in kiosks:
            kiosk.close()
        hub.down()


def visitors(kiosks: list[Kiosk]) -> list[Label]:
    """Each terminal serves its share, all at once."""
    faults: list[BaseException] = []

    def serve(kiosk: Kiosk) -> None:
        try:
            for _ in range(TICKETS // TERMINALS):
                kiosk.drawn.append(kiosk.draw())
        except BaseException as fault:  # noqa: BLE001 - told by the main thread
            faults.append(fault)

    threads = [threading.Thread(target=serve, args=(kiosk,)) for kiosk in kiosks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    drawn = [label for kiosk in kiosks for label in kiosk.drawn]
    assert len(drawn) == TICKETS
    return drawn


def check(hub: HubProcess, kiosks: list[Kiosk], drawn: list[Label]) -> None:
    twice = [label for label, count in Counter(drawn).items() if count > 1]
    assert not twice, f"on two screens: {twice}"
    for kiosk in kiosks:
        kiosk.check_paper(kiosk.drawn)
    without = sum(len(kiosk.without_paper) for kiosk in kiosks)
    assert without <= len(drawn) // 10, f"{without} visitors got no slip"
    tickets = hub.tickets()
    assert {tickets[label] for label in drawn} == {"waiting"}
    ghosts = {label for label, state in tickets.items() if state == "waiting"} - set(drawn)
    assert not ghosts, f"nobody holds {ghosts}"
