"""The gallery shows every screen there is, in three languages."""

import pytest
from real_gallery import gallery

from kiosk.view import Screen, controls


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
def test_gallery_shows_every_screen_and_every_control_speaks(lang: str) -> None:
    seen = set()
    for name, view in gallery(lang):
        seen.add(view.screen)
        for control in controls(view):
            assert control.spoken.strip(), f"{name}: {control.id} has nothing to say"
            assert control.label.strip(), f"{name}: {control.id} has no words"
        ids = [control.id for control in controls(view)]
        assert len(ids) == len(set(ids)), f"{name}: an id stands twice: {ids}"
    assert seen == set(Screen)
