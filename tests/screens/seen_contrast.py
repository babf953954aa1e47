"""The contrast of what is really drawn: each line, icon and edge of a control against what lies below it."""

from collections.abc import Iterator

from kiosk.view import Look
from kiosk.vocabulary.access import Contrast
from kiosk.vocabulary.colours import contrast
from screens.display_list import Box, Fill, Font, Ink, Mark, Target
from screens.layout import Sheet
from screens.theme import THEMES, Colour

TEXT_RANGE = {
    Contrast.DEFAULT: (7.0, 21.0),
    Contrast.DARK: (15.0, 21.0),
    Contrast.LIGHT: (15.0, 21.0),
    Contrast.LOW: (4.5, 8.0),
}
LEAST_OF_SHAPES = 3.0
"""Icons, and edges by which a control is known (WCAG 2.2, 1.4.11)."""


def faults_of_contrast(sheet: Sheet, choice: Contrast) -> Iterator[str]:
    """What is drawn too weak, or too strong, for its theme."""
    theme, (low, high) = THEMES[choice], TEXT_RANGE[choice]
    marks = [*sheet.marks, *(mark for target in sheet.targets for mark in target.marks)]
    fills = list[Fill]()
    for mark in marks:
        if isinstance(mark, Fill):
            fills.append(mark)
        elif isinstance(mark, Ink):
            ground = _ground(fills, mark.box)
            seen = contrast(theme[mark.colour], theme[ground])
            icon = mark.style.font is Font.ICONS
            if not (seen >= LEAST_OF_SHAPES if icon else low <= seen <= high):
                yield f"{mark.text!r}: {mark.colour} on {ground} has {seen:.1f}:1"
    for target in sheet.targets:
        if target.control.look is not Look.BAR:  # known by icon and word
            yield from _of_shape(target, sheet.marks, choice)


def _of_shape(target: Target, marks: tuple[Mark, ...], choice: Contrast) -> Iterator[str]:
    """A control whose ground cannot be told from what it stands on."""
    own = next(mark for mark in target.marks if isinstance(mark, Fill))
    below = _ground([mark for mark in marks if isinstance(mark, Fill)], target.box)
    shape = own.edge or own.colour
    assert shape is not None
    seen = contrast(THEMES[choice][shape], THEMES[choice][below])
    if seen < LEAST_OF_SHAPES:
        yield f"{target.control.id}: {shape} on {below} has {seen:.1f}:1"


def _ground(fills: list[Fill], box: Box) -> Colour:
    """The uppermost colour below the middle of a box."""
    x, y = box.x + box.w / 2, box.y + box.h / 2
    return next((fill.colour for fill in reversed(fills) if fill.colour and fill.box.holds(x, y)), Colour.PAPER)
