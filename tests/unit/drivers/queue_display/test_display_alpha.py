"""Our frames beside those of ``alphasignpy``, an independent author, and beside bytes written by hand."""

import pytest
from alphasign import Packet
from alphasign.commands import WriteText
from alphasign.protocol import Color, DisplayMode, DisplayPosition

from drivers.queue_display.alpha import (
    AlphaCodec,
    AlphaSettings,
    checksum,
    letters,
    packet,
    write_text,
)
from drivers.sim.alpha_parse import Parser, text_file
from kiosk.vocabulary.hardware.display_frame import Frame, Row

TWO = (Row("A 143", "Platz 4"), Row("B 027", "Platz 12"))


def theirs(text: bytes, label: str, *, with_checksum: bool, type_code: bytes = b"Z", address: str = "00") -> bytes:
    """The other author's packet. Its FF bytes are marks for pauses and are never sent (its documentation)."""
    command = WriteText(text, label=label, position=DisplayPosition.MIDDLE_LINE, mode=DisplayMode.HOLD)
    made = Packet(type_code=type_code, address=address).add(command, checksum=with_checksum)
    return bytes(made.to_bytes().replace(b"\xff", b""))


@pytest.mark.parametrize("text", [b"A 143 > Platz 4", b"A 143", Color.RED.value + b"A 143", b"x" * 200])
@pytest.mark.parametrize("label", ["A", "0"])
@pytest.mark.parametrize("with_checksum", [True, False])
def test_the_same_bytes_as_the_independent_author(text: bytes, label: str, with_checksum: bool) -> None:
    ours = b"".join(packet(write_text(label, text), AlphaSettings(checksum=with_checksum)))
    assert ours == theirs(text, label, with_checksum=with_checksum)


def test_type_and_address_as_the_independent_author_writes_them() -> None:
    ours = b"".join(packet(write_text("A", b"hi"), AlphaSettings(type="f", address="0A")))
    assert ours == theirs(b"hi", "A", with_checksum=True, type_code=b"f", address="0A")


def test_a_frame_written_by_hand() -> None:
    """02+41+41+1B+20+62+48+69+03 = 1D5 (hex)."""
    by_hand = bytes.fromhex("0000000000 01 5A 3030 02 41 41 1B 20 62 4869 03 30314435 04".replace(" ", ""))
    assert b"".join(packet(write_text("A", b"Hi"), AlphaSettings())) == by_hand
    assert checksum(b"AA\x1b bHi") == b"01D5"


def test_the_sign_gets_its_pause_right_behind_stx() -> None:
    head, tail = packet(write_text("A", b"Hi"), AlphaSettings())
    assert head.endswith(b"\x02")
    assert tail.endswith(b"\x04")


def test_an_emptied_priority_file_holds_nothing() -> None:
    assert write_text("0", b"") == b"A0"


def test_a_fresh_call_goes_first_and_into_the_priority_file() -> None:
    messages = AlphaCodec(AlphaSettings()).frame(Frame(rows=TWO), alone=True)
    assert [message.part for message in messages] == ["0", "A"]
    shown = text_file(read(messages[0].pieces))
    assert shown.text == "A 143\nPlatz 4"
    assert [(run.flash, run.wide) for run in shown.runs] == [(True, True), (False, False)]


def test_later_the_list_stands_and_the_priority_file_is_empty() -> None:
    messages = AlphaCodec(AlphaSettings()).frame(Frame(rows=TWO), alone=False)
    assert [message.part for message in messages] == ["A", "0"]
    assert text_file(read(messages[0].pieces)).text == "A 143 > Platz 4\nB 027 > Platz 12"
    assert read(messages[1].pieces) == b"0"


def test_a_sign_of_one_line_gives_each_call_a_page() -> None:
    codec = AlphaCodec(AlphaSettings(lines=1, columns=14))
    listed = text_file(read(codec.frame(Frame(rows=TWO), alone=False)[0].pieces))
    assert {run.page for run in listed.runs} == {0, 1}
    fresh = text_file(read(codec.frame(Frame(rows=TWO), alone=True)[0].pieces))
    assert fresh.text == "A 143  Platz 4"


def test_without_calls_the_idle_text_stands() -> None:
    messages = AlphaCodec(AlphaSettings()).frame(Frame(idle="Bitte Nummer ziehen"), alone=False)
    assert text_file(read(messages[0].pieces)).text == "Bitte Nummer ziehen"


@pytest.mark.parametrize(
    ("text", "umlauts", "expected"),
    [
        ("Größe", "plain", b"Groesse"),
        ("Ärzte → 4", "plain", b"Aerzte > 4"),
        ("Übergröße", "extended", b"\x08\x3abergr\x08\x34sse"),
        ("Łódź – „é“", "plain", b'Lodz - "e"'),
        ("\x02\x04\x1bA\n", "plain", b"A"),
        ("木", "plain", b"?"),
    ],
)
def test_letters_the_sign_has(text: str, umlauts: str, expected: bytes) -> None:
    assert letters(text, umlauts) == expected


@pytest.mark.parametrize("rows", [(Row("A 143\x04\x02B", "Platz\x03"),), (Row("Ä" * 50, "Ö" * 50),)])
def test_no_text_can_break_the_frame(rows: tuple[Row, ...]) -> None:
    for alone in (True, False):
        for message in AlphaCodec(AlphaSettings()).frame(Frame(rows=rows), alone=alone):
            (got,) = Parser().feed(b"".join(message.pieces))
            assert [command.checksum for command in got.commands] == [True]


def read(pieces: tuple[bytes, ...]) -> bytes:
    """Data of the one command in these bytes, as the simulator's own parser sees them."""
    (found,) = Parser().feed(b"".join(pieces))
    (command,) = found.commands
    assert command.code == "A"
    assert command.checksum is True
    return command.data
