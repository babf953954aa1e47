"""Several new calls on one display: what a person in the hall can read of each. The clock is the test's."""

from collections.abc import Callable, Sequence

import pytest

from drivers.queue_display.alpha import AlphaCodec, AlphaSettings
from drivers.queue_display.driver import QueueDisplay
from drivers.queue_display.frame import ShowFrame
from drivers.queue_display.pole import PoleCodec, PoleSettings
from drivers.queue_display.turns import READ_S
from drivers.sim.led_sign import LedSign
from drivers.sim.pole import Pole
from kiosk.calls import CallDisplay
from kiosk.i18n.texts import Texts
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus, Identity
from kiosk.vocabulary.hardware.display_frame import Frame
from kiosk.wire import Call, CallKind, Calls, CallState
from tests.device_jobs import RecordedJob
from tests.unit.drivers.queue_display.test_display_driver import Wire

TEXTS = Texts.load("terminal")
STEP_S = 0.25
POLL_S = 1.0


class Hall:
    """A wall, a driver and a simulated display, polled once a second; what stands on it is written down."""

    def __init__(self, lines: int = 2, pole: bool = False) -> None:
        self.device: LedSign | Pole = Pole() if pole else LedSign()
        self.wire = Wire(self.device)
        wiring = AlphaSettings(lines=lines)
        codec = PoleCodec(PoleSettings(), "epson") if pole else AlphaCodec(wiring)
        self.display = QueueDisplay(self.wire, codec, Identity(model="test"), wiring, self.wire.time)
        self.display.open()
        self.lines = codec.lines
        self.wall = CallDisplay(self.submit, TEXTS, "de")
        self.wall.device_changed(DeviceStatus("sign", DeviceKind.QUEUE_DISPLAY, DeviceState.READY, generation=1))
        self.calls: dict[int, Call] = {}
        self.stood: list[tuple[float, str]] = []
        self.polled = 0.0

    def submit(self, device: str, job: str, frame: Frame) -> None:
        self.display.execute(ShowFrame(frame), RecordedJob())

    @property
    def text(self) -> str:
        return self.device.text if isinstance(self.device, LedSign) else "\n".join(self.device.lines)

    def call(self, seq: int, label: str, state: CallState = CallState.NOW) -> None:
        at = self.calls[seq].at if seq in self.calls else self.at()
        self.calls[seq] = Call(seq=seq, kind=CallKind.CALL, label=label, counter=str(seq), at=at, state=state)
        self.tell()

    def take_back(self, seq: int) -> None:
        del self.calls[seq]
        self.tell()

    def tell(self) -> None:
        self.wall.show(Calls(seq=99, at=self.at(), calls=tuple(self.calls.values()), whole=True), whole=True)

    def at(self) -> str:
        return f"2026-03-02T09:{int(self.wire.now) // 60:02d}:{int(self.wire.now) % 60:02d}+01:00"

    def run(self, until: float, acts: Sequence[tuple[float, Callable[[], None]]] = ()) -> None:
        """Let the time go on, with what happens at which second."""
        left = list(acts)
        while self.wire.now < until:
            while left and left[0][0] <= self.wire.now:
                left.pop(0)[1]()
            if self.wire.now - self.polled >= POLL_S:
                self.polled = self.wire.now
                self.display.poll(RecordedJob())
            before = self.wire.now
            self.wire.now += STEP_S
            self.stood.append((self.wire.now - before, self.text))

    def seconds(self, label: str) -> float:
        """How long this number stood there, in all."""
        return sum(seconds for seconds, text in self.stood if label in text)


@pytest.fixture(params=["sign of one line", "sign of two lines", "sign of four lines", "pole"])
def hall(request: pytest.FixtureRequest) -> Hall:
    lines = {"sign of one line": 1, "sign of four lines": 4}.get(request.param, 2)
    return Hall(lines, pole=request.param == "pole")


def test_a_second_call_does_not_take_the_display_from_the_first(hall: Hall) -> None:
    hall.run(12, [(0, lambda: hall.call(1, "A 101")), (1, lambda: hall.call(2, "B 007"))])
    assert hall.seconds("A 101") >= READ_S - POLL_S
    assert hall.seconds("B 007") >= READ_S - POLL_S


