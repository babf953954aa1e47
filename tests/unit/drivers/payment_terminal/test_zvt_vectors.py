"""The codec on messages of real terminals: all are read, and written again byte by byte."""

import pytest

from drivers.payment_terminal.codec.apdu import Apdu, ApduReader, BadBytes, encode_apdu
from drivers.payment_terminal.codec.bitmaps import Fields, decode_fields, encode_fields
from drivers.payment_terminal.codec.charsets import Charset, read_text
from drivers.payment_terminal.codec.messages import (
    STATUS_ENQUIRY,
    Aborted,
    Completion,
    IntermediateStatus,
    Message,
    Negative,
    Other,
    PrintText,
    StatusInformation,
    StatusReport,
    read_message,
    write_message,
)
from drivers.payment_terminal.codec.serial_frame import FrameReader, crc16, encode_frame
from drivers.payment_terminal.codec.tlv import decode_tlvs, encode_tlvs, find
from drivers.payment_terminal.records import record_of, totals_of
from drivers.payment_terminal.requests import read_request
from kiosk.vocabulary.payments import CardKind, Money
from tests.corpus.zvt import Vector, vectors

ALL = vectors()
FRAMED = [each for each in ALL if each.kind == "serial"]
BARE = [each for each in ALL if each.kind != "serial"]
FROM_TERMINAL = [each for each in BARE if each.kind != ">"]


def vector_id(vector: Vector) -> str:
    return f"{vector.kind}-{vector.data[:12].hex()}-{len(vector.data)}"


def one(data: bytes) -> Apdu:
    [apdu] = ApduReader().feed(data)
    assert isinstance(apdu, Apdu)
    assert apdu.whole
    return apdu


def understood(data: bytes, asked: int = 0) -> Message:
    return read_message(one(bytes(data)), asked)


def status(digits: str) -> StatusInformation:
    data = bytes.fromhex(digits)
    read = understood(encode_apdu(0x040F, data))
    assert isinstance(read, StatusInformation)
    return read


def real_status(beginning: str) -> StatusInformation:
    [found] = [each for each in BARE if each.data.hex(" ").upper().startswith(beginning)]
    read = understood(found.data)
    assert isinstance(read, StatusInformation)
    return read


def test_the_corpus_is_whole() -> None:
    assert (len(FRAMED), len(BARE)) == (22, 71)


@pytest.mark.parametrize("vector", FRAMED, ids=vector_id)
def test_serial_frame_is_read_and_written_again(vector: Vector) -> None:
    [apdu] = FrameReader().feed(vector.data)
    assert isinstance(apdu, Apdu)
    assert apdu.whole
    assert encode_frame(apdu.control, apdu.data) == vector.data


@pytest.mark.parametrize("vector", BARE, ids=vector_id)
def test_message_is_read_and_written_again(vector: Vector) -> None:
    apdu = one(vector.data)
    assert encode_apdu(apdu.control, apdu.data) == vector.data
    if apdu.control >> 8 == 6 and vector.kind == ">":
        request = read_request(apdu)
        assert encode_apdu(request.control, request.data) == vector.data
        assert request.fields.rest == b""
    content = decode_fields(apdu.data)
    assert encode_fields(content) == apdu.data
    for field in content.items:
        if field.bmp == 6 and (tlvs := decode_tlvs(field.value)) is not None:
            assert encode_tlvs(tlvs) == field.value


@pytest.mark.parametrize("vector", FROM_TERMINAL, ids=vector_id)
def test_what_a_terminal_said_is_understood_whole(vector: Vector) -> None:
    asked = STATUS_ENQUIRY if vector.kind == "status" or vector.data[3:4] == b"\xf0" else 0
    message = understood(vector.data, asked)
    assert not isinstance(message, Other)
    content = getattr(message, "fields", Fields())
    if vector.data[:2] != b"\x06\x0f" or asked:
        assert content.rest == b""
    unmasked = bytes.fromhex("22 F1 F0 47 11 00 80 05 75 70 38 00 4F")
    masked = bytes.fromhex("22 F1 F0 EE EE EE EE EE EE EE E8 00 4F")
    assert write_message(message) == vector.data.replace(unmasked, masked)


@pytest.mark.parametrize("vector", BARE, ids=vector_id)
def test_message_cut_off_anywhere_keeps_what_came(vector: Vector) -> None:
    whole = one(vector.data)
    for end in range(len(vector.data)):
        reader = ApduReader()
        assert reader.feed(vector.data[:end]) == []
        part = reader.cut_off()
        if end < 3:
            assert part is None
            continue
        assert part is not None
        assert not part.whole
        assert whole.data.startswith(part.data)
        content = decode_fields(part.data)
        assert encode_fields(content) == part.data, "fields and rest together are what came"
        read_message(part)
        assert reader.feed(vector.data[end:]) == [whole]


