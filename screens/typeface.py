"""Kivy's text engine behind a small typed face: measure a line, have its texture.

Textures are white and tinted when drawn, so a change of theme needs no new one; the newest few hundred are kept.
"""

from collections import OrderedDict
from typing import Any

from kivy.core.text import Label as CoreLabel
from kivy.graphics.texture import Texture

from kiosk.assets import font_path, icon_font_path
from screens.marks import Font, Style

_MOST_TEXTURES = 400
_MOST_TEXTURE_BYTES = 6_000_000
_MOST_WIDTHS = 4000
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
        self._widths: dict[tuple[str, Style], int] = {}
        self.wrapped: dict[tuple[str, Style, int, str, bool], tuple[str, ...]] = {}
        """Lines of texts already broken (the kit fills it; bounded here)."""
        self._textures: OrderedDict[tuple[str, Style], Texture] = OrderedDict()
        self._bytes = 0

    def width(self, text: str, style: Style) -> int:
        """Pixels that the line takes."""
        key = (text, style)
        if (known := self._widths.get(key)) is not None:
            return known
        if len(self._widths) >= _MOST_WIDTHS:
            self._widths.clear()
        width = self._widths[key] = int(self._label(style).get_extents(text)[0])
        return width

    def ascent(self, style: Style) -> int:
        """Pixels from the top of a texture to the baseline."""
        return int(self._label(style).get_ascent())

    def height(self, style: Style) -> int:
        """Pixels of a texture of this style."""
        return int(self._label(style).get_extents("H")[1])

    def texture(self, text: str, style: Style) -> Texture:
        """The line, white on nothing."""
        key = (text, style)
        if (known := self._textures.get(key)) is not None:
            self._textures.move_to_end(key)
            return known
        label = CoreLabel(text=text, font_size=style.px, font_name=self._files[style.font])
        label.refresh()
        self._keep(key, label.texture)
        return label.texture

    def remember(self, key: tuple[str, Style, int, str, bool], lines: tuple[str, ...]) -> tuple[str, ...]:
        """Keep the lines of a text."""
        if len(self.wrapped) >= _MOST_WRAPPED:
            self.wrapped.clear()
        self.wrapped[key] = lines
        return lines

    def forget(self) -> None:
        """Drop every text; what stands on the screen keeps its own textures."""
        self._widths.clear()
        self.wrapped.clear()
        self._textures.clear()
        self._bytes = 0

    def _keep(self, key: tuple[str, Style], texture: Texture) -> None:
        self._textures[key] = texture
        self._bytes += texture.width * texture.height * 4
        while len(self._textures) > _MOST_TEXTURES or self._bytes > _MOST_TEXTURE_BYTES:
            _, oldest = self._textures.popitem(last=False)
            self._bytes -= oldest.width * oldest.height * 4

    def _label(self, style: Style) -> Any:
        if style not in self._labels:
            self._labels[style] = CoreLabel(text="", font_size=style.px, font_name=self._files[style.font])
            self._labels[style].resolve_font_name()
        return self._labels[style]
