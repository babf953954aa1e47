"""The simulated pole display: bytes by hand after both command tables."""

import io

from PIL import Image

from drivers.sim.pole import Pole


def after(data: bytes, command_set: str = "epson") -> Pole:
    pole = Pole(command_set)
    pole.receive(data)
    return pole


def test_text_runs_over_both_lines_and_begins_anew() -> None:
    pole = after(b"a" * 20 + b"b" * 20 + b"c")
    assert pole.lines == ("c" + "a" * 19, "b" * 20)


def test_positions_count_from_one() -> None:
    pole = after(b"\x1f$\x01\x02X\x1f$\x14\x01Y")
    assert pole.lines == ("Y".rjust(20), "X".ljust(20))


def test_a_position_outside_is_ignored() -> None:
    assert after(b"a\x1f$\x15\x01b\x1f$\x01\x03c\x1f$\x00\x00d").lines[0] == "abcd".ljust(20)


def test_clear_home_and_line_start() -> None:
    assert after(b"abc\x0cx").lines[0] == "x".ljust(20)
    assert after(b"abc\x0bx").lines[0] == "xbc".ljust(20)
    assert after(b"abc\nd\re").lines == ("abc".ljust(20), "e  d".ljust(20))
    assert after(b"abc\x18x").lines[0] == "x".ljust(20)


def test_cd5220_writes_whole_lines() -> None:
    pole = after(b"old old old\x1bQAnew\r\x1bQBlow\r", "cd5220")
    assert pole.lines == ("new".ljust(20), "low".ljust(20))


def test_cd5220_strings_are_no_commands_of_the_epson_set() -> None:
    assert after(b"\x1bQAnew\r").unknown == [b"\x1bQ"]
    assert after(b"\x1f$\x01\x02", "cd5220").unknown[0] == b"\x1f$"


def test_code_page_brightness_blink_and_reset() -> None:
    pole = after(b"\x1bt\x13\x1fX\x02\x1fE\x0a\x84")
    assert (pole.lines[0][0], pole.brightness, pole.blink) == ("ä", 2, 10)
    pole.receive(b"\x1b@\x84")
    assert (pole.brightness, pole.blink, pole.lines[0].strip()) == (4, 0, "ä")
    assert after(b"\x1b*\x01", "cd5220").brightness == 1


def test_a_string_without_end_is_given_up() -> None:
    pole = after(b"\x1bQA" + b"x" * 60 + b"\r", "cd5220")
    assert pole.unknown[0] == b"\x1bQ"


def test_the_picture_glows_by_brightness() -> None:
    def peak(pole: Pole) -> float:
        return max(extreme[1] for extreme in Image.open(io.BytesIO(pole.png())).getextrema())

    assert peak(after(b"")) < peak(after(b"\x1fX\x01A 143")) < peak(after(b"\x1fX\x04A 143"))
