"""What a language lacks is shown in English, else in German: in its own direction, and marked once."""

import pytest
from msgspec.structs import replace

from kiosk.catalogue.index import index_of
from kiosk.catalogue.model import Category, Featured, Fee, Office, Queue, Service
from kiosk.flows.ticket.ticket_visit import TicketState, TicketVisit
from kiosk.i18n import formats
from kiosk.i18n.languages import fallback_mark
from kiosk.i18n.texts import FSI, PDI
from kiosk.view import Fact, Line, NumberCard, Tiles, View
from kiosk.vocabulary import intents
from kiosk.vocabulary.tickets import TicketIntent
from tests.flows.real_gallery import demo_index
from tests.flows.visits import Visit, small_catalogue

ONLY_GERMAN = Service(
    id="perso",
    names={"de": "Personalausweis"},
    bring={"de": ("Alter Ausweis", "Foto")},
    categories=("papers",),
    queue="a",
)
ARABIC_NAME = Service(
    id="perso",
    names={"de": "Auto anmelden", "en": "Register a car", "ar": "تسجيل سيارة"},
    teasers={"de": "Sie bekommen Schilder.", "en": "You receive plates."},
    categories=("papers",),
    queue="a",
)
IN_GERMAN, IN_ENGLISH = fallback_mark("ar", "de"), fallback_mark("ar", "en")


def visit_to(service: Service, *, queue: Queue | None = None, office: Office | None = None) -> Visit:
    """An Arabic visit at a town of one service; texts of queue and office as asked for, else in Arabic."""
    small = small_catalogue()
    queue = queue or replace(small.queues[0], places={"ar": "منطقة الانتظار A"})
    office = office or replace(small.offices[0], names={"ar": "خدمة المواطنين"})
    visit = Visit(index=index_of(replace(small, services=(service,), queues=(queue,), offices=(office,))))
    visit.touch("lang:ar")
    return visit


def page_of(visit: Visit) -> View:
    for control in ("tile:all", "category:papers", "service:perso"):
        visit.touch(control)
    return visit.view()


def marks(view: View) -> list[str]:
    """Every mark on the page, in reading order."""
    facts = [block for block in view.body if isinstance(block, Fact)]
    return [*view.notes, *(line.note for fact in facts for line in (*fact.lines, *fact.ticks) if line.note)]


def test_what_is_only_in_german_is_shown_in_german_and_marked_once() -> None:
    view = page_of(visit_to(ONLY_GERMAN))
    assert (view.title, view.title_lang) == ("Personalausweis", "de")
    assert marks(view) == [IN_GERMAN]
    assert view.notes == (IN_GERMAN,)
    (bring,) = [block for block in view.body if isinstance(block, Fact) and block.ticks]
    assert [line.lang for line in bring.ticks] == ["de", "de"]


def test_a_name_in_arabic_with_an_english_teaser_is_marked() -> None:
    view = page_of(visit_to(ARABIC_NAME))
    assert (view.title, view.title_lang) == ("تسجيل سيارة", "")
    assert (view.subtitle, view.subtitle_lang) == ("You receive plates.", "en")
    assert view.notes == (IN_ENGLISH,)
    assert IN_ENGLISH in view.spoken


def test_a_visitor_who_has_everything_reads_no_mark() -> None:
    visit = visit_to(ARABIC_NAME, queue=small_catalogue().queues[0], office=small_catalogue().offices[0])
    visit.touch("lang:de")
    assert marks(page_of(visit)) == []
    assert (visit.view().title_lang, visit.view().subtitle_lang) == ("", "")


def test_page_in_two_other_languages_names_both_once() -> None:
    both = replace(ONLY_GERMAN, teasers={"en": "Come in person."}, bring={"en": ("Old card",)})
    assert marks(page_of(visit_to(both))) == [IN_GERMAN, IN_ENGLISH]


def test_a_card_says_once_what_the_head_of_the_page_does_not() -> None:
    place = replace(small_catalogue().queues[0], places={"de": "Wartebereich A"})
    office = replace(small_catalogue().offices[0], names={"de": "Bürgeramt"})
    arabic = replace(ARABIC_NAME, teasers={}, bring={"de": ("Alter Ausweis", "Foto")})
    view = page_of(visit_to(arabic, queue=place, office=office))
    assert view.notes == ()
    where = next(block for block in view.body if isinstance(block, Fact) and block.icon == "map-pin")
    assert where.lines == (Line("Wartebereich A", "de", IN_GERMAN), Line("Bürgeramt", "de"))
    (bring,) = [block for block in view.body if isinstance(block, Fact) and block.ticks]
    assert [line.note for line in bring.ticks] == [IN_GERMAN, ""]


