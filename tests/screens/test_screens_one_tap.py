"""What the start screen promises with one tap stands on its first page: in every format, language and text size."""

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from kiosk.config import Panel
from kiosk.session.states import Home
from kiosk.view import Tiles, View, controls
from kiosk.vocabulary.access import Access, TextSize
from screens.shortening import ONE_TAP_AT_LEAST, Brevity, briefer
from tests.screens.gallery import LANDSCAPE, LANGUAGES, MORNING, PORTRAIT, facts, index, named, session, view
from tests.screens.test_screens_fit import faults_of, stand_on

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels

FEATURED = {f"featured:{tile.service}" for tile in index().featured_on(MORNING.date())[:ONE_TAP_AT_LEAST]}
FORMATS = pytest.mark.parametrize("panel", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
IN_EACH_LANGUAGE = pytest.mark.parametrize("lang", LANGUAGES)
SIZES = pytest.mark.parametrize("size", TextSize)


def first_page(studio: "Studio", panel: Panel, shown: View) -> set[str]:
    """Shows the view and checks that all of it fits; returns what can be touched on its first page."""
    stand_on(studio, panel)
    faults = list(faults_of(studio, panel, shown))
    assert not faults, "\n".join(faults)
    stand_on(studio, panel)
    studio.show(shown)
    return {target.control.id for target in studio.stage.router.sheet.targets}


@FORMATS
@IN_EACH_LANGUAGE
@SIZES
@pytest.mark.parametrize("low", [False, True], ids=["high", "low"])
def test_the_start_screen_needs_one_page(studio: "Studio", panel: Panel, lang: str, size: TextSize, low: bool) -> None:
    start = named("start", lang, Access(size, low_reach=low))
    first = first_page(studio, panel, start)
    assert len(FEATURED) == 4
    assert first >= FEATURED
    behind = {each.id for each in start.languages}  # the globe of the access bar leads to them
    spare = {item.id for block in start.body if isinstance(block, Tiles) and block.spare for item in block.items}
    assert first >= {control.id for control in controls(start)} - behind - spare
    assert "bar:language" in first


@FORMATS
@IN_EACH_LANGUAGE
@SIZES
def test_a_choice_of_text_size_hides_no_featured_tile(
    studio: "Studio", panel: Panel, lang: str, size: TextSize
) -> None:
    assert first_page(studio, panel, named("start_sizes", lang, Access(size))) >= FEATURED


@FORMATS
@IN_EACH_LANGUAGE
@SIZES
def test_neither_do_more_languages(studio: "Studio", panel: Panel, lang: str, size: TextSize) -> None:
    offered = replace(facts(), languages=("de", "de-x-ls", "en", "ar", "uk", "tr", "fr"))
    start = view(session(Home.START, lang, Access(size)), offered)
    assert first_page(studio, panel, start) >= FEATURED


def test_what_the_panel_has_room_for_is_written(studio: "Studio") -> None:
    """Words are left away only where they must be."""
    studio.use(PORTRAIT)
    studio.show(named("start"))
    shown = {target.control.id: target.control for target in studio.stage.router.sheet.targets}
    six = {control for control in shown if control.startswith("featured:")}
    assert len(six) == 6
    assert all(shown[tile].detail and shown[tile].badge for tile in six)


@SIZES
def test_the_way_to_all_services_keeps_its_name_on_an_upright_panel(studio: "Studio", size: TextSize) -> None:
    studio.use(PORTRAIT)
    studio.show(named("start", access=Access(size)))
    shown = {target.control.id: target.control for target in studio.stage.router.sheet.targets}
    assert shown["tile:all"].label == "Nummer ziehen"


def test_a_mark_goes_with_the_line_it_is_for() -> None:
    start = named("start")
    (tiles,) = [block for block in start.body if isinstance(block, Tiles) and block.one_tap]
    english, german = "بالإنجليزية فقط", "بالألمانية فقط"
    items = (
        replace(tiles.items[0], detail="Neu", detail_lang="de", note=german),
        replace(tiles.items[1], lang="en", note=english),
    )
    (short,) = briefer(replace(start, body=(replace(tiles, items=items),)), Brevity.NO_DETAILS).body
    assert isinstance(short, Tiles)
    assert [item.note for item in short.items] == ["", english]


@SIZES
def test_what_is_left_away_is_still_spoken(studio: "Studio", size: TextSize) -> None:
    start = named("start", access=Access(size))
    studio.use(LANDSCAPE)
    studio.show(start)
    tree = studio.stage.router.tree
    assert tree is not None
    said = {each.id: each.spoken for each in controls(start)}
    assert {node.id: node.spoken for node in tree.nodes}.items() <= said.items()
    assert {node.id for node in tree.nodes} >= FEATURED
