"""Arabic vowel signs: screens draw them, paper leaves them out, where they would stand on the wrong letter."""

import pytest

from kiosk.i18n.rtl import layout_lines, visual

TANWIN, SHADDA = "\u064b", "\u0651"


@pytest.mark.parametrize(("word", "sign"), [("شخص\u064bا", TANWIN), ("عم\u0651 تبحثون", SHADDA)])
def test_signs_stay_where_the_toolkit_places_them(word: str, sign: str) -> None:
    assert sign in visual(word, "ar", marks=True)
    assert sign not in visual(word, "ar")
    (line,) = layout_lines(word, "ar", 1000, len, marks=True)
    assert sign in line


def test_a_sign_stands_behind_its_letter_as_fonts_want_it() -> None:
    drawn = visual("مُد", "ar", marks=True)
    assert [len(drawn), drawn.index("\u064f")] == [3, 2], "the letter that carries it is drawn last, the sign after it"


def test_words_with_and_without_signs_are_not_mixed_up() -> None:
    for _ in range(2):
        assert len(visual("مُد", "ar", marks=True)) == len(visual("مُد", "ar")) + 1
