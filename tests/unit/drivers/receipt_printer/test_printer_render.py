"""Paper documents as ESC/POS bytes, read back by the simulator's independent parser."""

import math

import pytest

from drivers.receipt_printer import escpos_render
from drivers.receipt_printer.escpos_render import render
from drivers.receipt_printer.layout import Drawn, Line, lay_out
from drivers.receipt_printer.models import MODELS, Model
from drivers.sim.escpos_parse import Parser
from drivers.sim.paper import dots
from drivers.sim.printer import Printer
from drivers.sim.roll import Bits, Slip
from kiosk.paper import Align, Big, Document, Gap, Kind, Pair, Qr, Rule, Text

M80 = MODELS[0]
EPSON_PAGED = [model for model in MODELS if model.pages.get("cp858") == 19]


def document(*blocks, lang: str = "de", copy_mark: str = "") -> Document:
    return Document(kind=Kind.TICKET, lang=lang, blocks=blocks, copy_mark=copy_mark)


def printed(doc: Document, model: Model = M80) -> Slip:
    printer = Printer()
    printer.receive(render(doc, model))
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
    assert b"\x1d!\x44" in job
    assert b"A 143\n" in job
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
    slip = printed(document(Big(number)), model)
    assert slip.texts == [number]
    assert inked_mm(slip) * 203 / model.dpi >= 10.0
    row = lay_out(document(Big(number)), model, lambda *_: 0).rows[0]
    assert isinstance(row, Line)
    assert row.high * model.cap_dots / model.dots_per_mm >= 10.0
    assert row.wide * len(number) * model.cell[0] <= model.width_dots


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
    assert slip.texts == ["A 143"], "the number itself is the printer's own"
    [bits] = [mark for mark in slip.marks if isinstance(mark, Bits)]
    assert bits.width == 576


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
