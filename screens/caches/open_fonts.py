"""What Kivy's text provider keeps behind our textures: a font for each size, with the glyphs drawn from it.

It closes a font only when 64 others were opened after it and offers no other way. So we count what the fonts take, and
where that is too much open 64 small ones, which closes all others. They are opened again when they are needed.
"""

from collections.abc import Callable

from screens.display_list import Style

MOST_BYTES = 10 << 20
"""All screens in one text size take about 7 MiB, so this is met only where visitors change the size."""
FONT_BYTES = 256 << 10
"""What an open font takes before anything is drawn from it (measured)."""
KEPT_BY_KIVY = 64


class OpenFonts:
    """Counts what the open fonts take. ``open_small(n)`` opens the smallest font there is under the n-th name."""

    def __init__(self, open_small: Callable[[int], object], limit: int = MOST_BYTES) -> None:
        self._open_small = open_small
        self._limit = limit
        self._glyphs: dict[Style, set[str]] = {}
        self._names = 0
        self._bytes = 0

    @property
    def bytes(self) -> int:
        """What the open fonts and their glyphs take, as far as it can be told: at most the limit and one text."""
        return self._bytes

    def draws(self, text: str, style: Style) -> None:
        """This text is about to be drawn."""
        known = self._glyphs.get(style)
        if known is None:
            known = self._glyphs[style] = set()
            self._bytes += FONT_BYTES
        fresh = set(text) - known
        known |= fresh
        self._bytes += len(fresh) * style.px * style.px // 2
        if self._bytes > self._limit:
            self.close()

    def close(self) -> None:
        """Close them all."""
        for _ in range(KEPT_BY_KIVY):
            self._names += 1
            self._open_small(self._names)
        self._glyphs.clear()
        self._bytes = 0
