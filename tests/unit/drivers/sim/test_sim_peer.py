"""Lines and their faults, on real sockets and ptys."""

import os
import select
import socket
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.sim.lines import make_line
from drivers.sim.printer import PrinterPeer
from drivers.transport import transport_for
from drivers.transport.base import LinkFault, Transport
from kiosk.vocabulary.hardware.problems import Problem

JOB = b"\x1b@eins\nzwei\n\x1dV\x42\x00"
ASK = b"\x10\x04\x01"


@pytest.fixture(params=["tcp", "pty"])
def peer(request: pytest.FixtureRequest) -> Iterator[PrinterPeer]:
    made = PrinterPeer(request.param)
    made.start()
    yield made
    made.stop()


def connect(peer: PrinterPeer) -> Transport:
    link = transport_for(peer.url)
    link.open()
    return link


def read(link: Transport, count: int, timeout_s: float = 300.0) -> bytes:
    end, got = time.monotonic() + timeout_s, b""
    while len(got) < count and (left := end - time.monotonic()) > 0:
        got += link.read(count - len(got), left)
    return got


def test_a_job_and_an_answer(peer: PrinterPeer) -> None:
    link = connect(peer)
    link.write(ASK + JOB + b"\x1dr\x01", 1)
    assert read(link, 2) == b"\x16\x00"
    assert peer.wait_for_slips(1)
    assert peer.slips[0].texts == ["eins", "zwei"]
    link.close()


def test_drivers_come_and_go(peer: PrinterPeer) -> None:
    for count in (1, 2, 3):
        link = connect(peer)
        link.write(JOB, 1)
        assert peer.wait_for_slips(count)
        link.close()


def test_silent_takes_everything_and_does_nothing(peer: PrinterPeer) -> None:
    link = connect(peer)
    peer.switch(silent=True)
    link.write(ASK + JOB, 1)
    assert read(link, 1, 0.2) == b""
    peer.switch(silent=False)
    link.write(ASK, 1)
    assert read(link, 1) == b"\x16"
    assert peer.slips == []
    link.close()


def test_mute_prints_and_says_nothing(peer: PrinterPeer) -> None:
    link = connect(peer)
    peer.switch(mute=True)
    link.write(ASK + JOB, 1)
    assert peer.wait_for_slips(1)
    assert read(link, 1, 0.1) == b""
    link.close()


def test_stalled_blocks_the_writer_until_its_deadline(peer: PrinterPeer) -> None:
    link = connect(peer)
    peer.switch(stalled=True)
    with pytest.raises(LinkFault) as caught:
        link.write(b"x" * 20_000_000, 0.3)
    assert caught.value.problem is Problem.TIMED_OUT
    link.close()


def test_slow_takes_its_time_but_loses_nothing(peer: PrinterPeer) -> None:
    link = connect(peer)
    peer.switch(slow=True)
    begin = time.monotonic()
    link.write(b"\x1b@" + b"x" * 150 + b"\n\x1dV\x42\x00" + b"\x1dr\x01", 1)
    assert peer.wait_for_slips(1)
    assert time.monotonic() - begin >= 0.15
    assert "".join(peer.slips[0].texts) == "x" * 150
    assert read(link, 1) == b"\x00"
    link.close()


def test_garbage_both_ways(peer: PrinterPeer) -> None:
    link = connect(peer)
    peer.switch(garbage=True)
    link.write(bytes(byte ^ 0xA5 for byte in ASK), 1)
    assert read(link, 1) == bytes([0x16 ^ 0xA5])
    link.close()


def test_twice_says_everything_two_times(peer: PrinterPeer) -> None:
    link = connect(peer)
    peer.switch(twice=True)
    link.write(ASK, 1)
    assert read(link, 2) == b"\x16\x16"
    link.close()


def answers(peer: PrinterPeer) -> bool:
    try:
        link = connect(peer)
        link.write(ASK, 1)
        well = read(link, 1, 3.0) == b"\x16"
    except LinkFault:
        return False
    link.close()
    return well


