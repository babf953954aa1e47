"""Printers without a maker's name: Chinese mode, no QR code of their own, texts with letters nobody has."""

from __future__ import annotations

import msgspec
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw

from drivers.receipt_printer.escpos_render import part, render
from drivers.receipt_printer.layout import Drawn
from drivers.receipt_printer.models import LONGEST_COMMAND, LONGEST_HEAD, MODELS, Model
from drivers.receipt_printer.paper_bytes import PaperBytes
from drivers.receipt_printer.preview import preview
from drivers.receipt_printer.raster import draw, face
from drivers.sim.escpos_parse import Parser
from drivers.sim.paper import dots
from drivers.sim.printer import Abilities, Printer, PrinterFaults
from drivers.sim.roll import Bits, Slip
from kiosk.i18n.rtl import visual
from kiosk.paper import Big, Document, Kind, Pair, Qr, Rule, Text

BY_NAME = {model.name: model for model in MODELS}
M80, M58 = BY_NAME["escpos_80"], BY_NAME["escpos_58"]
URL = "https://warten.example.org/t/0123456789abcdef0123456789abcdef"


def document(*blocks, lang: str = "de") -> Document:
    return Document(kind=Kind.TICKET, lang=lang, blocks=blocks)


def printed(job: bytes, *, native_qr: bool = True, **faults: bool) -> Slip:
    printer = Printer(Abilities(native_qr=native_qr))
    printer.faults = PrinterFaults(**faults)
    printer.receive(job)
    printer.work(0.0)
    return printer.slips[-1] if printer.slips else printer.hanging()


@pytest.mark.parametrize("model", [M80, M58], ids=lambda model: model.name)
def test_umlauts_are_no_chinese(model: Model) -> None:
    job = render(document(Text("Bürgerhaus"), Text("Grüße für 5 €")), model)
    assert printed(job, double_byte=True).texts[:2] == ["Bürgerhaus", "Grüße für 5 €"]
    again = part(model) + job + job
    assert "Bürgerhaus" in printed(again, double_byte=True).texts, "ESC @ brings the mode back, each job leaves it"


def test_the_simulated_printer_is_chinese_until_it_is_told() -> None:
    job = render(document(Text("Bürgerhaus")), msgspec.structs.replace(M80, double_byte=False))
    [line] = [text for text in printed(job, double_byte=True).texts if text]
    assert line == "B乺gerhaus"
    assert printed(b"\x1c&" + b"B\x81rger\n").texts == ["B乺ger"]
    assert printed(b"\x1c&\x1c.\x1bt\x13" + b"B\x81rger\n").texts == ["Bürger"]


@pytest.mark.parametrize("lang", ["de", "ar"])
def test_a_58_mm_printer_gets_its_code_as_dots_and_it_can_be_read(lang: str) -> None:
    job = render(document(Text("Nummer"), Big("A 143"), Qr(URL), Text("Ende"), lang=lang), M58)
    assert b"\x1d(k" not in job
    picture = dots(printed(job, native_qr=False)).convert("L")
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [URL]


def test_no_picture_is_wider_than_58_mm_paper() -> None:
    slip = printed(render(document(Text("مكان الانتظار"), Qr(URL), Rule(), lang="ar"), M58), native_qr=False)
    assert max(mark.width * mark.wide for mark in slip.marks if isinstance(mark, Bits)) <= M58.width_dots


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_no_command_of_a_job_is_longer_than_what_is_filled_up(model: Model) -> None:
    blocks = (Text("رقمك A 143 " * 12, double=True), Big("رقم", mm=30), Big("A 1", mm=40), Qr("ü" * 900), Rule())
    for native_qr in (False, True):
        taker = msgspec.structs.replace(model, native_qr=native_qr)
        ops = Parser().feed(render(document(*blocks, lang="ar"), taker))
        assert max(len(op.raw) for op in ops) <= LONGEST_COMMAND
    heads = {op.name: 8 if op.name == "raster" else 5 for op in ops if op.name in ("raster", "block")}
    assert max(heads.values()) <= LONGEST_HEAD


def test_bands_of_a_picture_lie_on_each_other_without_a_gap() -> None:
    doc = document(Text("رقمك هو A 143", double=True), lang="ar")
    bands = [mark for mark in printed(render(doc, M80)).marks if isinstance(mark, Bits)]
    assert len(bands) == 2
    assert bands[0].y + bands[0].height == bands[1].y
    whole = preview(doc, M80).crop((0, 0, 576, 60))
    assert dots(printed(render(doc, M80))).crop((0, 0, 576, 60)).tobytes() == whole.tobytes()


@pytest.mark.parametrize(
    ("text", "on_paper"),
    [
        ("B\u200bü\u2060r\ufeffger\u200dhaus\u200c", "Bürgerhaus"),
        ("Sprechzeiten 🎉 ab 8 Uhr ☎\ufe0f", "Sprechzeiten ab 8 Uhr"),
        ("zu\u2011ständig", "zu-ständig"),
        ("\u2068Zimmer 5\u2069", "Zimmer 5"),
    ],
)
def test_what_has_no_width_and_no_letter_is_not_on_paper(text: str, on_paper: str) -> None:
    slip = printed(render(document(Text(text), Pair(text, "1")), M80))
    assert slip.texts[0].strip() == on_paper, "in the printer's own letters"
    assert slip.texts[1].split()[:-1] == on_paper.split()
    assert not [mark for mark in slip.marks if isinstance(mark, Bits)]


def test_no_picture_holds_a_real_time_command() -> None:
    """Printers that answer inside a picture would answer, or clear their buffer, in the middle of a slip."""
    out = PaperBytes(M80)
    commands = [bytes((0x10, second, n)) for second in (4, 5, 0x14) for n in (1, 2, 3, 4)]
    rows = b"".join(command.rjust(72 - at, b"\x10").ljust(72, b"\x00") for at, command in enumerate(commands))
    out.image(ImageChops.invert(Image.frombytes("1", (576, len(commands)), rows)))
    printer = Printer()
    printer.faults = PrinterFaults(answers_inside=True)
    assert printer.receive(out.output()) == b""
    printer.work(0.0)
    [picture] = printer.hanging().marks
    assert isinstance(picture, Bits)
    assert not [command for command in commands if command[:2] in picture.data]
    extra = sum((new ^ old).bit_count() for new, old in zip(picture.data, rows, strict=True))
    assert extra == len(commands), "one dot for each"


@pytest.mark.parametrize("cap", [17, 34, 80])
@pytest.mark.parametrize("text", ["الأرضي", "في", "إِ", "Ǘḝ", "Ậ̈", "ﷲ", "A 143"])
def test_no_drawn_letter_is_cut(text: str, cap: int) -> None:
    line = draw(Drawn(visual(text, "ar"), cap=cap), 576)
    ink = line.convert("L").point(lambda value: 255 - value).getbbox()
    room = Image.new("L", (576, 4 * cap), 255)
    font = face(cap, False)
    ImageDraw.Draw(room).text((0, 2 * cap), visual(text, "ar"), fill=0, font=font, anchor="ls")
    whole = room.point(lambda value: 255 if value <= 140 else 0).getbbox()
    assert ink[3] - ink[1] == whole[3] - whole[1]
    assert line.height >= round(1.75 * cap)
