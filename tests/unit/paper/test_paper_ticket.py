"""What stands on a ticket and on the test page, in every language, and how large it comes out of the renderers."""

from datetime import datetime
from itertools import pairwise

import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image

from drivers.receipt_printer.escpos_render import render
from drivers.receipt_printer.models import MODELS, Model
from drivers.receipt_printer.preview import preview
from kiosk.config import Site
from kiosk.i18n.languages import fallback_mark
from kiosk.i18n.texts import Texts
from kiosk.paper.document import Big, Bitmap, Document, Kind, Pair, Picture, Qr, Text
from kiosk.paper.printer_check import LINES_APART_MM, QR_TEXT, build_test_page
from kiosk.paper.ticket import BRING_LIMIT, SlipTexts, ticket_document
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import Numbered

TEXTS = Texts.load("terminal")
SITE = Site(town="Stadt Musterstadt", name="Bürgerhaus am Wall")
URL = "https://termine.musterstadt.example/t/4f9a2c7be01d4c55a9c2e8d1f0b37a66"
CODE = "TK1:ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TICKET = Numbered(
    id="0192f0c0-0000-7000-8000-000000000001",
    label=Label("A", 0, 143),
    service="personalausweis",
    queue="buergerservice",
    business_day="2026-03-02",
    issued_at="2026-03-02T08:14:31+00:00",
    ahead=3,
    slip_code=CODE,
    url=URL,
)
SLIP = SlipTexts(
    service={"de": "Personalausweis beantragen", "en": "Apply for an identity card", "ar": "طلب الهوية الشخصية"},
    place={"de": "Wartebereich A, Erdgeschoss", "en": "Waiting area A, ground floor", "ar": "منطقة الانتظار A، الأرضي"},
    bring={"de": ("alter Ausweis", "Foto"), "en": ("old card", "photo")},
)
LACKING = {fallback_mark(lang, said) for lang in ("de", "en", "ar") for said in ("de", "en")} - {""}
PRINTER = next(model for model in MODELS if model.name == "epson_tm_t20")


def slip(lang: str = "de", ticket: Numbered = TICKET, texts: SlipTexts = SLIP, copy: bool = False) -> Document:
    return ticket_document(ticket, texts, SITE, TEXTS, lang, copy=copy)


def lines(document: Document) -> list[str]:
    found: list[str] = [document.copy_mark] if document.copy_mark else []
    for block in document.blocks:
        match block:
            case Text(text=text) | Big(text=text):
                found.append(text)
            case Pair(left=left, right=right):
                found.append(f"{left} | {right}")
            case Qr(data=data):
                found.append(data)
            case _:
                pass
    return found


def test_a_german_ticket_line_by_line() -> None:
    document = slip()
    assert (document.kind, document.lang, document.copy_mark) == (Kind.TICKET, "de", "")
    assert lines(document) == [
        "Stadt Musterstadt",
        "Bürgerhaus am Wall",
        "Ihre Nummer",
        "A 143",
        "Personalausweis beantragen",
        "Bitte warten Sie hier:",
        "Wartebereich A",
        "Erdgeschoss",
        "Wir rufen Ihre Nummer auf der Anzeige auf.",
        "Vor Ihnen | 3 Personen",
        "Gezogen am | 02.03.2026, 09:14 Uhr",
        "Bitte halten Sie bereit:",
        "- alter Ausweis",
        "- Foto",
        URL,
        "Code scannen: Ihr Platz auf dem Handy",
    ]


def test_another_language_has_german_below_for_the_counter() -> None:
    document = slip("en")
    said = lines(document)
    assert "Apply for an identity card" in said
    assert said[-2:] == [
        "Personalausweis beantragen",
        "Bitte warten Sie hier: Wartebereich A, Erdgeschoss",
    ]
    assert said.index(URL) < said.index("Personalausweis beantragen")
    assert [block.lang for block in document.blocks[-2:] if isinstance(block, Text)] == ["de", "de"]


def test_simple_german_needs_no_german_below() -> None:
    assert lines(slip("de-x-ls")).count("Personalausweis beantragen") == 1


OWN = replace(
    TICKET,
    label=Label("A", 3, 17),
    ahead=-1,
    url="",
    slip_code="THK2:3K2XWTJ0C8Y9QJ6ZB1N5P7R4D:A03-17:1T7:3A5DG8:1Q2W3E4:0ABCDEFGH1234",
)


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
def test_an_own_number_says_what_to_do_when_it_is_not_called(lang: str) -> None:
    late = TEXTS.say(lang, "paper.not_called", minutes=30).text
    said = lines(slip(lang, OWN))
    assert said.index("A 03-17") < said.index(TEXTS.say(lang, "paper.called").text) < said.index(late)
    assert late not in lines(slip(lang))
    assert OWN.slip_code in said
    assert TEXTS.say(lang, "paper.qr_page").text not in said
    assert not any(TEXTS.say(lang, "paper.ahead").text in line for line in said)


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
def test_the_code_of_an_own_number_reads_back_from_the_paper(lang: str) -> None:
    picture = preview(slip(lang, OWN), PRINTER)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [OWN.slip_code]


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
def test_without_a_base_url_nothing_promises_a_page(lang: str) -> None:
    said = lines(slip(lang, replace(TICKET, url="")))
    assert CODE in said
    assert TEXTS.say(lang, "paper.qr_code").text in said
    assert TEXTS.say(lang, "paper.qr_page").text not in said
    assert not any("http" in line for line in said)


@pytest.mark.parametrize(
    ("ahead", "line"), [(0, "Vor Ihnen | niemand"), (1, "Vor Ihnen | 1 Person"), (17, "Vor Ihnen | 17 Personen")]
)
def test_people_before_you(ahead: int, line: str) -> None:
    assert line in lines(slip(ticket=replace(TICKET, ahead=ahead)))


