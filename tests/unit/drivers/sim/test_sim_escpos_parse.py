"""Commands taken apart: bytes by hand after Epson's command reference."""

import pytest

from drivers.sim.escpos_parse import BLOCK_LIMIT, TEXT_LIMIT, Op, Parser


def names(data: bytes) -> list[str]:
    return [op.name for op in Parser().feed(data)]


@pytest.mark.parametrize(
    ("data", "name", "parameters"),
    [
        ("1B40", "init", ""),
        ("1B7413", "code_page", "13"),
        ("1B5200", "charset", "00"),
        ("1B6101", "align", "01"),
        ("1B4501", "bold", "01"),
        ("1B2D02", "underline", "02"),
        ("1B2130", "print_mode", "30"),
        ("1D2166", "size", "66"),
        ("1D4201", "invert", "01"),
        ("1B6403", "feed_lines", "03"),
        ("1B4A40", "feed_dots", "40"),
        ("1B33C8", "line_spacing", "C8"),
        ("1D564200", "cut", "4200"),
        ("1D5600", "cut", "00"),
        ("1D610F", "auto_status", "0F"),
        ("1D7201", "status", "01"),
        ("1D4943", "identity", "43"),
        ("100402", "ask_status", "02"),
        ("100502", "recover", "02"),
        ("1D28480600303041424344", "block", "480600303041424344"),
        ("1D286B0400314132 00", "block", "6B040031413200"),
        ("1D7630000100 0200 80 01", "raster", "3000010002008001"),
        ("1B2A000200AA55", "column_image", "000200AA55"),
        ("1D6B0431323300", "barcode", "0431323300"),
        ("1D6B49033132 33", "barcode", "4903313233"),
        ("1B44080D00", "tabs", "080D00"),
        ("0A", "line_feed", ""),
    ],
)
def test_one_command(data: str, name: str, parameters: str) -> None:
    raw = bytes.fromhex(data.replace(" ", ""))
    assert Parser().feed(raw) == [Op(name, bytes.fromhex(parameters), raw)]


def test_status_request_inside_a_command_is_its_parameter() -> None:
    """``ESC 3`` swallows the 10 of ``10 04 03``: what the device reference warns of."""
    ops = Parser().feed(bytes.fromhex("1B33 10 04 03".replace(" ", "")))
    assert [op.name for op in ops] == ["line_spacing", "unknown", "unknown"]


def test_a_status_request_inside_a_picture_stays_picture() -> None:
    data = bytes.fromhex("1D763000 0100 0300") + bytes.fromhex("100404")
    assert names(data) == ["raster"]


def test_unknown_sequences_are_recorded_and_what_follows_is_read() -> None:
    ops = Parser().feed(b"\x1b\x99\x1d\x99\x1c\x99\x10\x99\x01\x1b@")
    assert [op.name for op in ops] == ["unknown"] * 5 + ["init"]
    assert b"".join(op.raw for op in ops) == b"\x1b\x99\x1d\x99\x1c\x99\x10\x99\x01\x1b@"


def test_half_a_command_waits_and_can_be_forgotten() -> None:
    parser = Parser()
    assert parser.feed(b"\x1dV") == []
    assert parser.held == 2
    parser.reset()
    assert [op.name for op in parser.feed(b"\x1b@")] == ["init"]


def test_text_without_end_is_handed_on_in_bounded_pieces() -> None:
    parser = Parser()
    ops = parser.feed(b"x" * (2 * TEXT_LIMIT + 5))
    assert [len(op.data) for op in ops] == [TEXT_LIMIT, TEXT_LIMIT]
    assert parser.held == 5


def test_a_length_nobody_believes_is_garbage() -> None:
    data = b"\x1d8L" + (BLOCK_LIMIT + 1).to_bytes(4, "little")
    assert names(data)[0] == "unknown"


def test_a_list_without_end_is_given_up_however_it_comes() -> None:
    data = b"\x1bD" + b"\x08" * 300 + b"\x00"
    bytewise = Parser()
    ops = [op for byte in data for op in bytewise.feed(bytes([byte]))]
    assert ops == Parser().feed(data)
    assert ops[0].name == "unknown"
