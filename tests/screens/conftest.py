"""One Kivy window for all tests of the screens: off screen, drawn by the real renderer."""

import os
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from screens.screenshot import Studio


@pytest.fixture(scope="session")
def studio() -> "Iterator[Studio]":
    os.environ["SDL_VIDEODRIVER"] = "offscreen"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Kivy's own modules warn while they are imported
        from screens.screenshot import Studio

        made = Studio()
    yield made
    made.stage.router.group.clear()
