"""Draws every screen there is, as the real machine makes it, into contact sheets: scripts/pictures.py FOLDER [SHEET].

One sheet for the portrait panel in German, one for the landscape panel in Arabic with large text and light-on-black; or
the one asked for, for whoever looks at a change: "landscape-de-XL-high_contrast_light".
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SHEETS = {"portrait-de": "portrait-de-M-default", "landscape-ar": "landscape-ar-L-high_contrast_dark"}
GAP = 8


def draw(name: str, folder: Path) -> None:
    """One sheet; in a process of its own, because a process has one window."""
    from PIL import Image

    from kiosk.vocabulary.access import Contrast, TextSize
    from screens.screenshot import LANDSCAPE, PORTRAIT, Studio
    from tests.flows.real_gallery import gallery

    form, lang, size, contrast = SHEETS.get(name, name).split("-")
    portrait = form == "portrait"
    studio = Studio(PORTRAIT if portrait else LANDSCAPE)
    views = gallery(lang, TextSize(size), Contrast(contrast))
    width, columns = (300, 8) if portrait else (400, 6)
    pictures = []
    for _, view in views:
        studio.show(view)
        wide, high, pixels = studio.pixels()
        picture = Image.frombytes("RGBA", (wide, high), pixels).convert("RGB")
        pictures.append(picture.resize((width, width * high // wide), Image.Resampling.LANCZOS))
    height = pictures[0].height
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP), "#8a8f94")
    for n, picture in enumerate(pictures):
        sheet.paste(picture, (GAP + n % columns * (width + GAP), GAP + n // columns * (height + GAP)))
    sheet.quantize(128).save(folder / f"screens-{name}.png", optimize=True)


def strip(folder: Path) -> None:
    """The README's first picture, from the pictures of a visit in the same folder (where there are some)."""
    from PIL import Image

    steps = [folder / f"{name}.png" for name in ("01-start", "04-service", "05-ticket")]
    if not all(step.exists() for step in steps):
        return
    pictures = [Image.open(step).resize((540, 960), Image.Resampling.LANCZOS) for step in steps]
    whole = Image.new("RGB", (3 * 540 + 4 * GAP, 960 + 2 * GAP), "#8a8f94")
    for n, picture in enumerate(pictures):
        whole.paste(picture, (GAP + n * (540 + GAP), GAP))
    whole.quantize(128).save(folder / "strip.png", optimize=True)


def main() -> int:
    """Draw the sheets."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    if len(sys.argv) > 2:
        draw(sys.argv[2], folder)
        return 0
    for name in SHEETS:
        subprocess.run([sys.executable, __file__, str(folder), name], check=True)
        print(f"wrote {folder}/screens-{name}.png")
    strip(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
