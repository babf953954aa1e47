"""How screens are turned where large text leaves little room: what belongs together stays together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from kiosk.config import Panel
from kiosk.flows.browse.browse_visit import BrowseState
from kiosk.i18n.rtl import visual
from kiosk.view import Keyboard, Look, Notice, PaperCard, View
from kiosk.vocabulary.access import Access, TextSize
from screens.display_list import Fill, Ink, Turn
from screens.draw_context import DrawContext
from screens.layout import Sheet, compose
from screens.shortening import without_second_lines
from screens.sizes import CORNER_MM, Geometry
from screens.widgets.controls import TONES
from tests.flows import real_gallery
from tests.screens.gallery import LANDSCAPE, LANGUAGES, PORTRAIT, changed, facts, gallery, index, named, session, typed
from tests.screens.gallery import view as view_of
from tests.screens.test_screens_fit import choices

if TYPE_CHECKING:
    from screens.screenshot import Studio

pytestmark = pytest.mark.pixels

FORMATS = pytest.mark.parametrize("panel", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
LARGE = [TextSize.L, TextSize.XL]


def pages(studio: "Studio", view: View, panel: Panel = LANDSCAPE) -> Iterator[Sheet]:
    """The sheets of a view, on the low panel or another, one after the other; none of them is painted."""
    kit = DrawContext(Geometry(panel, view.access.size), studio.faces, view.lang, view.rtl)
    first = compose(view, kit)
    yield first
    yield from (compose(view, kit, page) for page in range(1, first.pages))


def notices(sheet: Sheet) -> int:
    """How many cards in a state colour stand on it (today's row of the opening hours has smaller corners)."""
    corner = round(CORNER_MM * LANDSCAPE.px_per_mm)
    cards = [mark for mark in sheet.marks if isinstance(mark, Fill) and mark.radius == corner]
    return sum((mark.edge, mark.colour) in TONES.values() for mark in cards)


def says(sheet: Sheet, words: str) -> bool:
    """Whether a line of the sheet begins with these words."""
    return any(isinstance(mark, Ink) and mark.text.startswith(words) for mark in sheet.marks)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_long_list_fills_pages_of_a_low_panel_with_six(studio: "Studio", lang: str) -> None:
    """That no page of any screen has more is looked at with whether it fits."""
    sheets = list(pages(studio, named("services", lang), LANDSCAPE))
    assert [len(choices(sheet)) for sheet in sheets[:-1]] == [6] * (len(sheets) - 1)
    assert len(sheets) > 1


@pytest.mark.parametrize(("size", "rows"), [(TextSize.M, 10), (TextSize.L, 8), (TextSize.XL, 7)])
def test_a_list_fills_an_upright_panel(studio: "Studio", size: TextSize, rows: int) -> None:
    first, *_ = pages(studio, named("services", access=Access(size)), PORTRAIT)
    assert len(choices(first)) >= rows
    lowest = max(target.box.bottom for target in first.targets if target.control.look is Look.ROW)
    assert lowest > 0.75 * first.h


@FORMATS
@pytest.mark.parametrize("size", TextSize)
@pytest.mark.parametrize("low", [False, True], ids=["", "low"])
def test_neither_second_lines_nor_the_way_to_the_reception_cost_a_page(
    studio: "Studio", panel: Panel, size: TextSize, low: bool
) -> None:
    kit = DrawContext(Geometry(panel, size), studio.faces, "de", False)
    at = changed(session(BrowseState.SEARCH, "de", Access(size, low_reach=low)), form=typed("an"))
    services = tuple(index().services)
    for name, searched in {
        "empty": changed(at, form=typed("")),
        "many": changed(at, hits=services[:14]),
        "mixed": changed(at, hits=("anderswo-rente",), unsure=services[20:23]),
        "none": at,
    }.items():
        shown = view_of(searched, facts())
        assert shown.aside is not None
        most = compose(replace(without_second_lines(shown), aside=None), kit).pages
        first = compose(shown, kit)
        assert first.pages <= most, name
        sheets = [first, *(compose(shown, kit, page) for page in range(1, first.pages))]
        assert all("reception" in {target.control.id for target in sheet.targets} for sheet in sheets), name


@FORMATS
@pytest.mark.parametrize("size", TextSize)
def test_what_is_asked_for_most_takes_one_page_and_the_first_is_there(
    studio: "Studio", panel: Panel, size: TextSize
) -> None:
    (sheet,) = pages(studio, named("search", "de", Access(size)), panel)
    assert choices(sheet)[:1] == ["service:personalausweis"]


def test_second_lines_are_drawn_where_there_is_room(studio: "Studio") -> None:
    (sheet,) = pages(studio, named("search_mixed", "de"), PORTRAIT)
    marks = [mark for target in sheet.targets for mark in target.marks if isinstance(mark, Ink)]
    assert any(mark.text.startswith("Nicht hier, sondern") for mark in marks)


@FORMATS
@pytest.mark.parametrize("lang", ["de", "ar"])
@pytest.mark.parametrize("size", TextSize)
def test_every_hit_of_a_search_is_reached_by_more(studio: "Studio", panel: Panel, lang: str, size: TextSize) -> None:
    sheets = list(pages(studio, named("search_many", lang, Access(size)), panel))
    reached = [choice for sheet in sheets for choice in choices(sheet)]
    assert reached == [f"service:{service}" for service in index().services][:14]
    assert all({"key:erase", "back"} <= {target.control.id for target in sheet.targets} for sheet in sheets)


def test_another_letter_shows_the_best_hits_and_late_hits_turn_no_page(studio: "Studio") -> None:
    def found(query: str, hits: int) -> View:
        held = changed(
            session(BrowseState.SEARCH, "de", Access()), form=typed(query), hits=tuple(index().services)[:hits]
        )
        return view_of(held, facts())

    studio.use(LANDSCAPE)
    router = studio.stage.router
    studio.show(found("an", 14))
    router.turn(Turn.MORE)
    studio.show(found("an", 20))
    assert router.page == 1
    studio.show(found("ant", 14))
    assert router.page == 0


@pytest.mark.parametrize(("size", "lang"), [(TextSize.L, "de"), *((TextSize.XL, lang) for lang in LANGUAGES)])
def test_a_notice_is_read_as_one(studio: "Studio", size: TextSize, lang: str) -> None:
    for name, view in (*gallery(lang, Access(size)), *real_gallery.gallery(lang, size)):
        if name == "closed_by_house_long":
            continue  # words of the staff's own, as many as they may write: these may take more pages, ours may not
        if view.question is None and not any(isinstance(block, Keyboard) for block in view.body):
            there = sum(isinstance(block, Notice) for block in view.body)
            there += sum(isinstance(block, PaperCard) and not block.coming for block in view.body)
            assert sum(map(notices, pages(studio, view))) == there, name


def test_title_and_subtitle_in_another_language_keep_its_direction(studio: "Studio") -> None:
    text = "طلب (نموذج)."
    other = replace(named("service"), title=text, subtitle=text, title_lang="ar", subtitle_lang="ar")
    sheet = next(pages(studio, other))
    inks = [mark.text for mark in sheet.marks if isinstance(mark, Ink)]
    assert inks.count(visual(text, "ar")) == 2
    assert visual(text, "ar") != visual(text, "de")


@pytest.mark.parametrize("size", LARGE)
def test_an_amount_stands_with_whom_it_is_for(studio: "Studio", size: TextSize) -> None:
    sheets = list(pages(studio, named("service", access=Access(size))))
    (priced,) = [sheet for sheet in sheets if says(sheet, "46,00")]
    assert says(priced, "Ab 24 Jahren")
    assert says(priced, "Unter 24 Jahren")


@pytest.mark.parametrize("name", ["ticket", "ticket_screen_only"])
@pytest.mark.parametrize("size", LARGE)
def test_what_to_do_with_a_number_comes_before_what_is_good_to_know(
    studio: "Studio", name: str, size: TextSize
) -> None:
    sheets = list(pages(studio, named(name, access=Access(size))))
    do = next(at for at, sheet in enumerate(sheets) if notices(sheet))
    know = next(at for at, sheet in enumerate(sheets) if says(sheet, "Vor Ihnen"))
    assert len(sheets) > 1
    assert do <= know


def test_a_heading_stands_on_the_page_of_its_first_tile(studio: "Studio") -> None:
    sheets = list(pages(studio, named("start_troubled", access=Access(TextSize.XL)), PORTRAIT))
    headed = [sheet for sheet in sheets if says(sheet, "Häufig gefragt")]
    assert len(headed) == 1
    assert "featured:personalausweis" in {target.control.id for target in headed[0].targets}


def test_a_subtitle_is_read_once_where_there_is_little_room(studio: "Studio") -> None:
    sheets = list(pages(studio, named("categories", access=Access(TextSize.XL))))
    assert [says(sheet, "Wählen Sie") for sheet in sheets] == [True] + [False] * (len(sheets) - 1)
