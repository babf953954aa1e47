"""From a Document to rows of paper: what stands on which line, in the printer's own characters or as dots.

Both renderers (bytes and preview) start here, so that a line breaks at the same place in both; what a row looks like
is each renderer's own work. Lengths in dots; rows know left and right only, the direction of the script is resolved.
"""

import math
from collections.abc import Callable
from typing import assert_never

import msgspec

from drivers.receipt_printer.characters import clean, encodes, seen
from drivers.receipt_printer.models import Model
from kiosk.i18n.languages import is_rtl
from kiosk.i18n.rtl import has_rtl, layout_lines, visual
from kiosk.paper.document import Align, Big, Bitmap, Block, Document, Gap, Pair, Picture, Qr, Rule, Text

Measure = Callable[[str, int, bool], int]
"""Width in dots of drawn text: text, height of its capitals in dots, bold."""

MAX_SCALE = 8
"""Largest character magnification of ESC/POS (GS !)."""
LEAST_NUMBER_MM = 10.0
"""Capital height of the number that is kept on narrow paper; rather its figures become narrower."""
LINE_OF_CAP = 1.75
"""Height of a drawn line in capitals; single letters may need more."""
_QUIET_MODULES = 4
"""White round a QR code (ISO/IEC 18004); printers draw none of their own."""
_USUAL_MODULES = 45
"""Squares along the edge of a QR code with an address of usual length (version 7)."""
_RULE_AIR_MM = 1.0
_DOUBLE_AIR_MM = 0.75


class Line(msgspec.Struct, frozen=True):
    """Characters of the printer's font A, magnified ``wide`` x ``high``; fits the width."""

    text: str
    align: Align = Align.START
    bold: bool = False
    wide: int = 1
    high: int = 1


class Drawn(msgspec.Struct, frozen=True):
    """A line that the printer's characters cannot set: sent as dots. Texts are in visual order.

    ``text`` stands where ``align`` says, ``inset`` dots away from that edge, ``right`` at the right edge; ``cap`` =
    height of capitals.
    """

    text: str
    right: str = ""
    align: Align = Align.START
    bold: bool = False
    cap: int = 17
    inset: int = 0


class Figures(msgspec.Struct, frozen=True):
    """The number as dots, in the middle; no more of them than its ink takes. ``text`` in visual order."""

    text: str
    cap: int


class Dots(msgspec.Struct, frozen=True):
    """A picture, in the middle."""

    bitmap: Bitmap


class Code(msgspec.Struct, frozen=True):
    """A QR code, level M, centred; ``module`` = dots of its smallest square."""

    data: str
    module: int


class Bar(msgspec.Struct, frozen=True):
    """A line across the paper."""

    height: int = 2


class Feed(msgspec.Struct, frozen=True):
    """Empty paper."""

    height: int


Row = Line | Drawn | Figures | Dots | Code | Bar | Feed


class Sheet(msgspec.Struct, frozen=True):
    """A document laid out for one model, in one code page."""

    rows: tuple[Row, ...]
    page: str


def lay_out(document: Document, model: Model, measure: Measure, *, fine: bool = True) -> Sheet:
    """The document's rows and the code page that suits it best.

    Without ``fine`` no picture is sent that can be spared: the number is set in the printer's own characters.
    """
    page = best_page(texts_of(document), model)
    paper = _Paper(model, page, document.lang, measure, fine=fine)
    rows: list[Row] = []
    if document.copy_mark:
        rows += paper.text(Text(document.copy_mark, bold=True, double=True, align=Align.CENTRE))
    for block in document.blocks:
        rows += paper.block(block)
    return Sheet(tuple(rows), page)


def height_of(sheet: Sheet, model: Model) -> float:
    """About how long the sheet is on paper, in dots; for deadlines, not for drawing."""
    return sum(_height(row, model) for row in sheet.rows)


def _height(row: Row, model: Model) -> float:
    match row:
        case Line(high=high):
            return max(model.cell[1] * high, model.line_dots)
        case Drawn(cap=cap):
            return cap * LINE_OF_CAP
        case Figures(cap=cap):
            return cap
        case Dots(bitmap):
            return bitmap.height
        case Code(module=module):
            return module * _USUAL_MODULES
        case Bar(height=height) | Feed(height=height):
            return height
        case _:
            assert_never(row)


def texts_of(document: Document) -> list[str]:
    """Every text that the printer's characters may have to set."""
    texts = [document.copy_mark]
    for block in document.blocks:
        match block:
            case Text(text=text) | Big(text=text):
                texts.append(text)
            case Pair(left=left, right=right):
                texts += [left, right]
            case Picture() | Qr() | Rule() | Gap():
                pass
            case _:
                assert_never(block)
    return texts


def best_page(texts: list[str], model: Model) -> str:
    """The code page that sets most of the texts; the model's first one among equals."""
    return max(model.pages, key=lambda page: sum(encodes(text, page) for text in texts))


