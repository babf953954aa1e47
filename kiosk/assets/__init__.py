"""Type and icons for screen, paper and web: where the files are. A leaf, like the vocabulary.

``TownhallSans`` owns every glyph of DIN 91379, Greek, Cyrillic, Hebrew and Arabic (with presentation forms);
``TownhallIcons`` the icons of ``ICONS``. Origin, licence and hashes: docs/assets.md.
"""

from pathlib import Path

from kiosk.assets.icons import ICONS

__all__ = ["FONT_DIR", "ICONS", "font_path", "icon_font_path"]

FONT_DIR = Path(__file__).resolve().parent / "fonts"


def font_path(bold: bool = False) -> Path:
    """The text font; capitals are 0.714 of the em, digits all have one width."""
    return FONT_DIR / ("TownhallSans-Bold.ttf" if bold else "TownhallSans-Regular.ttf")


def icon_font_path() -> Path:
    """The icon font; look characters up in ``ICONS``."""
    return FONT_DIR / "TownhallIcons.ttf"
