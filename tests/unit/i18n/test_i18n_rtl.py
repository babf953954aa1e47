"""Right-to-left lines: golden visual strings, and laws that hold for any text."""

import re

import pytest
from arabic_reshaper import reshape
from hypothesis import given
from hypothesis import strategies as st

from kiosk.i18n.rtl import LRI, PDI, _shaped_word, forget, has_rtl, layout_lines, plain, visual


def width(line: str) -> float:
    return float(len(line))


def shaped_backwards(arabic: str) -> str:
    """What pure Arabic text must look like from left to right."""
    return str(reshape(arabic))[::-1]


GOLDEN = [
    ("ar", "رقم A 042", ["A 042 " + shaped_backwards("رقم")]),
    ("ar", "السعر 46,00 € فقط", [shaped_backwards("فقط") + " 46,00 € " + shaped_backwards("السعر")]),
    ("ar", "الساعة 14:30", ["14:30 " + shaped_backwards("الساعة")]),
    ("ar", "من 08:00–12:00", ["08:00–12:00 " + shaped_backwards("من")]),
    ("ar", "رقم A 03-17", ["A 03-17 " + shaped_backwards("رقم")]),
    ("ar", "هاتف 0371 488-0", ["0371 488-0 " + shaped_backwards("هاتف")]),
    ("ar", "(مكتب)", ["(" + shaped_backwards("مكتب") + ")"]),
    ("ar", "«نعم»", ["«" + shaped_backwards("نعم") + "»"]),
    ("fa", "شماره B 7", ["B 7 " + shaped_backwards("شماره")]),
    ("he", "תור A 042", ["A 042 " + "תור"[::-1]]),
    ("he", "בשעה 14:30.", [".14:30 " + "בשעה"[::-1]]),
    ("he", "גר ב-Musterstadt (קומה 2)", ["(2 " + "קומה"[::-1] + ") Musterstadt-ב " + "גר"[::-1]]),
    ("ar", f"إلى {LRI}Bürgerbüro (2. OG){PDI} الآن", None),
    ("de", "Sprache: العربية", ["Sprache: " + shaped_backwards("العربية")]),
    ("ar", "عند http://192.0.2.10:8080/a", ["http://192.0.2.10:8080/a " + shaped_backwards("عند")]),
    ("ar", "غرفة Zimmer 5 هنا", [shaped_backwards("هنا") + " Zimmer 5 " + shaped_backwards("غرفة")]),
    ("ar", "نموذج A4 هنا", [shaped_backwards("هنا") + " A4 " + shaped_backwards("نموذج")]),
    ("ar", "الشبابيك 10–13", ["10–13 " + shaped_backwards("الشبابيك")]),
    ("ar", f"{LRI}Amt{PDI} من 08:00–12:00", ["08:00–12:00 " + shaped_backwards("من") + " Amt"]),
    ("ar", "Musterstadt.", ["Musterstadt."]),
    ("ar", "46,00 €", ["46,00 €"]),
]


@pytest.mark.parametrize(("lang", "text", "lines"), GOLDEN)
def test_golden_lines(lang: str, text: str, lines: list[str] | None) -> None:
    got = layout_lines(text, lang, 100, width)
    if lines is None:
        lines = [shaped_backwards("الآن") + " Bürgerbüro (2. OG) " + shaped_backwards("إلى")]
    assert got == lines
    assert visual(text, lang) == lines[0]


def test_lines_keep_their_order_and_numbers_stay_whole() -> None:
    text = "مرحبا بكم في مبنى البلدية رقم A 042 الساعة 14:30"
    lines = layout_lines(text, "ar", 20, width)
    assert len(lines) == 3
    assert lines[0] == shaped_backwards("مرحبا بكم في مبنى")
    assert lines[1].startswith("A 042 ")
    assert lines[2].startswith("14:30 ")


def test_an_isolate_goes_on_in_the_next_line() -> None:
    text = f"{LRI}Straßenverkehrsamt 5 (2. OG){PDI} الآن"
    assert layout_lines(text, "ar", 18, width) == ["Straßenverkehrsamt", shaped_backwards("الآن") + " 5 (2. OG)"]


