"""A large ground that is cleared in its middle looks as if it were drawn: in every theme, beside every corner."""

from typing import TYPE_CHECKING

import pytest

from kiosk.vocabulary.access import Access, Contrast
from tests.screens.gallery import PORTRAIT, named

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels


@pytest.mark.parametrize(
    ("name", "contrast"), [("start", Contrast.DEFAULT), ("ticket", Contrast.DARK), ("help", Contrast.LIGHT)]
)
def test_cleared_grounds_are_the_same_pixels(
    studio: "Studio", monkeypatch: pytest.MonkeyPatch, name: str, contrast: Contrast
) -> None:
    from screens import paint

    def picture() -> bytes:
        studio.use(PORTRAIT)
        studio.show(named(name, access=Access(contrast=contrast)))
        return studio.pixels()[2]

    cleared = picture()
    monkeypatch.setattr(paint, "_LEAST_CLEARED_PX", 10**9)
    drawn = picture()
    differing = sum(a != b for a, b in zip(cleared[::4], drawn[::4], strict=True))
    assert len(cleared) > 1_000_000
    assert differing < len(cleared) / 4 * 0.0005
