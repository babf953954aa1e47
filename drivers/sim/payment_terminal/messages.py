"""Status informations, completions and aborts as bytes, from the book and the maker's habits."""

from drivers.sim.payment_terminal.apdu import ABORTED, COMPLETION, SET_TIME, STATUS, Apdu
from drivers.sim.payment_terminal.book import Entry, Totals
from drivers.sim.payment_terminal.cards import PIN_BLOCK, Card
from drivers.sim.payment_terminal.fields import TLV, Fields, bcd, encode, tlv
from drivers.sim.payment_terminal.machine import Machine
from drivers.sim.payment_terminal.orders import Registration, StatusEnquiry
from drivers.sim.payment_terminal.settings import Settings

DONE = Apdu(COMPLETION)
TRACK_2, PIN_DATA = 0x23, 0xD1
_MAKER_ERROR = bytes.fromhex("FF00001441")
_ABORT_TEXT = "Abbruch durch externes Kommando!"


def approved(m: Machine, entry: Entry, currency: bytes | None) -> Apdu:
    """04 0F of a payment or reversal that went through; ``currency`` only where the command had one."""
    values = _card_values(m.settings, entry.card) | {
        0x27: b"\x00",
        0x04: bcd(entry.cents, 6),
        0x0B: bcd(0 if m.settings.long_trace else entry.trace, 3),
        0x0C: bytes.fromhex(f"{entry.when:%H%M%S}"),
        0x0D: bytes.fromhex(f"{entry.when:%m%d}"),
        0x19: bytes([m.settings.payment_type]),
        0x29: bytes.fromhex(m.terminal_id),
        0x2A: m.settings.contract_number.ljust(15)[:15].encode("ascii"),
        0x3B: entry.approval.encode("ascii").ljust(8, b"\0")[:8],
        0x87: bcd(entry.receipt, 2),
        0x88: bcd(entry.receipt, 3),
        0xA0: b"\x01",
    }
    text = m.settings.additional_text.format(approval=entry.approval) + card_text(m, entry.card)
    optional = {
        0x37: None if entry.original_trace is None else bcd(entry.original_trace, 3),
        0x3C: m.encoded(text) if text else None,
        0x49: currency,
        TLV: _approved_tlv(m, entry, text) or None,
    }
    values |= {field: value for field, value in optional.items() if value is not None}
    return Apdu(STATUS, _ordered((*m.settings.status_fields, TRACK_2, PIN_DATA), values))


def declined(m: Machine, code: int, card: Card | None) -> Apdu:
    """04 0F with a result other than 0."""
    text = m.settings.decline_texts.get(code, "")
    values = {0x27: bytes([code]), 0x29: bytes.fromhex(m.terminal_id)}
    if card is not None:
        values[0x8A] = bytes([card.type_id])
    if text:
        values[0x3C] = m.encoded(text)
    if text and m.uses_tlv and m.settings.tlv != "none":
        values[TLV] = tlv(0x24, tlv(0x07, m.encoded(text)))
    return Apdu(STATUS, _ordered(m.settings.declined_fields, values))


def totals(day: Totals) -> Apdu:
    """04 0F of an end-of-day: the sum in BMP 04, receipts and brands in BMP 60 (counts are binary)."""
    brands = b"".join(bytes([count % 256]) + bcd(cents, 6) for count, cents in day.brands)
    values = {
        0x27: b"\x00",
        0x04: bcd(day.cents, 6),
        0x0B: bcd(day.trace, 3),
        0x0C: bytes.fromhex(f"{day.when:%H%M%S}"),
        0x0D: bytes.fromhex(f"{day.when:%m%d}"),
        0x60: bcd(day.first_receipt, 2) + bcd(day.last_receipt, 2) + brands,
    }
    return Apdu(STATUS, _ordered((0x27, 0x04, 0x0B, 0x0D, 0x0C, 0x60), values))


def registered(m: Machine, order: Registration) -> Apdu:
    """06 0F behind a registration: status byte, terminal id, currency; the character set where one was agreed."""
    state = (0x10 if m.settings.vending else 0) | (0x01 if m.switches.initialisation_needed else 0)
    values: Fields = {0x19: bytes([state]), 0x29: bytes.fromhex(m.terminal_id), 0x49: order.currency or b"\x09\x78"}
    agreed = m.settings.takes_charset and order.charset is not None
    if agreed and m.uses_tlv:
        values[TLV] = tlv(0x27, tlv(0x14, bytes([order.charset or 0])))
    return Apdu(COMPLETION, _ordered((0x19, 0x29, 0x49, TLV), values))


