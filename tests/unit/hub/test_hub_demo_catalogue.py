"""The bundled demo: complete in German and English, sound, in plain words, with today's fees and real hours."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.catalogue.demo import always_open, demo_catalogue
from kiosk.assets.icons import ICONS
from kiosk.catalogue import rules
from kiosk.catalogue.check import check
from kiosk.catalogue.index import index_of
from kiosk.catalogue.model import Elsewhere, Service
from kiosk.vocabulary.labels import SERIES_LETTERS

BERLIN = ZoneInfo("Europe/Berlin")
CATALOGUE = demo_catalogue()
INDEX = index_of(CATALOGUE)
HERE = [service for service in CATALOGUE.services if service.elsewhere is None]
LANGUAGES = ("de", "en")
SERVICES = pytest.mark.parametrize("service", CATALOGUE.services, ids=lambda service: service.id)


def test_the_demo_is_sound_and_large_enough() -> None:
    assert check(CATALOGUE) == ()
    assert len(CATALOGUE.services) >= 40
    assert set(LANGUAGES) <= set(CATALOGUE.languages)
    assert demo_catalogue() == CATALOGUE


@SERVICES
def test_every_service_is_complete_in_german_and_english(service: Service) -> None:
    for lang in LANGUAGES:
        assert service.names.get(lang)
        assert service.teasers.get(lang)
        assert service.words.get(lang)
        assert bool(service.there.get(lang)) == (service.elsewhere is not None)
        assert all(fee.names.get(lang) for fee in service.fees)
    if service.elsewhere is None and not service.reception:
        assert len(service.bring["de"]) == len(service.bring["en"]) > 0
    assert bool(service.fee_notes.get("de")) == bool(service.fee_notes.get("en"))


def test_what_others_do_is_found_and_has_no_number() -> None:
    away = [service for service in CATALOGUE.services if service.elsewhere is not None]
    assert len(away) >= 5
    for service in away:
        assert not INDEX.may_ticket(service.id, datetime(2026, 11, 24, 10, tzinfo=BERLIN))
        assert service.elsewhere != Elsewhere(), "it says how to reach them"
        assert {"ar"} <= set(service.names) & set(service.teasers) & set(service.there)


def test_one_service_is_the_reception_s() -> None:
    now = datetime(2026, 11, 24, 10, tzinfo=BERLIN)
    assert [service.id for service in CATALOGUE.services if service.reception] == ["empfang"]
    assert INDEX.reception(now) is INDEX.services["empfang"]
    assert INDEX.reception(now.replace(hour=23)) is None


@pytest.mark.parametrize("service", HERE, ids=lambda service: service.id)
def test_every_service_can_be_drawn_and_found(service: Service) -> None:
    assert service.queue
    assert service.office
    assert service.categories or service.reception
    assert service.minutes
    for day in (datetime(2026, 11, 24, 10, tzinfo=BERLIN), datetime(2026, 11, 26, 10, tzinfo=BERLIN)):
        assert INDEX.may_ticket(service.id, day)


@SERVICES
def test_names_fit_a_tile_and_sentences_are_short(service: Service) -> None:
    for lang in LANGUAGES:
        assert len(service.names[lang]) <= 32
        sentences = re.split(r"(?<=[.?!:]) ", service.teasers[lang])
        assert max(len(sentence.split()) for sentence in sentences) <= 14
        assert all(len(item) <= 90 for item in service.bring.get(lang, ()))
    assert len(service.names["de"]) <= 30


def test_six_featured_tiles_in_both_languages() -> None:
    assert [tile.service for tile in CATALOGUE.featured] == [
        "personalausweis",
        "wohnung-anmelden",
        "reisepass",
        "ausweis-abholen",
        "fuehrungszeugnis",
        "meldebescheinigung",
    ]
    for tile in CATALOGUE.featured:
        for lang in LANGUAGES:
            assert len(tile.labels[lang]) <= 24
            assert tile.details[lang]
    assert INDEX.featured_on(date(2026, 11, 23)) == CATALOGUE.featured


def test_featured_services_are_complete_in_arabic() -> None:
    for tile in CATALOGUE.featured:
        service = INDEX.services[tile.service]
        assert {"ar"} <= set(tile.labels) & set(tile.details) & set(service.names) & set(service.teasers)
        assert len(service.bring["ar"]) == len(service.bring["de"])
        assert all("ar" in fee.names for fee in service.fees)


def test_groups_offices_and_queues_are_complete() -> None:
    for record in (*CATALOGUE.categories, *CATALOGUE.offices, *CATALOGUE.queues):
        assert set(LANGUAGES) <= set(record.names)
    assert all(category.icon in ICONS for category in CATALOGUE.categories)
    assert all(INDEX.services_of(category.id, date(2026, 11, 23)) for category in CATALOGUE.categories)
    assert all(set(LANGUAGES) <= set(place.places) for place in (*CATALOGUE.offices, *CATALOGUE.queues))
    assert [queue.series for queue in CATALOGUE.queues] == list(SERIES_LETTERS[: len(CATALOGUE.queues)])
    assert all(queue.office for queue in CATALOGUE.queues)


@pytest.mark.parametrize(
    ("word", "service"),
    [
        ("Perso", "personalausweis"),
        ("Umzug", "wohnung-anmelden"),
        ("Pass weg", "ausweis-verloren"),
        ("Kfz", "auto-anmelden"),
        ("Hund", "hund-anmelden"),
        ("Sperrmüll", "sperrmuell"),
        ("Kita", "kita-platz"),
        ("WBS", "wohnberechtigungsschein"),
        ("Knöllchen", "bussgeld"),
    ],
)
def test_everyday_words_lead_to_the_service(word: str, service: str) -> None:
    assert word in INDEX.services[service].words["de"]


@pytest.mark.parametrize(
    ("service", "day", "age", "cents"),
    [
        ("personalausweis", date(2026, 2, 6), 30, [3700]),
        ("personalausweis", date(2026, 2, 7), 30, [4600]),
        ("personalausweis", date(2026, 2, 7), 20, [2760]),
        ("reisepass", date(2026, 3, 2), 20, [3750, 3200, 2200]),
        ("reisepass", date(2026, 3, 2), 24, [7000, 3200, 2200]),
        ("fuehrungszeugnis", date(2026, 3, 2), None, [1300]),
        ("online-ausweis", date(2026, 3, 2), None, [0]),
        ("bewohnerparkausweis", date(2026, 3, 2), None, [3000]),
        ("heirat-anmelden", date(2026, 3, 2), None, [None]),
    ],
)
def test_fees_are_those_of_the_day(service: str, day: date, age: int | None, cents: list[int | None]) -> None:
    assert [fee.cents for fee in rules.fees_on(INDEX.services[service], day, age)] == cents


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        (datetime(2026, 11, 26, 18, 0, tzinfo=BERLIN), True),
        (datetime(2026, 11, 24, 12, 30, tzinfo=BERLIN), False),
        (datetime(2026, 11, 28, 10, 0, tzinfo=BERLIN), True),
        (datetime(2026, 11, 29, 10, 0, tzinfo=BERLIN), False),
        (datetime(2026, 12, 24, 10, 0, tzinfo=BERLIN), False),
        (datetime(2026, 12, 31, 10, 0, tzinfo=BERLIN), False),
        (datetime(2026, 4, 6, 10, 0, tzinfo=BERLIN), False),
    ],
)
def test_the_house_keeps_its_hours(now: datetime, is_open: bool) -> None:
    assert INDEX.open_at(now) is is_open


def test_lunch_long_thursday_and_new_year() -> None:
    assert INDEX.next_opening(datetime(2026, 11, 24, 12, 30, tzinfo=BERLIN)) == datetime(
        2026, 11, 24, 13, 0, tzinfo=BERLIN
    )
    assert INDEX.next_opening(datetime(2026, 12, 30, 20, 0, tzinfo=BERLIN)) == datetime(2027, 1, 2, 9, 0, tzinfo=BERLIN)


def test_closed_days_have_names_in_both_languages() -> None:
    days = {day.date: day.names for day in CATALOGUE.offices[0].closed_days}
    assert days[date(2026, 12, 24)] == {"de": "Heiligabend", "en": "Christmas Eve"}
    assert days[date(2027, 11, 17)]["de"] == "Buß- und Bettag"
    assert all(set(LANGUAGES) <= set(names) for names in days.values())


def test_a_trainer_may_open_the_house_at_night() -> None:
    night = datetime(2026, 12, 24, 3, 0, tzinfo=BERLIN)
    open_index = index_of(always_open(CATALOGUE))
    assert check(always_open(CATALOGUE)) == ()
    assert not INDEX.open_at(night)
    assert all(open_index.may_ticket(service.id, night) for service in HERE)
