"""Paper documents as ESC/POS bytes, read back by the simulator's independent parser."""

import math
from itertools import pairwise

import pytest

from drivers.receipt_printer import escpos_render, raster
from drivers.receipt_printer.escpos_render import render
from drivers.receipt_printer.layout import Drawn, Line, lay_out
from drivers.receipt_printer.models import MODELS, Model
from drivers.sim.escpos_parse import Parser
from drivers.sim.paper import dots
from drivers.sim.printer import Printer
from drivers.sim.roll import Bits, Slip
from kiosk.paper import Align, Big, Bitmap, Document, Gap, Kind, Pair, Picture, Qr, Rule, Text
from kiosk.paper.ticket import NUMBER_MM
from tests.paper_numbers import number_on

M80 = MODELS[0]
ARMS = Bitmap(16, 4, bytes.fromhex("ffff 8001 8001 ffff"))
EPSON_PAGED = [model for model in MODELS if model.pages.get("cp858") == 19]


def document(*blocks, lang: str = "de", copy_mark: str = "") -> Document:
    return Document(kind=Kind.TICKET, lang=lang, blocks=blocks, copy_mark=copy_mark)


def printed(doc: Document, model: Model = M80) -> Slip:
    return slip_of(render(doc, model))


def slip_of(job: bytes) -> Slip:
    printer = Printer()
    printer.receive(job)
    printer.work(0.0)
    slip = printer.slips[-1] if printer.slips else printer.hanging()
    assert slip.unknown == ()
    return slip


def inked_mm(slip: Slip) -> float:
    """Height of what is printed, from the dots (8 to the mm)."""
    box = dots(slip).convert("L").point(lambda value: 255 - value).getbbox()
    return (box[3] - box[1]) / 8


def test_golden_bytes_of_a_small_slip() -> None:
    job = render(document(Text("Grüße für 5 €"), Big("A 143"), Qr("A143")), M80)
    assert job.startswith(b"\x1b@\x1c.\x1bR\x00\x1bt\x13")
    assert b"Gr\x81\xe1e f\x81r 5 \xd5\n" in job
    assert b"\x1ba\x01" in job, "the number's picture stands in the middle"
    assert b"\x1dv0\x00" in job
    assert len(job) < 4000
    assert b"\x1d(k\x04\x001A2\x00" in job
    assert b"\x1d(k\x03\x001C\x05" in job
    assert b"\x1d(k\x03\x001E1" in job
    assert b"\x1d(k\x07\x001P0A143\x1d(k\x03\x001Q0" in job
    assert job.endswith(b"\x1dVB\x10")


@pytest.mark.parametrize("model", EPSON_PAGED, ids=lambda model: model.name)
@pytest.mark.parametrize("text", ["ÄÖÜäöüß € 37,00", "„Perso“ – für Ämter", "Łódź Dvořák Żółć", "Привет, мир"])
def test_every_letter_is_right_on_every_code_page(model: Model, text: str) -> None:
    slip = printed(document(Text(text)), model)
    page = lay_out(document(Text(text)), model, lambda t, cap, bold: len(t) * 10).page
    try:
        text.encode(page)
    except UnicodeEncodeError:
        assert [mark for mark in slip.marks if isinstance(mark, Bits)], "drawn instead"
    else:
        assert slip.texts == [text]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_code_page_is_set_in_each_job_with_the_models_number(model: Model) -> None:
    job = render(document(Text("Ä")), model)
    page = next(iter(model.pages))
    assert bytes((0x1B, 0x74, model.pages[page])) + b"" in job[:10]
    assert "Ä".encode(page) + b"\n" in job


def test_a_job_forgets_what_an_earlier_one_left_behind() -> None:
    job = render(document(Text("Ü")), M80)
    printer = Printer()
    printer.receive(b"\x1bt\x11\x1bR\x02\x1bE\x01\x1d!\x77\x1ba\x02half a line" + job)
    printer.work(0.0)
    assert printer.slips[0].texts[-1] == "Ü"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("number", ["A 143", "A 03-17", "AB 1234", "B 007", "H 03-9999"])
