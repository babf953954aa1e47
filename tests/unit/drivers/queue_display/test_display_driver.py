"""The driver with a wire in memory and a clock of its own: what it sends, and when again."""

import pytest

from drivers.host.port import DriverFault
from drivers.queue_display.alpha import AlphaCodec, AlphaSettings
from drivers.queue_display.codec import Codec
from drivers.queue_display.driver import AGAIN_S, QueueDisplay
from drivers.queue_display.frame import ShowFrame
from drivers.queue_display.pole import PoleCodec, PoleSettings
from drivers.sim.led_sign import LedSign
from drivers.sim.pole import Pole
from drivers.transport.base import LinkFault
from kiosk.vocabulary.hardware.devices import Identity
from kiosk.vocabulary.hardware.display_frame import Frame, Row
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import NotShown, Shown
from tests.device_jobs import RecordedJob

LIST = Frame(rows=(Row("A 143", "Platz 4", mark=1),))
A143 = Frame(rows=(Row("A 143", "Platz 4", mark=1, news=True),))
B027 = Frame(rows=(Row("B 027", "Platz 2", mark=2, news=True), Row("A 143", "Platz 4", mark=1)))


class Wire:
    """A transport that writes into a simulated device; its time goes on only while the driver waits."""

    def __init__(self, device: LedSign | Pole) -> None:
        self.device = device
        self.now = 0.0
        self.written: list[tuple[float, bytes]] = []
        self.broken: Problem | None = None

    def time(self) -> float:
        return self.now

    def open(self) -> None:
        self._check()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        self._check()
        self.now += timeout_s
        return b""

    def write(self, data: bytes, timeout_s: float) -> None:
        self._check()
        self.written.append((self.now, data))
        self.device.receive(data)

    def close(self) -> None:
        pass

    def _check(self) -> None:
        if self.broken is not None:
            raise LinkFault(self.broken, "broken by the test")


def driver(wire: Wire, codec: Codec | None = None) -> QueueDisplay:
    wiring = AlphaSettings()
    return QueueDisplay(wire, codec or AlphaCodec(wiring), Identity(model="test"), wiring, wire.time)


def show(display: QueueDisplay, frame: Frame) -> object:
    return display.execute(ShowFrame(frame), RecordedJob())


def test_a_fresh_call_has_the_sign_for_ten_seconds_then_the_list_returns() -> None:
    sign = LedSign()
    wire = Wire(sign)
    display = driver(wire)
    display.open()
    assert show(display, A143) == Shown()
    assert sign.text == "A 143\nPlatz 4"
    assert "0" in sign.files
    wire.now += 5
    display.poll(RecordedJob())
    assert "0" in sign.files
    wire.now += 5.1
    display.poll(RecordedJob())
    assert "0" not in sign.files
    assert sign.text == "A 143 > Platz 4"
    assert sign.refused == []


def test_every_stx_is_followed_by_a_pause() -> None:
    wire = Wire(LedSign())
    display = driver(wire)
    display.open()
    show(display, A143)
    for (at, piece), (after, _) in zip(wire.written, wire.written[1:], strict=False):
        if piece.endswith(b"\x02"):
            assert after - at >= 0.1 + len(piece) / 960 - 1e-9


def test_the_same_frame_is_sent_again_after_a_minute_and_not_before() -> None:
    wire = Wire(LedSign())
    display = driver(wire)
    display.open()
    show(display, LIST)
    sent = len(wire.written)
    for _ in range(5):
        wire.now += 10
        display.poll(RecordedJob())
    show(display, LIST)
    assert len(wire.written) == sent
    wire.now += AGAIN_S
    display.poll(RecordedJob())
    assert len(wire.written) == 2 * sent


def test_a_display_that_lost_its_memory_is_right_again_within_a_minute() -> None:
    pole = Pole()
    wire = Wire(pole)
    display = driver(wire, PoleCodec(PoleSettings(), "epson"))
    display.open()
    show(display, LIST)
    pole.power_lost()
    assert pole.lines[0].strip() == ""
    wire.now += AGAIN_S
    display.poll(RecordedJob())
    assert pole.lines[0] == "A 143        Platz 4"


def test_after_connecting_again_everything_is_sent_again() -> None:
    sign = LedSign()
    wire = Wire(sign)
    display = driver(wire)
    display.open()
    show(display, B027)
    wire.now += 11
    display.poll(RecordedJob())
    sign.files.clear()
    display.open()
    display.poll(RecordedJob())
    assert sign.text == "B 027 > Platz 2\nA 143 > Platz 4"


def test_a_recall_is_fresh_again_the_same_frame_twice_is_not() -> None:
    sign = LedSign()
    wire = Wire(sign)
    display = driver(wire)
    display.open()
    show(display, A143)
    wire.now += 11
    show(display, A143)
    assert "0" not in sign.files
    show(display, Frame(rows=(Row("A 143", "Platz 4", mark=7, news=True),)))
    assert "0" in sign.files


def test_a_broken_line_is_an_outcome_of_execute_and_a_fault_of_poll() -> None:
    wire = Wire(LedSign())
    display = driver(wire)
    display.open()
    wire.broken = Problem.LINK_LOST
    assert show(display, A143) == NotShown(Problem.LINK_LOST)
    with pytest.raises(DriverFault):
        display.poll(RecordedJob())
    wire.broken = None
    display.poll(RecordedJob())
    assert "A 143" in wire.device.text if isinstance(wire.device, LedSign) else False


def test_delivery_is_never_claimed() -> None:
    display = driver(Wire(LedSign()))
    display.open()
    status = display.poll(RecordedJob())
    assert status.unknown
    assert status.problems == ()


def test_the_self_test_lights_all_dots_and_then_the_wanted_frame_returns() -> None:
    sign = LedSign()
    wire = Wire(sign)
    display = driver(wire)
    display.open()
    show(display, LIST)
    report = display.self_test()
    assert report.passed
    assert any(b"8" * 20 in packet.commands[0].data for packet in sign.packets)
    display.poll(RecordedJob())
    assert sign.text == "A 143 > Platz 4"
    wire.broken = Problem.LINK_LOST
    assert not display.self_test().passed
