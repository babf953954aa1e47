"""Kivy's text engine behind a small typed face: measure a line, have its texture.

Textures are white and tinted when drawn, so a change of theme needs no new one. Kept are those used last, within
``MOST_BYTES``: while a visit goes on, so that the lines that pages share are set once.
"""

from typing import Any

from kivy.core.text import Label as CoreLabel
from kivy.graphics.texture import Texture

from kiosk.assets import font_path, icon_font_path
from screens.caches.open_fonts import OpenFonts
from screens.caches.texture_cache import TextureCache
from screens.display_list import Font, Style

MOST_BYTES = 9 << 20
"""The lines of a full page take about 2.5 MiB on a panel of 1080 x 1920; those of a visit's way to its number and back
take 8.6, so that no line of it is drawn twice. All are dropped when the visit is over."""
_MOST_EXTENTS = 4000
_MOST_WRAPPED = 600


class KivyFaces:
    """Widths and textures of text; used by the window's thread only."""

    def __init__(self) -> None:
        self._files = {
            Font.REGULAR: str(font_path()),
            Font.BOLD: str(font_path(bold=True)),
            Font.ICONS: str(icon_font_path()),
        }
        self._labels: dict[Style, Any] = {}
        self._extents: dict[tuple[str, Style], tuple[int, int]] = {}
        self._heights: dict[Style, int] = {}
        self._ascents: dict[Style, int] = {}
        self.wrapped: dict[tuple[str, Style, int, str, bool], tuple[str, ...]] = {}
        """Lines of texts already broken (the kit fills it; bounded here)."""
        self.cache = TextureCache(MOST_BYTES)
        self.fonts = OpenFonts(self._open_small)

    def width(self, text: str, style: Style) -> int:
        """Pixels that the line takes."""
        return self._extent(text, style)[0]

    def ascent(self, style: Style) -> int:
        """Pixels from the top of a texture to the baseline."""
        if (known := self._ascents.get(style)) is None:
            known = self._ascents[style] = int(self._label(style).get_ascent())
        return known

    def height(self, style: Style) -> int:
        """Pixels of a texture of this style."""
        if (known := self._heights.get(style)) is None:
            known = self._heights[style] = int(self._label(style).get_extents("H")[1])
        return known

    def overhang(self, text: str, style: Style) -> int:
        """Pixels by which the texture of this line is higher than those of its style."""
        return self._extent(text, style)[1] - self.height(style)

    def texture(self, text: str, style: Style) -> Texture:
        """The line, white on nothing."""
        return self.cache.get((text, style), lambda: self._set(text, style))

    def remember(self, key: tuple[str, Style, int, str, bool], lines: tuple[str, ...]) -> tuple[str, ...]:
        """Keep the lines of a text."""
        if len(self.wrapped) >= _MOST_WRAPPED:
            self.wrapped.clear()
        self.wrapped[key] = lines
        return lines

    def forget(self) -> None:
        """Drop every text; what stands on the screen keeps its own textures."""
        self._labels.clear()
        self._extents.clear()
        self._heights.clear()
        self._ascents.clear()
        self.wrapped.clear()
        self.cache.forget()

    def _extent(self, text: str, style: Style) -> tuple[int, int]:
        """Width and height of the line's texture."""
        key = (text, style)
        if (known := self._extents.get(key)) is not None:
            return known
        if len(self._extents) >= _MOST_EXTENTS:
            self._extents.clear()
        width, height = self._label(style).get_extents(text)
        extent = self._extents[key] = (int(width), int(height))
        return extent

    def _set(self, text: str, style: Style) -> Texture:
        self.fonts.draws(text, style)
        label = CoreLabel(text=text, font_size=style.px, font_name=self._files[style.font])
        label.refresh()
        return label.texture

    def _label(self, style: Style) -> Any:
        if style not in self._labels:
            self._labels[style] = CoreLabel(text="", font_size=style.px, font_name=self._files[style.font])
            self._labels[style].resolve_font_name()
        return self._labels[style]

    def _open_small(self, name: int) -> None:
        """Kivy tells fonts apart by the size as it is written; it opens them in whole pixels."""
        label = CoreLabel(text="", font_size=4 + name / 1_000_000, font_name=self._files[Font.ICONS])
        label.resolve_font_name()
        label.get_extents("")
