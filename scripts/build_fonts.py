#!/usr/bin/env python3
"""Build the type of the house: Townhall Sans, one family that owns every glyph we may have to show.

Input: Debian's fonts-noto-core and fonts-noto-extra (Noto, SIL OFL 1.1, no Reserved Font Name). Output, the same
bytes on every run: ``kiosk/assets/fonts/TownhallSans-{Regular,Bold}.ttf`` for screen and paper, and woff2 subsets
(Latin, Arabic, punctuation) in ``hub/static/fonts`` for the browser pages.

Needs the ``assets`` extra (fonttools, brotli) and ``apt-get install fonts-noto-core fonts-noto-extra``. Nobody needs
to run it unless the type changes: the results are committed. docs/assets.md names versions and hashes.
"""

import logging
from pathlib import Path

from fontTools import subset
from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
NOTO = Path("/usr/share/fonts/truetype/noto")
TTF_DIR = ROOT / "kiosk/assets/fonts"
WEB_DIR = ROOT / "hub/static/fonts"

FAMILY = "Townhall Sans"
VERSION = "1.000"
TIMESTAMP = 3_849_120_000
"""Seconds since 1904 (fonts' epoch): one fixed moment, so that a rebuild gives the same bytes."""

WEIGHTS = {"Regular": ("Regular", 400), "Bold": ("SemiBold", 600)}
"""Our style -> weight in Noto's file names and its OS/2 class. Semi-bold reads better than bold at 10 mm."""

LATIN_GREEK_CYRILLIC = (
    (0x0020, 0x007E), (0x00A0, 0x02FF), (0x0300, 0x036F), (0x0370, 0x03FF), (0x0400, 0x052F), (0x1D00, 0x1DBF),
    (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20CF), (0x2100, 0x218F), (0x2212, 0x2215),
    (0x25CC, 0x25CC), (0xFB00, 0xFB06),
)  # fmt: skip
ARABIC = ((0x0600, 0x06FF), (0x0750, 0x077F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
HEBREW = ((0x0590, 0x05FF), (0xFB1D, 0xFB4F))
ARROWS = ((0x2190, 0x2199),)
MATH = ((0x2212, 0x2212), (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265))
SIGNS = ((0x2713, 0x2713), (0x2717, 0x2717), (0x25CF, 0x25CF), (0x25CB, 0x25CB), (0x2605, 0x2605), (0x26A0, 0x26A0))
WEB = ((0x0020, 0x024F), (0x0300, 0x036F), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x20AC, 0x20AC), *ARROWS, *ARABIC)

FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "rlig", "init", "medi", "fina", "isol"]
"""No liga: an fi ligature breaks letter-wise measuring. Noto's digits are tabular by default (tested)."""

ASCENT, DESCENT = 1069, -450
"""Per 1000 em. Noto Sans has -293; final yeh reaches -447 and its dots must not be cut off."""


def code_points(ranges: tuple[tuple[int, int], ...]) -> set[int]:
    """All code points of inclusive ranges."""
    return {code for first, last in ranges for code in range(first, last + 1)}


def cut(font: TTFont, wanted: set[int]) -> TTFont:
    """Keep the wanted characters and the features we use; drop hinting (we draw large and anti-aliased)."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.glyph_names = True
    options.drop_tables += ["FFTM", "DSIG", "meta", "STAT", "gasp"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    return font


def pieces(noto_weight: str) -> list[TTFont]:
    """The parts of one weight, each without the characters an earlier part already owns."""
    wanted = (
        (f"NotoSans-{noto_weight}", LATIN_GREEK_CYRILLIC),
        (f"NotoSansArabic-{noto_weight}", ARABIC),
        (f"NotoSansHebrew-{noto_weight}", HEBREW),
        (f"NotoSansSymbols-{noto_weight}", ARROWS),
        ("NotoSansMath-Regular", MATH),
        ("NotoSansSymbols2-Regular", SIGNS),
    )
    owned: set[int] = set()
    parts: list[TTFont] = []
    for name, ranges in wanted:
        font = TTFont(NOTO / f"{name}.ttf", recalcTimestamp=False)
        mine = (code_points(ranges) & set(font.getBestCmap())) - owned
        owned |= mine
        parts.append(cut(font, mine))
    return parts


def merge(style: str) -> TTFont:
    """One whole font of our family."""
    noto_weight, weight_class = WEIGHTS[style]
    work = ROOT / "var/fonts"
    work.mkdir(parents=True, exist_ok=True)
    files = []
    for n, part in enumerate(pieces(noto_weight)):
        file = work / f"{style}-{n}.ttf"
        part.save(file)
        files.append(str(file))
    font = Merger(Options(drop_tables=["vhea", "vmtx", "MATH", "BASE"])).merge(files)
    christen(font, style)
    set_metrics(font, weight_class, bold=style == "Bold")
    return font


def christen(font: TTFont, style: str) -> None:
    """Our own name: a changed font must not pass as the original. Copyright and licence lines stay."""
    table = font["name"]
    copyrights = sorted({r.toUnicode() for r in table.names if r.nameID == 0})
    table.names = []
    full = FAMILY if style == "Regular" else f"{FAMILY} {style}"
    entries = {
        0: " ".join(copyrights),
        1: FAMILY,
        2: style,
        3: f"{VERSION};TownhallSans-{style}",
        4: full,
        5: f"Version {VERSION}",
        6: f"TownhallSans-{style}",
        7: "Noto is a trademark of Google LLC.",
        10: "Merged and subset from Noto Sans, Noto Sans Arabic, Hebrew, Symbols, Symbols 2 and Math.",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    }
    for name_id, text in entries.items():
        table.setName(text, name_id, 3, 1, 0x409)


def set_metrics(font: TTFont, weight_class: int, *, bold: bool) -> None:
    """One line height for all scripts, fixed dates, the right style bits."""
    hhea, os2, head = font["hhea"], font["OS/2"], font["head"]
    hhea.ascent, hhea.descent, hhea.lineGap = ASCENT, DESCENT, 0
    os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap = ASCENT, DESCENT, 0
    os2.usWinAscent, os2.usWinDescent = ASCENT, -DESCENT
    os2.sCapHeight, os2.usWeightClass = 714, weight_class
    os2.fsSelection = (1 << 7) | (1 << 5 if bold else 1 << 6)
    head.macStyle = 1 if bold else 0
    head.created = head.modified = TIMESTAMP
    head.fontRevision = float(VERSION)
    font["post"].formatType = 3.0
    font.recalcTimestamp = False


def save_web(source: Path, target: Path) -> None:
    """A woff2 subset for the browser pages."""
    font = TTFont(source, recalcTimestamp=False)
    cut(font, code_points(WEB) & set(font.getBestCmap()))
    font.flavor = "woff2"
    font.save(target)


def main() -> None:
    """Build everything and say what was written."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    TTF_DIR.mkdir(parents=True, exist_ok=True)
    WEB_DIR.mkdir(parents=True, exist_ok=True)
    for style in WEIGHTS:
        target = TTF_DIR / f"TownhallSans-{style}.ttf"
        merge(style).save(target)
        web = WEB_DIR / f"TownhallSans-{style}.woff2"
        save_web(target, web)
        for file in (target, web):
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