def status_report(m: Machine, order: StatusEnquiry, status: int) -> Apdu:
    """06 0F behind a status enquiry: software (LLLVAR), status, and identity and clock in a TLV. No field numbers."""
    data = b""
    if order.software and m.settings.software:
        data += encode(0x3C, m.settings.software.encode("ascii"))[1:]
    data += bytes([status])
    if order.tlv and m.settings.device_name:
        data += encode(TLV, _identity(m))
    return Apdu(COMPLETION, data)


def clock(m: Machine) -> Apdu:
    """04 01: the terminal's time for the other side."""
    now = m.now()
    return Apdu(SET_TIME, encode(0xAA, bytes.fromhex(f"{now:%y%m%d}")) + encode(0x0C, bytes.fromhex(f"{now:%H%M%S}")))


def aborted(m: Machine, code: int, *, by_command: bool = False) -> Apdu:
    """06 1E."""
    data = bytes([code])
    if by_command and m.settings.abort_texts and m.uses_tlv:
        data += encode(TLV, tlv(0x1F16, _MAKER_ERROR) + tlv(0x1F17, m.encoded(_ABORT_TEXT)))
    return Apdu(ABORTED, data)


def card_text(m: Machine, card: Card | None) -> str:
    """What a careless maker writes into a text: the card's number, in groups as it stands on the card."""
    if card is None or not m.settings.tells_card_data:
        return ""
    return " Karte " + " ".join(card.pan[at : at + 4] for at in range(0, len(card.pan), 4))


def masked(pan: str, mask: str) -> str:
    """A card number as the setting says, E for a digit that is not told."""
    if mask == "clear":
        return pan
    first = pan[:6] if mask == "first6last4" else ""
    return first + "E" * (len(pan) - len(first) - 4) + pan[-4:]


def _card_values(settings: Settings, card: Card | None) -> Fields:
    if card is None:
        return {}
    pan = masked(card.pan, "clear" if settings.tells_card_data else settings.pan)
    values = {
        0x22: _digits(pan),
        0x8A: bytes([min(card.type_id, 0xFF)]),
        0x8B: card.name.encode("ascii") + b"\0",
        0x8C: bytes([card.operator_id]),
    }
    if card.sequence is not None:
        values[0x17] = bcd(card.sequence, 2)
    if settings.tells_card_data:
        values |= {TRACK_2: _digits(card.track2), PIN_DATA: PIN_BLOCK}
    if settings.expiry != "none":
        values[0x0E] = bytes.fromhex(card.expiry if settings.expiry == "clear" else "9999")
    return values


def _digits(text: str) -> bytes:
    """Digits in BCD, with the filler F."""
    return bytes.fromhex(text + "F" * (len(text) % 2))


def _approved_tlv(m: Machine, entry: Entry, text: str) -> bytes:
    if not m.uses_tlv:
        return b""
    sync = tlv(0x1F1F, bcd(entry.receipt, 2)) if m.settings.sync_tag else b""
    card = entry.card
    cvm = tlv(0x1F10, bytes([0 if entry.tapped or card is None else card.chip_cvm]))
    technology = tlv(0x1F12, b"\x02" if entry.tapped else b"\x01")
    aid = tlv(0x43, bytes.fromhex(card.aid)) if card is not None and card.aid else b""
    long_trace = tlv(0x1F2B, bcd(entry.trace, 4)) if m.settings.long_trace else b""
    match m.settings.tlv:
        case "flat":
            data = (m.settings.emv_print_data + card_text(m, card)).encode("ascii")
            emv = tlv(0x46, data) + tlv(0x47, data) if data else b""
            shown = tlv(0x24, tlv(0x07, m.encoded(text))) if text else b""
            return shown + aid + emv + cvm + technology + long_trace + sync
        case "nested":
            label = tlv(0x44, card.label.encode("ascii")) if card is not None else b""
            return tlv(0x2F, technology + cvm) + tlv(0x60, aid + label) + long_trace + sync
        case "none":
            return long_trace + sync


def _identity(m: Machine) -> bytes:
    now = m.now()
    device = (
        tlv(0x1F40, m.settings.device_name.encode("ascii"))
        + tlv(0x1F41, m.settings.software.encode("ascii"))
        + tlv(0x1F42, bytes.fromhex(m.settings.serial_number))
        + tlv(0x1F43, b"\x01" if m.switches.initialisation_needed else b"\x00")
    )
    stamp = tlv(0x1F0E, bytes.fromhex(f"{now:%Y%m%d}")) + tlv(0x1F0F, bytes.fromhex(f"{now:%H%M%S}"))
    return tlv(0x1F44, bytes.fromhex(m.terminal_id)) + tlv(0xE4, device) + tlv(0x34, stamp)


def _ordered(order: tuple[int, ...], values: Fields) -> bytes:
    return b"".join(encode(field, values[field]) for field in order if field in values)
