"""Calls on real lines: host, driver and simulated display together; the display goes away and comes back."""

import threading
from collections.abc import Callable, Iterator

import msgspec
import pytest

from drivers.host.hosts import Hosts
from drivers.queue_display.frame import ShowFrame
from drivers.sim.led_sign import SignPeer
from drivers.sim.pole import PolePeer
from kiosk.calls import CallDisplay
from kiosk.config import Device
from kiosk.i18n.texts import Texts
from kiosk.vocabulary.events import DeviceChanged
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.hardware.display_frame import Frame
from kiosk.wire import Call, CallKind, Calls
from tests.device_jobs import quiet_ends

AT = "2026-03-02T09:00:00+01:00"
QUICK = {"fresh_s": 0.0, "pause_s": 0.01}


class Wall:
    """A terminal's displays: a sign and two poles."""

    def __init__(self, line: str) -> None:
        self.sign, self.epson, self.cd5220 = SignPeer(line), PolePeer(line), PolePeer(line, command_set="cd5220")
        self.peers = (self.sign, self.epson, self.cd5220)
        models = ("alpha", "pole_epson", "pole_cd5220")
        devices = {
            model: Device(kind=DeviceKind.QUEUE_DISPLAY, model=model, url=peer.start(), settings=QUICK)
            for model, peer in zip(models, self.peers, strict=True)
        }
        self.hosts = Hosts(devices, msgspec.structs.replace(quiet_ends(), emit=self.emit))
        self.calls = CallDisplay(self.show, Texts.load("terminal"), "de")
        self._changed = threading.Condition()
        self.hosts.start()

    def show(self, device: str, job: str, frame: Frame) -> None:
        self.hosts.submit(device, job, ShowFrame(frame))

    def emit(self, changed: DeviceChanged) -> None:
        self.calls.device_changed(changed.status)
        with self._changed:
            self._changed.notify_all()

    def until(self, fact: Callable[[], bool]) -> None:
        """Wait for what a display's state tells: the simulators hear nothing of it."""
        with self._changed:
            assert self._changed.wait_for(fact, 300.0)

    def call(self, seq: int, label: str) -> None:
        call = Call(seq=seq, kind=CallKind.CALL, label=label, counter="4", at=AT)
        self.calls.show(Calls(seq=seq, at=AT, calls=(call,)))

    def all_show(self, text: str, timeout_s: float = 10.0) -> bool:
        return all(peer.wait_for_text(text, timeout_s) for peer in self.peers)

    def stop(self) -> None:
        self.hosts.stop()
        for peer in self.peers:
            peer.stop()


@pytest.fixture(params=["tcp", "pty"])
def wall(request: pytest.FixtureRequest) -> Iterator[Wall]:
    made = Wall(request.param)
    yield made
    made.stop()


def test_every_display_follows_the_calls(wall: Wall) -> None:
    assert wall.all_show("Bitte")
    wall.call(1, "A 143")
    assert wall.all_show("A 143")
    wall.call(2, "B 027")
    assert wall.all_show("B 027")
    assert wall.sign.text == "B 027 > Platz 4\nA 143 > Platz 4"
    assert wall.epson.lines == wall.cd5220.lines == ("B 027        Platz 4", "A 143        Platz 4")


def test_a_new_business_day_ends_what_was_called(wall: Wall) -> None:
    wall.call(1, "A 143")
    assert wall.all_show("A 143")
    wall.calls.show(Calls(seq=2, at=AT, business_day="2026-03-03"), whole=True)
    assert wall.all_show("Bitte")
    shown = (wall.sign.text, *wall.epson.lines, *wall.cd5220.lines)
    assert not [text for text in shown if "143" in text]


def test_a_display_that_was_away_shows_what_was_called_meanwhile(wall: Wall) -> None:
    wall.call(1, "A 143")
    assert wall.all_show("A 143")
    for peer in wall.peers:
        peer.switch(absent=True)
    wall.until(lambda: wall.hosts.statuses()["alpha"].problems != ())
    wall.call(2, "B 027")
    with wall.sign.lock:
        wall.sign.sign.files.clear()
    for peer in wall.peers:
        peer.switch(absent=False)
    assert wall.all_show("B 027")
    assert wall.sign.wait_for_text("A 143")


@pytest.mark.parametrize("count", [0, 7, 30])
def test_a_line_that_breaks_within_a_frame(wall: Wall, count: int) -> None:
    assert wall.all_show("Bitte")
    for peer in wall.peers:
        peer.switch(cut_after=count)
    wall.call(1, "A 143")
    assert wall.all_show("A 143")
