"""Bytes of the simulated payment terminal: serial frames, timers, fields, and input that is broken."""

import random

import pytest

from drivers.sim.payment_terminal.apdu import Apdu, first, whole
from drivers.sim.payment_terminal.fields import (
    BadMessage,
    all_of,
    bcd,
    elements,
    encode,
    encode_length,
    find,
    number,
    parse,
    tlv,
)
from drivers.sim.payment_terminal.framing import PlainFraming, SerialFraming, framed
from drivers.sim.payment_terminal.orders import Payment, Registration, Reversal, SetTime, read
from drivers.sim.payment_terminal.settings import Settings
from drivers.sim.payment_terminal.switches import PaymentFaults
from tests.contract.payment_line import PaymentLine
from tests.unit.drivers.sim.payment_terminal.cash_desk import REGISTER, connected, play

FRAMES = """
10 02 06 00 06 12 34 56 BA 09 78 10 03 24 C3
10 02 06 93 03 12 34 56 10 03 CA A4
10 02 06 01 0A 04 00 00 00 01 10 10 00 49 09 78 10 03 F2 FF
10 02 06 70 00 10 03 D9 F9
10 02 06 18 00 10 03 56 3A
10 02 05 01 03 12 34 56 10 03 E0 43
10 02 05 01 05 12 34 56 03 04 10 03 30 94
10 02 80 00 00 10 03 F5 1F
10 02 84 9C 00 10 03 C3 41
10 02 06 0F 0B F0 F0 F7 32 2E 31 34 2E 31 35 00 10 03 B1 11
10 02 06 D1 17 00 20 20 20 20 20 20 20 20 20 4B 61 73 73 65 6E 73 63 68 6E 69 74 74 10 03 2F 07
10 02 06 01 0A 04 00 00 00 00 37 00 49 09 78 10 03 96 F9
10 02 06 00 10 10 12 34 56 BE 09 78 03 01 06 06 26 04 0A 02 06 D3 10 03 78 B5
10 02 06 20 05 12 34 56 03 03 10 03 70 38
10 02 06 30 06 12 34 56 87 04 70 10 03 4B 3D
10 02 06 50 03 12 34 56 10 03 C4 AF
10 02 06 0F 00 10 03 C6 33
10 02 06 B0 00 10 03 43 F3
10 02 84 CC 00 10 03 20 C2
10 02 84 66 00 10 03 8D BE
"""
ACK, NAK = b"\x06", b"\x15"


def serial() -> SerialFraming:
    return SerialFraming(lambda _: True)


@pytest.mark.parametrize("row", FRAMES.strip().splitlines())
def test_serial_frame_of_the_reference_both_ways(row: str) -> None:
    """Frames that wirelane/ecrterm sent and got; any split of the bytes gives the same message."""
    wire = bytes.fromhex(row)
    for cut in range(len(wire)):
        framing = serial()
        found = framing.receive(wire[:cut], 0.0) + framing.receive(wire[cut:], 0.1)
        assert framing.take() == ACK
        assert [framed(one.encode()) for one in found] == [wire]


def test_wrong_checksum_half_frame_and_noise_are_refused() -> None:
    good = framed(Apdu(0x0670).encode())
    framing = serial()
    assert framing.receive(b"\x00\xff" + good[:-1] + bytes([good[-1] ^ 1]), 0.0) == []
    assert framing.take() == NAK
    assert framing.receive(good[:5], 1.0) == []
    assert framing.due_in(1.0) == pytest.approx(0.2)
    framing.work(1.2)
    assert framing.take() == NAK
    assert framing.receive(good, 2.0) == [Apdu(0x0670)]
    assert framing.take() == ACK


def test_frame_that_begins_anew_counts_from_there() -> None:
    framing = serial()
    good = framed(Apdu(0x0670).encode())
    assert framing.receive(good[:4] + good, 0.0) == [Apdu(0x0670)]