def test_number_is_at_least_ten_mm_high(model: Model, number: str) -> None:
    for wish in (10.0, NUMBER_MM):
        slip = printed(document(Big(number, wish)), model)
        assert number_on(slip, least=70) == number
        assert inked_mm(slip) * 203 / model.dpi >= 10.0
        assert max(mark.width for mark in slip.marks if isinstance(mark, Bits)) <= model.width_dots + 7


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("number", ["A 143", "A 03-17", "H 03-9999"])
def test_number_on_a_slow_line_is_set_in_letters_as_high(model: Model, number: str) -> None:
    job = render(document(Picture(ARMS), Big(number)), model, fine=False)
    assert b"\x1dv0" not in job
    slip = slip_of(job)
    assert slip.texts == [number]
    assert inked_mm(slip) * 203 / model.dpi >= 10.0
    row = lay_out(document(Big(number)), model, lambda *_: 0, fine=False).rows[0]
    assert isinstance(row, Line)
    assert row.high * model.cap_dots / model.dots_per_mm >= 10.0
    assert row.wide * len(number) * model.cell[0] <= model.width_dots


def test_number_is_smooth_and_stands_in_the_middle() -> None:
    """A blown-up letter of the printer's has steps of five dots and more."""
    picture = dots(printed(document(Big("A 143", NUMBER_MM)))).convert("L").point(lambda value: 255 - value)
    left, top, right, _ = picture.getbbox()
    assert abs(left - (576 - right)) <= 8
    boxes = [picture.crop((0, y, left + 80, y + 1)).getbbox() for y in range(top, top + 110)]
    edge = [box[0] for box in boxes if box]
    assert len(edge) > 100
    assert max(abs(below - above) for above, below in pairwise(edge)) <= 2, "the left edge of the A"


def test_arms_are_printed_dot_by_dot_and_never_wider_than_the_paper() -> None:
    slip = printed(document(Picture(ARMS), Text("Musterstadt")))
    [bits] = [mark for mark in slip.marks if isinstance(mark, Bits)]
    assert (bits.width, bits.height, bits.data) == (16, 4, ARMS.rows)
    assert bits.x == (576 - 16) // 2
    wide = Bitmap(800, 100, b"\xff" * 100 * 100)
    for model in MODELS:
        bands = [mark for mark in printed(document(Picture(wide)), model).marks if isinstance(mark, Bits)]
        assert {band.width for band in bands} == {model.width_dots}
        assert sum(band.height for band in bands) == 100 * model.width_dots // 800


def test_items_hang_behind_their_mark() -> None:
    long = "- Digitales Foto (Code vom Fotogeschäft) oder Foto am Automaten im Haus, 6,00 €"
    slip = printed(document(Text(long, hang=True), Text("- kurz", hang=True), Text("Ausweis", hang=True)))
    first, *others, short, bare = slip.texts
    assert first.startswith("- Digitales")
    assert others
    assert all(line.startswith("  ") and line[2] != " " for line in others)
    assert (short, bare) == ("- kurz", "Ausweis")
    assert max(map(len, slip.texts)) <= 48


@pytest.mark.parametrize(("lang", "text"), [("ar", "الهوية القديمة أو جواز السفر "), ("de", "Ǘmbau Ǘnterlagen ")])
def test_drawn_items_hang_on_the_side_where_they_begin(lang: str, text: str) -> None:
    rows = lay_out(document(Text("- " + text * 5, hang=True, lang=lang)), M80, raster.measure).rows
    first, *others = rows
    assert isinstance(first, Drawn)
    assert first.inset == 0
    assert first.text.endswith(" -") if lang == "ar" else first.text.startswith("- ")
    assert others
    assert {row.inset for row in others if isinstance(row, Drawn)} == {raster.measure("- ", M80.cap_dots, False)}
    for row in rows:
        assert isinstance(row, Drawn)
        ink = raster.draw(row, 576).convert("L").point(lambda value: 255 - value).getbbox()
        begin = 576 - ink[2] if lang == "ar" else ink[0]
        assert row.inset <= begin <= row.inset + 6


@pytest.mark.parametrize("mm", [5.0, 10.0, 14.0, 30.0])
def test_number_height_follows_the_wish_even_beyond_the_printers_letters(mm: float) -> None:
    assert inked_mm(printed(document(Big("A 1", mm=mm)))) >= mm - 0.3


def test_pair_stands_at_both_edges_or_on_two_lines() -> None:
    slip = printed(
        document(Pair("Gebühr", "37,00 €"), Pair("Sehr langer Name einer Leistung", "Bürgerbüro am Wall, EG"))
    )
    assert slip.texts[0] == "Gebühr" + " " * (48 - 13) + "37,00 €"
    assert slip.texts[1:] == ["Sehr langer Name einer Leistung", "Bürgerbüro am Wall, EG"]


