"""A slip of paper as a list of blocks, top to bottom. Sizes in mm; the printer driver rounds to what it can."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What the slip is for."""

    TICKET = "ticket"
    TEST_PAGE = "test_page"


class Align(StrEnum):
    """Where a line stands. START follows the document's direction."""

    START = "start"
    CENTRE = "centre"
    END = "end"


class Text(msgspec.Struct, frozen=True, tag="text"):
    """One paragraph in normal size (or twice it); wraps at the paper's width.

    ``hang``: an item of a list; its further lines begin below the second word of the first, so that the mark before it
    ("-") stands alone.
    """

    text: str
    bold: bool = False
    double: bool = False
    align: Align = Align.START
    lang: str = ""
    hang: bool = False


class Big(msgspec.Struct, frozen=True, tag="big"):
    """The ticket number: one line, capital height ``mm``; less where the paper is narrow, but not below 10 mm."""

    text: str
    mm: float = 10.0


class Bitmap(msgspec.Struct, frozen=True):
    """Black and white dots: rows from the top, each padded to whole bytes, the first dot the highest bit, 1 = black."""

    width: int
    height: int
    rows: bytes


class Picture(msgspec.Struct, frozen=True, tag="picture"):
    """Dots in the middle of the paper, one for each of the head's, 7 or 8 to the mm; smaller where it is wider than the
    paper. Left out on a line that would take seconds for it: nothing that must be read is a picture."""

    bitmap: Bitmap


class Pair(msgspec.Struct, frozen=True, tag="pair"):
    """A label and a value at the two edges of one line (on two lines where they do not fit)."""

    left: str
    right: str


class Qr(msgspec.Struct, frozen=True, tag="qr"):
    """A QR code, error level M, modules at least ``module_mm`` wide."""

    data: str
    module_mm: float = 0.6


class Rule(msgspec.Struct, frozen=True, tag="rule"):
    """A thin line across the paper, with 1 mm of air above and below."""


class Gap(msgspec.Struct, frozen=True, tag="gap"):
    """Empty paper, in mm."""

    mm: float = 3.0


Block = Text | Big | Picture | Pair | Qr | Rule | Gap


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One slip: printed as one job and cut at its end.

    ``lang`` gives code page and direction; ``copy_mark`` is printed on top when this is a second print of the same
    slip ("" on the first).
    """

    kind: Kind
    lang: str
    blocks: tuple[Block, ...]
    copy_mark: str = ""
