"""Every page stands in the zones of its panel: what is decided in reach of everybody, little of the panel blank."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from kiosk.config import Panel
from kiosk.view import Control, Keyboard, Look, View
from kiosk.vocabulary.access import Access, TextSize
from kiosk.vocabulary.intents import Wake
from screens.display_list import Box, Fill, Target
from screens.draw_context import DrawContext
from screens.layout import Sheet, compose
from screens.placement.zones import (
    ACTION_BOTTOM_MM,
    ACTION_TOP_MM,
    CHOICES_TOP_MM,
    HIGHEST_TOUCH_MM,
    LOWEST_TOUCH_MM,
    height_mm,
    zones,
)
from screens.sizes import Geometry
from tests.screens.gallery import PORTRAIT, gallery

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels

BLANK_SHARE = 0.25
ORDINARY_GAP_MM = 16.0
"""Rows without a mark are blank where more of them follow each other than this."""

BLANK_FOR_A_REASON = {
    "languages": "three languages: rows higher than these would not be taken for a list",
    "search_none": "the rows between field and keys are for what is found",
    "search_no_reception": "the rows between field and keys are for what is found",
    "setup_hub": "two answers, once in a terminal's life",
    "setup_rotation": "four answers, once in a terminal's life",
    "setup_address": "a field and its keys, once in a terminal's life",
    "setup_code": "a field and its keys, once in a terminal's life",
    "setup_code_whole": "a field and its keys, once in a terminal's life",
    "setup_diagonal": "a field and its keys, once in a terminal's life",
    "setup_height": "a field and its keys, once in a terminal's life",
    "field_wrong": "a field and its keys",
    "field_secret": "a field and its keys",
    "service": "two pages with larger text: the next card has no room on the first",
    "service_untranslated": "two pages with larger text: the next card has no room on the first",
    "service_full": "two pages with larger text: the next card has no room on the first",
    "ticket_unconfirmed": "two pages with larger text: the next card has no room on the first",
    "ticket_screen_only": "two pages with larger text: the next card has no room on the first",
}
"""Pages that may leave more of the panel blank, and why."""


def sheet_of(studio: "Studio", view: View, panel: Panel = PORTRAIT, page: int = 0) -> Sheet:
    kit = DrawContext(Geometry(panel, view.access.size), studio.faces, view.lang, view.rtl)
    return compose(view, kit, page)


def touch_faults(sheet: Sheet, panel: Panel) -> Iterator[str]:
    """Controls above or below what everybody reaches, and a main action outside its band."""
    for target in sheet.targets:
        top, bottom = height_mm(panel, target.box.y), height_mm(panel, target.box.bottom)
        if top > HIGHEST_TOUCH_MM or bottom < LOWEST_TOUCH_MM:
            yield f"{target.control.id} stands from {bottom:.0f} to {top:.0f} mm"
        if target.control.look is Look.MAIN and (top > ACTION_TOP_MM + 1 or bottom < ACTION_BOTTOM_MM - 1):
            yield f"the main action {target.control.id} stands from {bottom:.0f} to {top:.0f} mm"


def blank_share(sheet: Sheet, panel: Panel) -> float:
    """The part of the panel's height in rows that nothing stands on, ordinary gaps not counted."""
    whole = sheet.h * 0.9
    boxes = [mark.box for mark in sheet.marks if not (isinstance(mark, Fill) and mark.box.h > whole)]
    boxes += [target.box for target in sheet.targets]
    blank, row, least = 0, 0, ORDINARY_GAP_MM * panel.px_per_mm
    for box in sorted(boxes, key=lambda box: box.y):
        if box.y - row > least:
            blank += box.y - row
        row = max(row, box.bottom)
    blank += sheet.h - row if sheet.h - row > least else 0
    return blank / sheet.h


def zone_faults(name: str, view: View, sheet: Sheet) -> Iterator[str]:
    """What stands outside of the zones of the 27-inch panel; every run looks at every screen (test_screens_fit). Below
    an idle question the page is dimmed, not blank."""
    yield from touch_faults(sheet, PORTRAIT)
    if view.question is not None:
        return
    last_of_several = sheet.page == sheet.pages - 1 > 0
    blank = blank_share(sheet, PORTRAIT)
    if blank > BLANK_SHARE and name not in BLANK_FOR_A_REASON and not last_of_several:
        yield f"{blank:.0%} of the panel are blank"


def test_a_control_out_of_reach_and_an_action_out_of_its_band_are_found() -> None:
    action = Control(id="draw", label="x", spoken="x", intent=Wake(), look=Look.MAIN)
    for y, found in ((100, 2), (500, 1), (800, 0), (1500, 1)):
        sheet = Sheet(1080, 1920, (), (Target(action, Box(40, y, 1000, 100), ()),), 0, 1)
        assert len(list(touch_faults(sheet, PORTRAIT))) == found, y


