"""What a payment terminal wants on paper: lines of 06 D1 and blocks of 06 D3, unchanged but for their character set."""

from drivers.payment_terminal.codec.bitmaps import encode_fields
from drivers.payment_terminal.codec.charsets import Charset, charset_of, read_text
from drivers.payment_terminal.codec.messages import PrintBlock, PrintText
from drivers.payment_terminal.codec.tlv import Tlv, find
from kiosk.vocabulary.payments import PrintFor, PrintLine

_FEED = 0xFF
_MOST_FEEDS = 20
_TEXT, _ATTRIBUTE, _CHARSET, _TEXTS, _TYPE = 0x07, 0x09, 0x14, 0x25, 0x1F07
_FOR = {1: PrintFor.MERCHANT, 2: PrintFor.CUSTOMER, 3: PrintFor.ADMIN}


def lines_of(message: PrintText | PrintBlock, charset: Charset, fixed: bool) -> tuple[PrintFor, tuple[PrintLine, ...]]:
    """Whose receipt it is, and its lines. ``fixed``: the terminal uses ``charset`` whatever tag 14 says."""
    match message:
        case PrintText(attribute=attribute, text=text):
            return PrintFor.UNKNOWN, _line(attribute, text, charset)
        case PrintBlock(fields=content):
            tlvs = content.tlvs
            own = find(tlvs, _CHARSET)
            named = charset_of(own.value[-1]) if own is not None and own.value else None
            used = charset if fixed or named is None else named
            kind = find(tlvs, _TYPE)
            texts = find(tlvs, _TEXTS)
            if texts is None or texts.parts is None:
                return _for(kind), _unreadable(encode_fields(content), used)
            return _for(kind), _block(texts.parts, used)


def _line(attribute: int, text: bytes, charset: Charset) -> tuple[PrintLine, ...]:
    """Attribute FF and a count are so many empty lines (chapter 3)."""
    if attribute == _FEED:
        return (PrintLine(""),) * min(text[0] if text else 1, _MOST_FEEDS)
    return (PrintLine(read_text(text, charset), attribute),)


def _block(parts: tuple[Tlv, ...], charset: Charset) -> tuple[PrintLine, ...]:
    """An attribute holds for the lines behind it, until the next one."""
    attribute, found = 0, list[PrintLine]()
    for part in parts:
        if part.tag == _ATTRIBUTE and part.value:
            attribute = part.value[0]
        elif part.tag == _TEXT:
            found.append(PrintLine(read_text(part.value, charset), attribute))
    return tuple(found)


def _unreadable(raw: bytes, charset: Charset) -> tuple[PrintLine, ...]:
    """A block that does not read as TLVs: its characters, so that nothing is lost."""
    return (PrintLine(read_text(raw, charset)),) if raw else ()


def _for(kind: Tlv | None) -> PrintFor:
    return _FOR.get(kind.value[-1], PrintFor.UNKNOWN) if kind is not None and kind.value else PrintFor.UNKNOWN
