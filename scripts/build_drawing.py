#!/usr/bin/env python3
"""Draw the line drawing of a town hall that terminals show while a town has no picture of its own.

Output, the same bytes on every run with one version of Pillow: ``kiosk/assets/pictures/townhall.png``, white lines on
nothing, which terminals tint; and the same as ``hub/static/townhall.svg`` for the preview on the hub's page. It may be
cut at its sides, and a little above and below.
"""

from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
PNG, SVG = ROOT / "kiosk/assets/pictures/townhall.png", ROOT / "hub/static/townhall.svg"
LINE = "#cbd2d8"
"""Of the theme."""
WIDTH, HEIGHT = 1800, 300
GROUND = 268
PEN = 2.6
FINE = 4
"""Drawn so many times larger, then made small: smooth lines."""

Point = tuple[float, float]


class Pen:
    """Lines on a large sheet, in the units of the small one; ``path`` has them as SVG."""

    def __init__(self) -> None:
        self.path: list[str] = []
        self.sheet = Image.new("L", (WIDTH * FINE, HEIGHT * FINE), 0)
        self._draw = ImageDraw.Draw(self.sheet)

    def line(self, *points: Point) -> None:
        at = [(x * FINE, y * FINE) for x, y in points]
        self._draw.line(at, fill=255, width=round(PEN * FINE), joint="curve")
        self.path.append("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points))

    def box(self, x: float, y: float, w: float, h: float) -> None:
        self.line((x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y), (x + w, y))

    def round(self, x: float, y: float, r: float) -> None:
        ends = [(x - r) * FINE, (y - r) * FINE, (x + r) * FINE, (y + r) * FINE]
        self._draw.ellipse(ends, outline=255, width=round(PEN * FINE))
        self.path.append(
            f"M{x - r:.0f} {y:.0f}a{r:.0f} {r:.0f} 0 1 0 {2 * r:.0f} 0a{r:.0f} {r:.0f} 0 1 0 {-2 * r:.0f} 0"
        )

    def arch(self, x: float, foot: float, w: float, h: float) -> None:
        r = w / 2
        self.line((x, foot), (x, foot - h + r))
        self.line((x + w, foot), (x + w, foot - h + r))
        ends = [x * FINE, (foot - h) * FINE, (x + w) * FINE, (foot - h + w) * FINE]
        self._draw.arc(ends, 180, 360, fill=255, width=round(PEN * FINE))
        self.path.append(f"M{x:.0f} {foot - h + r:.0f}a{r:.0f} {r:.0f} 0 0 1 {w:.0f} 0")


def townhall(pen: Pen, x: float) -> None:
    """Five arches, ten windows, a stepped gable and a tower; ``x`` is its middle."""
    for n in range(-2, 3):
        pen.arch(x + n * 52 - 17, GROUND, 34, 46)
        for row in (182, 138):
            pen.box(x + n * 52 - 11, row, 22, 28)
    pen.line((x - 140, GROUND), (x - 140, 124), (x + 140, 124), (x + 140, GROUND))
    pen.line((x - 146, 214), (x + 146, 214))
    pen.line((x - 140, 124), (x - 118, 88), (x - 62, 88))
    pen.line((x + 140, 124), (x + 118, 88), (x + 62, 88))
    steps: list[Point] = [(x - 62, 124)]
    for n, top in enumerate((100, 80, 60)):
        steps += [(x - 62 + n * 14, top), (x - 48 + n * 14, top)]
    pen.line(*steps)
    pen.line(*((2 * x - at, y) for at, y in steps))
    pen.line((x - 20, 60), (x - 20, 44), (x + 20, 44), (x + 20, 60))
    pen.line((x - 24, 44), (x, 14), (x + 24, 44), (x - 24, 44))
    pen.line((x, 14), (x, 4))
    pen.round(x, 90, 13)
    pen.line((x, 82), (x, 90), (x + 6, 94))


def house(pen: Pen, x: float, w: float, eaves: float, peak: float, windows: int) -> None:
    """A house with its gable to the square."""
    pen.line((x, GROUND), (x, eaves), (x + w / 2, peak), (x + w, eaves), (x + w, GROUND))
    pen.line((x, eaves), (x + w, eaves))
    pitch = w / windows
    for n in range(windows):
        at = x + pitch * (n + 0.5)
        pen.box(at - 9, eaves + 16, 18, 24)
        if n != windows // 2 and eaves + 70 < GROUND - 20:
            pen.box(at - 9, eaves + 62, 18, 24)
    pen.arch(x + pitch * (windows // 2 + 0.5) - 11, GROUND, 22, 40)
    pen.round(x + w / 2, (eaves + peak) / 2 + 8, 7)


def row_house(pen: Pen, x: float, w: float, eaves: float) -> None:
    """A house with its eaves to the square, and a chimney."""
    pen.line((x, GROUND), (x, eaves), (x + w, eaves), (x + w, GROUND))
    pen.line((x, eaves), (x + 14, eaves - 44), (x + w - 14, eaves - 44), (x + w, eaves))
    pen.line((x + w - 52, eaves - 44), (x + w - 52, eaves - 66), (x + w - 36, eaves - 66), (x + w - 36, eaves - 44))
    count = round(w / 44)
    for n in range(count):
        at = x + w / count * (n + 0.5)
        pen.box(at - 9, eaves + 16, 18, 24)
        if n == count // 2:
            pen.arch(at - 11, GROUND, 22, 40)


def tree(pen: Pen, x: float, r: float) -> None:
    """A round tree."""
    pen.line((x, GROUND), (x, GROUND - 52))
    pen.round(x, GROUND - 52 - r, r)
    pen.line((x, GROUND - 58 - r * 0.4), (x - r * 0.4, GROUND - 58 - r * 0.9))


def spire(pen: Pen, x: float) -> None:
    """The tower of a church behind the houses."""
    pen.line((x - 22, GROUND), (x - 22, 96), (x + 22, 96), (x + 22, GROUND))
    pen.line((x - 26, 96), (x, 26), (x + 26, 96), (x - 26, 96))
    pen.arch(x - 8, 146, 16, 32)


def main() -> None:
    """Draw it."""
    pen = Pen()
    pen.line((0, GROUND), (WIDTH, GROUND))
    middle = WIDTH / 2
    townhall(pen, middle)
    for side in (-1, 1):
        tree(pen, middle + side * 186, 26)
    house(pen, middle - 336, 112, 150, 84, 3)
    row_house(pen, middle - 516, 168, 168)
    spire(pen, middle - 560)
    tree(pen, middle - 616, 22)
    row_house(pen, middle - 806, 160, 160)
    tree(pen, middle - 850, 28)
    row_house(pen, middle + 226, 180, 160)
    house(pen, middle + 418, 124, 146, 76, 3)
    tree(pen, middle + 580, 30)
    house(pen, middle + 640, 104, 164, 100, 2)
    row_house(pen, middle + 754, 146, 172)
    small = pen.sheet.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
    drawing = Image.new("RGBA", small.size, (255, 255, 255, 0))
    drawing.putalpha(small)
    drawing.save(PNG, "PNG", optimize=True)
    SVG.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path d="{"".join(pen.path)}" fill="none" stroke="{LINE}" stroke-width="{PEN}"/></svg>\n',
        "utf-8",
    )


if __name__ == "__main__":
    main()