def test_unacknowledged_frame_is_sent_three_times_and_then_given_up() -> None:
    framing = serial()
    frame = framed(b"\x06\x0f\x00")
    framing.send(b"\x06\x0f\x00", 0.0)
    framing.send(b"\x04\xff\x01\x0a", 0.0)
    assert framing.take() == frame
    for at in (5.0, 10.0):
        framing.work(at)
        assert (framing.take(), framing.failed) == (frame, False)
    framing.work(15.0)
    assert (framing.take(), framing.failed) == (b"", True)


def test_refused_frame_is_repeated_before_the_next() -> None:
    framing = serial()
    framing.send(b"\x06\x0f\x00", 0.0)
    framing.send(b"\x04\xff\x01\x0a", 0.0)
    framing.take()
    framing.receive(NAK, 0.1)
    assert framing.take() == framed(b"\x06\x0f\x00")
    framing.receive(ACK, 0.2)
    assert framing.take() == framed(b"\x04\xff\x01\x0a")


def test_line_is_spoiled_for_so_many_frames() -> None:
    line = PaymentLine(framing="serial")
    line.open()
    line.terminal.faults = PaymentFaults(nak_frames=1, unacked_frames=1, bad_crc_frames=1)
    frame = framed(bytes.fromhex("05 01 00"))
    line.write(frame)
    assert line.read(99, 0.0) == NAK
    line.write(frame)
    bad = line.read(99, 0.0)
    answer = framed(bytes.fromhex("80 00 00"))
    assert (bad[:-1], bad[-1] ^ answer[-1]) == (answer[:-1], 0xFF)
    assert line.terminal.faults == PaymentFaults()
    line.write(NAK)
    assert line.read(99, 0.0) == answer


def test_dialogue_on_a_serial_line_is_acknowledged_frame_by_frame() -> None:
    line = PaymentLine(framing="serial")
    line.open()
    play(
        line,
        """
        > 10 02 05 01 05 12 34 56 03 04 10 03 30 94
        < 06 10 02 80 00 00 10 03 F5 1F
        > 06
        < 10 02 06 0F 01 00 10 03 26 E1
        > 06 10 02 80 00 00 10 03 F5 1F
        < 06
        """,
    )
    assert not line.terminal.running


def test_serial_frames_go_over_a_tcp_connection_too() -> None:
    """A serial terminal behind a serial server: framing and transport are independent."""
    line = PaymentLine(framing="serial")
    line.open()
    line.write(framed(bytes.fromhex(REGISTER)))
    assert line.read(99, 0.0) == ACK + framed(bytes.fromhex("80 00 00"))


def test_messages_arrive_however_tcp_splits_and_joins_them() -> None:
    wire = bytes.fromhex("80 00 00 05 01 00") + Apdu(0x06D3, bytes(300)).encode()
    whole_ones = PlainFraming(lambda _: True).receive(wire, 0.0)
    assert [len(one.data) for one in whole_ones] == [0, 0, 300]
    assert wire[-303:-300].hex() == "ff2c01"
    bytewise = PlainFraming(lambda _: True)
    assert [one for byte in wire for one in bytewise.receive(bytes([byte]), 0.0)] == whole_ones


def test_half_message_is_dropped_after_five_seconds() -> None:
    framing = PlainFraming(lambda _: True)
    assert framing.receive(b"\x06\x01\x0a\x04", 0.0) == []
    assert framing.receive(bytes.fromhex("05 01 00"), 5.1) == [Apdu(0x0501)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("99", 0x83),
        ("04 00 00", 0x9A),
        ("22 F1", 0x9A),
        ("22 F1 FA 00", 0x9A),
        ("06 83 01 02 03", 0x9A),
        ("06 05 26", 0x9A),
        ("3C F0 F0 F4 41", 0x9A),
    ],
)
def test_broken_field_gets_its_error_code(data: str, code: int) -> None:
    assert parse(bytes.fromhex(data)) == BadMessage(code)
    assert read(Apdu(0x0601, bytes.fromhex(data))) == BadMessage(code)


