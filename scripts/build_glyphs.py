#!/usr/bin/env python3
"""Write ``kiosk/assets/glyphs.py``: which characters both weights of our type hold. Run it after build_fonts.py.

The hub asks this table, because it has no library that reads fonts; a test compares it with the font files.
"""

from fontTools.ttLib import TTFont

from kiosk.assets import font_path

TARGET = font_path().parent.parent / "glyphs.py"
HEAD = '''"""The characters that both weights of Townhall Sans hold, as inclusive ranges.

Written by scripts/build_glyphs.py: change the type, not this list.
"""

import re
from functools import cache

RANGES: tuple[tuple[int, int], ...] = (
'''
TAIL = ''')


def lacking(text: str) -> str:
    """The characters of a text that our type does not hold, each once, in their order; "" = all can be drawn."""
    return "".join(dict.fromkeys(_others().findall(text)))


@cache
def _others() -> re.Pattern[str]:
    """One character that it does not hold."""
    held = "".join(rf"\\U{first:08x}-\\U{last:08x}" for first, last in RANGES)
    return re.compile(f"[^{held}]")
'''


def held() -> list[int]:
    """Code points that both weights hold."""
    found: list[set[int]] = []
    for bold in (False, True):
        with TTFont(font_path(bold=bold)) as font:
            found.append(set(font.getBestCmap()))
    return sorted(found[0] & found[1])


def ranges(codes: list[int]) -> list[tuple[int, int]]:
    """Neighbours together."""
    made: list[tuple[int, int]] = []
    for code in codes:
        if made and made[-1][1] == code - 1:
            made[-1] = (made[-1][0], code)
        else:
            made.append((code, code))
    return made


def table() -> str:
    """The file."""
    lines, line = [], "   "
    for first, last in ranges(held()):
        pair = f" (0x{first:04X}, 0x{last:04X}),"
        if len(line) + len(pair) > 120:
            lines.append(line)
            line = "   "
        line += pair
    body = "\n".join([*lines, line])
    return HEAD + body + "\n" + TAIL.replace(")\n", ")  # fmt: skip\n", 1)


if __name__ == "__main__":
    TARGET.write_text(table(), "utf-8")
