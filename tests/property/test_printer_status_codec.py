"""The printer's answers: the same messages however the bytes are split, through any garbage, and never an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.receipt_printer.status import (
    Info,
    Message,
    PaperSensor,
    ProcessId,
    RealTime,
    Report,
    Skipped,
    StatusCodec,
    ask_process_id,
)

MARKS = st.binary(min_size=4, max_size=4).map(lambda raw: bytes(0x20 + byte % 0x5F for byte in raw))
ANSWERS = st.one_of(
    st.integers(0, 255).map(lambda b: bytes([b & 0x6C | 0x12])),
    st.tuples(*[st.integers(0, 255)] * 4).map(lambda t: bytes([t[0] & 0x6C | 0x10, *(b & 0x6F for b in t[1:])])),
    MARKS.map(lambda mark: b"\x37\x22" + mark + b"\x00"),
    st.sampled_from([b"\x00", b"\x03", b"\x0c", b"\x0f"]),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80).map(
        lambda t: b"_" + t.encode() + b"\0"
    ),
)
LINES = st.lists(st.one_of(ANSWERS, st.binary(max_size=6)), max_size=12).map(b"".join)


def _whole(data: bytes) -> list[Message]:
    return StatusCodec().feed(data)


@given(LINES, st.lists(st.integers(0, 300)))
def test_same_messages_however_split(data: bytes, cuts: list[int]) -> None:
    codec, messages, last = StatusCodec(), [], 0
    for at in [*sorted(min(cut, len(data)) for cut in cuts), len(data)]:
        messages += codec.feed(data[last:at])
        last = at
    assert messages == _whole(data)


@given(st.binary(max_size=400))
def test_garbage_is_skipped_and_accounted_for(data: bytes) -> None:
    """Every byte is in exactly one message or still held; at most one answer is held."""
    codec = StatusCodec()
    sizes = {RealTime: 1, Report: 4, ProcessId: 7, PaperSensor: 1, Skipped: 1}
    used = sum(len(m.text) + 2 if isinstance(m, Info) else sizes[type(m)] for m in codec.feed(data))
    held = len(codec._held)
    assert used + held == len(data)
    assert held <= 81


@given(st.lists(ANSWERS, max_size=10))
def test_clean_answers_are_all_understood(answers: list[bytes]) -> None:
    messages = _whole(b"".join(answers))
    assert len(messages) == len(answers)
    assert not any(isinstance(message, Skipped) for message in messages)


@given(MARKS)
def test_a_mark_comes_back_as_it_was_asked(mark: bytes) -> None:
    assert ask_process_id(mark) == b"\x1d\x28\x48\x06\x00\x30\x30" + mark
    assert _whole(b"\x37\x22" + mark + b"\x00") == [ProcessId(mark)]


@pytest.mark.parametrize("broken", range(7))
def test_a_damaged_mark_confirms_nothing(broken: int) -> None:
    block = bytearray(b"\x37\x22ABCD\x00")
    block[broken] ^= 0x80
    assert not any(isinstance(message, ProcessId) for message in _whole(bytes(block) + b"\x16"))


def test_every_byte_alone_is_classified_by_its_fixed_bits() -> None:
    for byte in range(256):
        [*messages] = _whole(bytes([byte]))
        if byte & 0x93 == 0x12:
            assert messages == [RealTime(byte)]
        elif byte in (0x00, 0x03, 0x0C, 0x0F):
            assert messages == [PaperSensor(bool(byte & 3), bool(byte & 12))]
        elif byte & 0x93 == 0x10 or byte in (0x37, 0x5F):
            assert messages == [], "the head of a longer answer waits for the rest"
        else:
            assert messages == [Skipped(byte)]


@pytest.mark.parametrize("head", [b"\x10", b"\x14\x00", b"\x37", b"\x37\x22A", b"_", b"_EPS"])
def test_a_false_head_does_not_hold_up_the_answer_behind_it(head: bytes) -> None:
    assert _whole(head + b"\x16")[-1] == RealTime(0x16)