def test_long_words_break_at_syllables_and_no_line_is_too_long() -> None:
    word = "Personenstandsregisterauszugsbeglaubigungsangelegenheiten"
    slip = printed(document(Text(word, double=True), Text("Wort " * 40)))
    assert all(len(line) <= 24 for line in slip.texts[:3])
    assert "".join(line.removesuffix("-") for line in slip.texts[:3]) == word
    assert all(len(line) <= 48 for line in slip.texts)


def test_commands_in_a_text_never_reach_the_printer() -> None:
    slip = printed(document(Text("a\x1b@\x1dV\x42\x00b\x10\x04\x01c"), Big("\x10\x041"), Pair("\x1d", "\x0c")))
    assert "a" in slip.texts[0]
    assert "b" in slip.texts[0]
    names = [op.name for op in Parser().feed(render(document(Text("x\x10\x04\x01\x1dV\x00")), M80))]
    assert names.count("cut") == 1
    assert "ask_status" not in names


def test_copy_mark_stands_on_top() -> None:
    assert printed(document(Text("Rest"), copy_mark="KOPIE")).texts[0] == "KOPIE"


def test_qr_is_native_with_quiet_zone_and_wide_modules() -> None:
    url = "https://warten.example.org/t/0123456789abcdef0123456789abcdef"
    slip = printed(document(Text("oben"), Qr(url), Text("unten")))
    [code] = [mark for mark in slip.marks if isinstance(mark, Bits)]
    assert slip.qr_codes == [url]
    assert code.wide / 8 >= 0.6
    top, below = (mark for mark in slip.marks if not isinstance(mark, Bits))
    assert code.y - (top.y + 24) >= 4 * code.wide
    assert below.y - (code.y + code.height * code.high) >= 4 * code.wide


def test_qr_is_drawn_for_a_printer_without_its_own() -> None:
    import msgspec

    plain = msgspec.structs.replace(M80, native_qr=False)
    job = render(document(Qr("A143")), plain)
    assert b"\x1d(k" not in job
    import zxingcpp

    printer = Printer()
    printer.receive(job)
    printer.work(0.0)
    picture = dots(printer.slips[0]).convert("L")
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == ["A143"]


def test_arabic_is_drawn_and_its_numbers_stay_whole() -> None:
    rows = lay_out(
        document(Text("رقمك هو A 143 اليوم"), Pair("الرسوم", "37,00 €"), lang="ar"),
        M80,
        lambda t, cap, bold: len(t) * 10,
    ).rows
    line, pair = rows
    assert isinstance(line, Drawn)
    assert "A 143" in line.text
    assert line.align is Align.END
    assert isinstance(pair, Drawn)
    assert pair.text == "37,00 €", "the value of a label at the right edge stands at the left"
    slip = printed(document(Text("رقمك"), Big("A 143"), lang="ar"))
    assert number_on(slip, least=70) == "A 143"
    text, *_ = [mark for mark in slip.marks if isinstance(mark, Bits)]
    assert text.width == 576


def test_gaps_and_rules_take_their_millimetres() -> None:
    base, more = printed(document(Text("x"))), printed(document(Text("x"), Gap(20.0), Rule()))
    assert more.height - base.height == pytest.approx(8 * 22 + 2, abs=3)
    assert len(render(document(Gap(100.0)), M80).split(b"\x1bJ")) == math.ceil(100 * 8 / 255) + 1


def test_same_document_same_bytes_and_empty_documents_print() -> None:
    doc = document(Text(""), Text("a\nb"), Qr(""))
    assert render(doc, M80) == render(doc, M80)
    assert [line for line in printed(doc).texts if line] == ["a", "b"]


def test_library_leaves_nothing_behind(tmp_path, monkeypatch) -> None:
    """python-escpos makes a folder in /tmp and a log handler on import; we take both back."""
    import subprocess
    import sys

    code = (
        "import logging, drivers.receipt_printer.paper_bytes as p; p.load(); from escpos import capabilities as c;"
        "import pathlib; print(len(logging.getLogger().handlers), pathlib.Path(c.pickle_dir).exists())"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["0", "False"]


def test_host_and_rows_load_nothing_heavy() -> None:
    """Devices load after the first frame, and the library only on the device's thread."""
    import subprocess
    import sys

    code = "import sys, drivers.host.hosts; from drivers import registry; registry.rows(); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"escpos", "PIL", "serial", "qrcode", "segno"} & set(out.stdout.split())


def test_warm_up_page_renders_without_an_error() -> None:
    escpos_render.warm_up(M80)
