"""What every drawing function needs: the panel's geometry, the faces, the language; and text set with them."""

import re
from typing import Protocol

import msgspec

from kiosk.assets import ICONS
from kiosk.vocabulary.access import TextSize
from screens import wrap
from screens.display_list import Box, Font, Ink, Mark, Piece, Style
from screens.sizes import CAP_SHARE, Geometry, Text, em_for_cap
from screens.theme import Colour

_FACING = {
    "arrow-left": "arrow-right",
    "arrow-right": "arrow-left",
    "arrow-narrow-left": "arrow-narrow-right",
    "arrow-narrow-right": "arrow-narrow-left",
    "chevron-left": "chevron-right",
    "chevron-right": "chevron-left",
}
_ENDLESS = 1_000_000
_SIGNS_ABOVE = re.compile("[\u064b\u064c\u064e\u064f\u0651\u0652\u0670]")
_ARABIC = re.compile("[\u064b-\u0652\u0670\ufb50-\ufdff\ufe70-\ufefc]")
"""Arabic letters as they are drawn, and vowel signs: tails make a line's texture higher, signs above the letters also
lift its upper edge."""
_PITCH = {Text.BODY: 1.3, Text.SECOND: 1.3, Text.TILE: 1.22, Text.HEADING: 1.2}
_CRAMPED_PITCH = {**_PITCH, Text.BODY: 1.2, Text.SECOND: 1.2}
"""From line to line, in ems; with large text on a low panel lines are dear."""


WrapKey = tuple[str, Style, int, str, bool]
"""What decides how a text breaks: text, style, width, language, whether lines are evened."""


class Faces(Protocol):
    """What layout needs of a text engine (``screens.typeface`` is Kivy's)."""

    wrapped: dict[WrapKey, tuple[str, ...]]
    """Lines of texts already broken."""

    def width(self, text: str, style: Style) -> int:
        """Pixels that the line takes."""
        ...

    def ascent(self, style: Style) -> int:
        """Pixels from the top of a texture to the baseline."""
        ...

    def height(self, style: Style) -> int:
        """Pixels of a texture of this style."""
        ...

    def overhang(self, text: str, style: Style) -> int:
        """Pixels by which the texture of this line is higher than those of its style: vowel signs above or below."""
        ...

    def remember(self, key: WrapKey, lines: tuple[str, ...]) -> tuple[str, ...]:
        """Keep the lines of a text."""
        ...


class DrawContext(msgspec.Struct, frozen=True):
    """The drawing tools of one view."""

    geometry: Geometry
    faces: Faces
    lang: str
    rtl: bool

    def mm(self, millimetres: float) -> int:
        """Millimetres in pixels."""
        return self.geometry.mm(millimetres)

    def air(self, millimetres: float) -> int:
        """A space inside or between things, in pixels: wider on a roomy panel, narrower on a low one."""
        return self.geometry.mm(millimetres * self.geometry.air)

    def inset(self, millimetres: float) -> int:
        """A margin or an ornament, in pixels: narrower on a panel that is smaller than usual."""
        return self.geometry.mm(millimetres * min(self.geometry.scale, 1.0))

    def in_size(self, size: TextSize) -> "DrawContext":
        """The same tools in another text size."""
        return msgspec.structs.replace(self, geometry=msgspec.structs.replace(self.geometry, size=size))

    def closer(self) -> "DrawContext":
        """The same tools with less space between things."""
        return msgspec.structs.replace(self, geometry=msgspec.structs.replace(self.geometry, close=True))

    def style(self, text: Text, bold: bool = False) -> Style:
        """Font and size of a text role."""
        return self.sized(self.geometry.cap_mm(text), bold)

    def sized(self, cap_mm: float, bold: bool = False) -> Style:
        """Font and size for a cap height."""
        em = em_for_cap(cap_mm * self.geometry.panel.px_per_mm)
        return Style(Font.BOLD if bold else Font.REGULAR, em)

    def text(
        self,
        text: str,
        role: Text,
        width: int,
        colour: Colour = Colour.INK,
        *,
        bold: bool = False,
        lang: str = "",
        centre: bool = False,
        even: bool = False,
    ) -> Piece:
        """A text wrapped to the width. ``even`` makes its lines about one length; ``lang`` where it differs."""
        pitch = (_CRAMPED_PITCH if self.geometry.cramped else _PITCH)[role]
        return self.set(text, self.style(role, bold), width, colour, pitch, lang=lang, centre=centre, even=even)

    def set(
        self,
        text: str,
        style: Style,
        width: int,
        colour: Colour,
        pitch: float,
        *,
        lang: str = "",
        centre: bool = False,
        even: bool = False,
    ) -> Piece:
        """A text in any style."""
        step = round(style.px * pitch)
        drop = (step + round(style.px * CAP_SHARE)) // 2 - self.faces.ascent(style)
        marks: list[Mark] = []
        wrapped = self.lines(text, style, width, lang, even)
        for index, line in enumerate(wrapped):
            w = self.faces.width(line, style)
            x = (width - w) // 2 if centre else 0
            over = self.faces.overhang(line, style) if _ARABIC.search(line) else 0
            y = index * step + drop - (over if _SIGNS_ABOVE.search(line) else 0)
            marks.append(Ink(Box(x, y, w, self.faces.height(style) + over), line, style, colour))
        return Piece(width, len(wrapped) * step, tuple(marks))

    def lines(self, text: str, style: Style, width: int, lang: str = "", even: bool = False) -> tuple[str, ...]:
        """The text broken into lines in visual order."""
        spoken = lang or self.lang
        key = (text, style, width, spoken, even)
        if (known := self.faces.wrapped.get(key)) is not None:
            return known

        def measure(line: str) -> float:
            return self.faces.width(line, style)

        breaker = wrap.balanced if even else wrap.lines
        return self.faces.remember(key, breaker(text, width, measure, spoken))

    def measure(self, text: str, style: Style, lang: str = "") -> int:
        """Pixels that a text takes on one line, as it is drawn."""
        return max((self.faces.width(line, style) for line in self.lines(text, style, _ENDLESS, lang)), default=0)

    def icon(self, name: str, size_mm: float, colour: Colour) -> Piece:
        """An icon in a square; an unknown name leaves it empty. Arrows face the reading direction."""
        side = self.mm(size_mm)
        shown = ICONS.get(_FACING.get(name, name) if self.rtl else name, "")
        if not shown:
            return Piece(side, side)
        style = Style(Font.ICONS, side)
        w, h = self.faces.width(shown, style), self.faces.height(style)
        return Piece(side, side, (Ink(Box((side - w) // 2, (side - h) // 2, w, h), shown, style, colour),))