def test_farsi_non_joiner_keeps_letters_apart() -> None:
    joined, apart = visual("میخواهم", "fa"), visual("می\u200cخواهم", "fa")
    assert joined != apart
    assert "\u200c" not in apart


def test_marks_follow_their_letter_in_visual_order() -> None:
    assert visual("שָׁלוֹם", "he").index("ש") < visual("שָׁלוֹם", "he").index("ָ")


def test_long_german_word_breaks_at_its_joints() -> None:
    assert layout_lines("Personalausweisangelegenheiten", "de", 16, width) == ["Personalausweis-", "angelegenheiten"]


def test_hyphen_fills_the_line_before() -> None:
    lines = layout_lines("die Wohnungsgeberbestätigung", "de", 16, width)
    assert lines == ["die Wohnungs-", "geberbestätigung"] or lines[0].startswith("die Wohnungsgeber-")


def test_words_that_fit_are_not_hyphenated() -> None:
    assert layout_lines("ein Personalausweis", "de", 15, width) == ["ein", "Personalausweis"]


def test_a_break_after_a_hyphen_needs_no_second_one() -> None:
    assert layout_lines("Müller-Lüdenscheidt", "de", 13, width) == ["Müller-", "Lüdenscheidt"]


def test_soft_hyphens_are_used_and_never_drawn() -> None:
    assert layout_lines("Donau\u00addampf\u00adschiff", "de", 11, width) == ["Donaudampf-", "schiff"]


def test_line_feeds_are_kept() -> None:
    assert layout_lines("eins\n\nzwei", "de", 20, width) == ["eins", "", "zwei"]


def test_a_word_without_syllables_is_torn_rather_than_cut() -> None:
    assert layout_lines("xxxxxxxx", "de", 3, width, hyphenate=False) == ["xxx", "xxx", "xx"]
    assert layout_lines("ab", "de", 0, width) == ["a", "b"]


def test_combining_marks_stay_with_their_letter() -> None:
    assert layout_lines("K͟hK͟h", "de", 3, width, hyphenate=False) == ["K͟h", "K͟h"]


WORDS = st.lists(
    st.one_of(
        st.text("abcdefg Straße", min_size=1, max_size=12),
        st.text("ابتثجحخ", min_size=1, max_size=12),
        st.text("אבגדה", min_size=1, max_size=12),
        st.sampled_from(["A 042", "46,00 €", "14:30", "B 03-17", "1.234,50 €", "(", ")", "2. OG", "08:00–12:00"]),
    ),
    max_size=12,
)


@given(words=WORDS, lang=st.sampled_from(["de", "en", "ar", "fa", "he"]), limit=st.integers(8, 60))
def test_no_line_is_wider_and_no_letter_is_lost(words: list[str], lang: str, limit: int) -> None:
    text = " ".join(words)
    lines = layout_lines(text, lang, limit, width)
    assert all(len(line) <= limit for line in lines)
    drawn = re.sub(r"[\s-]", "", "".join(lines))
    assert len(drawn) >= len(re.sub(r"[\s-]", "", plain(str(reshape(text)))))


@given(
    number=st.sampled_from(
        ["A 042", "Z 999", "46,00 €", "14:30", "B 03-17", "1.234,50 €", "08:00–12:00", "115", "19 %"]
    ),
    before=st.text("ابتث جحخ", max_size=30),
    after=st.text("ابتث (جحخ)", max_size=30),
    limit=st.integers(12, 80),
)
def test_numbers_are_never_reversed_or_torn(number: str, before: str, after: str, limit: int) -> None:
    lines = layout_lines(f"{before} {number} {after}", "ar", limit, width)
    assert any(number in line for line in lines), lines


@given(st.text(max_size=60), st.sampled_from(["de", "ar"]), st.integers(0, 30))
def test_any_text_ends_and_shows_no_controls(text: str, lang: str, limit: int) -> None:
    for line in layout_lines(text, lang, limit, width, hyphenate=False):
        assert plain(line) == line


def test_has_rtl() -> None:
    assert has_rtl("abc ا")
    assert not has_rtl("Straße 12 €")


def test_typed_words_can_be_forgotten() -> None:
    visual("محمد", "ar")
    assert _shaped_word.cache_info().currsize
    forget()
    assert not _shaped_word.cache_info().currsize
