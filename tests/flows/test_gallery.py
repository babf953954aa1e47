"""The gallery shows every screen there is, in three languages."""

import pytest

from kiosk.flows.rules import table
from kiosk.view import Screen, controls
from kiosk.vocabulary.access import TextSize
from kiosk.vocabulary.intents import StayHere, Wake
from tests.flows.real_gallery import WALKS, demo_index, gallery, visit_in


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


@pytest.mark.parametrize("name", WALKS)
def test_no_control_on_a_page_asks_for_what_its_state_ignores(name: str) -> None:
    visit = visit_in(demo_index(), "de", TextSize.M)
    WALKS[name](visit)
    state = visit.session.state
    for control in controls(visit.view()):
        rows = table().rows_of(state, type(control.intent))
        touched = isinstance(control.intent, Wake | StayHere)  # that somebody touched is all it says
        assert touched or any(not each.ignores for each in rows), f"{name}: {control.id} in {state.value}"
