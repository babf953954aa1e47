"""The payment terminal's worker between device, store and machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.host.port import DeviceSaid, NotDurable
from kiosk.config import Device
from kiosk.main.device_facts import DeviceFacts
from kiosk.main.payments import PaymentWorker, payment_terminal_of
from kiosk.payments import events as it
from kiosk.payments.model import Attempt, Ending
from kiosk.payments.states import AttemptState
from kiosk.vocabulary.events import Event
from kiosk.vocabulary.hardware.device_events import CodeRead
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import ChargeId, JobId, OpId, PaymentId
from kiosk.vocabulary.payments import (
    AbortRefused,
    Approved,
    Cancelled,
    Condition,
    LookUpLast,
    PaymentBegun,
    StatusReceived,
    TerminalCondition,
    TerminalShows,
)
from offline_cache.store.participant import Kept
from offline_cache.store.storage import StorageThread, StoreReady
from tests.model.payment_terminal import TerminalModel
from tests.model.payment_world import AMOUNT

KIND = DeviceKind.PAYMENT_TERMINAL
ID = PaymentId("0193bbbb-0000-7000-8000-000000000001")


class Desk:
    def __init__(self, folder: Path) -> None:
        self.posted: list[Event] = []
        self.storage = StorageThread(folder / "terminal.db", lambda event: None)
        self.storage.start()
        assert isinstance(self.storage.ready.result(60), StoreReady)
        self.worker = PaymentWorker("pt", self.posted.append)
        self.facts = DeviceFacts(self.storage.keep, self.posted.append)

    def keep(self, fact: StatusReceived) -> None:
        self.facts.persist("pt", JobId("job"), fact)

    def said(self, event: object) -> None:
        self.worker.route.said(DeviceSaid("pt", KIND, "job", event))  # type: ignore[arg-type]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.storage.stop()


def status(state: DeviceState, device: str = "pt") -> DeviceStatus:
    return DeviceStatus(device, KIND, state)


def test_a_fact_is_durable_and_told_before_the_driver_goes_on(desk: Desk) -> None:
    record = TerminalModel(lambda: 0.0).record(AMOUNT)
    attempt = Attempt(id=ID, charge=ChargeId("c"), amount=AMOUNT, terminal_id=record.terminal_id, begun_ms=0)
    begun = it.CommitAttempt(OpId("e"), attempt, Ending(to=AttemptState.INTENT))
    assert isinstance(desk.storage.keep(begun), Kept)
    desk.keep(StatusReceived(ID, record, "00"))
    assert desk.posted == [it.StatusStored(ID, record, 1)]


def test_a_fact_of_no_open_payment_is_not_durable_so_the_driver_refuses_it(desk: Desk) -> None:
    record = TerminalModel(lambda: 0.0).record(AMOUNT)
    with pytest.raises(NotDurable, match="no such payment"):
        desk.keep(StatusReceived(ID, record, "00"))
    assert desk.posted == []


def test_without_a_device_nothing_is_ever_sent(desk: Desk) -> None:
    desk.worker.perform(it.AskTerminal("j", LookUpLast()))
    desk.worker.perform(it.CancelJob("j"))
    assert desk.posted == [it.TerminalAnswered("j", Cancelled(Problem.NOT_FOUND))]


def test_what_the_device_says_is_told_in_the_machines_words(desk: Desk) -> None:
    ready = TerminalCondition(condition=Condition.READY, code=0, terminal_id="1")
    for event in (ready, PaymentBegun(), TerminalShows(0x0A), AbortRefused()):
        desk.said(event)
    shown = (it.TerminalSaid("job", TerminalShows(0x0A)), it.TerminalSaid("job", None))
    assert desk.posted == [it.ConditionTold(ready), it.TerminalTook("job"), *shown]
    with pytest.raises(TypeError, match="CodeRead"):
        desk.said(CodeRead("x"))


def test_an_outcome_is_told_on_time_or_late(desk: Desk) -> None:
    outcome = Approved(TerminalModel(lambda: 0.0).record(AMOUNT))
    desk.worker.route.ended("j", outcome)
    desk.worker.route.late("j", outcome)
    assert desk.posted == [it.TerminalAnswered("j", outcome), it.TerminalAnsweredLate("j", outcome)]


def test_the_link_is_told_when_it_changes_and_only_of_this_device(desk: Desk) -> None:
    for state in (DeviceState.CONNECTING, DeviceState.READY, DeviceState.BUSY, DeviceState.READY, DeviceState.OFFLINE):
        desk.worker.device_changed(status(state))
    desk.worker.device_changed(status(DeviceState.READY, "other"))
    assert desk.posted == [it.DeviceLinked(True), it.DeviceLinked(False)]


def test_the_first_payment_terminal_that_is_on_is_the_one() -> None:
    def device(kind: DeviceKind, *, enabled: bool = True) -> Device:
        return Device(kind=kind, model="zvt", url="tcp://127.0.0.1:1", enabled=enabled)

    devices = {"p": device(DeviceKind.RECEIPT_PRINTER), "a": device(KIND, enabled=False), "b": device(KIND)}
    assert payment_terminal_of(devices) == "b"
    assert payment_terminal_of({}) == ""
