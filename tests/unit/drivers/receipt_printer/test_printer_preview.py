"""The preview and the simulator's drawing of the bytes are two ways from one document to one slip."""

import io

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter, ImageStat

from drivers.receipt_printer import preview
from drivers.receipt_printer.escpos_render import render
from drivers.receipt_printer.models import MODELS
from drivers.sim.paper import dots
from drivers.sim.printer import Printer
from kiosk.paper import Align, Big, Document, Gap, Kind, Pair, Qr, Rule, Text

M80 = MODELS[0]
URL = "https://warten.example.org/t/0123456789abcdef0123456789abcdef"
DE = (
    Text("Stadt Musterstadt", bold=True, align=Align.CENTRE), Text("Bürgerhaus am Wall", align=Align.CENTRE), Gap(),
    Text("Ihre Nummer", double=True, align=Align.CENTRE), Big("A 143"), Text("Personalausweis", align=Align.CENTRE),
    Rule(), Pair("Gezogen", "Mo, 2. März 2026, 09:14"), Pair("Vor Ihnen", "3 Personen"), Rule(), Qr(URL),
    Text("Der Code zeigt Ihren Platz in der Reihe.", align=Align.CENTRE),
)  # fmt: skip
AR = (
    Text("Stadt Musterstadt", align=Align.CENTRE, lang="de"), Text("رقمك", double=True, align=Align.CENTRE),
    Big("A 143"), Pair("أمامك", "3"), Rule(), Qr(URL), Text("يرجى الانتظار حتى ظهور رقمك", align=Align.CENTRE),
)  # fmt: skip
SLIPS = {"de": DE, "ar": AR}


def both(blocks, lang: str) -> tuple[Image.Image, Image.Image]:
    doc = Document(kind=Kind.TICKET, lang=lang, blocks=blocks)
    printer = Printer()
    printer.receive(render(doc, M80))
    printer.work(0.0)
    return preview.preview(doc, M80).convert("L"), dots(printer.slips[0]).convert("L")


def bands(picture: Image.Image) -> list[tuple[int, int]]:
    """From-to of the lines of ink, top to bottom; specks and gaps of three dots do not count."""
    rows = [min(row) == 0 for row in _rows(picture)]
    found: list[tuple[int, int]] = []
    for y, ink in enumerate(rows):
        if not ink:
            continue
        if found and y - found[-1][1] <= 4:
            found[-1] = (found[-1][0], y)
        else:
            found.append((y, y))
    return found


def _rows(picture: Image.Image) -> list[bytes]:
    data, width = picture.tobytes(), picture.width
    return [data[at : at + width] for at in range(0, len(data), width)]


@pytest.mark.parametrize("lang", SLIPS)
def test_same_lines_at_the_same_height(lang: str) -> None:
    ours, theirs = both(SLIPS[lang], lang)
    assert ours.width == theirs.width
    assert abs(ours.height - theirs.height) <= 8
    here, there = bands(ours), bands(theirs)
    assert len(here) == len(there)
    for (top, low), (their_top, their_low) in zip(here, there, strict=True):
        assert abs(top - their_top) <= 10, "a line stands more than 1.2 mm elsewhere"
        assert abs(low - their_low) <= 10


@pytest.mark.parametrize("lang", SLIPS)
def test_number_is_ten_mm_high_on_both(lang: str) -> None:
    for picture in both((Big("A 143"),), lang):
        box = ImageChops.invert(picture).getbbox()
        assert (box[3] - box[1]) / M80.dots_per_mm >= 10.0


@pytest.mark.parametrize("lang", SLIPS)
def test_code_reads_the_same_on_both(lang: str) -> None:
    for picture in both(SLIPS[lang], lang):
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [URL]


@pytest.mark.parametrize("lang", SLIPS)
def test_pictures_are_alike(lang: str) -> None:
    """Blurred to 2 mm, the ink lies in the same places; a slip with another line does not pass."""
    assert _difference(*both(SLIPS[lang], lang)) < 4.5
    ours, _ = both(SLIPS[lang], lang)
    _, without = both(SLIPS[lang][1:], lang)
    assert _difference(ours, without) > 9


def _difference(one: Image.Image, other: Image.Image) -> float:
    size = (576, max(one.height, other.height))
    sheets = []
    for picture in (one, other):
        sheet = Image.new("L", size, 255)
        sheet.paste(picture, (0, 0))
        sheets.append(sheet.filter(ImageFilter.GaussianBlur(12)))
    return float(ImageStat.Stat(ImageChops.difference(*sheets)).mean[0])


def test_png_tells_its_resolution() -> None:
    doc = Document(kind=Kind.TICKET, lang="de", blocks=DE)
    picture = Image.open(io.BytesIO(preview.png(doc, M80)))
    assert picture.format == "PNG"
    assert picture.info["dpi"] == pytest.approx((203, 203), abs=0.1)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_model_has_a_preview(model) -> None:
    picture = preview.preview(Document(kind=Kind.TICKET, lang="de", blocks=DE), model)
    assert picture.width == model.width_dots
    assert [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))] == [URL]