def test_further_fees_keep_the_direction_of_their_name_and_are_marked() -> None:
    fees = (
        Fee(id="one", names={"ar": "من عمر 24"}, cents=4600),
        Fee(id="two", names={"de": "Unter 24 Jahren"}, cents=2760),
        Fee(id="three", names={"de": "Express"}, cents=3200),
    )
    view = page_of(visit_to(replace(ARABIC_NAME, teasers={}, fees=fees)))
    (fee,) = [block for block in view.body if isinstance(block, Fact) and block.value.startswith("46")]
    assert [(line.lang, line.note) for line in fee.lines] == [("", ""), ("de", IN_GERMAN), ("de", "")]
    assert fee.lines[1].text == f"Unter 24 Jahren: {formats.money(2760, 'ar')}"


@pytest.mark.parametrize("lang", ["de", "en", "ar"])
def test_every_service_of_the_demo_marks_once_what_it_lacks(lang: str) -> None:
    visit = Visit(index=demo_index())
    visit.touch(f"lang:{lang}")
    offices = {office.address for office in visit.index.offices.values()}
    placed = (*visit.index.offices.values(), *visit.index.queues.values())
    offices |= {place.places["de"] for place in placed if {"de", lang} <= place.places.keys()}  # as the signs say it
    for service, known in visit.index.services.items():
        away = known.elsewhere
        addresses = offices | ({away.address, away.phone, away.url.removeprefix("https://")} if away else set())
        visit.ask(intents.OpenService(service))
        view = visit.view()
        facts = [block for block in view.body if isinstance(block, Fact)]
        lines = [line for fact in facts for line in (*fact.lines, *fact.ticks) if line.text not in addresses]
        lacking = {view.title_lang, view.subtitle_lang, *(line.lang for line in lines)} - {""}
        assert set(marks(view)) == {fallback_mark(lang, each) for each in lacking}, service
        assert len(view.notes) == len(set(view.notes)) <= 1, service
        assert not set(view.notes) & {line.note for line in lines}, service


def test_group_only_in_german_is_marked_once_on_its_page() -> None:
    visit = visit_to(ONLY_GERMAN)
    small = replace(small_catalogue(), services=(ONLY_GERMAN, replace(ARABIC_NAME, id="car", names={"en": "Car"})))
    visit.index = index_of(replace(small, categories=(Category(id="papers", names={"de": "Ausweise"}),)))
    visit.touch("tile:all")
    (group,) = [item for block in visit.view().body if isinstance(block, Tiles) for item in block.items]
    assert (group.lang, group.note, group.detail_lang) == ("de", IN_GERMAN, "")
    visit.touch("category:papers")
    view = visit.view()
    assert (view.title, view.title_lang, view.notes) == ("Ausweise", "de", (IN_GERMAN,))
    (rows,) = [block for block in view.body if isinstance(block, Tiles)]
    assert {row.id: (row.lang, row.note) for row in rows.items} == {
        "service:perso": ("de", ""),
        "service:car": ("en", IN_ENGLISH),
    }


def test_a_tile_marks_its_second_line_too_each_mark_once() -> None:
    def tile(labels: dict[str, str], details: dict[str, str]) -> tuple[str, str, str]:
        visit = visit_to(ARABIC_NAME)
        tiles = (Featured(service="perso", labels=labels, details=details),)
        visit.index = index_of(replace(small_catalogue(), services=(ARABIC_NAME,), featured=tiles))
        shown = visit.control("featured:perso")
        return shown.lang, shown.detail_lang, shown.note

    arabic, german, english = {"ar": "سيارة"}, {"de": "Auto"}, {"en": "Car"}
    assert tile(arabic, arabic) == ("", "", "")
    assert tile(arabic, german) == ("", "de", IN_GERMAN)
    assert tile(german, arabic) == ("de", "", IN_GERMAN)
    assert tile(german, german) == ("de", "de", IN_GERMAN)
    assert tile(german, english) == ("de", "en", f"{IN_GERMAN} · {IN_ENGLISH}")


def test_under_the_number_stands_once_what_service_and_place_lack() -> None:
    def said(service: Service, place: dict[str, str]) -> tuple[str, tuple[Line, ...]]:
        visit = visit_to(service, queue=replace(small_catalogue().queues[0], places=place))
        intent = TicketIntent(id="t", service="perso", lang="ar", tapped_at="")
        drawn = TicketVisit(ticket=intent, numbered=visit.numbered("t"))
        visit.session = replace(visit.session, state=TicketState.PRINTING, flow=drawn)
        (card,) = [block for block in visit.view().body if isinstance(block, NumberCard)]
        return card.caption, card.place

    german, arabic = {"de": "Wartebereich A, Erdgeschoss"}, {"ar": "منطقة الانتظار A"}
    sign = Line("Wartebereich A, Erdgeschoss", "de", IN_GERMAN)
    assert said(ARABIC_NAME, arabic) == ("تسجيل سيارة", (Line("منطقة الانتظار A"),))
    assert said(ARABIC_NAME, german) == (f"تسجيل سيارة · {IN_GERMAN}", (sign,))
    assert said(ONLY_GERMAN, german) == (f"{FSI}Personalausweis{PDI} · {IN_GERMAN}", (sign,))
    both = (Line("منطقة الانتظار A"), Line("Wartebereich A, Erdgeschoss", "de"))
    assert said(ARABIC_NAME, german | arabic)[1] == both, "the signs in the building are German"
