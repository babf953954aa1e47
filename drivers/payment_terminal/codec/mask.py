"""Card data stops here: what leaves the codec holds no full card number, no track, no PIN and no check value.

A card number is masked to its last four digits unless the payment terminal masked it already (at most ten digits of it
are left, which is what PCI DSS 3.4 allows to be shown). Tracks, PIN blocks and chip data are emptied. In texts and in
bytes that could not be read, whatever passes for a card number (13 to 19 digits with a right check digit, ISO/IEC 7812)
is masked.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

from msgspec.structs import replace

from drivers.payment_terminal.codec.bitmaps import TLV_CONTAINER, Field, Fields
from drivers.payment_terminal.codec.tlv import Tlv, decode_tlvs, encode_tlvs

PAN = 0x22
_EMPTIED = frozenset({0x23, 0x24, 0x2D, 0x2E, 0x9A, 0xA7, 0xAF, 0xD1})
"""Tracks 2, 3 and 1, chip data, GeldKarte record, PIN data."""
_BLANKED = frozenset({0x3A, 0xEB})
"""CVC and MAC: of fixed length, so their digits become E."""
_TEXTS = frozenset({0x3C, 0x8B, *range(0xE1, 0xE9), *range(0xF1, 0xF9)})
_EMPTIED_TAGS = frozenset({0x56, 0x57, 0x5A, 0x5F20, 0x99, 0x9F1F, 0x9F20, 0x9F6B})
"""EMV tags of card number, tracks, name of the card holder and PIN (EMV book 3, annex A)."""
_SEEN_MAX = 10
_LAST = 4
_SIZES = range(13, 20)
_GROUPS = re.compile(rb"[0-9]+(?:[ -][0-9]+)*")
_DIGITS = re.compile(rb"[0-9]+")
_TRACK = re.compile(r"[0-9]{13,19}d[0-9]*")
_RUN = re.compile(r"[0-9]{13,}")


def masked(content: Fields) -> Fields:
    """The fields without card data."""
    return Fields(tuple(_masked(each) for each in content.items), masked_bytes(content.rest))


def masked_pan(value: bytes) -> bytes:
    """A card number in BCD (E = masked, F = filler), with no more of it than may be shown."""
    digits = value.hex()
    number = digits.partition("d")[0]
    if number == digits and sum(each.isdecimal() for each in digits) <= _SEEN_MAX:
        return value
    last = len(number.rstrip("f")) - _LAST
    kept = [each if each == "f" or last <= at < len(number) else "e" for at, each in enumerate(digits)]
    return bytes.fromhex("".join(kept))


def masked_text(text: bytes) -> bytes:
    """A text in any character set that has ASCII's digits. Digits may stand in groups, as on a card."""
    hidden: set[int] = set()
    for run in _GROUPS.finditer(text):
        hidden.update(_hidden_in_groups(text, run.start(), run.end()))
    if not hidden:
        return text
    return bytes(ord("*") if at in hidden else byte for at, byte in enumerate(text))


def masked_bytes(data: bytes) -> bytes:
    """Bytes of unknown meaning: texts as above, and card numbers and tracks in BCD."""
    digits = masked_text(data).hex()
    hidden = {at for run in _RUN.finditer(digits) for at in _hidden_in_run(run.group(), run.start())}
    for track in _TRACK.finditer(digits):
        hidden.update(range(track.start(), track.end()))
    if not hidden:
        return bytes.fromhex(digits)
    return bytes.fromhex("".join("e" if at in hidden else each for at, each in enumerate(digits)))


def _masked(field: Field) -> Field:
    if field.bmp == PAN:
        return replace(field, value=masked_pan(field.value))
    if field.bmp in _EMPTIED:
        return replace(field, value=b"")
    if field.bmp in _BLANKED:
        return replace(field, value=b"\xee" * len(field.value))
    if field.bmp in _TEXTS:
        return replace(field, value=masked_text(field.value))
    if field.bmp == TLV_CONTAINER:
        return replace(field, value=_masked_container(field.value))
    return field


def _masked_container(raw: bytes) -> bytes:
    tlvs = decode_tlvs(raw)
    return masked_bytes(raw) if tlvs is None else encode_tlvs(tuple(_masked_tlv(each) for each in tlvs))


def _masked_tlv(one: Tlv) -> Tlv:
    if one.tag in _EMPTIED_TAGS:
        return Tlv(one.tag)
    if one.parts is not None:
        return Tlv(one.tag, parts=tuple(_masked_tlv(each) for each in one.parts))
    return replace(one, value=masked_bytes(one.value) if _is_foreign(one.tag) else masked_text(one.value))


def _is_foreign(tag: int) -> bool:
    """Whether a tag is none of the specification's: one byte, 1Fxx, or an EMV application's."""
    return not (tag <= 0x7F or 0x1F00 <= tag <= 0x1FFF or tag in (0xE3, 0xE4, 0xE8, 0xE9))


def _hidden_in_groups(text: bytes, start: int, end: int) -> Iterator[int]:
    """Positions to hide in digits that stand in groups: a card number begins and ends with a group."""
    groups = [each.span() for each in _DIGITS.finditer(text, start, end)]
    for first in range(len(groups)):
        places: list[int] = []
        for group in groups[first:]:
            places += range(*group)
            if len(places) > _SIZES[-1]:
                break
            if len(places) in _SIZES and _passes(bytes(text[at] for at in places).decode()):
                yield from places[:-_LAST]
                yield from _behind_sign(text, places[-1] + 1)


def _behind_sign(text: bytes, at: int) -> Iterator[int]:
    """The digits of a track 2 behind its separator."""
    if text[at : at + 1] in (b"=", b"D") and (rest := _DIGITS.match(text, at + 1)):
        yield from range(*rest.span())


def _passes(digits: str) -> bool:
    """Whether these may be a card number: the check digit of ISO/IEC 7812 (Luhn) is right."""
    total = sum(_doubled(each) if at % 2 else int(each) for at, each in enumerate(reversed(digits)))
    return digits[0] != "0" and total % 10 == 0


def _hidden_in_run(digits: str, offset: int) -> Iterator[int]:
    """Positions to hide in a run of digits, wherever in it a card number may begin.

    Check digits of all windows come from two running sums: with the digits at even places doubled, and at odd ones.
    """
    sums = [_running_sums(digits, parity) for parity in (0, 1)]
    for size in _SIZES:
        for start in range(len(digits) - size + 1):
            end = start + size
            if digits[start] != "0" and (sums[end % 2][end] - sums[end % 2][start]) % 10 == 0:
                yield from range(offset + start, offset + end - _LAST)


def _running_sums(digits: str, parity: int) -> list[int]:
    """Sums up to each place, the digits at even (0) or odd (1) places doubled."""
    parts = (_doubled(digit) if at % 2 == parity else int(digit) for at, digit in enumerate(digits))
    return list(accumulate(parts, initial=0))


def _doubled(digit: str) -> int:
    twice = 2 * int(digit)
    return twice - 9 if twice > 9 else twice
