"""The type as Kivy's SDL_ttf draws it: combining marks sit on their letter and take no room of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from kiosk.i18n import latin

MEASURE = """
import json, sys
from kivy.core.text import Label
from kiosk.assets import font_path
texts = json.load(sys.stdin)
label = {bold: Label(font_name=str(font_path(bold)), font_size=100) for bold in (False, True)}
json.dump([[label[bold].get_extents(text)[0] for text in texts] for bold in (False, True)], sys.stdout)
"""


def widths(texts: list[str], home: Path) -> tuple[list[int], list[int]]:
    """Widths in pixels at 100 px, regular and bold, measured in a process of its own."""
    quiet = {"KIVY_NO_ARGS": "1", "KIVY_NO_CONFIG": "1", "KIVY_NO_CONSOLELOG": "1", "KIVY_NO_FILELOG": "1"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **quiet, "KIVY_HOME": str(home), "SDL_VIDEODRIVER": "offscreen"},
    )
    regular, bold = json.loads(done.stdout)
    return regular, bold


def test_marks_take_no_room(tmp_path: Path) -> None:
    sequences = [sequence for sequence in latin.sequences() if "\u0315" not in sequence and "\u035f" not in sequence]
    pairs = [(sequence, sequence.rstrip("".join(map(chr, range(0x300, 0x370))))) for sequence in sequences]
    for measured in widths([text for pair in pairs for text in pair], tmp_path):
        for (sequence, base), whole, alone in zip(pairs, measured[::2], measured[1::2], strict=True):
            assert whole <= alone + 22, f"{sequence}: {whole} px, {base} alone {alone} px"


def test_digits_and_spaces_keep_columns(tmp_path: Path) -> None:
    for measured in widths(["000", "111", "888", "143"], tmp_path):
        assert max(measured) - min(measured) <= 6, "side bearings only"
