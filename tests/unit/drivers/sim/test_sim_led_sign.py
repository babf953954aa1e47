"""The simulated sign: packets by hand and by an independent author."""

import io

import pytest
from alphasign import Packet as TheirPacket
from alphasign.commands import WriteSpecialFunction, WriteText
from alphasign.protocol import Color, DisplayMode, DisplayPosition, FileType
from alphasign.text_format import color
from PIL import Image

from drivers.sim.alpha_parse import Command, Packet, Parser, text_file
from drivers.sim.led_picture import sign_dots
from drivers.sim.led_sign import LedSign, SignModel

NULS = b"\0" * 5


def sent(command: bytes, head: bytes = b"Z00") -> bytes:
    return NULS + b"\x01" + head + b"\x02" + command + b"\x04"


def write(label: bytes, text: bytes) -> bytes:
    return sent(b"A" + label + b"\x1b b" + text)


def test_a_packet_taken_apart() -> None:
    data = bytes.fromhex("0000000000 01 5A3030 02 4141 1B2062 4869 03 30314435 04".replace(" ", ""))
    assert Parser().feed(data) == [Packet("Z", "00", (Command("A", b"A\x1b bHi", True),))]


def test_several_blocks_each_with_its_sum() -> None:
    packet = TheirPacket().add(WriteText("one", label="A")).add(WriteText("two", label="0"))
    (got,) = Parser().feed(packet.to_bytes().replace(b"\xff", b""))
    assert [(command.data[:1], command.checksum) for command in got.commands] == [(b"A", True), (b"0", True)]


def test_a_wrong_sum_is_refused_and_the_old_text_stays() -> None:
    sign = LedSign()
    sign.receive(write(b"A", b"old"))
    sign.receive(sent(b"AA\x1b bnew\x030000"))
    assert sign.text == "old"
    assert sign.refused[0].checksum is False


def test_noise_before_within_and_after() -> None:
    sign = LedSign()
    sign.receive(b"\xff\x02junk\x04" + NULS + b"\x01Z0" + write(b"A", b"clear") + b"\x04\x04")
    assert sign.text == "clear"


def test_the_priority_file_stands_above_until_it_is_emptied() -> None:
    sign = LedSign()
    sign.receive(write(b"A", b"list"))
    sign.receive(write(b"0", b"A 143"))
    assert sign.text == "A 143"
    sign.receive(write(b"A", b"other"))
    assert sign.text == "A 143"
    sign.receive(sent(b"A0"))
    assert sign.text == "other"


def test_a_label_without_memory_is_refused_until_it_is_set_up() -> None:
    sign = LedSign()
    sign.receive(write(b"C", b"x"))
    assert [command.data[:1] for command in sign.refused] == [b"C"]
    setup = WriteSpecialFunction.configure_memory([{"label": "C", "type": FileType.TEXT, "size": 256}])
    sign.receive(TheirPacket().add(setup).to_bytes().replace(b"\xff", b""))
    sign.receive(write(b"C", b"x"))
    assert sign.files["C"].text == "x"


def test_the_clock_is_set_by_an_independent_author() -> None:
    sign = LedSign()
    sign.receive(TheirPacket().add(WriteSpecialFunction.set_time(9, 41)).to_bytes().replace(b"\xff", b""))
    assert sign.clock == "0941"


@pytest.mark.parametrize(
    ("head", "heard"),
    [(b"Z00", True), (b"f01", True), (b"f0?", True), (b"f02", False), (b"^00", False), (b"Z??", True)],
)
def test_only_what_is_meant_for_it(head: bytes, heard: bool) -> None:
    sign = LedSign(SignModel(type="f", address="01"))
    sign.receive(sent(b"AA\x1b bhi", head))
    assert bool(sign.text) is heard


def test_looks_inside_a_text() -> None:
    runs = text_file(b"A\x1b b\x1c1A\x071B\x070\r\x1c2\x12C\x11\x08\x24\x0cD").runs
    assert [(run.text, run.colour, run.flash, run.wide, run.line, run.page) for run in runs] == [
        ("A", "1", False, False, 0, 0),
        ("B", "1", True, False, 0, 0),
        ("C", "2", False, True, 1, 0),
        ("ä", "2", False, False, 1, 0),
        ("D", "2", False, False, 0, 1),
    ]


def test_a_text_by_an_independent_author_reads_the_same() -> None:
    message = color(Color.RED) + b"A 143" + color(Color.GREEN) + b" Platz 4"
    command = WriteText(message, label="A", position=DisplayPosition.MIDDLE_LINE, mode=DisplayMode.FLASH)
    sign = LedSign()
    sign.receive(TheirPacket().add(command).to_bytes().replace(b"\xff", b""))
    shown = sign.showing
    assert shown is not None
    assert (shown.text, shown.mode, [run.colour for run in shown.runs]) == ("A 143 Platz 4", "c", ["1", "2"])


def test_the_dots_of_a_letter() -> None:
    """A 1 is three dots wide in its five columns: by hand."""
    lit = sign_dots(text_file(b"A\x1b b\x1c11"), 5, 7)
    rows = ["".join("#" if (x, y) in lit else "." for x in range(5)) for y in range(7)]
    assert rows == ["..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."]


def test_power_takes_the_priority_file_only() -> None:
    sign = LedSign()
    sign.receive(write(b"A", b"list") + write(b"0", b"fresh"))
    sign.power_lost()
    assert sign.text == "list"


def test_the_picture_is_lit_where_the_text_is() -> None:
    sign = LedSign()
    dark = Image.open(io.BytesIO(sign.png())).convert("L").getextrema()[1]
    sign.receive(write(b"A", b"A 143"))
    bright = Image.open(io.BytesIO(sign.png())).convert("L").getextrema()[1]
    assert dark < 100 < bright


def test_an_endless_packet_is_given_up() -> None:
    sign = LedSign()
    sign.receive(b"\x01Z00\x02AA" + b"x" * 20_000 + b"\x04")
    assert sign.packets == []
    sign.receive(write(b"A", b"well"))
    assert sign.text == "well"