def test_only_the_last_of_several_pages_may_be_blank_without_a_reason() -> None:
    view = dict(gallery())["start"]
    one, first, last = (Sheet(1080, 1920, (), (), page, pages) for page, pages in ((0, 1), (0, 2), (1, 2)))
    assert [len(list(zone_faults("start", view, sheet))) for sheet in (one, first, last)] == [1, 1, 0]


@pytest.mark.parametrize("name", ["start", "start_2_jobs", "start_3_jobs"])
def test_the_first_job_lies_in_reach_of_everybody(studio: "Studio", name: str) -> None:
    boxes = {target.control.id: target.box for target in sheet_of(studio, dict(gallery())[name]).targets}
    assert height_mm(PORTRAIT, boxes["search"].y) <= CHOICES_TOP_MM + 1
    assert height_mm(PORTRAIT, boxes["tile:all"].y) <= ACTION_TOP_MM


def test_every_page_with_a_reason_needs_it(studio: "Studio") -> None:
    needed = set[str]()
    for lang, size in (("de", TextSize.M), ("en", TextSize.M), ("ar", TextSize.L), ("de", TextSize.XL)):
        pages = dict(gallery(lang, Access(size)))
        blank = {name: blank_share(sheet_of(studio, pages[name]), PORTRAIT) for name in BLANK_FOR_A_REASON}
        needed |= {name for name, share in blank.items() if share > BLANK_SHARE}
    assert needed == set(BLANK_FOR_A_REASON)


def test_the_measure_of_blank_panel_sees_an_empty_half() -> None:
    lower = Sheet(1080, 1920, (), (), 0, 1)
    assert blank_share(lower, PORTRAIT) == 1.0


@pytest.mark.parametrize(
    ("inches", "bottom"), [(12, 400), (12, 1200), (22, 1200), (27, 400), (27, 700), (27, 1200), (43, 400), (43, 1200)]
)
def test_zones_lie_inside_the_panel_and_above_each_other(inches: int, bottom: float) -> None:
    long, short = inches * 25.4 * 0.8716, inches * 25.4 * 0.4903
    for w, h in ((short, long), (long, short)):
        panel = Panel(width_px=round(w * 3), height_px=round(h * 3), width_mm=w, height_mm=h, bottom_mm=bottom)
        found = zones(panel, low_reach=False)
        assert 0 <= max(found.highest, found.choices) < found.action_bottom <= found.lowest <= panel.height_px


def test_the_zones_of_the_standard_panel_are_those_of_the_law() -> None:
    found = zones(PORTRAIT, low_reach=True)
    assert [round(height_mm(PORTRAIT, row)) for row in (found.action_top, found.action_bottom)] == [1100, 850]
    assert round(height_mm(PORTRAIT, found.reach)) == PORTRAIT.max_reach_mm
    assert found.lowest == PORTRAIT.height_px


def touched_top(sheet: Sheet, but: str = "bar:") -> int:
    return min(target.box.y for target in sheet.targets if not target.control.id.startswith(but))


def test_lower_moves_the_whole_page_down(studio: "Studio") -> None:
    still = []
    for (name, high), (_, low) in zip(gallery(), gallery(access=Access(low_reach=True)), strict=True):
        if high.question is None and any(isinstance(block, Keyboard) for block in high.body):
            continue
        before, after = (_title_row(sheet_of(studio, view)) for view in (high, low))
        if after <= before and high.bar:
            still.append(name)
    assert not still


def _title_row(sheet: Sheet) -> int:
    """The first row below the header that carries a mark."""
    rows = sorted(mark.box.y for mark in sheet.marks)
    header = round(48 * PORTRAIT.px_per_mm)
    return next(row for row in rows if row > header)


def test_where_nothing_is_left_to_move_the_button_says_so(studio: "Studio") -> None:
    counter = Panel(width_px=1280, height_px=800, width_mm=328, height_mm=205, bottom_mm=800, max_reach_mm=1050)
    view = dict(gallery(access=Access(low_reach=True)))["service"]
    labels = {each.control.id: each.control.label for each in sheet_of(studio, view, counter).targets}
    assert labels["bar:reach"] == "Alles unten"
    high = {each.control.id: each.control.label for each in sheet_of(studio, view).targets}
    assert high["bar:reach"] == "Höher"


def test_paper_stands_lowest_on_every_page_of_a_number(studio: "Studio") -> None:
    for size in TextSize:
        view = dict(gallery(access=Access(size)))["ticket"]
        for page in range(sheet_of(studio, view).pages):
            sheet = sheet_of(studio, view, page=page)
            words = [mark for mark in sheet.marks if getattr(mark, "text", "").startswith("Bitte nehmen Sie")]
            (finish,) = [target for target in sheet.targets if target.control.id == "finish"]
            assert words, f"{size}, page {page + 1}"
            assert words[0].box.y > finish.box.bottom


def actions(sheet: Sheet) -> list[Target]:
    return [target for target in sheet.targets if target.control.id in ("back", "pager.back", "pager.more", "draw")]
