"""What is offered today: validity, fees by day and age, tickets, and the index that answers by id."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kiosk.catalogue import rules
from kiosk.catalogue.index import EMPTY, index_of
from kiosk.catalogue.model import Catalogue, Category, Elsewhere, Featured, Fee, Office, Queue, Service, Span
from kiosk.catalogue.rules import MayDraw, NoTicket, NoTicketReason

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY_NOON = datetime(2026, 11, 23, 11, 0, tzinfo=BERLIN)
MONDAY_NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=BERLIN)
WEEK = tuple(Span(day=day, opens=time(8), closes=time(16)) for day in range(5))

CARD = Service(
    id="perso",
    names={"de": "Personalausweis"},
    categories=("ausweise",),
    office="amt",
    queue="a",
    fees=(
        Fee(id="neu-24", names={"de": "ab 24"}, cents=4600, from_age=24, valid_from=date(2026, 2, 7)),
        Fee(id="neu-jung", names={"de": "unter 24"}, cents=2760, below_age=24, valid_from=date(2026, 2, 7)),
        Fee(id="alt-24", names={"de": "ab 24"}, cents=3700, from_age=24, valid_to=date(2026, 2, 6)),
        Fee(id="alt-jung", names={"de": "unter 24"}, cents=2280, below_age=24, valid_to=date(2026, 2, 6)),
    ),
)
CATALOGUE = Catalogue(
    version=1,
    categories=(
        Category(id="auto", names={"de": "Auto"}, order=2),
        Category(id="ausweise", names={"de": "Ausweise"}, order=1),
    ),
    services=(
        CARD,
        Service(id="frei", names={"de": "Ohne Wartekreis"}, categories=("ausweise",)),
        Service(id="weg", names={"de": "Abgeschafft"}, categories=("auto",), queue="a", valid_to=date(2025, 12, 31)),
        Service(id="geist", names={"de": "Wartekreis fehlt"}, queue="nirgends"),
        Service(id="nacht", names={"de": "Nachts"}, queue="n", office="amt"),
    ),
    offices=(
        Office(id="amt", names={"de": "Amt"}, hours=WEEK),
        Office(id="nachtamt", names={"de": "Nachtamt"}, hours=(Span(day=0, opens=time(20), closes=time(2)),)),
    ),
    queues=(
        Queue(id="a", series="A", names={"de": "A"}, office="amt"),
        Queue(id="n", series="N", names={"de": "N"}, office="nachtamt"),
    ),
    featured=(Featured(service="perso"), Featured(service="weg"), Featured(service="frei")),
)
INDEX = index_of(CATALOGUE)


@pytest.mark.parametrize(
    ("day", "age", "cents"),
    [
        (date(2026, 2, 6), 24, [3700]),
        (date(2026, 2, 6), 23, [2280]),
        (date(2026, 2, 7), 24, [4600]),
        (date(2026, 2, 7), 23, [2760]),
        (date(2026, 2, 7), None, [4600, 2760]),
        (date(2026, 2, 6), None, [3700, 2280]),
    ],
)
def test_the_identity_card_fee_changes_with_the_day_and_the_age(day: date, age: int | None, cents: list[int]) -> None:
    assert [fee.cents for fee in rules.fees_on(CARD, day, age)] == cents


@given(st.dates(date(2020, 1, 1), date(2032, 1, 1)), st.integers(0, 120))
def test_every_day_and_age_has_exactly_one_card_fee(day: date, age: int) -> None:
    assert len(rules.fees_on(CARD, day, age)) == 1


def test_both_ends_of_a_span_of_days_belong_to_it() -> None:
    service = Service(id="x", names={}, valid_from=date(2026, 1, 1), valid_to=date(2026, 1, 31))
    found = [rules.valid_on(service, date(2025, 12, 31)), rules.valid_on(service, date(2026, 1, 1))]
    assert found == [False, True]
    assert rules.valid_on(service, date(2026, 1, 31))
    assert not rules.valid_on(service, date(2026, 2, 1))


@pytest.mark.parametrize(
    ("service", "offer"),
    [
        ("perso", MayDraw("a")),
        ("frei", NoTicket(NoTicketReason.NO_QUEUE)),
        ("geist", NoTicket(NoTicketReason.NO_QUEUE)),
        ("weg", NoTicket(NoTicketReason.NOT_VALID)),
        ("was?", NoTicket(NoTicketReason.UNKNOWN)),
        ("nacht", NoTicket(NoTicketReason.CLOSED, datetime(2026, 11, 23, 20, 0, tzinfo=BERLIN))),
    ],
)
def test_why_a_number_may_or_may_not_be_drawn(service: str, offer: rules.TicketOffer) -> None:
    assert INDEX.ticket_offer(service, MONDAY_NOON) == offer
    assert INDEX.may_ticket(service, MONDAY_NOON) is isinstance(offer, MayDraw)


def test_the_office_of_the_queue_counts_before_that_of_the_service() -> None:
    assert INDEX.may_ticket("nacht", MONDAY_NIGHT)
    assert not INDEX.may_ticket("perso", MONDAY_NIGHT)


def test_categories_in_screen_order_and_only_those_with_a_service_today() -> None:
    assert list(INDEX.categories) == ["ausweise", "auto"]
    assert [c.id for c in INDEX.categories_on(MONDAY_NOON.date())] == ["ausweise"]
    assert [c.id for c in INDEX.categories_on(date(2025, 6, 1))] == ["ausweise", "auto"]
    assert [s.id for s in INDEX.services_of("ausweise", MONDAY_NOON.date())] == ["perso", "frei"]
    assert INDEX.services_of("gibt es nicht", MONDAY_NOON.date()) == ()


def test_featured_tiles_need_a_valid_service_with_a_queue() -> None:
    assert [tile.service for tile in INDEX.featured_on(MONDAY_NOON.date())] == ["perso"]


def test_what_others_do_has_no_queue_here_whatever_staff_gave_it() -> None:
    away = replace(CATALOGUE.services[0], elsewhere=Elsewhere(phone="115"), there={"de": "Familienkasse"})
    index = index_of(replace(CATALOGUE, services=(away, *CATALOGUE.services[1:])))
    assert index.ticket_offer(away.id, MONDAY_NOON) == NoTicket(NoTicketReason.ELSEWHERE)
    assert index.featured_on(MONDAY_NOON.date()) == (), "nor a tile that would draw a number"


def test_the_house_is_open_while_one_office_is() -> None:
    assert INDEX.open_at(MONDAY_NOON)
    assert INDEX.open_at(MONDAY_NIGHT)
    tuesday = datetime(2026, 11, 24, 3, 0, tzinfo=BERLIN)
    assert not INDEX.open_at(tuesday)
    assert INDEX.next_opening(tuesday) == datetime(2026, 11, 24, 8, 0, tzinfo=BERLIN)
    main = INDEX.main_office()
    assert main is not None
    assert main.id == "amt"


def test_an_office_without_a_queue_does_not_keep_the_house_open() -> None:
    index = index_of(replace(CATALOGUE, queues=CATALOGUE.queues[:1]))
    assert not index.open_at(MONDAY_NIGHT)


def test_an_empty_catalogue_answers_everything() -> None:
    assert EMPTY.open_at(MONDAY_NOON)
    assert EMPTY.next_opening(MONDAY_NOON) == MONDAY_NOON
    assert EMPTY.main_office() is None
    assert EMPTY.featured_on(MONDAY_NOON.date()) == ()
    assert not EMPTY.may_ticket("perso", MONDAY_NOON)
