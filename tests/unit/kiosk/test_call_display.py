"""From the hub's calls to the displays, and again to one that was away."""

from kiosk.calls import CallDisplay
from kiosk.i18n.texts import Texts
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.display_frame import Frame
from kiosk.wire import Call, CallKind, Calls

TEXTS = Texts.load("terminal")


class Log:
    def __init__(self) -> None:
        self.sent: list[tuple[str, str, Frame]] = []
        self.wall = CallDisplay(self.submit, TEXTS, "de")

    def submit(self, device: str, job: str, frame: Frame) -> None:
        self.sent.append((device, job, frame))

    def labels(self) -> list[str]:
        return [row.label for row in self.sent[-1][2].rows]


def calls(*seqs: int, now: str = "09:00:05", called: str = "09:00:00") -> Calls:
    at = "2026-03-02T{}+01:00"
    made = tuple(
        Call(seq=seq, kind=CallKind.CALL, label=f"A {seq:03d}", counter="4", at=at.format(called)) for seq in seqs
    )
    return Calls(seq=max(seqs, default=0), at=at.format(now), calls=made)


def ready(device: str = "sign", generation: int = 1, state: DeviceState = DeviceState.READY) -> DeviceStatus:
    return DeviceStatus(device, DeviceKind.QUEUE_DISPLAY, state, generation=generation)


def test_calls_reach_every_ready_display() -> None:
    log = Log()
    log.wall.device_changed(ready("sign"))
    log.wall.device_changed(ready("pole"))
    log.sent.clear()
    log.wall.show(calls(1))
    assert {device for device, _, _ in log.sent} == {"sign", "pole"}
    assert log.sent[0][2].rows[0].news
    assert len({job for _, job, _ in log.sent}) == 2


def test_a_display_that_comes_back_gets_the_frame_but_not_as_news() -> None:
    log = Log()
    log.wall.device_changed(ready())
    log.wall.show(calls(1))
    log.wall.device_changed(ready(state=DeviceState.OFFLINE))
    log.wall.show(calls(2))
    assert len(log.sent) == 2
    log.wall.device_changed(ready(generation=2))
    assert log.labels() == ["A 002", "A 001"]
    assert not any(row.news for row in log.sent[-1][2].rows)


def test_a_reconnect_too_quick_to_be_seen_as_offline_counts_too() -> None:
    log = Log()
    log.wall.device_changed(ready(generation=1))
    log.wall.device_changed(ready(generation=2))
    assert len(log.sent) == 2


def test_one_frame_for_one_generation() -> None:
    log = Log()
    for state in (DeviceState.READY, DeviceState.BUSY, DeviceState.READY):
        log.wall.device_changed(ready(state=state))
    assert len(log.sent) == 1


def test_calls_that_are_old_by_the_hubs_clock_startle_nobody() -> None:
    log = Log()
    log.wall.device_changed(ready())
    log.wall.show(calls(1, now="09:10:00"))
    assert log.labels() == ["A 001"]
    assert not any(row.news for row in log.sent[-1][2].rows)


def test_a_repeated_answer_of_the_hub_changes_nothing() -> None:
    log = Log()
    log.wall.device_changed(ready())
    log.wall.show(calls(1))
    log.wall.show(calls(1))
    log.wall.show(calls(1))
    assert len(log.sent) == 2
    assert log.sent[-1][2].rows[0].news


def test_a_whole_answer_ends_yesterdays_calls() -> None:
    log = Log()
    log.wall.device_changed(ready())
    log.wall.show(calls(1, 2))
    log.wall.show(calls(), whole=True)
    assert log.sent[-1][2].rows == ()
    assert log.sent[-1][2].idle


def test_first_call_after_a_whole_answer_is_news_whatever_its_seq() -> None:
    """Another hub, or one restored, counts from the beginning."""
    log = Log()
    log.wall.device_changed(ready())
    log.wall.show(calls(40, 41))
    log.wall.show(calls(1), whole=True)
    assert log.labels() == ["A 001"]
    assert log.sent[-1][2].rows[0].news


def test_printers_are_none_of_its_business() -> None:
    log = Log()
    log.wall.device_changed(DeviceStatus("printer", DeviceKind.RECEIPT_PRINTER, DeviceState.READY))
    assert log.sent == []


def test_it_knows_which_number_was_called_last() -> None:
    log = Log()
    assert log.wall.last_called == ""
    log.wall.show(calls(2, 1))
    assert log.wall.last_called == "A 002"
    log.wall.show(calls(3))
    assert log.wall.last_called == "A 003"
    log.wall.show(calls(), whole=True)
    assert log.wall.last_called == ""
