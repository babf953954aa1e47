"""Pole displays: bytes written by hand after the command tables."""

from typing import Literal

import pytest

from drivers.queue_display.pole import PoleCodec, PoleSettings
from drivers.sim.pole import Pole
from kiosk.vocabulary.hardware.display_frame import Frame, Row

TWO = (Row("A 143", "Platz 4"), Row("B 027", "Platz 12"))


def test_epson_bytes_by_hand() -> None:
    codec = PoleCodec(PoleSettings(), "epson")
    (hello,) = codec.hello()
    assert hello.pieces == (bytes.fromhex("0D0D0D 1B40 1F5804"),)
    (lines,) = codec.frame(Frame(rows=TWO), alone=False)
    upper, lower = b"A 143        Platz 4", b"B 027       Platz 12"
    assert len(upper) == len(lower) == 20
    assert lines.pieces == (b"\x1bt\x13" + b"\x1f$\x01\x01" + upper + b"\x1f$\x01\x02" + lower + b"\x1fE\x00",)


def test_cd5220_bytes_by_hand() -> None:
    codec = PoleCodec(PoleSettings(brightness=2), "cd5220")
    (hello,) = codec.hello()
    assert hello.pieces == (bytes.fromhex("0D0D0D 1B40 1B2A02"),)
    (lines,) = codec.frame(Frame(rows=TWO[:1]), alone=True)
    assert lines.pieces == (
        b"\x1bt\x13" + b"\x1bQA       A 143        \r" + b"\x1bQB      Platz 4       \r" + b"\x1fE\x0a",
    )


@pytest.mark.parametrize("command_set", ["epson", "cd5220"])
def test_nothing_old_remains_and_twice_is_harmless(command_set: Literal["epson", "cd5220"]) -> None:
    pole, codec = Pole(command_set), PoleCodec(PoleSettings(), command_set)
    pole.receive(b"old old old old old old old old old old ")
    messages = (*codec.hello(), *codec.frame(Frame(rows=TWO[:1]), alone=False))
    for _ in range(2):
        for message in messages:
            pole.receive(b"".join(message.pieces))
        assert pole.lines == ("A 143        Platz 4", " " * 20)
    assert pole.unknown == []


@pytest.mark.parametrize("command_set", ["epson", "cd5220"])
def test_umlauts_and_the_euro_come_out_as_they_are(command_set: Literal["epson", "cd5220"]) -> None:
    pole, codec = Pole(command_set), PoleCodec(PoleSettings(), command_set)
    for message in (*codec.hello(), *codec.frame(Frame(rows=(Row("Ä 1", "Größe 5 €"),)), alone=False)):
        pole.receive(b"".join(message.pieces))
    assert pole.lines[0] == "Ä 1        Größe 5 €"


@pytest.mark.parametrize("label", ["A 143\r\x1b@", "Ж 1", "A" * 40])
def test_no_text_can_break_a_line(label: str) -> None:
    pole, codec = Pole("cd5220"), PoleCodec(PoleSettings(), "cd5220")
    for message in (*codec.hello(), *codec.frame(Frame(rows=(Row(label, "Platz 4"), *TWO)), alone=False)):
        pole.receive(b"".join(message.pieces))
    assert pole.unknown == []
    assert pole.lines[1].startswith("A 143")


@pytest.mark.parametrize("command_set", ["epson", "cd5220"])
@pytest.mark.parametrize(
    "left", [b"\x1b", b"\x1f", b"\x1f$", b"\x1f$\x05", b"\x1bt", b"\x1bQAhalf a li", b"\x1bQ", b"\x1fE"]
)
def test_a_command_left_half_sent_spoils_nothing(command_set: Literal["epson", "cd5220"], left: bytes) -> None:
    pole, codec = Pole(command_set), PoleCodec(PoleSettings(), command_set)
    pole.receive(left)
    for message in (*codec.hello(), *codec.frame(Frame(rows=TWO), alone=False)):
        pole.receive(b"".join(message.pieces))
    assert pole.lines == ("A 143        Platz 4", "B 027       Platz 12")
    assert (pole.blink, pole.brightness) == (0, 4)


def test_after_a_power_cut_the_next_frame_has_its_letters_right() -> None:
    pole, codec = Pole("epson"), PoleCodec(PoleSettings(), "epson")
    pole.power_lost()
    for message in codec.frame(Frame(rows=(Row("A 1", "5 €"),)), alone=False):
        pole.receive(b"".join(message.pieces))
    assert pole.lines[0].endswith("5 €")
