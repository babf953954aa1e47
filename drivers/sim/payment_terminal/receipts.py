"""The terminal's receipts as lines, and how they reach the other side's printer: 06 D1 or 06 D3 (PA00P015)."""

from enum import Enum, auto

import msgspec

from drivers.sim.payment_terminal.apdu import PRINT_BLOCK, PRINT_LINE, Apdu
from drivers.sim.payment_terminal.book import Entry, Kind, Totals
from drivers.sim.payment_terminal.cards import BRANDS
from drivers.sim.payment_terminal.fields import TLV, encode, tlv
from drivers.sim.payment_terminal.machine import Machine
from drivers.sim.payment_terminal.messages import card_text, masked
from drivers.sim.payment_terminal.steps import Process, say
from drivers.sim.payment_terminal.texts import euros

PLAIN, CENTRED, LARGE, CUT = 0x00, 0x40, 0x70, 0x81
"""Print attributes: 01xx centred, xx11 double width and height, 1xxx xxxx the last line."""
MERCHANT, CUSTOMER, SERVICE = 1, 2, 3
"""Tag 1F07."""
_TITLES = {MERCHANT: "H-Ä-N-D-L-E-R-B-E-L-E-G", CUSTOMER: "K-U-N-D-E-N-B-E-L-E-G", SERVICE: "Kassenschnitt"}


class Line(msgspec.Struct, frozen=True):
    """One line of paper."""

    attribute: int
    text: str = ""


class Printed(Enum):
    """What became of a receipt: taken, refused with 84 xx, or never answered."""

    TAKEN = auto()
    REFUSED = auto()
    UNANSWERED = auto()


def payment_receipt(m: Machine, entry: Entry, kind: int) -> list[Line]:
    """The receipt of a payment or reversal."""
    what = "Storno Kartenzahlung" if entry.kind is Kind.REVERSAL else "Kartenzahlung"
    card = entry.card
    lines = [
        Line(CENTRED, _TITLES[kind]),
        Line(PLAIN, _pair(m, "Terminal-ID:", m.terminal_id)),
        Line(PLAIN, _pair(m, f"TA-Nr. {entry.trace:06d}", f"BNr. {entry.receipt:04d}")),
        Line(PLAIN),
        Line(CENTRED, what),
        Line(CENTRED, card.name if card else ""),
        Line(LARGE, f"EUR {euros(entry.cents)}"),
        Line(PLAIN),
    ]
    if card is not None:
        pan = masked(card.pan, "last4").replace("E", "#")
        lines += [Line(PLAIN, "PAN:" + card_text(m, card)), Line(PLAIN, pan.rjust(_columns(m)))]
    lines += [
        Line(PLAIN, _pair(m, f"{entry.when:%d.%m.%Y}", f"{entry.when:%H:%M} Uhr")),
        Line(PLAIN, _pair(m, "Genehmigungs-Nr.", entry.approval)),
        Line(CENTRED, "Storno erfolgt" if entry.kind is Kind.REVERSAL else "Zahlung erfolgt"),
    ]
    return [*lines, Line(CUT)]


def day_receipt(m: Machine, day: Totals) -> list[Line]:
    """The receipt of an end-of-day."""
    lines = [
        Line(CENTRED, _TITLES[SERVICE]),
        Line(PLAIN, _pair(m, "Terminal-ID:", m.terminal_id)),
        Line(PLAIN, _pair(m, f"{day.when:%d.%m.%Y}", f"{day.when:%H:%M} Uhr")),
        Line(PLAIN, _pair(m, "Belege", f"{day.first_receipt:04d}-{day.last_receipt:04d}")),
    ]
    for brand, (count, cents) in zip(BRANDS, day.brands, strict=True):
        if count:
            lines.append(Line(PLAIN, _pair(m, f"{count} {brand}", euros(cents))))
    return [*lines, Line(LARGE, f"EUR {euros(day.cents)}"), Line(CUT)]


def service_receipt(m: Machine, title: str) -> list[Line]:
    """The receipt of a diagnosis or initialisation."""
    stamp = f"{m.now():%d.%m.%Y %H:%M}"
    return [Line(CENTRED, title), Line(PLAIN, _pair(m, "Terminal-ID:", m.terminal_id)), Line(PLAIN, stamp), Line(CUT)]


def print_out(m: Machine, lines: list[Line], kind: int) -> Process[Printed]:
    """Print through the other side, where it registered for that; else nothing is to be done."""
    registration = m.registration
    if registration is None or m.settings.print_form == "none":
        return Printed.TAKEN
    if not (registration.prints_service if kind == SERVICE else registration.prints_payments):
        return Printed.TAKEN
    blocks = m.settings.print_form == "blocks" and registration.permits(PRINT_BLOCK)
    for message in _blocks(m, lines, kind) if blocks else [print_line(m, line) for line in lines]:
        answer = yield from say(message, m.settings.answer_s)
        if answer is None:
            return Printed.UNANSWERED
        if answer.refusal:
            return Printed.REFUSED
    return Printed.TAKEN


def print_line(m: Machine, line: Line) -> Apdu:
    """06 D1: attribute and text."""
    return Apdu(PRINT_LINE, bytes([line.attribute]) + m.encoded(line.text))


def print_block(m: Machine, lines: list[Line], kind: int) -> Apdu:
    """06 D3: kind of receipt, whether it may be left out, then texts; an attribute holds until the next one."""
    content, attribute = b"", -1
    for line in lines:
        if line.attribute != attribute:
            content += tlv(0x09, bytes([line.attribute]))
            attribute = line.attribute
        content += tlv(0x07, m.encoded(line.text))
    info = tlv(0x1F37, b"\x01") if kind != SERVICE else b""
    return Apdu(PRINT_BLOCK, encode(TLV, tlv(0x1F07, bytes([kind])) + info + tlv(0x25, content)))


def _blocks(m: Machine, lines: list[Line], kind: int) -> list[Apdu]:
    size = m.settings.block_lines or len(lines)
    return [print_block(m, lines[at : at + size], kind) for at in range(0, len(lines), size)]


def _columns(m: Machine) -> int:
    asked = m.registration.columns if m.registration else None
    return asked or m.settings.columns


def _pair(m: Machine, left: str, right: str) -> str:
    return left + right.rjust(_columns(m) - len(left))
