"""Numbers and dates in Western digits everywhere; our tables against CLDR where both know."""

import subprocess
import sys
from datetime import date, time, timedelta

import pytest
from babel import Locale

from kiosk.i18n import formats
from kiosk.i18n.languages import LANGUAGES, chain, fallback_mark, is_rtl, own_name

MONDAY = date(2026, 3, 2)


def test_money() -> None:
    assert formats.money(4600, "de") == "46,00\u00a0€"
    assert formats.money(123456789, "de") == "1.234.567,89\u00a0€"
    assert formats.money(4600, "en") == "€46.00"
    assert formats.money(123450, "en") == "€1,234.50"
    assert formats.money(4600, "ar") == "46,00\u00a0€"
    assert formats.money(5, "de") == "0,05\u00a0€"
    assert formats.money(-150, "de") == "−1,50\u00a0€"


def test_clock_and_spans() -> None:
    assert formats.clock(time(8, 5)) == "08:05"
    assert formats.clock_span(time(8), time(12, 30)) == "08:00–12:30"
    assert formats.minutes(10, 15) == "10–15"
    assert formats.minutes(10, 10) == "10"


def test_dates() -> None:
    assert formats.short_date(MONDAY, "de") == "Mo, 2. März 2026"
    assert formats.short_date(MONDAY, "en") == "Mon, 2 March 2026"
    assert formats.short_date(MONDAY, "ar") == "الاثنين، 2 مارس 2026"
    assert formats.long_day(MONDAY, "de") == "Montag, 2. März"
    assert formats.numeric_date(MONDAY) == "02.03.2026"


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
def test_names_agree_with_cldr(lang: str) -> None:
    locale = Locale.parse(lang)
    for day in range(7):
        assert formats.weekday(day, lang) == locale.days["format"]["wide"][day]
    for month in range(1, 13):
        assert locale.months["format"]["wide"][month] in formats.long_day(date(2026, month, 1), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_days_in_western_digits(lang: str) -> None:
    for offset in range(0, 400, 17):
        text = formats.short_date(MONDAY + timedelta(days=offset), lang)
        assert str((MONDAY + timedelta(days=offset)).year) in text
        assert all(letter in "0123456789" for letter in text if letter.isdigit())
    assert all(formats.weekday(day, lang) for day in range(7))


def test_unknown_language_gets_english_names() -> None:
    assert formats.weekday(0, "xx") == "Monday"
    assert formats.weekday(0, "de-x-ls") == "Montag"


def test_languages() -> None:
    assert is_rtl("ar")
    assert is_rtl("fa-IR")
    assert not is_rtl("de")
    assert not is_rtl("xx")
    assert own_name("uk") == "Українська"
    assert own_name("xx") == "xx"
    assert chain("de-x-ls") == ("de-x-ls", "de", "en")
    assert chain("ar") == ("ar", "en", "de")


def test_marks() -> None:
    assert fallback_mark("en", "de") == "only in German"
    assert fallback_mark("ar", "en") == "بالإنجليزية فقط"
    assert fallback_mark("de", "en") == "nur auf Englisch"
    assert fallback_mark("de", "de") == ""
    assert fallback_mark("en-GB", "en") == ""
    assert fallback_mark("de-x-ls", "de") == "nicht in Leichter Sprache"
    assert fallback_mark("de", "uk") == "Українська"


def test_a_terminal_starts_without_babel_bidi_and_pyphen() -> None:
    code = (
        "import sys; from kiosk.i18n import formats, rtl, texts, languages; from datetime import date\n"
        "texts.Texts.load('terminal').say('ar', 'start.title'); formats.short_date(date(2026, 3, 2), 'ar')\n"
        "rtl.layout_lines('Guten Tag', 'de', 100, len)\n"
        "print([m for m in ('babel', 'bidi', 'arabic_reshaper', 'pyphen') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