def test_two_calls_stand_together_where_there_are_lines_for_them() -> None:
    hall = Hall()
    hall.run(2, [(0, lambda: hall.call(1, "A 101")), (1, lambda: hall.call(2, "B 007"))])
    assert hall.text == "B 007 > Platz 2\nA 101 > Platz 1"


def test_a_single_call_has_the_whole_sign() -> None:
    hall = Hall()
    hall.run(2, [(0, lambda: hall.call(1, "A 101"))])
    assert hall.text == "A 101\nPlatz 1"
    hall.run(12)
    assert hall.text == "A 101 > Platz 1"


@pytest.mark.parametrize("every_s", [4, 5, 8])
def test_a_call_every_few_seconds_each_can_be_read(hall: Hall, every_s: int) -> None:
    """Fifteen calls: nobody's number stands for less than four seconds, where the lines can hold them at all."""
    least = 3.0 if (hall.lines, every_s) == (1, 4) else 4.0
    labels = [f"A {n:03d}" for n in range(1, 16)]
    acts = [(every_s * n, lambda n=n: hall.call(n + 1, labels[n])) for n in range(15)]  # type: ignore[misc]
    hall.run(every_s * 15 + 30, acts)
    short = {label: hall.seconds(label) for label in labels if hall.seconds(label) < least}
    assert short == {}


@pytest.mark.parametrize("every_s", [4, 6])
def test_one_busy_counter_whose_visitors_come_at_once(hall: Hall, every_s: int) -> None:
    """The next call ends the one before: that one stands until it was read all the same."""
    least = 3.0 if (hall.lines, every_s) == (1, 4) else 4.0
    labels = [f"A {n:03d}" for n in range(1, 9)]

    def next_one(n: int) -> None:
        if n:
            hall.call(n, labels[n - 1], CallState.OVER)
        hall.call(n + 1, labels[n])

    hall.run(every_s * 8 + 20, [(every_s * n, lambda n=n: next_one(n)) for n in range(8)])  # type: ignore[misc]
    assert {label: hall.seconds(label) for label in labels if hall.seconds(label) < least} == {}
    assert hall.seconds(labels[0]) <= READ_S + every_s


def test_a_burst_takes_turns(hall: Hall) -> None:
    labels = ["A 101", "B 007", "C 003", "D 014"]
    acts = [(0.5 * n, lambda n=n: hall.call(n + 1, labels[n])) for n in range(4)]  # type: ignore[misc]
    hall.run(25, acts)
    assert {label: hall.seconds(label) >= READ_S - POLL_S for label in labels} == dict.fromkeys(labels, True)


def test_who_comes_at_once_is_read_all_the_same_and_then_gone(hall: Hall) -> None:
    hall.run(12, [(0, lambda: hall.call(1, "A 101")), (1, lambda: hall.call(1, "A 101", CallState.OVER))])
    assert READ_S - POLL_S <= hall.seconds("A 101") <= READ_S + 2 * POLL_S
    assert "Bitte" in hall.text


@pytest.mark.parametrize("missed", [True, False])
def test_who_was_called_by_mistake_or_did_not_come_is_gone_at_once(hall: Hall, missed: bool) -> None:
    def end() -> None:
        hall.call(1, "A 101", CallState.MISSED) if missed else hall.take_back(1)

    hall.run(6, [(0, lambda: hall.call(1, "A 101")), (1, end)])
    assert hall.seconds("A 101") <= 1.5
    assert "Bitte" in hall.text


def test_a_recall_is_news_again() -> None:
    hall = Hall()
    hall.run(30, [(0, lambda: hall.call(1, "A 101")), (12, lambda: hall.call(2, "B 007"))])
    hall.take_back(1)
    hall.call(3, "A 101")
    assert hall.text == "A 101\nPlatz 3"


def test_what_was_called_long_ago_does_not_hide_what_is_new(hall: Hall) -> None:
    for seq in range(1, 6):
        hall.call(seq, f"A {seq:03d}")
    hall.run(60)
    hall.stood.clear()
    hall.call(9, "C 009")
    hall.run(66)
    assert hall.seconds("C 009") >= READ_S - POLL_S
