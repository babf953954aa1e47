"""Keyboards that readers imitate and computers expect: which key gives which sign (the layouts of X11's xkb-data).

Keys are those of linux/input-event-codes.h; only the signs of the four rows of keys are here, without AltGr.
"""

from typing import Literal, NamedTuple

Layout = Literal["de", "us", "fr", "ch", "gb", "be", "it", "es", "se"]

ISO_KEY = 86
"""The key beside the left shift, which American keyboards do not have."""
_ROWS = ((41, *range(2, 14)), tuple(range(16, 28)), (*range(30, 41), 43), tuple(range(44, 54)), (ISO_KEY,))
"""Keys from left to right: digits, the two rows below, the lowest row, the ISO key."""
_KEYS = tuple(key for row in _ROWS for key in row)
_SPACE = 57


class Keyboard(NamedTuple):
    """The sign of each key alone and with shift."""

    plain: dict[int, str]
    shifted: dict[int, str]


def _keyboard(plain: str, shifted: str) -> Keyboard:
    """From the signs of the rows, parted by blanks."""
    rows = plain.replace(" ", ""), shifted.replace(" ", "")
    assert [len(row) for row in rows] == [len(_KEYS)] * 2
    first, second = (dict(zip(_KEYS, row, strict=True)) | {_SPACE: " "} for row in rows)
    return Keyboard(first, second)


KEYBOARDS: dict[Layout, Keyboard] = {
    "us": _keyboard(
        "`1234567890-= qwertyuiop[] asdfghjkl;'\\ zxcvbnm,./ <", '~!@#$%^&*()_+ QWERTYUIOP{} ASDFGHJKL:"| ZXCVBNM<>? >'
    ),
    "de": _keyboard(
        "^1234567890ß´ qwertzuiopü+ asdfghjklöä# yxcvbnm,.- <", "°!\"§$%&/()=?` QWERTZUIOPÜ* ASDFGHJKLÖÄ' YXCVBNM;:_ >"
    ),
    "fr": _keyboard(
        "²&é\"'(-è_çà)= azertyuiop^$ qsdfghjklmù* wxcvbn,;:! <", "~1234567890°+ AZERTYUIOP¨£ QSDFGHJKLM%µ WXCVBN?./§ >"
    ),
    "ch": _keyboard(
        "§1234567890'^ qwertzuiopü¨ asdfghjklöä$ yxcvbnm,.- <", '°+"*ç%&/()=?` QWERTZUIOPè! ASDFGHJKLéà£ YXCVBNM;:_ >'
    ),
    "gb": _keyboard(
        "`1234567890-= qwertyuiop[] asdfghjkl;'# zxcvbnm,./ \\", '¬!"£$%^&*()_+ QWERTYUIOP{} ASDFGHJKL:@~ ZXCVBNM<>? |'
    ),
    "be": _keyboard(
        "²&é\"'(§è!çà)- azertyuiop^$ qsdfghjklmùµ wxcvbn,;:= <", "³1234567890°_ AZERTYUIOP¨* QSDFGHJKLM%£ WXCVBN?./+ >"
    ),
    "it": _keyboard(
        "\\1234567890'ì qwertyuiopè+ asdfghjklòàù zxcvbnm,.- <", '|!"£$%&/()=?^ QWERTYUIOPé* ASDFGHJKLç°§ ZXCVBNM;:_ >'
    ),
    "es": _keyboard(
        "º1234567890'¡ qwertyuiop`+ asdfghjklñ´ç zxcvbnm,.- <", 'ª!"·$%&/()=?¿ QWERTYUIOP^* ASDFGHJKLÑ¨Ç ZXCVBNM;:_ >'
    ),
    "se": _keyboard(
        "§1234567890+´ qwertyuiopå¨ asdfghjklöä' zxcvbnm,.- <", '½!"#¤%&/()=?` QWERTYUIOPÅ^ ASDFGHJKLÖÄ* ZXCVBNM;:_ >'
    ),
}
"""By the country whose keyboard it is; the first ones are tried first (``reader_texts``)."""
