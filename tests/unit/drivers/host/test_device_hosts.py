"""The composed whole: configured devices, real driver, simulated printer on a real line."""

import threading

import pytest

from drivers import registry
from drivers.host.hosts import Hosts
from drivers.host.port import DriverFault
from drivers.receipt_printer.job import PrintJob
from drivers.sim.printer import PrinterPeer
from kiosk.config import Device
from kiosk.paper import Big, Document, Kind, Text
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.outcomes import NotPrinted, Printed
from tests.unit.drivers.host.host_helpers import Ear

SLIP = Document(kind=Kind.TICKET, lang="de", blocks=(Text("Grüße"), Big("A 143")))


def printer(url: str, model: str = "escpos_80", **settings: float) -> Device:
    return Device(kind=DeviceKind.RECEIPT_PRINTER, model=model, url=url, settings={"answer_s": 3.0, **settings})


@pytest.mark.parametrize("line", ["tcp", "pty"])
def test_unplugged_and_back_prints_again_and_leaves_no_thread(line: str) -> None:
    before = {thread.ident for thread in threading.enumerate()}
    peer, ear = PrinterPeer(line), Ear()
    hosts = Hosts({"printer": printer(peer.start())}, ear.ends())
    hosts.start()
    ear.until_state(DeviceState.READY)
    hosts.submit("printer", "j1", PrintJob("j1", SLIP))
    ear.until(lambda: ear.outcomes == [("j1", Printed())])
    peer.switch(absent=True)
    ear.until_state(DeviceState.OFFLINE)
    hosts.submit("printer", "j2", PrintJob("j2", SLIP))
    ear.until(lambda: len(ear.outcomes) == 2)
    assert isinstance(ear.outcomes[1][1], NotPrinted)
    peer.switch(absent=False)
    ear.until_state(DeviceState.READY)
    hosts.submit("printer", "j3", PrintJob("j3", SLIP))
    ear.until(lambda: ear.outcomes[-1] == ("j3", Printed()))
    assert len(peer.slips) == 2
    hosts.stop()
    peer.stop()
    assert {thread.ident for thread in threading.enumerate()} <= before


def test_configuration_mistakes_fail_with_a_sentence() -> None:
    ear = Ear()
    devices = {
        "a": printer("tcp://127.0.0.1:9", model="epson_tm_t2000"),
        "b": printer("usb://printer"),
        "c": printer("tcp://127.0.0.1:9", speed=3),
    }
    hosts = Hosts(devices, ear.ends())
    hosts.start()
    ear.until(lambda: {s.device for s in ear.statuses if s.state is DeviceState.FAILED} == {"a", "b", "c"})
    said = {status.device: status for status in ear.statuses}
    hosts.stop()
    assert {status.problems for status in said.values()} == {(Problem.BAD_CONFIG,)}
    assert "escpos_80" in said["a"].detail
    assert "Write tcp://HOST:PORT" in said["b"].detail
    assert "speed" in said["c"].detail


def test_registry_finds_rows_and_builds_closed_drivers() -> None:
    driver = registry.build(printer("tcp://127.0.0.1:9"), lambda: 0.0)
    driver.close()
    with pytest.raises(DriverFault, match=r"there are: .*escpos_80"):
        registry.find(DeviceKind.RECEIPT_PRINTER, "x")


def test_unknown_device_is_a_bug_of_the_caller() -> None:
    hosts = Hosts({}, Ear().ends())
    with pytest.raises(KeyError):
        hosts.submit("printer", "j", PrintJob("j", SLIP))
