"""What a status information says, in the words of the payment machine (``kiosk.vocabulary.payments``)."""

from drivers.payment_terminal.codec.bcd import from_bcd
from drivers.payment_terminal.codec.bitmaps import Fields
from drivers.payment_terminal.codec.charsets import Charset, read_text
from drivers.payment_terminal.codec.mask import PAN
from drivers.payment_terminal.codec.messages import StatusInformation, write_message
from drivers.payment_terminal.codec.tlv import every, find
from drivers.payment_terminal.settings import CURRENCIES
from kiosk.vocabulary.payments import CardKind, CardRecord, Money, Totals

NO_RESULT = 0xFF
_LETTERS = {number: letters for letters, number in CURRENCIES.items()}
_KINDS = ("girocard", "JCB", "Mastercard", "American Express", "Visa", "Diners", "other")
"""Order of the totals in BMP 60 (section 13)."""
_TOTALS_SIZE = 4 + 7 * len(_KINDS)
_REVERSED_WORDS = ("storno", "reversal", "cancellation")
_OUTCOME_TEXTS = (0x07, 0x68)


def record_of(status: StatusInformation, charset: Charset, currency: str) -> CardRecord:
    """``currency``: what we registered with; the terminal leaves BMP 49 out where it was not asked."""
    content = status.fields
    tlvs = content.tlvs
    result = content.get(0x27)
    sync = find(tlvs, 0x1F1F)
    return CardRecord(
        result=result[0] if result else NO_RESULT,
        amount=amount_of(content, currency),
        terminal_id=_digits(content, 0x29),
        receipt=_number(content, 0x87),
        trace=_trace(content),
        original_trace=_number(content, 0x37),
        date=_digits(content, 0x0D),
        time=_digits(content, 0x0C),
        reversal=_speaks_of_reversal(content, charset),
        end_of_day=content.get(0x60) is not None,
        sync=sync.value.hex() if sync is not None else "",
        card_name=_card_name(content, charset),
        card_last4=_last4(content),
        approval=_text(content, 0x3B, charset),
        contract=_text(content, 0x2A, charset),
        host_code=host[0] if (host := content.get(0xA0)) else None,
        note=_text(content, 0x3C, charset),
    )


def totals_of(status: StatusInformation, currency: str) -> Totals:
    """The turnover of an end-of-day. A sum that the terminal did not tell is that of its kinds, or 0: the comparison
    with our own book shows the difference."""
    content = status.fields
    block = content.get(0x60) or b""
    kinds = _kinds(block)
    told = amount_of(content, currency)
    return Totals(
        amount=told or Money(sum(each.cents for each in kinds), currency),
        terminal_id=_digits(content, 0x29),
        first_receipt=from_bcd(block[:2]) if len(block) >= 4 else None,
        last_receipt=from_bcd(block[2:4]) if len(block) >= 4 else None,
        kinds=kinds,
    )


def is_end_of_day(status: StatusInformation) -> bool:
    """Totals have no receipt of their own, or the block of single totals."""
    return status.fields.get(0x60) is not None or status.fields.get(0x87) is None


def raw_of(status: StatusInformation) -> str:
    """The message as hexadecimal digits, card data masked."""
    return write_message(status).hex()


def amount_of(content: Fields, currency: str) -> Money | None:
    """BMP 04 with BMP 49; None when it is not there or no number."""
    cents = _number(content, 0x04)
    if cents is None:
        return None
    code = _number(content, 0x49)
    return Money(cents, currency if code is None else _LETTERS.get(code, f"{code:03d}"))


def terminal_id_of(content: Fields) -> str:
    """BMP 29; "" when it is not there."""
    return _digits(content, 0x29)


def _number(content: Fields, bmp: int) -> int | None:
    value = content.get(bmp)
    return None if value is None else from_bcd(value)


def _digits(content: Fields, bmp: int) -> str:
    return (content.get(bmp) or b"").hex()


def _trace(content: Fields) -> int | None:
    """BMP 0B; where it is 000000 the number is longer and stands in tag 1F2B."""
    short = _number(content, 0x0B)
    long = find(content.tlvs, 0x1F2B)
    return from_bcd(long.value) if not short and long is not None else short


def _text(content: Fields, bmp: int, charset: Charset) -> str:
    return read_text((content.get(bmp) or b"").rstrip(b"\0 "), charset)


def _card_name(content: Fields, charset: Charset) -> str:
    """As it stands on receipts: BMP 8B, or the German name of the product (tag 4A)."""
    product = find(content.tlvs, 0x60, 0x4A) or find(content.tlvs, 0x4A)
    return _text(content, 0x8B, charset) or (read_text(product.value, charset) if product is not None else "")


def _last4(content: Fields) -> str:
    number = (content.get(PAN) or b"").hex().rstrip("f")
    return number[-4:] if number[-4:].isdecimal() else ""


def _speaks_of_reversal(content: Fields, charset: Charset) -> bool:
    texts = [content.get(0x3C) or b"", *(each.value for each in every(content.tlvs) if each.tag in _OUTCOME_TEXTS)]
    said = " ".join(read_text(each, charset) for each in texts).lower()
    return any(word in said for word in _REVERSED_WORDS)


def _kinds(block: bytes) -> tuple[CardKind, ...]:
    """Count (binary) and sum (BCD) of each kind; those without turnover are left out. Empty where the block has
    another size: makers fill it as they like."""
    if len(block) != _TOTALS_SIZE:
        return ()
    parts = [block[at : at + 7] for at in range(4, _TOTALS_SIZE, 7)]
    sums = [(part[0], from_bcd(part[1:])) for part in parts]
    return tuple(
        CardKind(name, count, cents)
        for name, (count, cents) in zip(_KINDS, sums, strict=True)
        if cents is not None and (count or cents)
    )
