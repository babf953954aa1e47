"""What we ask of a payment terminal: one function for each command.

A request is a few bytes without ids in front (password, config byte) and fields behind them.
"""

from datetime import datetime

import msgspec

from drivers.payment_terminal.codec.apdu import Apdu
from drivers.payment_terminal.codec.bcd import to_bcd
from drivers.payment_terminal.codec.bitmaps import TLV_CONTAINER, Field, Fields, decode_fields, encode_fields
from drivers.payment_terminal.codec.charsets import code_of
from drivers.payment_terminal.codec.messages import STATUS_ENQUIRY
from drivers.payment_terminal.codec.tlv import Tlv, encode_tlvs, tlv
from drivers.payment_terminal.settings import ZvtSettings

REGISTRATION, AUTHORISATION, REPEAT_RECEIPT, REVERSAL = 0x0600, 0x0601, 0x0620, 0x0630
END_OF_DAY, DIAGNOSIS, SET_CLOCK, INITIALISATION, ABORT = 0x0650, 0x0670, 0x0691, 0x0693, 0x06B0
MONEY = frozenset({AUTHORISATION, 0x0622, 0x0623, 0x0625, REVERSAL, 0x0631})
"""Commands that move money: never sent twice, not even by the repeats of a serial line, unless the terminal itself
says that it could not read the first (decision 0320)."""
_PREFIX = {
    **dict.fromkeys((0x0610, 0x0612, REPEAT_RECEIPT, REVERSAL, 0x0631, END_OF_DAY, SET_CLOCK, INITIALISATION), 3),
    REGISTRATION: 4,
}
"""Bytes in front of the fields: a password, and the config byte of a registration."""
_CURRENCY_OR_FIELD = frozenset({0x03, TLV_CONTAINER})
_NO_MENU, _STATUS_ONLY = b"\x01", b"\x03"
_ENQUIRY = b"\x04"
"""Service byte of 05 01: send a TLV container."""
_REPEATS = b"\x0a"
_LAST_CUSTOMER = b"\x03"


class Request(msgspec.Struct, frozen=True):
    """A command as it is sent."""

    control: int
    prefix: bytes = b""
    fields: Fields = Fields()

    @property
    def data(self) -> bytes:
        """What stands behind the length byte."""
        return self.prefix + encode_fields(self.fields)

    @property
    def name(self) -> str:
        """ "06 01"."""
        return Apdu(self.control).name


def read_request(apdu: Apdu) -> Request:
    """A command that somebody else sent, as far as it can be read."""
    size = _PREFIX.get(apdu.control, 0)
    if apdu.control == REGISTRATION and apdu.data[4:5] and apdu.data[4] not in _CURRENCY_OR_FIELD:
        size = 6
    if apdu.control == STATUS_ENQUIRY and len(apdu.data) >= 3:
        size = 3
    return Request(apdu.control, apdu.data[:size], decode_fields(apdu.data[size:]))


def registration(settings: ZvtSettings) -> Request:
    """06 00: who prints, which messages we take, our currency, width and character set."""
    config = bytes([settings.config_byte]) + to_bcd(settings.currency_code, 2)
    items = [Field(0x03, _NO_MENU)]
    if settings.quirks.sends_tlv:
        items.append(_container(*_abilities(settings)))
    return Request(REGISTRATION, _password(settings) + config, Fields(tuple(items)))


def authorisation(settings: ZvtSettings, cents: int, sync: str | None) -> Request:
    """06 01."""
    items = _amount(settings, cents)
    items.append(Field(0x19, bytes([settings.payment_type])))
    if settings.answer_wait_s:
        items += [Field(0x02, _REPEATS), Field(0x01, bytes([settings.answer_wait_s]))]
    return Request(AUTHORISATION, b"", Fields((*items, *_sync(settings, sync))))


def reversal(settings: ZvtSettings, receipt: int, cents: int, sync: str | None) -> Request:
    """06 30 of one receipt; the terminal refuses an amount that is not the receipt's."""
    items = [Field(0x87, to_bcd(receipt, 2)), *_amount(settings, cents), *_sync(settings, sync)]
    return Request(REVERSAL, _password(settings), Fields(tuple(items)))


def lookup(settings: ZvtSettings, *, payments_only: bool = False) -> Request:
    """06 20: the last transaction's status information, nothing printed."""
    items = [Field(0x03, _STATUS_ONLY)]
    if payments_only and settings.quirks.sends_tlv:
        items.append(_container(tlv(0x1F01, _LAST_CUSTOMER)))
    return Request(REPEAT_RECEIPT, _password(settings), Fields(tuple(items)))


def status_enquiry(settings: ZvtSettings) -> Request:
    """05 01."""
    return Request(STATUS_ENQUIRY, _password(settings), Fields((Field(0x03, _ENQUIRY),)))


def end_of_day(settings: ZvtSettings) -> Request:
    """06 50."""
    return Request(END_OF_DAY, _password(settings))


def initialisation(settings: ZvtSettings) -> Request:
    """06 93."""
    return Request(INITIALISATION, _password(settings))


def diagnosis(settings: ZvtSettings, kind: int | None = None) -> Request:
    """06 70; ``kind`` is tag 1B: 1 line, 2 extended, 3 configuration, 4 EMV configuration."""
    wanted = kind is not None and settings.quirks.sends_tlv
    return Request(DIAGNOSIS, b"", Fields((_container(tlv(0x1B, bytes([kind or 0]))),) if wanted else ()))


def set_clock(settings: ZvtSettings, now: datetime) -> Request:
    """06 91: local date and time."""
    date, time = bytes.fromhex(now.strftime("%y%m%d")), bytes.fromhex(now.strftime("%H%M%S"))
    return Request(SET_CLOCK, _password(settings), Fields((Field(0xAA, date), Field(0x0C, time))))


def abort() -> Request:
    """06 B0."""
    return Request(ABORT)


def _password(settings: ZvtSettings) -> bytes:
    return bytes.fromhex(settings.password)


def _amount(settings: ZvtSettings, cents: int) -> list[Field]:
    return [Field(0x04, to_bcd(cents, 6)), Field(0x49, to_bcd(settings.currency_code, 2))]


def _sync(settings: ZvtSettings, sync: str | None) -> tuple[Field, ...]:
    """Tag 1F1F: the last receipt we know of."""
    if sync is None or not settings.quirks.sends_tlv:
        return ()
    return (_container(tlv(0x1F1F, bytes.fromhex(sync))),)


def _container(*tlvs: Tlv) -> Field:
    return Field(TLV_CONTAINER, encode_tlvs(tlvs))


def _abilities(settings: ZvtSettings) -> list[Tlv]:
    """Width of our printer, the character set we would like, and the command for receipts that we take."""
    quirks = settings.quirks
    found = [tlv(0x12, to_bcd(settings.columns, 1))]
    code = code_of(quirks.charset)
    if code is not None and quirks.charset != "cp437":
        found.append(tlv(0x27, tlv(0x14, bytes([code]))))
    match quirks.prints:
        case "blocks":
            found.append(tlv(0x26, tlv(0x0A, b"\x06\xd3")))
        case "lines":
            found.append(tlv(0x26, tlv(0x0A, b"\x06\xd1")))
        case "none":
            pass
    return found
