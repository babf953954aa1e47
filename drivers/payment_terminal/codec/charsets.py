"""Texts of a payment terminal, in the character set that its settings or its messages name (tag 14, section 9.4)."""

from typing import Literal

Charset = Literal[
    "cp437", "ascii_de", "ascii", "utf_8", "iso8859_1", "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "iso8859_15"
]
"""``ascii_de`` is ZVT's set of seven bits, with umlauts in place of brackets (DIN 66003 but for the paragraph sign)."""

_BY_CODE: dict[int, Charset] = {
    0x00: "ascii_de",
    0x01: "iso8859_1",
    0x02: "iso8859_2",
    0x05: "iso8859_5",
    0x07: "iso8859_7",
    0x09: "iso8859_9",
    0x15: "iso8859_15",
    0xFE: "utf_8",
    0xFF: "cp437",
}
_CODE = {charset: code for code, charset in _BY_CODE.items()}
_GERMAN = str.maketrans("[\\]{|}~", "ÄÖÜäöüß")


def charset_of(code: int) -> Charset | None:
    """The character set of a tag 14; None for one we do not have."""
    return _BY_CODE.get(code)


def code_of(charset: Charset) -> int | None:
    """Its number in tag 14; None for plain ASCII, which has none."""
    return _CODE.get(charset)


def read_text(data: bytes, charset: Charset) -> str:
    """The text; what is no character of the set becomes a replacement sign, and control characters but LF go."""
    if charset == "ascii_de":
        text = data.decode("ascii", "replace").translate(_GERMAN)
    else:
        text = data.decode(charset, "replace")
    return "".join(char for char in text if char == "\n" or char.isprintable())
