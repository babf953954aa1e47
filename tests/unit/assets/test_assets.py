"""Type and icons: every glyph we promise is there, and every foreign file is the one that is written down."""

import hashlib
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from arabic_reshaper import reshape
from fontTools.ttLib import TTFont

from kiosk.assets import FONT_DIR, ICONS, font_path, glyphs, icon_font_path
from kiosk.i18n import latin
from kiosk.i18n.languages import LANGUAGES

ROOT = Path(__file__).resolve().parents[3]
ORACLE = ROOT / "../shared/data/din91379/latinchars.xml"
INVISIBLE = set(range(0x20)) | {0x7F}


@pytest.fixture(params=[False, True], ids=["regular", "bold"])
def font(request: pytest.FixtureRequest) -> Iterator[TTFont]:
    with TTFont(font_path(bold=request.param)) as opened:
        yield opened


def lacking(font: TTFont, text: str) -> set[str]:
    return {letter for letter in text if ord(letter) not in font.getBestCmap() and ord(letter) not in INVISIBLE}


def test_every_letter_of_din_91379(font: TTFont) -> None:
    assert not lacking(font, "".join(latin.letters()))
    for part in (latin.N1, latin.N2, latin.N3, latin.N4):
        assert not lacking(font, "".join(map(chr, latin._codes(part))))


def test_every_character_of_the_norms_data_file(font: TTFont) -> None:
    if not ORACLE.exists():
        pytest.skip("KoSIT's latinchars.xml is not in ../shared/data/din91379; our list is tested without")
    codes = ElementTree.parse(ORACLE).getroot().iter("{http://xoev.de/latinchars}cp")
    text = "".join(chr(int(code, 16)) for entry in codes for code in str(entry.text).split())
    assert not lacking(font, text)


def test_combining_marks_have_anchors_on_every_base_of_a_sequence(font: TTFont) -> None:
    marks = {record.FeatureTag for record in font["GPOS"].table.FeatureList.FeatureRecord}
    assert {"mark", "mkmk"} <= marks
    scripts = {record.ScriptTag for record in font["GPOS"].table.ScriptList.ScriptRecord}
    assert {"latn", "grek", "cyrl", "arab"} <= scripts


def test_arabic_and_farsi_in_all_joined_forms(font: TTFont) -> None:
    alphabet = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگکیۀ"
    joined = "".join(before + letter + after for letter in alphabet for before in ("", "ب") for after in ("", "ب"))
    forms = reshape(" ".join([*alphabet, joined, "لا لأ لإ لآ بلا بلأ"]))
    assert any("\ufe70" <= letter <= "\ufefc" for letter in forms)
    assert not lacking(font, forms + "،؛؟٪«»ـ")


def test_other_scripts_and_signs(font: TTFont) -> None:
    assert not lacking(font, "ΑΒΓΔαβγδάέΌ АБВГґїєіъыэёЖ אבגדהוזחטיכלמנסעפצקרשתםןךףץ")
    assert not lacking(font, "€£$§©®°±²³·…–—‘’‚“”„‹›«»•→←↑↓✓✗≤≥≈×÷−‰ẞ\u00a0\u202f")
    assert not lacking(font, "".join(f"{lang.name}{lang.only_de}{lang.only_en}" for lang in LANGUAGES.values()))


def test_digits_have_one_width(font: TTFont) -> None:
    cmap, widths = font.getBestCmap(), font["hmtx"]
    assert len({widths[cmap[ord(digit)]][0] for digit in "0123456789"}) == 1


def test_metrics_hold_what_the_theme_counts_on(font: TTFont) -> None:
    assert font["OS/2"].sCapHeight / font["head"].unitsPerEm == 0.714
    top, bottom = font["hhea"].ascent, font["hhea"].descent
    glyphs, cmap = font["glyf"], font.getBestCmap()
    for letter in "ÄŐṤẪgjyẈيجعإأﻲﺔẞ":
        glyph = glyphs[cmap[ord(letter)]]
        assert bottom <= glyph.yMin, letter
        assert glyph.yMax <= top, letter


def test_own_name_and_no_hinting(font: TTFont) -> None:
    names = {record.nameID: record.toUnicode() for record in font["name"].names}
    assert names[1] == "Townhall Sans"
    assert "Open Font License" in names[13]
    assert not {"fpgm", "prep", "cvt "} & set(font.keys())


def test_every_icon_has_a_glyph_with_ink() -> None:
    with TTFont(icon_font_path()) as icons:
        cmap, glyphs = icons.getBestCmap(), icons["glyf"]
        assert {ord(char) for char in ICONS.values()} <= set(cmap)
        assert all(glyphs[cmap[ord(char)]].numberOfContours for char in ICONS.values())


def test_every_icon_named_in_code_exists() -> None:
    files = [path for folder in ("kiosk", "screens", "hub") for path in (ROOT / folder).rglob("*.py")]
    named = {name for path in files for name in re.findall(r'\bicon="([a-z0-9-]+)"', path.read_text("utf-8"))}
    assert named, "the pattern finds nothing any more"
    for path in (ROOT / "hub/templates").rglob("*.html"):
        named |= set(re.findall(r'\bicon\("([a-z0-9-]+)"', path.read_text("utf-8")))
    for path in (ROOT / "hub/catalogue/demo").rglob("*.toml"):
        named |= set(re.findall(r'^icon = "([^"]+)"', path.read_text("utf-8"), re.M))
    assert not named - set(ICONS)


def written_down() -> dict[str, str]:
    rows = re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", (ROOT / "docs/assets.md").read_text("utf-8"), re.M)
    return dict(rows)


@pytest.mark.parametrize(("path", "digest"), written_down().items())
def test_foreign_file_is_the_one_written_down(path: str, digest: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest, "see docs/assets.md"


def test_no_foreign_file_is_missing_in_the_list() -> None:
    folders = (
        FONT_DIR,
        ROOT / "drivers/sim/fonts",
        ROOT / "hub/static/fonts",
        ROOT / "hub/static/vendor",
        ROOT / "tests/vendor",
    )
    files = {str(path.relative_to(ROOT)) for folder in folders for path in folder.iterdir()}
    assert files == set(written_down())


def test_the_table_of_characters_is_that_of_the_fonts() -> None:
    held: list[set[int]] = []
    for bold in (False, True):
        with TTFont(font_path(bold=bold)) as opened:
            held.append(set(opened.getBestCmap()))
    every = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    assert {ord(letter) for letter in every} - {ord(each) for each in glyphs.lacking(every)} == held[0] & held[1]
    assert glyphs.lacking("Grüße, مكتب – 😀建😀") == "😀建"