@pytest.mark.parametrize("vector", FRAMED, ids=vector_id)
def test_frame_cut_off_anywhere_is_no_message(vector: Vector) -> None:
    [whole] = FrameReader().feed(vector.data)
    for end in range(len(vector.data)):
        reader = FrameReader()
        assert reader.feed(vector.data[:end]) == []
        part = reader.cut_off()
        assert part is None or (not part.whole and read_message(part) is not None)
        assert reader.feed(vector.data[end:]) == [whole]


@pytest.mark.parametrize("vector", FRAMED, ids=vector_id)
def test_frame_with_a_wrong_byte_is_never_a_whole_other_message(vector: Vector) -> None:
    for at in range(len(vector.data)):
        for flip in (0x01, 0x80):
            broken = bytearray(vector.data)
            broken[at] ^= flip
            assert not [each for each in FrameReader().feed(bytes(broken)) if isinstance(each, Apdu)]


@pytest.mark.parametrize("told", [0, 1, 36, 38, 68, 254])
def test_wrong_length_keeps_the_fields_that_came(told: int) -> None:
    """Portalum's time-out message says 68 bytes and has 37."""
    data = bytes.fromhex(
        "27 6C 04 00 00 00 00 20 40 0B 00 04 70 49 09 78 29 28 00 48 69 19 60 22 F0 F0 87 04 70 8B F0 F1 00"
    )
    message = bytes([0x04, 0x0F, told]) + data
    frame = b"\x10\x02" + message + b"\x10\x03" + crc16(message + b"\x03").to_bytes(2, "little")
    [framed] = FrameReader().feed(frame)
    assert framed == Apdu(0x040F, data, whole=False)
    read = read_message(framed)
    assert isinstance(read, StatusInformation)
    assert not read.whole
    assert record_of(read, "cp437", "EUR").result == 0x6C
    reader = ApduReader()
    found = reader.feed(message)
    if told > len(data):
        assert found == []
        assert reader.cut_off() == Apdu(0x040F, data, whole=False)
    else:
        first = found[0]
        assert isinstance(first, Apdu)
        assert first.data == data[:told]
        assert all(isinstance(each, Apdu | BadBytes) for each in found[1:])


def test_long_message_has_two_length_bytes_low_first() -> None:
    data = bytes(0x461)
    message = encode_apdu(0x06D3, data)
    assert message[:5].hex(" ") == "06 d3 ff 61 04"
    assert one(message).data == data
    assert encode_apdu(0x06D3, bytes(0xFE))[2] == 0xFE
    assert encode_apdu(0x06D3, bytes(0xFF))[:5].hex(" ") == "06 d3 ff ff 00"


def test_frame_without_an_end_is_given_up() -> None:
    reader = FrameReader()
    assert reader.feed(b"\x10\x02") == []
    heard = [each for _ in range(70) for each in reader.feed(bytes(1000))]
    assert [type(each) for each in heard] == [BadBytes]
    assert not reader.in_frame
    assert reader.feed(encode_frame(0x8000)) == [Apdu(0x8000)]


def test_check_sum_is_kermits() -> None:
    assert crc16(b"123456789") == 0x2189


def test_serial_bytes_on_a_stream_name_the_setting() -> None:
    for first in (b"\x10\x02", b"\x15"):
        [bad] = ApduReader().feed(first)
        assert isinstance(bad, BadBytes)
        assert "framing = serial" in bad.reason


def test_stream_after_garbage_is_not_read_on() -> None:
    reader = ApduReader()
    found = reader.feed(b"\x80\x00\x00VER|APP\x80\x00\x00")
    assert [type(each) for each in found] == [Apdu, BadBytes]
    assert reader.feed(b"\x80\x00\x00") == []


def test_payment_of_a_real_terminal_is_understood() -> None:
    record = record_of(real_status("04 0F 77"), "cp437", "EUR")
    assert (record.result, record.amount) == (0, Money(2040))
    assert (record.terminal_id, record.receipt, record.trace) == ("28004869", 470, 470)
    assert (record.date, record.time) == ("1006", "223953")
    assert (record.card_name, record.card_last4, record.approval) == ("Debit Mastercard", "4771", "611804")
    assert (record.contract, record.note) == ("100461763", "GEN.NR.:611804")
    assert not record.reversal
    assert not record.end_of_day


def test_long_trace_number_stands_in_a_tag() -> None:
    record = record_of(real_status("04 0F 6C"), "cp437", "EUR")
    assert (record.trace, record.host_code, record.terminal_id) == (10016005, 1, "00000006")
    assert record.card_name == "MASTERCARD"


def test_decline_of_a_real_terminal_is_understood() -> None:
    record = record_of(real_status("04 0F 31"), "cp437", "EUR")
    assert (record.result, record.amount, record.note) == (5, None, "Karte abgelehnt")


