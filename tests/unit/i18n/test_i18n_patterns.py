"""Our reading of the hyphenation patterns beside pyphen's own."""

from pathlib import Path

import pyphen
import pytest

from kiosk.i18n.patterns import Patterns

WORDS = {
    "de": "Wohnungsgeberbestätigung Aufenthaltserlaubnis Straßenverkehrsbehörde Öffnungszeiten Rathaus ja a "
    "Schifffahrt daherabgelaufen Führungszeugnis Ämter Österreich-Ungarn Donaudampfschifffahrtsgesellschaft",
    "en": "representative associates identification certificate antidisestablishmentarianism I photograph present",
    "fr": "naissance certificat l'identité renouvellement élémentaire",
    "hu": "asszonnyal meggyőződés személyazonosító igazolvány",
    "uk": "посвідчення громадянство свідоцтво",
}


@pytest.mark.parametrize("lang", WORDS)
def test_words_break_where_pyphen_breaks_them(lang: str) -> None:
    ours, theirs = Patterns(Path(pyphen.LANGUAGES[lang])), pyphen.Pyphen(lang=lang, left=1, right=1)
    words = WORDS[lang].split()
    assert [ours.positions(word) for word in words] == [theirs.positions(word) for word in words]
    assert any(ours.positions(word) for word in words)


def test_a_pattern_file_is_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "hyph_xx.dic"
    file.write_text("UTF-8\n% a remark\nLEFTHYPHENMIN 2\na1b\nb2a\n.ab1c\nä1ö/ä=ö,1,2\n", "utf-8")
    patterns = Patterns(file)
    assert patterns.positions("abab") == [1, 3]
    assert patterns.positions("abc") == [1, 2]
    assert patterns.positions("äö") == [1]
    assert patterns.positions("") == []