class _Paper:
    """Lays blocks out for one model, code page and language."""

    def __init__(self, model: Model, page: str, lang: str, measure: Measure, *, fine: bool) -> None:
        self._model, self._page, self._lang, self._measure, self._fine = model, page, lang, measure, fine

    def block(self, block: Block) -> list[Row]:
        match block:
            case Text():
                return self.text(block)
            case Big():
                return [self._figures(block) if self._fine else self._big(block)]
            case Picture(bitmap):
                return [Dots(bitmap)] if self._fine else []
            case Pair():
                return self._pair(clean(block.left), clean(block.right))
            case Qr():
                return self._qr(block)
            case Rule():
                return [self._gap(_RULE_AIR_MM), Bar(), self._gap(_RULE_AIR_MM)]
            case Gap(mm=mm):
                return [self._gap(mm)]
            case _:
                assert_never(block)

    def text(self, block: Text) -> list[Row]:
        lang = block.lang or self._lang
        scale = 2 if block.double else 1
        align = _mirrored(block.align) if is_rtl(lang) else block.align
        rows = self._lines(clean(block.text), lang, align, block.bold, scale, hang=block.hang)
        return [*rows, self._gap(_DOUBLE_AIR_MM)] if block.double else rows

    def _lines(
        self, text: str, lang: str, align: Align, bold: bool = False, scale: int = 1, *, hang: bool = False
    ) -> list[Row]:
        """A paragraph at the paper's width, in the printer's characters where they suffice."""
        mark, text = _hanging(text) if hang else ("", text)
        if self._sets(mark + text):
            lines = layout_lines(text, lang, self._model.columns // scale - len(mark), len)
            begins = (mark, " " * len(mark)) if align is Align.START else ("", "")
            return [Line(begins[n > 0] + seen(line), align, bold, scale, scale) for n, line in enumerate(lines)]
        cap = self._model.cap_dots * scale
        inset = self._measure(mark, cap, bold) if mark else 0
        lines = layout_lines(text, lang, self._model.width_dots - inset, lambda line: self._measure(line, cap, bold))
        first, *others = [seen(line) for line in lines]
        first = f"{first} {mark.strip()}" if mark and align is Align.END else mark + first
        return [Drawn(first, "", align, bold, cap), *(Drawn(line, "", align, bold, cap, inset) for line in others)]

    def _figures(self, block: Big) -> Row:
        """As high as it is wished; lower, but not below what must be, where the paper ends."""
        text, wish = seen(visual(clean(block.text), self._lang)), block.mm * self._model.dots_per_mm
        wide = max(1, self._measure(text, math.ceil(wish), True))
        least = min(wish, LEAST_NUMBER_MM * self._model.dots_per_mm)
        return Figures(text, math.ceil(max(least, wish * min(1.0, self._model.width_dots / wide))))

    def _big(self, block: Big) -> Row:
        """The smallest magnification whose capitals reach the height; narrower where the paper ends."""
        text, dots = seen(clean(block.text)), block.mm * self._model.dots_per_mm
        high = math.ceil(dots / self._model.cap_dots)
        wide = min(high, self._model.columns // max(1, len(text)))
        if high <= MAX_SCALE and wide >= 1 and self._sets(text):
            return Line(text, Align.CENTRE, True, wide, high)
        return Drawn(visual(text, self._lang), "", Align.CENTRE, True, math.ceil(dots))

    def _pair(self, label: str, value: str) -> list[Row]:
        """Label at the start, value at the end of one line; the value below where both do not fit."""
        rtl = is_rtl(self._lang)
        near, far = seen(visual(label, self._lang)), seen(visual(value, self._lang))
        left, right = (far, near) if rtl else (near, far)
        if self._sets(label + value):
            if (room := self._model.columns - len(left) - len(right)) >= 1:
                return [Line(left + " " * room + right)]
        elif self._wide(left) + self._wide(right) + self._model.cap_dots <= self._model.width_dots:
            return [Drawn(left, right, cap=self._model.cap_dots)]
        start, end = (Align.END, Align.START) if rtl else (Align.START, Align.END)
        return self._lines(label, self._lang, start) + self._lines(value, self._lang, end)

    def _qr(self, block: Qr) -> list[Row]:
        if not block.data:
            return []
        module = min(16, math.ceil(block.module_mm * self._model.dots_per_mm))
        quiet = Feed(_QUIET_MODULES * module)
        return [quiet, Code(block.data, module), quiet]

    def _gap(self, mm: float) -> Feed:
        return Feed(round(mm * self._model.dots_per_mm))

    def _sets(self, text: str) -> bool:
        return encodes(text.replace("\n", ""), self._page) and not has_rtl(text)

    def _wide(self, text: str) -> int:
        return self._measure(text, self._model.cap_dots, False)


def _hanging(text: str) -> tuple[str, str]:
    """The mark of an item, with the blank behind it, and the rest; no mark where there is only one word."""
    mark, blank, rest = text.partition(" ")
    return (mark + blank, rest) if rest else ("", text)


def _mirrored(align: Align) -> Align:
    return {Align.START: Align.END, Align.END: Align.START}.get(align, align)
