"""Null modem, bad wire, trace and its replay."""

import threading
from pathlib import Path

import pytest

from drivers.host.port import DriverFault
from drivers.transport import LinkFault, transport_for
from drivers.transport.chaos import ChaosTransport, Mishaps
from drivers.transport.memory import null_modem
from drivers.transport.record import Piece, Recorder, Replay, format_piece, read_trace
from kiosk.vocabulary.hardware.problems import Problem


def test_null_modem() -> None:
    ours, theirs = null_modem()
    ours.open()
    ours.write(b"ping", 1)
    assert theirs.read(2, 0) == b"pi"
    assert theirs.read(9, 0) == b"ng"
    late = threading.Thread(target=lambda: theirs.write(b"pong", 1))
    late.start()
    assert ours.read(9, 5) == b"pong"
    late.join()
    theirs.write(b"last", 1)
    theirs.close()
    assert ours.read(9, 1) == b"last"
    with pytest.raises(LinkFault):
        ours.read(9, 1)
    with pytest.raises(LinkFault):
        ours.write(b"x", 1)


def test_null_modem_with_a_clock_of_its_own() -> None:
    waited: list[float] = []
    ours, _ = null_modem(waited.append)
    assert ours.read(9, 30.0) == b""
    assert waited == [30.0]


def _wire(mishaps: Mishaps):
    ours, theirs = null_modem(lambda _: None)
    waited: list[float] = []
    link = ChaosTransport(ours, mishaps, waited.append)
    link.open()
    return link, theirs, waited


def test_bad_wire_splits_and_delays() -> None:
    link, peer, waited = _wire(Mishaps(piece=1, delay_s=0.5))
    peer.write(b"abc", 1)
    assert [link.read(9, 1) for _ in range(4)] == [b"a", b"b", b"c", b""]
    link.write(b"xyz", 1)
    assert peer.read(9, 1) == b"xyz"
    assert waited == [0.5] * 6


def test_bad_wire_loses_and_doubles() -> None:
    link, peer, _ = _wire(Mishaps(drop_read=1, double_read=2, drop_write=0))
    peer.write(b"abcd", 1)
    assert link.read(9, 1) + link.read(9, 1) in (b"acdd", b"accd", b"abccd", b"acd", b"acccd")
    link.write(b"xyz", 1)
    assert peer.read(9, 1) == b"yz"


@pytest.mark.parametrize("at", range(5))
def test_bad_wire_cut_after_n_bytes(at: int) -> None:
    link, peer, _ = _wire(Mishaps(cut_write=at))
    with pytest.raises(LinkFault) as fault:
        link.write(b"abcde", 1)
    assert fault.value.sent == at
    assert (peer.read(9, 1) if at else b"") == b"abcde"[:at]
    link, peer, _ = _wire(Mishaps(cut_read=at))
    peer.write(b"abcde", 1)
    got = link.read(9, 1) if at else b""
    assert got == b"abcde"[:at]
    with pytest.raises(LinkFault):
        link.read(9, 1)


def test_trace_is_text_and_plays_back_as_the_peer(tmp_path: Path) -> None:
    ours, theirs = null_modem(lambda _: None)
    link = Recorder(ours, tmp_path / "trace.txt", lambda: 1.5)
    link.open()
    link.write(b"\x10\x04\x01", 1)
    theirs.write(b"\x16", 1)
    assert link.read(9, 1) == b"\x16"
    link.write(b"Hi", 1)
    link.close()
    text = (tmp_path / "trace.txt").read_text()
    assert text.splitlines() == [
        "# open",
        "0.000 > 10 04 01  |...|",
        "0.000 < 16  |.|",
        "0.000 > 48 69  |Hi|",
        "# close",
    ]
    replay = Replay(read_trace(text))
    replay.open()
    assert replay.read(9, 1) == b""
    replay.write(b"\x10\x04", 1)
    replay.write(b"\x01", 1)
    assert replay.read(9, 1) == b"\x16"
    with pytest.raises(LinkFault, match="byte 4 is 6A, the trace has 69"):
        replay.write(b"Hj", 1)


def test_trace_notes_faults_and_survives_a_missing_folder(tmp_path: Path) -> None:
    ours, theirs = null_modem(lambda _: None)
    link = Recorder(ours, tmp_path / "trace.txt")
    link.open()
    theirs.close()
    with pytest.raises(LinkFault):
        link.read(9, 1)
    assert "# link_lost" in (tmp_path / "trace.txt").read_text()
    with pytest.raises(DriverFault) as fault:
        Recorder(ours, tmp_path / "no" / "trace.txt").open()
    assert fault.value.problem is Problem.BAD_CONFIG


def test_trace_is_switched_on_by_the_url(tmp_path: Path) -> None:
    link = transport_for(f"tcp://127.0.0.1:9?trace={tmp_path}/t.txt")
    with pytest.raises(LinkFault):
        link.open()
    assert "not_found" in (tmp_path / "t.txt").read_text()


def test_a_broken_trace_names_its_line() -> None:
    with pytest.raises(ValueError, match="line 2 is not a line of a trace"):
        read_trace("0.000 > 10  |.|\n0.1 ? 20\n")
    assert read_trace(format_piece(Piece(True, b"\x00\xff", 2.0))) == [Piece(True, b"\x00\xff", 2.0)]
