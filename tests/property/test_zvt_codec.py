"""The codec of payment terminals: the same messages however the bytes are split, what is written is read again, and
no input whatever raises."""

import os
import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.payment_terminal.codec.apdu import Apdu, ApduReader, encode_apdu
from drivers.payment_terminal.codec.bitmaps import (
    SHAPES,
    TLV_CONTAINER,
    Field,
    Fields,
    Var,
    decode_fields,
    encode_fields,
)
from drivers.payment_terminal.codec.mask import masked
from drivers.payment_terminal.codec.messages import (
    STATUS_ENQUIRY,
    PrintBlock,
    PrintText,
    StatusInformation,
    read_message,
    write_message,
)
from drivers.payment_terminal.codec.serial_frame import ACK, NAK, FrameReader, crc16, encode_frame
from drivers.payment_terminal.codec.tlv import Tlv, decode_tlvs, encode_tlvs
from drivers.payment_terminal.receipts import lines_of
from drivers.payment_terminal.records import record_of, totals_of
from drivers.payment_terminal.requests import read_request
from tests.corpus.zvt import vectors

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
MUTANTS = 5_000_000 if FULL else 100_000

CONTROLS = st.sampled_from([0x040F, 0x04FF, 0x0401, 0x0601, 0x060F, 0x061E, 0x06D1, 0x06D3, 0x8000, 0x8466, 0x0501])
APDUS = st.builds(Apdu, CONTROLS, st.binary(max_size=40) | st.binary(min_size=250, max_size=260))
CUTS = st.lists(st.integers(0, 600), max_size=8)
LONGEST = {Var.LL: 99, Var.LLL: 300, Var.BER: 300}
PRIMITIVE = st.integers(0x01, 0x1E) | st.integers(0x1F01, 0x1F7F) | st.integers(0xDF01, 0xDF7F)
TLVS = st.lists(
    st.recursive(
        st.builds(Tlv, PRIMITIVE, st.binary(max_size=140)),
        lambda inner: st.builds(
            lambda tag, parts: Tlv(tag, parts=tuple(parts)), st.integers(0x24, 0x2F), st.lists(inner, max_size=3)
        ),
        max_leaves=6,
    ),
    max_size=4,
).map(tuple)


@st.composite
def some_fields(draw: Callable[..., object]) -> Fields:
    ids = draw(st.lists(st.sampled_from(sorted(SHAPES)), max_size=6))
    assert isinstance(ids, list)
    return Fields(tuple(Field(bmp, draw(_value(bmp))) for bmp in ids))  # type: ignore[arg-type]


def _value(bmp: int) -> st.SearchStrategy[bytes]:
    shape = SHAPES[bmp]
    if isinstance(shape, int):
        return st.binary(min_size=shape, max_size=shape)
    return TLVS.map(encode_tlvs) if bmp == TLV_CONTAINER else st.binary(max_size=LONGEST[shape])


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    ends = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


@given(st.lists(APDUS, max_size=5), CUTS)
def test_stream_reads_alike_however_it_is_split(apdus: list[Apdu], cuts: list[int]) -> None:
    data = b"".join(encode_apdu(each.control, each.data) for each in apdus)
    reader = ApduReader()
    assert [each for piece in pieces(data, cuts) for each in reader.feed(piece)] == apdus
    assert reader.cut_off() is None


@given(st.lists(APDUS, max_size=5), CUTS, st.binary(max_size=5))
def test_serial_line_reads_alike_however_it_is_split(apdus: list[Apdu], cuts: list[int], noise: bytes) -> None:
    quiet = noise.translate(None, ACK + NAK + b"\x10")
    data = b"".join(quiet + encode_frame(each.control, each.data) for each in apdus)
    reader = FrameReader()
    assert [each for piece in pieces(data, cuts) for each in reader.feed(piece)] == apdus
    assert reader.skipped == len(quiet) * len(apdus)
    assert not reader.in_frame


@given(st.binary(max_size=300), CUTS)
def test_garbage_reads_alike_however_it_is_split(data: bytes, cuts: list[int]) -> None:
    for new in (ApduReader, FrameReader):
        whole, parts = new(), new()
        assert [each for piece in pieces(data, cuts) for each in parts.feed(piece)] == whole.feed(data)
        assert parts.cut_off() == whole.cut_off()


@given(some_fields())
def test_fields_are_read_as_they_were_written(content: Fields) -> None:
    data = encode_fields(content)
    assert decode_fields(data) == content
    assert masked(masked(content)) == masked(content), "what is masked stays as it is"


@given(st.binary(max_size=200))
def test_fields_and_rest_lose_no_byte(data: bytes) -> None:
    content = decode_fields(data)
    assert data.endswith(content.rest)
    for field in content.items:
        assert field.value in data


@given(TLVS)
def test_tags_are_read_as_they_were_written(tlvs: tuple[Tlv, ...]) -> None:
    read = decode_tlvs(encode_tlvs(tlvs))
    assert read is not None
    assert encode_tlvs(read) == encode_tlvs(tlvs)


def read_all(data: bytes) -> int:
    """Everything the product does with bytes of a terminal; the messages that were found."""
    count = 0
    for reader in (ApduReader(), FrameReader()):
        found = [each for each in (*reader.feed(data), reader.cut_off()) if isinstance(each, Apdu)]
        count += len(found)
        for apdu in found:
            _read(apdu)
    return count


def _read(apdu: Apdu) -> None:
    message = read_message(apdu, STATUS_ENQUIRY if len(apdu.data) % 2 else 0)
    write_message(message)
    match message:
        case StatusInformation():
            record_of(message, "cp437", "EUR")
            totals_of(message, "EUR")
        case PrintText() | PrintBlock():
            lines_of(message, "iso8859_15", fixed=False)
        case _:
            read_request(apdu)


def mutated(data: bytes, dice: random.Random) -> bytes:
    """Up to three faults: a byte changed, removed, put in, or taken elsewhere; a piece left out or said twice."""
    found = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(found) + 1)
        match dice.randrange(7):
            case 0 if at < len(found):
                found[at] = dice.randrange(256)
            case 1 if at < len(found):
                found[at] ^= 1 << dice.randrange(8)
            case 2:
                del found[at : at + dice.randint(1, 4)]
            case 3:
                found[at:at] = dice.randbytes(dice.randint(1, 4))
            case 4:
                found[at:at] = found[at : at + dice.randint(1, 20)]
            case 5:
                del found[at:]
            case _:
                found[2:3] = bytes([dice.randrange(256)])
    return bytes(found)


@pytest.mark.timeout(0 if FULL else 600)
def test_no_mutated_input_raises() -> None:
    seed = int(os.environ.get("KIOSK_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"KIOSK_SEED={seed}, {MUTANTS} inputs")
    dice = random.Random(seed)
    seeds = [each.data for each in vectors()]
    found = 0
    for number in range(MUTANTS):
        data = mutated(dice.choice(seeds), dice)
        if number % 4 == 0 and len(data) > 4:  # damaged inside, and whole on the line
            message = data[:2] + bytes([min(254, len(data) - 3)]) + data[3:257]
            data = b"\x10\x02" + message.replace(b"\x10", b"\x10\x10") + b"\x10\x03"
            data += crc16(message + b"\x03").to_bytes(2, "little")
        try:
            found += read_all(data)
        except Exception as bug:
            raise AssertionError(f"KIOSK_SEED={seed}, input {number}: {data.hex(' ')}") from bug
    assert found > MUTANTS // 4, "most inputs are no messages any more"
