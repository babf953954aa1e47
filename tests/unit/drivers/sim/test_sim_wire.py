"""What is under way between driver and simulated device, in a time of its own."""

import pytest

from drivers.sim.printer import PrinterPeer
from drivers.sim.wire import BUFFERED_BYTES_PER_S, PAIRED_S, Wire
from drivers.transport import transport_for

ASK = b"\x10\x04\x01"


def test_a_buffer_passes_bytes_on_at_its_speed() -> None:
    wire = Wire()
    wire.put(bytes(range(250)) * 8, 100.0)
    assert wire.passed(100.0) == b""
    assert wire.due_in(100.0) == pytest.approx(1 / BUFFERED_BYTES_PER_S)
    first = wire.passed(101.0)
    assert len(first) == BUFFERED_BYTES_PER_S
    assert first + wire.passed(103.0) == bytes(range(250)) * 8
    assert wire.due_in(103.0) is None


def test_small_steps_bring_as_many_bytes_as_one_large_step() -> None:
    wire = Wire()
    wire.put(b"x" * 3000, 0.0)
    assert sum(len(wire.passed(step * 0.0007)) for step in range(1, 1001)) in (671, 672)


def test_a_late_answer_delays_the_ones_behind_it_and_they_stay_in_order() -> None:
    wire = Wire()
    wire.answer(b"a", 0.0, 0.6)
    wire.answer(b"b", 0.1)
    assert wire.answered(0.59) == b""
    assert wire.due_in(0.59) == pytest.approx(0.01)
    assert wire.answered(0.6) == b"a"
    assert wire.answered(0.7) == b"b"


def test_answers_by_twos_come_in_one_read_and_the_odd_one_after_a_while() -> None:
    wire = Wire()
    wire.answer(b"a", 0.0, paired=True)
    assert wire.answered(0.2) == b""
    wire.answer(b"b", 0.3, paired=True)
    assert wire.answered(0.3) == b"ab"
    wire.answer(b"c", 1.0, paired=True)
    assert wire.answered(1.0 + PAIRED_S) == b"c"


def test_the_end_of_the_connection_loses_what_is_under_way() -> None:
    wire = Wire()
    wire.put(b"abc", 0.0)
    wire.answer(b"a", 0.0, 5.0)
    wire.clear()
    assert (wire.passed(9.0), wire.answered(9.0), wire.due_in(9.0)) == (b"", b"", None)


@pytest.mark.parametrize("line", ["tcp", "pty"])
def test_switched_on_at_a_running_printer(line: str) -> None:
    peer = PrinterPeer(line)
    link = transport_for(peer.start())
    link.open()
    peer.switch(late_once_ms=30)
    link.write(ASK, 1)
    assert link.read(9, 30) == b"\x16"
    assert peer.switches()["late_once_ms"] is None, "once"
    peer.switch(paired=True)
    link.write(ASK, 1)
    assert link.read(9, 0.01) == b""
    link.write(ASK, 1)
    assert link.read(1, 30) == b"\x16"
    assert link.read(1, 30) == b"\x16"
    peer.switch(paired=False, buffered=True)
    link.write(b"\x1b@eins\n\x1dV\x42\x00" + ASK, 1)
    assert link.read(9, 30) == b"\x16"
    assert [slip.texts for slip in peer.slips] == [["eins"]]
    link.close()
    peer.stop()


def test_a_peer_rests_only_when_nothing_is_on_its_way() -> None:
    peer = PrinterPeer("tcp")
    link = transport_for(peer.start())
    link.open()
    peer.switch(late_once_ms=80)
    link.write(ASK, 1)
    assert peer.wait_for(lambda: peer.taken == len(ASK))
    assert peer.rest()
    assert peer.said == 1
    link.close()
    peer.stop()
