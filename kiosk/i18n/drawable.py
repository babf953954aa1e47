"""The one place that says what of a text is drawn, on screens and on paper.

What our type does not hold is left out: an empty box helps nobody. Zero-width characters without effect are left out
too; joiners between letters that join stay until the letters have their forms (``rtl``).
"""

from kiosk.assets.glyphs import lacking
from kiosk.i18n.invisible import without_idle

_LAYOUT = "\n\t"


def drawable(text: str) -> str:
    """The text as far as it can be drawn."""
    if text.isascii():
        return text
    left_out = {ord(letter): None for letter in lacking(text) if letter not in _LAYOUT}
    return without_idle(text.translate(left_out) if left_out else text)
