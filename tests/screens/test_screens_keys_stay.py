"""The on-screen keyboard never moves under a finger: however many hits there are, each key keeps its place."""

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from kiosk.config import Panel
from kiosk.flows.browse.browse_visit import BrowseState
from kiosk.i18n.languages import is_rtl
from kiosk.vocabulary.access import Access, Contrast
from screens.display_list import Box
from screens.draw_context import DrawContext
from screens.layout import Sheet, compose
from screens.sizes import Geometry
from tests.screens.gallery import ACCESSES, LANDSCAPE, LANGUAGES, PORTRAIT, changed, facts, index, session, typed
from tests.screens.gallery import view as view_of

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels

FORMATS = pytest.mark.parametrize("panel", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])


def keys(sheet: Sheet) -> dict[str, Box]:
    return {target.control.id: target.box for target in sheet.targets if target.control.id.startswith("key:")}


@FORMATS
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("low", [False, True], ids=["", "low"])
def test_keys_stay_where_they_are(studio: "Studio", panel: Panel, lang: str, low: bool) -> None:
    services, stand, paged = tuple(index().services), dict[str, Box](), 0
    for access in ACCESSES:
        kit = DrawContext(Geometry(panel, access.size), studio.faces, lang, is_rtl(lang))
        empty = session(BrowseState.SEARCH, lang, replace(access, low_reach=low))
        some = changed(empty, form=typed("an"))
        plain = access.contrast is Contrast.DEFAULT
        stand = keys(compose(view_of(empty, facts()), kit)) if plain else stand
        few = changed(some, hits=services[:1]), changed(some, hits=services[:1], unsure=services[20:23])
        many = changed(some, hits=services[:48])
        for searched in (*few, many) if plain else (many,):
            sheet = compose(view_of(searched, facts()), kit)
            assert keys(sheet) == stand, (access, sheet.pages)
            paged += sheet.pages > 1
        assert len(stand) > 25
    assert paged >= len(ACCESSES)


@FORMATS
def test_what_stands_below_the_keys_stays_too(studio: "Studio", panel: Panel) -> None:
    kit = DrawContext(Geometry(panel, Access().size), studio.faces, "de", False)
    some = changed(session(BrowseState.SEARCH, "de", Access()), form=typed("an"))
    few, many = (compose(view_of(changed(some, hits=tuple(index().services)[:most]), facts()), kit) for most in (1, 48))
    places = [{each.control.id: each.box for each in sheet.targets} for sheet in (few, many)]
    assert places[0]["back"] == places[1]["back"]
    assert places[0]["reception"] == places[1]["reception"]
    assert "pager.more" in places[1]
