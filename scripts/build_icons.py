#!/usr/bin/env python3
"""Cut the icon font down to the icons we use and write the table of their characters.

Input: the tarball of the npm package @tabler/icons-webfont (MIT), fetched once with
``npm pack @tabler/icons-webfont``; its path is the only argument. Output, the same bytes on every run:
``kiosk/assets/fonts/TownhallIcons.ttf``, ``kiosk/assets/icons.py`` and ``hub/static/fonts/TownhallIcons.woff2``.
To use another icon add its Tabler name to scripts/icons.txt and run this again.
"""

import io
import re
import sys
import tarfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
TIMESTAMP = 3_849_120_000

NAMES = (ROOT / "scripts/icons.txt").read_text("utf-8").split()
"""Tabler's names of the icons we keep, one a line."""

ALIASES = {
    "passport": "e-passport",
    "stamp": "rubber-stamp",
    "help": "help-circle",
    "close": "x",
    "staff": "user-question",
}
"""Our words for icons that Tabler calls something else."""


def read_package(path: Path) -> tuple[TTFont, dict[str, int], str]:
    """Font, code points by name and version of the package."""
    with tarfile.open(path) as archive:

        def member(name: str) -> bytes:
            file = archive.extractfile(f"package/{name}")
            if file is None:
                raise SystemExit(f"{path}: no {name} inside; is it the tarball of @tabler/icons-webfont?")
            return file.read()

        font = TTFont(io.BytesIO(member("dist/fonts/tabler-icons.ttf")), recalcTimestamp=False)
        css = member("dist/tabler-icons.css").decode()
    codes = re.findall(r"\.ti-([a-z0-9-]+):before \{\s*content: \"\\([0-9a-f]+)\"", css)
    version = re.search(r"Tabler Icons ([\d.]+)", css)
    return font, {name: int(code, 16) for name, code in codes}, version[1] if version else "?"


def wanted(codes: dict[str, int]) -> dict[str, int]:
    """Our names -> code points; says which names the package does not know."""
    table = {name: codes[name] for name in NAMES if name in codes}
    if missing := [name for name in NAMES if name not in codes]:
        print("not in this version, left out:", *missing)
    for ours, theirs in ALIASES.items():
        if theirs in codes:
            table[ours] = codes[theirs]
    return dict(sorted(table.items()))


def cut(font: TTFont, codes: set[int]) -> TTFont:
    """Keep only the wanted icons, under our own name."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.drop_tables += ["FFTM", "DSIG", "GSUB", "GPOS"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    for name_id, text in {1: "Townhall Icons", 4: "Townhall Icons", 6: "TownhallIcons", 3: "TownhallIcons"}.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)
    font["name"].setName("Subset of Tabler Icons, MIT, Copyright (c) 2020-2026 Paweł Kuna", 0, 3, 1, 0x409)
    font["head"].created = font["head"].modified = TIMESTAMP
    font.recalcTimestamp = False
    return font


def write_table(table: dict[str, int], version: str) -> None:
    """The table of names for Python."""
    rows = "".join(f'    "{name}": "\\U{code:08x}",\n' for name, code in table.items())
    text = (
        f'"""Icon names -> characters of TownhallIcons.ttf (Tabler Icons {version}, MIT).\n\n'
        'Written by scripts/build_icons.py: add names there, not here.\n"""\n\n'
        f"ICONS: dict[str, str] = {{\n{rows}}}\n"
    )
    (ROOT / "kiosk/assets/icons.py").write_text(text, "utf-8")


def main(tarball: Path) -> None:
    """Write font, table and web font."""
    font, codes, version = read_package(tarball)
    table = wanted(codes)
    cut(font, set(table.values()))
    font.save(ROOT / "kiosk/assets/fonts/TownhallIcons.ttf")
    font.flavor = "woff2"
    font.save(ROOT / "hub/static/fonts/TownhallIcons.woff2")
    write_table(table, version)
    print(f"{len(table)} icons of Tabler {version}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(
            "usage: build_icons.py tabler-icons-webfont-X.Y.Z.tgz   (from: npm pack @tabler/icons-webfont)"
        )
    main(Path(sys.argv[1]))
