"""Panels of every size and height that the configuration allows: what stands on them stands there whole.

Each run takes every fourth screen in another language and size, so that each value meets each panel once in four runs.
"""

from typing import TYPE_CHECKING

import pytest

from kiosk.vocabulary.access import Access, TextSize
from kiosk.vocabulary.hardware.panels import LEAST_INCHES, MOST_INCHES
from tests.screens.gallery import gallery
from tests.screens.test_screens_fit import faults_of
from tests.screens.test_screens_low_panel import panel

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels

STRIDE = 4


@pytest.mark.parametrize(
    ("inches", "upright", "bottom_mm", "lang", "size"),
    [
        (LEAST_INCHES, True, 400, "de", TextSize.XL),
        (LEAST_INCHES, True, 1200, "ar", TextSize.M),
        (22, True, 400, "en", TextSize.L),
        (MOST_INCHES, True, 400, "ar", TextSize.XL),
        (MOST_INCHES, True, 1200, "de", TextSize.M),
        (LEAST_INCHES, False, 400, "ar", TextSize.L),
        (LEAST_INCHES, False, 1200, "de", TextSize.XL),
        (MOST_INCHES, False, 700, "en", TextSize.M),
    ],
)
def test_every_screen_stands_whole_on_it(
    studio: "Studio", inches: int, upright: bool, bottom_mm: int, lang: str, size: TextSize
) -> None:
    it, faults = panel(inches, upright=upright, bottom_mm=bottom_mm), list[str]()
    studio.use(it)
    for at, (name, view) in enumerate(gallery(lang, Access(size))):
        if at % STRIDE == (inches + bottom_mm) % STRIDE:
            faults += [f"{name}: {fault}" for fault in faults_of(studio, it, view)]
    assert not faults, "\n".join(faults[:30])
