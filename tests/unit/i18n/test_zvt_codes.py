"""The codes of payment terminals: all have a text, and those that must be shown stand there word for word."""

import re

import pytest

from kiosk.i18n.texts import LOCALE_DIR, Texts
from kiosk.i18n.zvt_codes import DOMAIN, intermediate_text, is_word_for_word, result_text, terminal_text

MUST_SHOW = {
    0x01: "Bitte Anzeigen auf dem PIN-Pad beachten",
    0x02: "Bitte Anzeigen auf dem PIN-Pad beachten",
    0x03: "Vorgang nicht möglich",
    0x07: "Karte nicht zugelassen",
    0x08: "Karte unbekannt / undefiniert",
    0x09: "Karte verfallen",
    0x0A: "Karte einstecken",
    0x0C: "Karte nicht lesbar",
    0x0D: "Vorgang abgebrochen",
    0x0E: "Vorgang wird bearbeitet bitte warten...",
    0x10: "Karte ungültig",
    0x12: "Systemfehler",
    0x13: "Zahlung nicht möglich",
    0x14: "Guthaben nicht ausreichend",
    0x15: "Geheimzahl falsch",
    0x17: "Bitte warten...",
    0x18: "Geheimzahl zu oft falsch",
    0x19: "Kartendaten falsch",
    0x1B: "Autorisierung erfolgt. Bitte tanken",
    0x1C: "Zahlung erfolgt. Bitte Ware entnehmen",
    0x1D: "Autorisierung nicht möglich",
}
"""PA00P015 revision 13.08, table 17."""
REMOVE = "Bitte Karte entnehmen!"


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load(DOMAIN)


def german(texts: Texts, code: int) -> str | None:
    said = intermediate_text(texts, "de", code)
    return said.text if said is not None else None


def test_texts_that_must_be_shown_stand_word_for_word(texts: Texts) -> None:
    assert {code: german(texts, code) for code in MUST_SHOW} == MUST_SHOW
    assert {code for code in range(0x40) if is_word_for_word(code)} == set(MUST_SHOW)


def test_catalogue_marks_what_must_be_shown() -> None:
    for lang in ("de", "en"):
        source = (LOCALE_DIR / lang / "zvt.po").read_text("utf-8")
        marked = re.findall(r'#\. .*word for word\nmsgid "intermediate\.(..)"', source)
        assert {int(code, 16) for code in marked} == set(MUST_SHOW)
        assert source.count("\n#. ") == source.count('\nmsgid "') - 1, "each text has its source"


def test_with_the_card_still_inside_a_line_asks_for_it(texts: Texts) -> None:
    assert german(texts, 0x55) == f"Geheimzahl falsch\n{REMOVE}"
    assert german(texts, 0x4B) == REMOVE
    assert german(texts, 0x66) == f"BZT wartet auf Eingabe der Mobilfunknummer\n{REMOVE}"
    assert german(texts, 0x4A) is None
    assert is_word_for_word(0x55)
    assert not is_word_for_word(0x45)


def test_code_without_a_text_says_nothing(texts: Texts) -> None:
    for code in (0xFF, 0x30, 0x7F):
        assert german(texts, code) is None


def test_every_result_and_status_has_a_sentence_in_both_languages(texts: Texts) -> None:
    for lang in ("de", "en"):
        for code in range(256):
            assert result_text(texts, lang, code).text
            assert terminal_text(texts, lang, code).text
    assert result_text(texts, "de", 0x37).text == "Geheimzahl falsch"
    assert result_text(texts, "en", 0xB4).text == "already reversed"
    assert result_text(texts, "de", 0x63).text == "Code 63"
    assert terminal_text(texts, "de", 0xF0).text == "Kassenschnitt nötig"