def test_totals_of_a_real_terminal_are_understood() -> None:
    totals = totals_of(real_status("04 0F 4D"), "EUR")
    assert totals.amount == Money(958)
    assert (totals.first_receipt, totals.last_receipt) == (233, 234)
    assert totals.kinds == (CardKind("Mastercard", 2, 958),)


def test_message_without_a_result_proves_nothing() -> None:
    assert record_of(status("29 29 00 10 06"), "cp437", "EUR").result == 255


def test_reversal_is_seen_by_trace_or_by_words() -> None:
    assert record_of(status("27 00 37 00 04 70"), "cp437", "EUR").original_trace == 470
    assert record_of(status("27 00 3C F0 F0 F6 53 54 4F 52 4E 4F"), "cp437", "EUR").reversal


def test_unknown_field_leaves_the_ones_before_it() -> None:
    read = status("27 00 04 00 00 00 00 20 40 92 01 02 29 29 00 10 06")
    record = record_of(read, "cp437", "EUR")
    assert (record.result, record.amount, record.terminal_id) == (0, Money(2040), "")
    assert read.fields.rest.hex() == "920102" + "2929001006"


def test_vendors_tags_are_kept() -> None:
    container = bytes.fromhex("E4 08 FF 40 02 AA BB DF 01 00 1F 1F 02 04 70 C0 01 05")
    tlvs = decode_tlvs(container)
    assert tlvs is not None
    assert encode_tlvs(tlvs) == container
    assert find(tlvs, 0xE4, 0xFF40) is not None
    lying = bytes.fromhex("E4 05 FF 41 99 01 02")  # constructed by its tag, and plain bytes inside
    read = decode_tlvs(lying)
    assert read is not None
    assert (read[0].parts, read[0].value.hex()) == (None, "ff41990102")
    assert encode_tlvs(read) == lying


@pytest.mark.parametrize(
    ("digits", "software", "code"),
    [
        ("DC", b"", 0xDC),
        ("F0", b"", 0xF0),
        ("F0 06 00", b"", 0xF0),
        ("F0 F0 F3 62 6C 61 06", b"bla", 0x06),
        ("06 06 00", b"", 0x06),
        ("F0 F0 F3 62 6C 61 06 06 00", b"bla", 0x06),
        ("F0 F0 F3 62 6C 61 F0", b"bla", 0xF0),
    ],
)
def test_end_of_a_status_enquiry_is_no_list_of_fields(digits: str, software: bytes, code: int) -> None:
    read = understood(encode_apdu(0x060F, bytes.fromhex(digits)), STATUS_ENQUIRY)
    assert isinstance(read, StatusReport)
    assert (read.software, read.status, read.fields.rest) == (software, code, b"")
    assert isinstance(understood(encode_apdu(0x060F)), Completion)


@pytest.mark.parametrize(
    ("digits", "minutes", "has_container"),
    [
        ("0A", None, False),
        ("0A 01", 1, False),
        ("17 06 06 1F 73 03 00 00 02", None, True),
        ("0A 06", 6, False),
        ("0A 01 06 00", 1, True),
    ],
)
def test_second_byte_of_an_intermediate_status(digits: str, minutes: int | None, has_container: bool) -> None:
    read = understood(encode_apdu(0x04FF, bytes.fromhex(digits)))
    assert isinstance(read, IntermediateStatus)
    assert read.minutes == minutes
    assert bool(read.fields.items) is has_container


def test_currency_follows_only_its_own_code() -> None:
    assert understood(bytes.fromhex("06 1E 03 6F 09 78")) == Aborted(0x6F, b"\x09\x78")
    other = understood(bytes.fromhex("06 1E 04 B8 87 FF FF"))
    assert isinstance(other, Aborted)
    assert (other.code, other.fields.get(0x87)) == (0xB8, b"\xff\xff")
    assert understood(bytes.fromhex("84 9D 07 04 00 00 00 00 22 00")) == Negative(0x9D, bytes.fromhex("04000000002200"))


@pytest.mark.parametrize("vector", [each for each in ALL if each.kind == "text"], ids=lambda each: each.charset)
def test_text_in_each_character_set(vector: Vector) -> None:
    read = understood(vector.data)
    assert isinstance(read, PrintText)
    charset: Charset = vector.charset  # type: ignore[assignment]
    assert read_text(read.text, charset) == "Test ä ö ü ß"


def test_container_behind_a_printed_line_is_no_text() -> None:
    read = understood(bytes.fromhex("06 D1 0A 40 42 65 6C 65 67 06 02 07 00"))
    assert isinstance(read, PrintText)
    assert (read.text, read.tail.hex()) == (b"Beleg", "06020700")