def test_what_is_not_known_is_not_said() -> None:
    bare = slip(
        ticket=replace(TICKET, ahead=-1, issued_at="soon"), texts=SlipTexts(service={"de": "Hund anmelden"}, place={})
    )
    assert lines(bare) == [
        "Stadt Musterstadt",
        "Bürgerhaus am Wall",
        "Ihre Nummer",
        "A 143",
        "Hund anmelden",
        "Wir rufen Ihre Nummer auf der Anzeige auf.",
        URL,
        "Code scannen: Ihr Platz auf dem Handy",
    ]


def test_a_service_that_left_the_catalogue_leaves_a_number_and_a_code() -> None:
    said = lines(slip("en", texts=SlipTexts()))
    assert "A 143" in said
    assert said[-1] == "Scan the code: your place on your phone"
    assert all(said)


def test_papers_fall_back_to_english_in_their_own_direction_and_stay_few() -> None:
    texts = replace(SLIP, bring={"en": tuple(f"paper {n}" for n in range(9)), "ar": ()})
    papers = [block for block in slip("ar", texts=texts).blocks if isinstance(block, Text) and "paper" in block.text]
    assert [paper.text for paper in papers] == [f"- paper {n}" for n in range(BRING_LIMIT)]
    assert {paper.lang for paper in papers} == {"en"}


def test_what_falls_back_on_the_slip_is_marked_once() -> None:
    def marked(lang: str, texts: SlipTexts) -> list[str]:
        """Each mark with the line it stands behind."""
        said = lines(slip(lang, texts=texts))
        return [f"{said[at - 1]} < {line}" for at, line in enumerate(said) if line in LACKING]

    german = SlipTexts(service={"de": "Hund anmelden"}, place={"de": "Wartebereich A"}, bring={"de": ("Ausweis",)})
    ready = TEXTS.say("ar", "paper.bring").text
    assert marked("de", german) == []
    assert marked("ar", german) == [f"Hund anmelden < {fallback_mark('ar', 'de')}"]
    assert marked("en", replace(german, service=SLIP.service)) == ["Wartebereich A < only in German"]
    assert marked("ar", SLIP) == [f"{ready} < {fallback_mark('ar', 'en')}"]
    assert marked("de", SlipTexts(service={"en": "Register a dog"})) == ["Register a dog < nur auf Englisch"]


def test_a_second_print_says_so_in_both_languages() -> None:
    document = slip("en", copy=True)
    assert document.copy_mark == "Second print"
    assert lines(document)[1] == "This number counts only once."
    assert lines(document)[-2:] == ["Zweitdruck", "Diese Nummer gilt nur einmal."]


def test_a_number_of_the_terminal_itself_stands_as_it_is_called() -> None:
    assert "A 03-17" in lines(slip(ticket=replace(TICKET, label=Label("A", 3, 17))))


def dark_rows(image: Image.Image) -> list[tuple[int, int]]:
    """(first, last) of each run of rows that hold ink."""
    ink = [image.crop((0, y, image.width, y + 1)).getextrema()[0] == 0 for y in range(image.height)]
    edges = [y for y, (above, here) in enumerate(pairwise([False, *ink, False])) if above != here]
    return list(zip(edges[::2], edges[1::2], strict=True))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("lang", ["de", "en", "ar"])
def test_number_is_ten_millimetres_high_and_the_code_scans(lang: str, model: object) -> None:
    chosen = next(known for known in MODELS if known is model)
    picture = preview(slip(lang), chosen).convert("L")
    tallest = max(last - first for first, last in dark_rows(picture)[:8])
    assert tallest / chosen.dots_per_mm >= 10.0
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == URL


def test_test_page_shows_everything_with_lines_ten_millimetres_apart() -> None:
    page = build_test_page(SITE, "Terminal 3", datetime(2026, 3, 2, 9, 14), TEXTS)
    said = " ".join(lines(page))
    for wanted in ("Testseite", "Terminal | Terminal 3", "02.03.2026, 09:14", "ÄÖÜ äöü ß ẞ €", "A 143", QR_TEXT):
        assert wanted in said
    picture = preview(page, PRINTER).convert("L")
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == QR_TEXT
    bars = [first for first, last in dark_rows(picture) if last - first <= 3]
    apart = [(below - above) / PRINTER.dots_per_mm for above, below in pairwise(bars)]
    assert any(abs(mm - LINES_APART_MM) < 0.3 for mm in apart)


CROSS = Bitmap(width=20, height=16, rows=(b"\x00\xf0\x00" * 6 + b"\xff\xff\xf0" * 4 + b"\x00\xf0\x00" * 6))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_towns_arms_stand_in_the_middle_above_its_name(model: Model) -> None:
    document = ticket_document(TICKET, SLIP, SITE, TEXTS, "de", arms=CROSS)
    assert document.blocks[0] == Picture(CROSS)
    paper = preview(document, model).convert("L")
    left = (model.width_dots - 20) // 2
    arms = paper.crop((left, 0, left + 20, 16))
    assert [arms.getpixel((x, 8)) for x in (0, 10, 19)] == [0, 0, 0]
    assert [arms.getpixel((x, 2)) for x in (0, 10, 19)] == [255, 0, 255]
    beside = paper.crop((0, 0, left, 16))
    assert beside.getextrema() == (255, 255)
    head = b"\x1dv0\x00" + (3).to_bytes(2, "little") + (16).to_bytes(2, "little")
    assert head + CROSS.rows in render(document, model)


def test_a_slip_without_arms_has_no_picture() -> None:
    plain = ticket_document(TICKET, SLIP, SITE, TEXTS, "de")
    assert not any(isinstance(block, Picture) for block in plain.blocks)
