"""The serial line's own rules: ACK, NAK, T1, T2, and at most two repeats."""

import pytest

from drivers.payment_terminal.codec.apdu import Apdu
from drivers.payment_terminal.codec.serial_frame import ACK, NAK, encode_frame
from drivers.payment_terminal.link import LinkDown, SerialLink

T1, T2 = 0.2, 5.0
ENQUIRY, PAYMENT, REVERSAL, ACCEPTED = 0x0501, 0x0601, 0x0630, 0x8000
YES, STATUS = encode_frame(ACCEPTED), encode_frame(0x04FF, b"\x0a")


def link() -> SerialLink:
    return SerialLink(T1, T2)


def sent(control: int) -> tuple[SerialLink, bytes]:
    line = link()
    line.send(control, b"", 0.0)
    return line, line.take_output()


def test_good_frame_is_acknowledged_and_a_bad_one_not() -> None:
    line = link()
    assert line.feed(YES, 0.0) == [Apdu(ACCEPTED)]
    assert line.take_output() == ACK
    broken = YES[:-1] + bytes([YES[-1] ^ 1])
    assert line.feed(broken, 0.0) == []
    assert line.take_output() == NAK


def test_frame_that_stops_is_refused_after_t1() -> None:
    line = link()
    line.feed(YES[:4], 1.0)
    assert line.due() == 1.0 + T1
    assert line.tick(1.0 + T1 / 2) == []
    assert line.take_output() == b""
    line.tick(1.0 + T1)
    assert line.take_output() == NAK
    assert line.due() is None
    assert line.feed(YES, 2.0) == [Apdu(ACCEPTED)]


@pytest.mark.parametrize("control", [ENQUIRY, PAYMENT, REVERSAL])
def test_refused_frame_is_sent_twice_more_at_most(control: int) -> None:
    line, frame = sent(control)
    for _ in range(2):
        assert line.feed(NAK, 1.0) == []
        assert line.take_output() == frame
    [down] = line.feed(NAK, 1.0)
    assert isinstance(down, LinkDown)
    assert line.take_output() == b""


def test_unanswered_frame_is_sent_twice_more_at_most() -> None:
    line, frame = sent(ENQUIRY)
    for again in (1, 2):
        assert line.due() == again * T2
        assert line.tick(again * T2) == []
        assert line.take_output() == frame
    [down] = line.tick(3 * T2)
    assert isinstance(down, LinkDown)
    assert "05 01" in down.reason


@pytest.mark.parametrize("control", [PAYMENT, REVERSAL])
def test_silence_never_repeats_a_command_that_moves_money(control: int) -> None:
    line, _ = sent(control)
    for again in range(1, 5):
        assert line.tick(again * T2) == []
        assert line.take_output() == b""


def test_lost_ack_is_replaced_by_the_answer_itself() -> None:
    line, _ = sent(ENQUIRY)
    assert line.feed(YES, 1.0) == [Apdu(ACCEPTED)]
    line.take_output()
    assert line.due() is None


def test_crossing_message_is_no_acknowledgement_of_a_command() -> None:
    line, frame = sent(ENQUIRY)
    assert line.feed(STATUS, 1.0) == [Apdu(0x04FF, b"\x0a")]
    line.take_output()
    line.tick(T2)
    assert line.take_output() == frame


def test_repeat_while_our_answer_is_on_its_way_is_not_news() -> None:
    line = link()
    assert len(line.feed(STATUS, 0.0)) == 1
    line.send(ACCEPTED, b"", 0.0)
    assert line.take_output() == ACK + YES
    assert line.feed(STATUS, 1.0) == []
    assert line.take_output() == ACK
    line.feed(ACK, 1.0)
    assert len(line.feed(STATUS, 2.0)) == 1, "after our answer arrived the same message is a new one"


def test_second_message_waits_for_the_first_ones_ack() -> None:
    line, _ = sent(ENQUIRY)
    line.send(ACCEPTED, b"", 0.0)
    assert line.take_output() == b""
    line.feed(ACK, 1.0)
    assert line.take_output() == YES


def test_noise_between_frames_is_dropped() -> None:
    line = link()
    assert line.feed(b"\x00\xff\x10\x41" + YES, 0.0) == [Apdu(ACCEPTED)]
    assert line.take_output() == ACK