@pytest.mark.parametrize("count", [0, 1, 5, len(JOB) - 1])
def test_cut_after_exactly_so_many_bytes_and_well_again(peer: PrinterPeer, count: int) -> None:
    link = connect(peer)
    link.write(ASK, 1)
    assert read(link, 1) == b"\x16"
    before = peer.printer.bytes_received
    peer.switch(cut_after=count)
    link.write(JOB, 1)
    with pytest.raises(LinkFault):
        read(link, 1)
    assert peer.printer.bytes_received - before == count
    link.close()
    assert peer.wait_for(lambda: peer.printer.faults.cut_after is None)
    end = time.monotonic() + 300
    while not answers(peer):  # a pty is made anew after the cut, in the peer's own thread
        assert time.monotonic() < end, "not well again"


def test_absent_refuses_and_comes_back_at_the_same_address(peer: PrinterPeer) -> None:
    link, url = connect(peer), peer.url
    peer.switch(absent=True)
    with pytest.raises(LinkFault):
        read(link, 1)
    link.close()
    with pytest.raises(LinkFault) as caught:
        connect(peer)
    assert caught.value.problem is Problem.NOT_FOUND
    peer.switch(absent=False)
    assert peer.url == url
    again = connect(peer)
    again.write(ASK, 1)
    assert read(again, 1) == b"\x16"
    again.close()


def test_power_off_is_dead_silence_and_the_buffer_is_lost(peer: PrinterPeer) -> None:
    link = connect(peer)
    peer.switch(paper_out=True)
    link.write(JOB, 1)
    assert peer.wait_for(lambda: peer.printer.buffered > 0)
    peer.switch(power_off=True)
    link.write(ASK, 1)
    assert read(link, 1, 0.2) == b""
    peer.switch(power_off=False, paper_out=False)
    with pytest.raises(LinkFault):
        read(link, 1)
    link.close()
    again = connect(peer)
    again.write(ASK, 1)
    assert read(again, 1) == b"\x16"
    assert peer.slips == []
    again.close()


def test_power_fails_mid_job_and_returns(peer: PrinterPeer) -> None:
    link = connect(peer)
    peer.switch(power_off_after_lines=1)
    link.write(JOB, 1)
    assert peer.wait_for(lambda: peer.printer.faults.power_off)
    peer.switch(power_off=False)
    link.close()
    again = connect(peer)
    again.write(JOB, 1)
    assert peer.wait_for_slips(1)
    assert peer.slips[0].texts == ["eins", "eins", "zwei"]
    again.close()


def test_a_second_driver_waits_its_turn() -> None:
    peer = PrinterPeer("tcp")
    peer.start()
    first, second = connect(peer), connect(peer)
    second.write(ASK, 1)
    assert read(second, 1, 0.2) == b""
    first.close()
    assert read(second, 1) == b"\x16"
    second.close()
    peer.stop()


def test_changes_are_told_while_nothing_is_asked(peer: PrinterPeer) -> None:
    link = connect(peer)
    link.write(b"\x1da\x0f", 1)
    assert read(link, 4) == bytes.fromhex("1400000F")
    peer.switch(cover_open=True)
    assert read(link, 4) == bytes.fromhex("3C00000F")
    link.close()


@pytest.mark.parametrize("switch", [{"papr_out": True}, {"paper_out": 7}, {"cut_after": "x"}])
def test_a_switch_that_does_not_exist_is_refused_and_nothing_changes(switch: dict[str, object]) -> None:
    peer = PrinterPeer("tcp")
    before = peer.switches()
    with pytest.raises(ValueError, match="switch"):
        peer.switch(**switch)
    assert peer.switches() == before


def test_stopping_twice_leaves_nothing_behind() -> None:
    peer = PrinterPeer("pty")
    path = peer.start().removeprefix("serial://")
    assert Path(path).is_symlink()
    peer.stop()
    peer.stop()
    assert not Path(path).parent.exists()


def test_the_pty_passes_every_byte_unchanged() -> None:
    peer = PrinterPeer("pty")
    path = peer.start().removeprefix("serial://")
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
    raw = termios.tcgetattr(fd)
    assert not raw[3] & (termios.ICANON | termios.ECHO)
    peer.switch(silent=True)
    os.write(fd, bytes(range(256)))
    assert not select.select([fd], [], [], 0.1)[0]
    os.close(fd)
    peer.stop()


def test_only_loopback_is_listened_on() -> None:
    peer = PrinterPeer("tcp")
    host, _, port = peer.start().removeprefix("tcp://").partition(":")
    assert host == "127.0.0.1"
    with socket.create_connection((host, int(port)), 1):
        pass
    peer.stop()


def test_a_line_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="tcp or pty"):
        make_line("udp")
