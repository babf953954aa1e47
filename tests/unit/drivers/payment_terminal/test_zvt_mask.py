"""No full card number, track, PIN or check value leaves the codec."""

import pytest

from drivers.payment_terminal.codec.apdu import Apdu, encode_apdu
from drivers.payment_terminal.codec.bcd import var_length
from drivers.payment_terminal.codec.mask import masked_bytes, masked_pan, masked_text
from drivers.payment_terminal.codec.messages import StatusInformation, read_message, write_message
from drivers.payment_terminal.records import record_of

PANS = ["4111111111111111", "5500005555555559", "378282246310005", "4711008005757038004", "4222222222222"]
"""Numbers for tests, of 13 to 19 digits, with right check digits."""


def luhn(digits: str) -> bool:
    doubled = (2 * int(each) if at % 2 else int(each) for at, each in enumerate(reversed(digits)))
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def bcd(digits: str) -> bytes:
    return bytes.fromhex(digits + "f" * (len(digits) % 2))


@pytest.mark.parametrize("pan", PANS)
def test_card_number_is_masked_to_its_last_digits(pan: str) -> None:
    hidden = masked_pan(bcd(pan)).hex()
    assert hidden.rstrip("f") == "e" * (len(pan) - 4) + pan[-4:]


def test_what_the_terminal_masked_stays() -> None:
    for digits in ("559883eeeeee8074", "eeeeeeeeeeee4771", "eeeeeeeeeeeeeee4281f", ""):
        assert masked_pan(bytes.fromhex(digits)).hex() == digits


def test_track_in_the_field_of_the_number_is_hidden() -> None:
    assert masked_pan(bytes.fromhex("5966666666D20021220100")).hex() == "eeeeee6666eeeeeeeeeeee"


@pytest.mark.parametrize("pan", PANS)
def test_no_field_lets_a_card_number_through(pan: str) -> None:
    packed, text = bcd(pan), pan.encode()
    grouped = " ".join(pan[at : at + 4] for at in range(0, len(pan), 4)).encode()
    fields = [
        b"\x22" + var_length(len(packed), 2) + packed,
        b"\x23\xf0\xf9" + packed[:7] + b"\xd2\x51",
        b"\x2d\xf0" + bytes([0xF9]) + text[:9],
        b"\x3c\xf0\xf2\xf5" + b"Karte " + text.ljust(19),
        b"\x8b\xf2\xf5" + grouped.ljust(25),
        b"\x06\x17\x07\x15" + b"A " + text.ljust(19),
        b"\x06\x0c\xdf\x01\x09" + packed[:9].ljust(9, b"\xff"),
        b"\x06\x0b\x5a\x09" + packed[:9].ljust(9, b"\xff"),
        b"\x92\x01" + packed,
        b"\x92" + text,
    ]
    for field in fields:
        read = read_message(Apdu(0x040F, b"\x27\x00" + field))
        assert isinstance(read, StatusInformation)
        said = write_message(read)
        assert packed not in said, field.hex(" ")
        assert text not in said, field.hex(" ")
        assert grouped not in said, field.hex(" ")
        assert pan not in repr(record_of(read, "cp437", "EUR"))


@pytest.mark.parametrize("control", [0x06D1, 0x06D3, 0x04FF, 0x060F, 0x061E, 0x8000, 0x8466, 0x0401, 0x06D8, 0x040F])
def test_no_message_lets_a_card_number_through(control: int) -> None:
    pan = PANS[0]
    for data in (b"\x00Nr " + pan.encode() + b" OK", b"\x92\x00" + bcd(pan)):
        if control == 0x06D1 and data[0]:
            continue  # the text of a line is text
        said = write_message(read_message(Apdu(control, data)))
        assert pan.encode() not in said
        assert bcd(pan) not in said


def test_track_in_a_text_is_hidden_to_its_end() -> None:
    assert masked_text(b"X 4111111111111111=25121010000012345 Y") == b"X ************1111=***************** Y"
    assert masked_bytes(bytes.fromhex("924111111111111111d2512101")).hex().endswith("e" * 24)


def test_pin_and_check_value_are_emptied() -> None:
    read = read_message(Apdu(0x040F, bytes.fromhex("3A 12 34 D1 F0 F4 11 22 33 44 27 00")))
    assert write_message(read) == encode_apdu(0x040F, bytes.fromhex("3A EE EE D1 F0 F0 27 00"))


def test_ordinary_texts_stay() -> None:
    texts = [
        b"Terminal-ID 28004869",
        b"EMV-AID A0000000043060",
        b"Beleg-Nr. 0470 TA-Nr. 000470",
        b"06.10.2022 22:39:53",
        b"GEN.NR.:611804",
        b"4111111111111112",
        b"00004111",
    ]
    for text in texts:
        assert masked_text(text) == text
    assert not luhn("4111111111111112")
