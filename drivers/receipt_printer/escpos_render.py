"""A paper document as ESC/POS bytes: one whole job, from ``ESC @`` to the cut.

Nothing in a job depends on what was printed before it: modes are reset and the code page is set each time, because a
printer keeps both over a reconnect.
"""

from typing import assert_never

import msgspec
import segno
from PIL import Image

from drivers.receipt_printer import raster
from drivers.receipt_printer.layout import Bar, Code, Dots, Drawn, Feed, Figures, Line, Row, height_of, lay_out
from drivers.receipt_printer.models import Model
from drivers.receipt_printer.paper_bytes import PaperBytes
from kiosk.paper.document import Align, Big, Document, Kind, Qr, Rule, Text

INIT = b"\x1b@"
SINGLE_BYTE = b"\x1c."
"""``FS .``: one byte is one character. ``ESC @`` may bring the Chinese mode back, so it stands behind that."""
NATIONAL_USA = b"\x1bR\x00"
"""``ESC R 0``: # $ @ [ ] { } as in ASCII."""
_ALIGNS = {Align.START: 0, Align.CENTRE: 1, Align.END: 2}


class Job(msgspec.Struct, frozen=True):
    """A whole slip as bytes, and about how long it is on paper."""

    data: bytes
    mm: float


def render(document: Document, model: Model, *, fine: bool = True) -> bytes:
    """The whole job. Deterministic: the same document gives the same bytes."""
    return prepare(document, model, fine=fine).data


def prepare(document: Document, model: Model, *, fine: bool = True) -> Job:
    """The whole job, with its length on paper. ``fine`` as in ``lay_out``."""
    sheet = lay_out(document, model, raster.measure, fine=fine)
    out = PaperBytes(model)
    out.raw(INIT + (SINGLE_BYTE if model.double_byte else b"") + NATIONAL_USA)
    out.code_page(sheet.page)
    for row in sheet.rows:
        _row(out, row, model)
    out.raw(_end(model))
    return Job(out.output(), height_of(sheet, model) / model.dots_per_mm)


def part(model: Model) -> bytes:
    """Cut off what hangs in the printer, so that two slips do not come out as one."""
    return INIT + _end(model)


def _row(out: PaperBytes, row: Row, model: Model) -> None:
    match row:
        case Line(text, align, bold, wide, high):
            out.style(_ALIGNS[align], bold, wide, high)
            out.line(text)
        case Drawn():
            out.style(0, False, 1, 1)
            out.image(raster.draw(row, model.width_dots))
        case Figures():
            out.style(1, False, 1, 1)
            out.image(raster.figures(row, model.width_dots))
        case Dots(bitmap):
            out.style(1, False, 1, 1)
            out.image(raster.dots(bitmap, model.width_dots))
        case Code(data, module):
            out.style(1, False, 1, 1)
            if model.native_qr:
                out.qr(data, module)
            else:
                out.image(qr_image(data, module))
        case Bar(height):
            out.style(0, False, 1, 1)
            out.image(Image.new("1", (model.width_dots, height), 0))
        case Feed(height):
            out.raw(feed(height / model.dots_per_mm, model))
        case _:
            assert_never(row)


def qr_image(data: str, module: int) -> Image.Image:
    """The code as dots, without quiet zone."""
    code = segno.make(data.encode(), error="m", micro=False, boost_error=False)
    image = Image.new("1", (len(code.matrix[0]), len(code.matrix)), raster.WHITE)
    image.putdata([raster.BLACK if dark else raster.WHITE for line in code.matrix for dark in line])
    return image.resize((image.width * module, image.height * module), Image.Resampling.NEAREST)


def feed(mm: float, model: Model) -> bytes:
    """``ESC J n``, as often as needed."""
    units = round(mm * model.feed_per_mm)
    whole, rest = divmod(units, 255)
    return b"\x1bJ\xff" * whole + (b"\x1bJ" + bytes([rest]) if rest else b"")


def _end(model: Model) -> bytes:
    """``GS V 66 n``: feed to the cutter and n units more, cut; without a cutter only the paper to tear at."""
    if not model.cut:
        return feed(model.cut_feed_mm, model)
    return b"\x1dVB" + bytes([min(255, round(model.cut_feed_mm * model.feed_per_mm))])


def warm_up(model: Model) -> None:
    """Load what rendering needs (a third of a second, once), so that the first slip is as quick as the next."""
    render(_WARM, model)


_WARM = Document(kind=Kind.TEST_PAGE, lang="de", blocks=(Text("Ä€"), Big("A 1", 14.0), Rule(), Qr("A 1")))