def test_fields_in_any_order_with_all_kinds_of_length() -> None:
    data = encode(0x22, bytes(10)) + encode(0x3C, bytes(123)) + encode(0x06, bytes(200)) + encode(0x04, bcd(1234, 6))
    assert data[:3].hex() == "22f1f0"
    found = parse(data)
    assert isinstance(found, dict)
    assert [len(value) for value in found.values()] == [10, 123, 200, 6]
    assert number(found[4]) == 1234
    assert number(b"\xee") is None
    assert [encode_length(size).hex() for size in (0x7F, 0x80, 0x1234)] == ["7f", "8180", "821234"]


def test_containers_in_containers_and_broken_ones() -> None:
    data = tlv(0x26, tlv(0x0A, b"\x06\xd3") + tlv(0x0A, b"\x06\xd1")) + tlv(0x1F1F, b"\x04\x70")
    assert [one.hex() for one in all_of(data, 0x26, 0x0A)] == ["06d3", "06d1"]
    assert find(data, 0x1F1F) == b"\x04\x70"
    assert find(data, 0x27) is None
    for broken in (b"\x1f", b"\x26\x05\x00", b"\x26", b"\x26\x83\x00\x00\x01"):
        assert elements(broken) is None


def test_orders_are_read() -> None:
    registration = read(Apdu(0x0600, bytes.fromhex(REGISTER)[3:]))
    assert isinstance(registration, Registration)
    assert registration.controls
    assert registration.prints_payments
    assert registration.permits(0x06D3)
    more = tlv(0xE9, tlv(0x1F62, b"AC") + tlv(0x1F63, b"1234")) + tlv(0x1F1F, b"\x04\x70")
    data = bytes.fromhex("04 00 00 00 00 46 00 49 09 78 19 44 01 3C 02 0A") + encode(0x06, more)
    paid = read(Apdu(0x0601, data))
    assert paid == Payment(4600, b"\x09\x78", 60, 10, None, "1234", 470)
    assert read(Apdu(0x0630, bytes.fromhex("123456870470"))) == Reversal("123456", 470, None, None, None)
    assert read(Apdu(0x0691, bytes.fromhex("123456AA2603020C091405"))) == SetTime("123456", "260302091405")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("0640", 0x83),
        ("0600", 0x9A),
        ("0630", 0x9A),
        ("0691 12 34 56", 0x9A),
        ("0600 12 34 56 BE 09 78 06 01 1F", 0x9A),
    ],
)
def test_what_is_no_order_gets_its_error_code(message: str, code: int) -> None:
    command, data = bytes.fromhex(message)[:2], bytes.fromhex(message)[2:]
    assert read(Apdu(int.from_bytes(command, "big"), data)) == BadMessage(code)


def test_mutated_commands_never_break_the_terminal() -> None:
    """3000 spoiled commands, whole or cut: it answers or keeps silent, and afterwards works as before."""
    chance = random.Random(11)
    texts = [
        REGISTER,
        "06 01 10 04 00 00 00 00 20 40 49 09 78 19 44 02 0A 01 3C",
        "06 20 05 12 34 56 03 03",
        "06 30 0D 12 34 56 87 04 70 04 00 00 00 00 20 40",
        "05 01 05 12 34 56 03 04",
        "06 50 03 12 34 56",
        "06 91 0B 12 34 56 AA 26 03 02 0C 09 14 05",
    ]
    line = PaymentLine(Settings(card_s=1.0, answer_s=0.5, status_wait_s=0.5))
    for _ in range(3000):
        line.open()
        data = bytearray(bytes.fromhex(chance.choice(texts)))
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        line.write(bytes(data[: chance.randrange(len(data) + 1)] if chance.random() < 0.2 else data))
        line.let(chance.choice((0.0, 3.0)))
        line.close()
    line.let(600)
    connected(line)
    assert line.terminal.machine.book.balance == 0


def test_one_message_is_told_from_none_and_from_two() -> None:
    assert whole(bytes.fromhex("06 0F 00")) == Apdu(0x060F)
    assert whole(bytes.fromhex("06 0F 01")) is None
    assert whole(bytes.fromhex("06 0F 00 00")) is None
    assert first(b"\x06\x0f\xff\x01") is None
