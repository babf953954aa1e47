"""Type and icons for screen, paper and web: where the files are. A leaf, like the vocabulary.

``TownhallSans`` owns every glyph of DIN 91379, Greek, Cyrillic, Hebrew and Arabic (with presentation forms);
``TownhallIcons`` the icons of ``ICONS``; ``DRAWING`` stands where a town has no picture. Origin, licence and hashes:
docs/assets.md.
"""

from functools import cache
from pathlib import Path

from kiosk.assets.icons import ICONS

__all__ = ["FONT_DIR", "ICONS", "drawing", "font_path", "icon_font_path"]

DRAWING = Path(__file__).resolve().parent / "pictures" / "townhall.png"
FONT_DIR = Path(__file__).resolve().parent / "fonts"


def font_path(bold: bool = False) -> Path:
    """The text font; capitals are 0.714 of the em, digits all have one width."""
    return FONT_DIR / ("TownhallSans-Bold.ttf" if bold else "TownhallSans-Regular.ttf")


def icon_font_path() -> Path:
    """The icon font; look characters up in ``ICONS``."""
    return FONT_DIR / "TownhallIcons.ttf"


@cache
def drawing() -> bytes:
    """The drawing of a town hall, as PNG: only how much of it is covered counts. Read once."""
    return DRAWING.read_bytes()
