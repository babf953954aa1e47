"""What somebody typed into a form: tidied, and checked as a terminal will check it, so that the field says it."""

import unicodedata

import msgspec

from kiosk.assets.glyphs import lacking
from kiosk.catalogue.texts import control_in, markup_in
from kiosk.i18n.invisible import without_idle

SHOWN = 5
"""Characters that one sentence names."""
_SOFT_HYPHEN = "\u00ad"


class Unfit(msgspec.Struct, frozen=True):
    """Why a text cannot be shown: a message key and its values."""

    key: str
    values: dict[str, object] = {}


def tidy(text: str) -> str:
    """One line in NFC without blanks around it, and without characters that have neither width nor effect."""
    plain = without_idle(unicodedata.normalize("NFC", text)).replace(_SOFT_HYPHEN, "")
    return " ".join(plain.split())


def unfit(text: str, longest: int) -> Unfit | None:
    """Why screens, slips and boards cannot show this text; None = they can."""
    if len(text) > longest:
        return Unfit("fault.too_long", {"most": longest})
    if control_in(text):
        return Unfit("fault.control")
    if found := markup_in(text):
        return Unfit("fault.markup", {"found": found[:20]})
    if signs := lacking(text):
        return Unfit("fault.glyph", {"n": len(signs), "signs": " ".join(signs[:SHOWN])})
    return None
