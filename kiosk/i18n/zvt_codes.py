"""What the codes of a ZVT payment terminal mean, in German and English (message catalogues, domain "zvt").

Sources: PA00P015 revision 13.08, chapter 10 (results), chapter 11 (status of the terminal), table 17 (intermediate
status). The texts stand there word for word where an unattended terminal must show them so (``WORD_FOR_WORD``).
"""

from kiosk.i18n.texts import Said, Texts

DOMAIN = "zvt"
WORD_FOR_WORD = frozenset(
    {0x01, 0x02, 0x03, *range(0x07, 0x0B), *range(0x0C, 0x0F), 0x10, *range(0x12, 0x16), *range(0x17, 0x1A)}
    | {0x1B, 0x1C, 0x1D}
)
"""Intermediate status whose text must be shown unchanged on the display of an unattended terminal (table 17)."""
_REMOVE_CARD = 0x0B
_WITH_CARD = 0x40
"""Added to a status: the same, and the card is to be taken out."""
_HOST_MAX = 0x63
_BASES = frozenset({*range(0x01, 0x1E), 0x26}) - {0x0A}


def result_text(texts: Texts, lang: str, code: int) -> Said:
    """A result (BMP 27, 84 xx, 06 1E): of the host up to 99 (63), else of the terminal."""
    key = f"host.{code:02d}" if 0 < code <= _HOST_MAX else f"result.{code:02x}"
    return _said(texts, lang, key) or texts.say(lang, "result.other", code=f"{code:02X}")


def terminal_text(texts: Texts, lang: str, code: int) -> Said:
    """The status byte of a status enquiry, and what to do."""
    return _said(texts, lang, f"terminal.{code:02x}") or texts.say(lang, "terminal.other", code=f"{code:02X}")


def intermediate_text(texts: Texts, lang: str, code: int) -> Said | None:
    """What an intermediate status says; None where the code has no text of its own (FF, and those of makers)."""
    base = code - _WITH_CARD
    if base not in _BASES:
        return _said(texts, lang, f"intermediate.{code:02x}")
    remove = texts.say(lang, f"intermediate.{_REMOVE_CARD:02x}")
    said = _said(texts, lang, f"intermediate.{base:02x}")
    if base == _REMOVE_CARD or said is None:
        return remove
    return Said(f"{said.text}\n{remove.text}", said.lang, said.fell_back)


def is_word_for_word(code: int) -> bool:
    """Whether the text of this intermediate status must be shown unchanged."""
    return code in WORD_FOR_WORD or (code - _WITH_CARD in _BASES and code - _WITH_CARD in WORD_FOR_WORD)


def _said(texts: Texts, lang: str, key: str) -> Said | None:
    try:
        return texts.say(lang, key)
    except KeyError:
        return None
