"""What a payment terminal says, as frozen structs; and what we answer. Card data is masked in all of them.

Nothing here raises for what a device sends: a message that is damaged is read as far as it goes, and one of an unknown
kind is ``Other``.
"""

import msgspec

from drivers.payment_terminal.codec.apdu import Apdu, encode_apdu
from drivers.payment_terminal.codec.bcd import read_var_length
from drivers.payment_terminal.codec.bitmaps import TLV_CONTAINER, Fields, decode_fields, encode_fields
from drivers.payment_terminal.codec.mask import masked, masked_bytes, masked_text

STATUS_ENQUIRY = 0x0501
ACCEPTED, REFUSED = 0x8000, 0x8466
PRINTER_NOT_READY, NOT_POSSIBLE = 0x84CC, 0x8483
"""Answers to a message (chapter 10)."""
_WRONG_CURRENCY = 0x6F


class Positive(msgspec.Struct, frozen=True):
    """80 00 or 84 00: done, or taken and under way."""

    control: int
    fields: Fields = Fields()


class Negative(msgspec.Struct, frozen=True):
    """84 xx: not done. ``code`` is xx (chapter 10). Behind 84 1E stand bytes without an id."""

    code: int
    data: bytes = b""


class StatusInformation(msgspec.Struct, frozen=True):
    """04 0F: a transaction's result; ``records.py`` reads it. ``whole``: nothing of the message was cut off."""

    fields: Fields
    whole: bool = True


class IntermediateStatus(msgspec.Struct, frozen=True):
    """04 FF: what goes on (table 17). ``minutes``: the time it may take until the next message, BCD."""

    status: int
    minutes: int | None = None
    fields: Fields = Fields()


class SetClock(msgspec.Struct, frozen=True):
    """04 01: the terminal's date and time, for us to take."""

    fields: Fields


class PrintText(msgspec.Struct, frozen=True):
    """06 D1: one line to print. ``tail`` is a TLV container that some send behind the text."""

    attribute: int
    text: bytes
    tail: bytes = b""


class PrintBlock(msgspec.Struct, frozen=True):
    """06 D3: several lines to print."""

    fields: Fields


class Completion(msgspec.Struct, frozen=True):
    """06 0F: the command is done."""

    fields: Fields = Fields()


class StatusReport(msgspec.Struct, frozen=True):
    """06 0F behind a status enquiry: no fields, but a version, the status byte, a container."""

    status: int
    software: bytes = b""
    told_software: bool = False
    fields: Fields = Fields()


class Aborted(msgspec.Struct, frozen=True):
    """06 1E: the command ended without success. ``currency`` follows only code 6F."""

    code: int | None
    currency: bytes = b""
    fields: Fields = Fields()


class Other(msgspec.Struct, frozen=True):
    """Any other message."""

    control: int
    data: bytes = b""


Message = (
    Positive
    | Negative
    | StatusInformation
    | IntermediateStatus
    | SetClock
    | PrintText
    | PrintBlock
    | Completion
    | StatusReport
    | Aborted
    | Other
)


def read_message(apdu: Apdu, asked: int = 0) -> Message:
    """The message. ``asked`` is the command under way: 06 0F has another form behind a status enquiry."""
    data = apdu.data
    match apdu.control:
        case 0x8000 | 0x8400:
            return Positive(apdu.control, masked(decode_fields(data)))
        case negative if negative >> 8 == 0x84:
            return Negative(negative & 0xFF, _masked_data(data))
        case 0x040F:
            return StatusInformation(masked(decode_fields(data)), apdu.whole)
        case 0x04FF if data:
            return _intermediate(data)
        case 0x0401:
            return SetClock(masked(decode_fields(data)))
        case 0x06D1 if data:
            return _print_text(data)
        case 0x06D3:
            return PrintBlock(masked(decode_fields(data)))
        case 0x060F:
            return _report(data) if asked == STATUS_ENQUIRY and data else Completion(masked(decode_fields(data)))
        case 0x061E:
            return _aborted(data)
        case _:
            return Other(apdu.control, _masked_data(data))


def write_message(message: Message) -> bytes:
    """The bytes of a message. Raises ValueError for values that do not fit, which is a bug of ours."""
    match message:
        case Positive(control, content):
            return encode_apdu(control, encode_fields(content))
        case Negative(code, data):
            return encode_apdu(0x8400 | code, data)
        case StatusInformation(content, _):
            return encode_apdu(0x040F, encode_fields(content))
        case IntermediateStatus(status, minutes, content):
            told = b"" if minutes is None else bytes([minutes])
            return encode_apdu(0x04FF, bytes([status]) + told + encode_fields(content))
        case SetClock(content):
            return encode_apdu(0x0401, encode_fields(content))
        case PrintText(attribute, text, tail):
            return encode_apdu(0x06D1, bytes([attribute]) + text + tail)
        case PrintBlock(content):
            return encode_apdu(0x06D3, encode_fields(content))
        case Completion(content):
            return encode_apdu(0x060F, encode_fields(content))
        case StatusReport():
            return encode_apdu(0x060F, _report_data(message))
        case Aborted(code, currency, content):
            return encode_apdu(0x061E, bytes([code] if code is not None else []) + currency + encode_fields(content))
        case Other(control, data):
            return encode_apdu(control, data)


def _masked_data(data: bytes) -> bytes:
    """Fields where they are some, else bytes of unknown meaning."""
    content = decode_fields(data)
    return masked_bytes(data) if content.rest else encode_fields(masked(content))


def _intermediate(data: bytes) -> IntermediateStatus:
    """The second byte is a time, unless it begins exactly one container that reaches to the end."""
    bare = decode_fields(data[1:])
    if data[1:2] == b"\x06" and len(bare.items) == 1 and not bare.rest:
        return IntermediateStatus(data[0], None, masked(bare))
    minutes = data[1] if len(data) > 1 else None
    return IntermediateStatus(data[0], minutes, masked(decode_fields(data[2:])))


def _print_text(data: bytes) -> PrintText:
    """The text ends where a container begins that reaches exactly to the end; 06 is no character of a text."""
    text = data[1:]
    start = text.find(b"\x06")
    if start >= 0:
        tail = decode_fields(text[start:])
        if len(tail.items) == 1 and not tail.rest:
            return PrintText(data[0], masked_text(text[:start]), encode_fields(masked(tail)))
    return PrintText(data[0], masked_text(text))


def _report(data: bytes) -> StatusReport:
    """A version in front is told by three bytes Fx; a status F0 has none of them behind it."""
    size = read_var_length(data[:3]) if len(data) > 3 and all(each >= 0xF0 for each in data[:3]) else None
    if size is None or 3 + size >= len(data):
        return StatusReport(data[0], fields=masked(decode_fields(data[1:])))
    at = 3 + size
    return StatusReport(data[at], data[3:at], True, masked(decode_fields(data[at + 1 :])))


def _report_data(report: StatusReport) -> bytes:
    digits = f"{len(report.software):03d}"
    software = bytes(0xF0 | int(each) for each in digits) + report.software if report.told_software else b""
    return software + bytes([report.status]) + encode_fields(report.fields)


def _aborted(data: bytes) -> Aborted:
    if not data:
        return Aborted(None)
    size = 3 if data[0] == _WRONG_CURRENCY and len(data) >= 3 and data[1] != TLV_CONTAINER else 1
    return Aborted(data[0], data[1:size], masked(decode_fields(data[size:])))
