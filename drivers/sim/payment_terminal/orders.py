"""What the other side may order, read from its messages (PA00P015 section 2)."""

from typing import assert_never

import msgspec

from drivers.sim.payment_terminal.apdu import Apdu
from drivers.sim.payment_terminal.fields import (
    PARSE_ERROR,
    TLV,
    UNKNOWN_FIELD,
    BadMessage,
    Fields,
    all_of,
    elements,
    find,
    number,
    parse,
)

EURO = b"\x09\x78"


class Registration(msgspec.Struct, frozen=True):
    """06 00. ``config``: what the other side wants of us, bit by bit."""

    password: str
    config: int
    currency: bytes | None
    service: int
    tlv: bytes | None
    """None = the other side knows no TLV."""

    @property
    def prints_payments(self) -> bool:
        """Payment receipts go to the other side as print commands."""
        return self.config & 0x82 == 0x82

    @property
    def prints_service(self) -> bool:
        """Administration receipts do."""
        return self.config & 0x84 == 0x84

    @property
    def wants_status(self) -> bool:
        """04 FF is wanted."""
        return bool(self.config & 0x08)

    @property
    def controls(self) -> bool:
        """Payments and administration are started by the other side alone."""
        return self.config & 0x30 == 0x30

    def permits(self, command: int) -> bool:
        """Whether its list of commands has this one."""
        return command.to_bytes(2, "big") in all_of(self.tlv or b"", 0x26, 0x0A)

    def allows(self, command: int) -> bool:
        """Whether it may be sent to the other side: its list has it, or there is no list."""
        return self.permits(command) or find(self.tlv or b"", 0x26) is None

    @property
    def charset(self) -> int | None:
        """The number of the character set it asks for (tag 14 in 27)."""
        asked = find(self.tlv or b"", 0x27, 0x14)
        return asked[0] if asked else None

    @property
    def columns(self) -> int | None:
        """Characters in a line of its printer (tag 12)."""
        return number(find(self.tlv or b"", 0x12) or b"") or None if self.tlv else None


class Payment(msgspec.Struct, frozen=True):
    """06 01. ``status_wait_s``: BMP 01; ``waits``: BMP 02; ``sync``: tag 1F1F, None = not there or empty."""

    cents: int | None
    currency: bytes | None
    status_wait_s: int | None
    waits: int | None
    card_wait_s: int | None
    reference: str
    sync: int | None


class Reversal(msgspec.Struct, frozen=True):
    """06 30."""

    password: str
    receipt: int | None
    cents: int | None
    currency: bytes | None
    sync: int | None


class RepeatReceipt(msgspec.Struct, frozen=True):
    """06 20. ``which``: tag 1F01 (01 last, 02 merchant, 03 customer, 04 end of day)."""

    password: str
    status_wanted: bool
    prints: bool
    which: int


class StatusEnquiry(msgspec.Struct, frozen=True):
    """05 01."""

    password: str
    software: bool
    tlv: bool


class EndOfDay(msgspec.Struct, frozen=True):
    """06 50; with ``closes`` false 06 10, the turnover totals alone."""

    password: str
    closes: bool


class Initialisation(msgspec.Struct, frozen=True):
    """06 93."""

    password: str


class SetTime(msgspec.Struct, frozen=True):
    """06 91. ``stamp``: YYMMDDHHMMSS."""

    password: str
    stamp: str


class Simple(msgspec.Struct, frozen=True):
    """What has nothing in it that matters: 06 02, 06 18, 06 70, 06 B0."""

    command: int


LOG_OFF, RESET, DIAGNOSIS, ABORT = 0x0602, 0x0618, 0x0670, 0x06B0
_SIMPLE = (LOG_OFF, RESET, DIAGNOSIS, ABORT)
_KNOWN = (*_SIMPLE, 0x0501, 0x0600, 0x0601, 0x0610, 0x0620, 0x0630, 0x0650, 0x0691, 0x0693)
Order = Registration | Payment | Reversal | RepeatReceipt | StatusEnquiry | EndOfDay | Initialisation | SetTime | Simple


def read(message: Apdu) -> Order | BadMessage:
    """The order in a message; what is not understood or not there gets the error code for ``84 xx 00``."""
    data, password = message.data, message.data[:3].hex()
    if message.command not in _KNOWN:
        return BadMessage(UNKNOWN_FIELD)
    if message.command in _SIMPLE:
        found = parse(data)
        return found if isinstance(found, BadMessage) else Simple(message.command)
    if message.command == 0x0600:
        return _registration(data)
    if message.command == 0x0501 and not data:
        return StatusEnquiry("", software=True, tlv=False)
    has_password = message.command != 0x0601
    fields = parse(data[3:] if has_password else data)
    if isinstance(fields, BadMessage):
        return fields
    if has_password and len(data) < 3:
        return BadMessage(PARSE_ERROR)
    return _with_fields(message.command, password, fields)


def password_of(order: Order) -> str | None:
    """The password in an order; None where it has none."""
    match order:
        case Payment() | Simple():
            return None
        case StatusEnquiry():
            return order.password or None
        case Registration() | Reversal() | RepeatReceipt() | EndOfDay() | Initialisation() | SetTime():
            return order.password
        case _:
            assert_never(order)


def _with_fields(command: int, password: str, fields: Fields) -> Order | BadMessage:
    service = fields.get(0x03, b"\0")[0]
    tlv = fields.get(TLV, b"")
    sync = number(find(tlv, 0x1F1F) or b"")
    cents = number(fields[0x04]) if 0x04 in fields else None
    match command:
        case 0x0601:
            return _payment(fields, cents, tlv, sync)
        case 0x0630:
            receipt = number(fields[0x87]) if 0x87 in fields else None
            return Reversal(password, receipt, cents, fields.get(0x49), sync)
        case 0x0620:
            which = find(tlv, 0x1F01) or b"\x01"
            return RepeatReceipt(password, bool(service & 1), not service & 2, which[0])
        case 0x0501:
            return StatusEnquiry(password, software=not service & 2, tlv=bool(service & 4))
        case 0x0650 | 0x0610:
            return EndOfDay(password, closes=command == 0x0650)
        case 0x0693:
            return Initialisation(password)
        case _:
            stamp = fields.get(0xAA, b"") + fields.get(0x0C, b"")
            return SetTime(password, stamp.hex()) if len(stamp) == 6 else BadMessage(PARSE_ERROR)


def _payment(fields: Fields, cents: int | None, tlv: bytes, sync: int | None) -> Payment:
    reference = find(tlv, 0xE9, 0x1F63) or b""
    card_wait = find(tlv, 0x1F5B)
    return Payment(
        cents=cents,
        currency=fields.get(0x49),
        status_wait_s=fields[0x01][0] if 0x01 in fields else None,
        waits=fields[0x02][0] if 0x02 in fields else None,
        card_wait_s=card_wait[0] if card_wait else None,
        reference=reference.decode("ascii", "replace"),
        sync=sync,
    )


def _registration(data: bytes) -> Registration | BadMessage:
    """Password, config byte, then a currency without a field number, then fields."""
    if len(data) < 4:
        return BadMessage(PARSE_ERROR)
    rest, currency = data[4:], None
    if len(rest) >= 2 and rest[0] not in (0x03, TLV):
        currency, rest = rest[:2], rest[2:]
    fields = parse(rest)
    if isinstance(fields, BadMessage):
        return fields
    if TLV in fields and elements(fields[TLV]) is None:
        return BadMessage(PARSE_ERROR)
    return Registration(data[:3].hex(), data[3], currency, fields.get(0x03, b"\0")[0], fields.get(TLV))
