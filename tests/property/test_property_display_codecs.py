"""Any split gives the same messages; no bytes raise; every text makes whole frames."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.queue_display.alpha import AlphaCodec, AlphaSettings
from drivers.queue_display.pole import PoleCodec, PoleSettings
from drivers.sim import alpha_parse, escpos_parse, pole_parse
from drivers.sim.led_sign import LedSign
from drivers.sim.paper import picture
from drivers.sim.pole import Pole
from drivers.sim.printer import Printer
from drivers.sim.roll import Roll
from kiosk.vocabulary.hardware.display_frame import Frame, Row

PARSERS: dict[str, Callable[[], Any]] = {
    "escpos": escpos_parse.Parser,
    "alpha": alpha_parse.Parser,
    "epson pole": lambda: pole_parse.Parser("epson"),
    "cd5220 pole": lambda: pole_parse.Parser("cd5220"),
}
SEEDS = [
    b"\x1b@", b"\x1bt\x13", b"\x1da\x0f", b"\x10\x04\x01", b"\x1dV\x42\x00", b"\x1d(k\x03\x001C\x05", b"text \xe4\n",
    b"\x1dv0\x00\x01\x00\x02\x00\xaa\x55", b"\x1b*\x21\x01\x00abc", b"\x1dkA\x02ab", b"\x1bD\x08\x00",
    b"\x1d8L\x02\0\0\0ab",
    b"\x01Z00\x02AA\x1b bHi\x0301D5\x04", b"\x01f0?\x02A0\x04", b"\0\0\0\0\0\x01", b"\x02", b"\x03", b"\x04", b"\x1c1",
    b"\x1f$\x01\x02", b"\x1bQAhello\r", b"\x1bQB", b"\x1fX\x04", b"\x1b*\x02", b"\x0c", b"\x08\x24",
]  # fmt: skip
streams = st.lists(st.sampled_from(SEEDS) | st.binary(max_size=12), max_size=30).map(b"".join)
texts = st.text(max_size=40)
umlaut_tables = st.sampled_from(["plain", "extended"])
frames = st.builds(
    Frame, rows=st.lists(st.builds(Row, texts, texts, texts, news=st.booleans()), max_size=4).map(tuple), idle=texts
)


@pytest.mark.parametrize("name", PARSERS)
@given(data=streams, cuts=st.lists(st.integers(0, 400), max_size=12))
@settings(deadline=None)
def test_any_split_gives_the_same_messages(name: str, data: bytes, cuts: list[int]) -> None:
    whole = PARSERS[name]().feed(data)
    parser, pieces = PARSERS[name](), []
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, end in pairwise(places):
        pieces += parser.feed(data[start:end])
    assert pieces == whole


@pytest.mark.parametrize("name", PARSERS)
@given(data=streams)
@settings(deadline=None)
def test_byte_by_byte_gives_the_same_messages(name: str, data: bytes) -> None:
    parser = PARSERS[name]()
    assert [op for byte in data for op in parser.feed(bytes([byte]))] == PARSERS[name]().feed(data)


@given(data=streams)
@settings(deadline=None)
def test_no_command_is_lost_or_made_up(data: bytes) -> None:
    parser = escpos_parse.Parser()
    taken = b"".join(op.raw for op in parser.feed(data))
    assert data.startswith(taken)
    assert len(taken) + parser.held == len(data)


@given(data=streams)
@settings(deadline=None, max_examples=60)
def test_garbage_never_breaks_a_device_or_its_picture(data: bytes) -> None:
    printer, sign = Printer(), LedSign()
    printer.receive(data)
    printer.work(0.0)
    sign.receive(data)
    sign.png()
    for command_set in ("epson", "cd5220"):
        pole = Pole(command_set)
        pole.receive(data)
        assert [len(line) for line in pole.lines] == [20, 20]
    for slip in (*printer.slips, printer.hanging()):
        if slip.height < 4000:
            picture(slip)


@given(data=streams)
@settings(deadline=None)
def test_paper_never_moves_backwards(data: bytes) -> None:
    roll, height = Roll(), 0
    for op in escpos_parse.Parser().feed(data):
        roll.print(op)
        assert roll.uncut().height >= height
        height = roll.uncut().height


@given(frame=frames, columns=st.integers(8, 40), lines=st.integers(1, 4), umlauts=umlaut_tables, alone=st.booleans())
@settings(deadline=None)
def test_every_frame_is_whole_and_fits_the_sign(
    frame: Frame, columns: int, lines: int, umlauts: Literal["plain", "extended"], alone: bool
) -> None:
    codec = AlphaCodec(AlphaSettings(columns=columns, lines=lines, umlauts=umlauts))
    for message in codec.frame(frame, alone=alone and bool(frame.rows)):
        (packet,) = alpha_parse.Parser().feed(b"".join(message.pieces))
        (command,) = packet.commands
        assert command.checksum is True
        shown = alpha_parse.text_file(command.data)
        assert shown.label == message.part
        if frame.rows and lines > 1:
            assert all(len(line) <= columns for line in shown.text.split("\n"))


@given(frame=frames, command_set=st.sampled_from(["epson", "cd5220"]))
@settings(deadline=None)
def test_a_pole_shows_exactly_the_newest_frame(frame: Frame, command_set: Literal["epson", "cd5220"]) -> None:
    codec = PoleCodec(PoleSettings(), command_set)
    used, new = Pole(command_set), Pole(command_set)
    used.receive(b"\x0cwhat stood there before, over both lines")
    for pole in (used, new):
        for message in (*codec.hello(), *codec.frame(frame, alone=False), *codec.frame(frame, alone=False)):
            pole.receive(b"".join(message.pieces))
        assert pole.unknown == []
    assert used.lines == new.lines
