"""Scanners under every mishap of their line: what is heard was really sent, whole, and never twice."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from drivers import registry
from drivers.host.clock import SystemClock
from drivers.host.host import DeviceHost, DriverFactory
from drivers.host.port import DeviceSaid, Driver, DriverFault
from drivers.input_devices.keys import EV_KEY, EVENT, KeyCodec
from drivers.input_devices.lines import LineCodec
from drivers.input_devices.scanner import Scanner
from drivers.sim.scanner import ScannerPeer
from drivers.spec import DriverSpec
from drivers.transport import transport_for
from drivers.transport.base import Transport
from drivers.transport.evdev import EvdevTransport
from kiosk.vocabulary.hardware.device_events import CodeRead
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, Identity
from kiosk.vocabulary.hardware.problems import Problem
from tests.contract.benches import LISTENERS
from tests.device_jobs import RecordedJob, quiet_ends

CODE = "THK2:0123456789ABCDEFGHIJKLMNO:A03-17:2AB:000ABC:00000XY:0123456789ABC"
SCANNERS = [row for row in registry.rows() if row.kind is DeviceKind.SCANNER]
LINES = pytest.mark.parametrize("line", ["tcp", "pty"])


def scanner(link: Transport) -> Scanner:
    return Scanner(link, LineCodec(), Identity())


@contextmanager
def peer_on(line: str) -> Iterator[ScannerPeer]:
    peer = ScannerPeer(line)
    peer.start()
    try:
        yield peer
    finally:
        peer.stop()


def heard(driver: Driver[None, Problem], seconds: float = 30.0, count: int = 1) -> list[str]:
    codes: list[str] = []
    end = time.monotonic() + seconds
    while len(codes) < count and time.monotonic() < end:
        codes += polled(driver)
    return codes


def polled(driver: Driver[None, Problem]) -> list[str]:
    """What one poll tells; nothing else may come from a scanner."""
    job = RecordedJob()
    try:
        driver.poll(job)
    finally:
        codes = [event.text for event in job.emitted if isinstance(event, CodeRead)]
        assert len(codes) == len(job.emitted)
    return codes


def until_lost(driver: Scanner) -> tuple[list[str], Problem]:
    codes: list[str] = []
    while True:
        try:
            codes += polled(driver)
        except DriverFault as fault:
            return codes, fault.problem


def test_every_scanner_has_its_cases() -> None:
    assert {row.model for row in SCANNERS} == LISTENERS


@LINES
@pytest.mark.parametrize("row", SCANNERS, ids=[row.model for row in SCANNERS])
def test_every_model_hears_its_own_simulator(row: DriverSpec, line: str) -> None:
    peer, settings = row.simulator(line), row.settings()
    assert isinstance(peer, ScannerPeer)
    try:
        driver = row.build(row.connect(peer.start(), settings), settings, time.monotonic)
        driver.open()
        for code in (CODE, "Straße 7, a-b"):
            peer.hold(code)
            assert heard(driver) == [code]
        driver.close()
    finally:
        peer.stop()


@LINES
def test_a_code_is_heard_once(line: str) -> None:
    with peer_on(line) as peer:
        driver = scanner(transport_for(peer.url))
        driver.open()
        peer.hold(CODE)
        assert heard(driver) == [CODE]
        assert heard(driver, 0.5) == []
        driver.close()
        driver.close()


@LINES
def test_what_was_read_before_anybody_listened_is_nobodys(line: str) -> None:
    with peer_on(line) as peer:
        peer.hold("old")
        driver = scanner(transport_for(peer.url))
        driver.open()
        peer.hold(CODE)
        assert heard(driver)[-1] == CODE
        driver.close()


@LINES
def test_nobody_there(line: str) -> None:
    with peer_on(line) as peer:
        peer.switch(absent=True)
        with pytest.raises(DriverFault) as fault:
            scanner(transport_for(peer.url)).open()
        assert fault.value.problem is Problem.NOT_FOUND


def test_cut_at_every_byte_gives_the_whole_code_or_none() -> None:
    for at in range(len(CODE) + 2):
        read_end, write_end = os.pipe()
        driver = scanner(EvdevTransport("/test", fd=read_end))  # any descriptor will do for a stream of bytes
        driver.open()
        os.write(write_end, (CODE + "\r").encode()[:at])
        os.close(write_end)
        codes, lost = until_lost(driver)
        assert lost is Problem.LINK_LOST
        assert codes in ([], [CODE])
        assert (codes == [CODE]) <= (at == len(CODE) + 1)
        driver.close()


def test_events_of_a_keyboard_over_a_pipe() -> None:
    read_end, write_end = os.pipe()
    driver = Scanner(EvdevTransport("/dev/input/event9", fd=read_end), KeyCodec("us"), Identity())
    driver.open()
    keys = [(30, 1), (30, 0), (42, 1), (48, 1), (48, 0), (42, 0), (2, 1), (2, 0), (28, 1), (28, 0)]
    data = b"".join(EVENT.pack(0, 0, EV_KEY, code, value) for code, value in keys)
    os.write(write_end, data[:37])
    assert heard(driver, 0.3) == []
    os.write(write_end, data[37:])
    assert heard(driver) == ["aB1"]
    driver.close()
    os.close(write_end)


def test_a_girocode_of_a_keyboard_over_a_pipe_is_one_code() -> None:
    read_end, write_end = os.pipe()
    driver = Scanner(EvdevTransport("/dev/input/event9", fd=read_end), KeyCodec("us"), Identity())
    driver.open()
    lines = [[(42, 1), *((key, 1) for key in (48, 46, 32)), (42, 0)], [(2, 1)], []]  # BCD, 1, an empty line
    keys = [key for line in lines for key in [*line, (28, 1), (28, 0)]]
    data = b"".join(EVENT.pack(7, at * 3_000, EV_KEY, *key) for at, key in enumerate(keys))
    later = EVENT.pack(8, 0, EV_KEY, 30, 1) + EVENT.pack(8, 0, EV_KEY, 28, 1)
    os.write(write_end, data)
    assert heard(driver) == ["BCD\n1\n"], "whole when nothing more comes"
    os.write(write_end, data + later)
    assert heard(driver, count=2) == ["BCD\n1\n", "a"]
    driver.close()
    os.close(write_end)


def test_a_real_input_device_is_grabbed() -> None:
    evdev = pytest.importorskip("evdev")
    if not os.access("/dev/uinput", os.W_OK):
        pytest.skip("this kernel offers no /dev/uinput: grabbing is not tried")
    with evdev.UInput() as device:
        driver = Scanner(EvdevTransport(device.device.path), KeyCodec("us"), Identity())
        driver.open()
        for code in (30, 28):
            device.write(EV_KEY, code, 1)
            device.write(EV_KEY, code, 0)
        device.syn()
        assert heard(driver) == ["a"]
        second = Scanner(EvdevTransport(device.device.path), KeyCodec("us"), Identity())
        with pytest.raises(DriverFault) as fault:
            second.open()
        assert fault.value.problem is Problem.PORT_BUSY
        driver.close()


def test_a_line_that_never_stops_does_not_keep_the_thread() -> None:
    with peer_on("tcp") as peer:
        driver = scanner(transport_for(peer.url))
        driver.open()
        for _ in range(200):
            peer.hold(CODE)
        began = time.monotonic()
        first = polled(driver)
        assert time.monotonic() - began < 10
        assert set(first) <= {CODE}
        driver.close()


def becomes(host: DeviceHost[None, Problem], states: list[DeviceState], wanted: DeviceState) -> None:
    """Look after the host, as the terminal does once a second, until it says this state."""
    end, never = time.monotonic() + 60, threading.Event()
    while states[-1:] != [wanted]:
        assert time.monotonic() < end, states
        host.check()
        never.wait(0.05)


@LINES
def test_the_host_brings_a_scanner_back_after_it_was_pulled(line: str) -> None:
    with peer_on(line) as peer:
        codes: list[str] = []
        states: list[DeviceState] = []
        came = threading.Event()

        def take(said: DeviceSaid) -> None:
            assert isinstance(said.event, CodeRead)
            codes.append(said.event.text)
            came.set()

        make = DriverFactory(
            driver=lambda: scanner(transport_for(peer.url)),
            refuse=lambda problem: problem,
            unknown_outcome=lambda problem: problem,
        )
        ends = msgspec.structs.replace(
            quiet_ends(), emit=lambda event: states.append(event.status.state), unsolicited=take
        )
        host = DeviceHost("scanner", DeviceKind.SCANNER, make, ends, SystemClock())
        host.start()
        becomes(host, states, DeviceState.READY)
        peer.hold(CODE)
        assert came.wait(300)
        peer.switch(absent=True)
        becomes(host, states, DeviceState.OFFLINE)
        peer.switch(absent=False)
        becomes(host, states, DeviceState.READY)
        came.clear()
        peer.hold("again")
        assert came.wait(300)
        assert codes == [CODE, "again"]
        host.stop()
