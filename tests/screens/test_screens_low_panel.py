"""A low, wide panel: a narrow rail, one bottom row, and little to turn even with large text."""

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from kiosk.config import Panel
from kiosk.flows.browse.browse_visit import BrowseState
from kiosk.view import Tiles
from kiosk.vocabulary.access import Access, TextSize
from screens.display_list import Fill, Ink
from screens.placement.rail import MOST_SHARE
from screens.shortening import one_tap
from screens.theme import Colour
from tests.screens.gallery import LANDSCAPE, LANGUAGES, changed, facts, gallery, index, named, session
from tests.screens.gallery import view as view_of
from tests.screens.test_screens_zones import sheet_of

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels

SIZES = pytest.mark.parametrize("size", TextSize)


def panel(inches: float, *, upright: bool, bottom_mm: float) -> Panel:
    """A 16:9 panel."""
    long, short = inches * 25.4 * 0.8716, inches * 25.4 * 0.4903
    (w, h), (px_w, px_h) = ((short, long), (1080, 1920)) if upright else ((long, short), (1920, 1080))
    return Panel(width_px=px_w, height_px=px_h, width_mm=w, height_mm=h, bottom_mm=bottom_mm)


@SIZES
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_rail_takes_at_most_18_per_cent(studio: "Studio", lang: str, size: TextSize) -> None:
    for name, view in gallery(lang, Access(size)):
        sheet = sheet_of(studio, view, LANDSCAPE)
        rail = next(
            mark.box
            for mark in sheet.marks
            if isinstance(mark, Fill) and mark.colour is Colour.SURFACE and mark.box.h == sheet.h
        )
        assert rail.w <= sheet.w * MOST_SHARE <= sheet.w * 0.18, name


@SIZES
@pytest.mark.parametrize("name", ["services", "categories", "service", "search_many"])
def test_back_page_and_more_stand_in_one_row(studio: "Studio", size: TextSize, name: str) -> None:
    view = named(name, access=Access(size))
    for page in range(sheet_of(studio, view, LANDSCAPE).pages):
        sheet = sheet_of(studio, view, LANDSCAPE, page)
        ways = {"back", "pager.back", "pager.more", "draw"}
        rows = [target.box for target in sheet.targets if target.control.id in ways]
        assert max(box.y for box in rows) < min(box.bottom for box in rows), f"{name}, page {page + 1}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_service_takes_at_most_three_pages_with_the_largest_text(studio: "Studio", lang: str) -> None:
    at = session(BrowseState.SERVICE, lang, Access(TextSize.XL))
    assert len(index().services) > 70
    for service in index().services:
        view = view_of(changed(at, service=service), facts())
        assert sheet_of(studio, view, LANDSCAPE).pages <= 3, service


@SIZES
def test_search_and_the_way_to_all_services_stand_on_the_first_page(studio: "Studio", size: TextSize) -> None:
    first = {target.control.id for target in sheet_of(studio, named("start", access=Access(size)), LANDSCAPE).targets}
    assert {"search", "tile:all", "featured:personalausweis"} <= first


@SIZES
@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_tiles_of_one_tap_stand_on_the_first_page(studio: "Studio", lang: str, size: TextSize) -> None:
    view = named("start", lang, Access(size))
    wanted = one_tap(view)[1] | {"search", "tile:all"}
    assert len(wanted) == 8
    assert wanted <= {target.control.id for target in sheet_of(studio, view, LANDSCAPE).targets}


@SIZES
@pytest.mark.parametrize("count", [2, 3])
def test_every_job_stands_on_the_first_page(studio: "Studio", size: TextSize, count: int) -> None:
    view = named(f"start_{count}_jobs", access=Access(size))
    (jobs,) = [block for block in view.body if isinstance(block, Tiles) and block.jobs]
    for of in (LANDSCAPE, panel(27, upright=True, bottom_mm=700)):
        first = {target.control.id for target in sheet_of(studio, view, of).targets}
        assert {job.id for job in jobs.items} <= first
        assert len(jobs.items) == count


def test_the_page_before_is_one_step_back_where_both_have_no_room(studio: "Studio") -> None:
    view = named("service", access=Access(TextSize.XL))
    ids = [
        [target.control.id for target in sheet_of(studio, view, LANDSCAPE, page).targets if "back" in target.control.id]
        for page in range(3)
    ]
    assert ids == [["back"], ["pager.back"], ["pager.back"]]


def test_a_date_is_shortened_before_it_breaks(studio: "Studio") -> None:
    dates = ("Mo, 30. November 2026", "Mo, 30. November", "30.11.2026", "30.11.")
    shown: dict[tuple[int, TextSize], str] = {}
    for inches in (27, 22, 18):
        for size in TextSize:
            view = named("service", access=Access(size))
            head = replace(view.header, date=dates[0], shorter_dates=dates[1:])
            sheet = sheet_of(studio, replace(view, header=head), panel(inches, upright=True, bottom_mm=700))
            (shown[inches, size],) = [mark.text for mark in sheet.marks if isinstance(mark, Ink) and mark.text in dates]
    assert shown[27, TextSize.M] == dates[0]
    assert shown[22, TextSize.XL] == dates[2]
