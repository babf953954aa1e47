"""Validation of a whole catalogue: a list of faults with place and remedy. Never raises on a decoded catalogue."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import chain, islice

from kiosk.catalogue import texts
from kiosk.catalogue.check_hours import office_hours
from kiosk.catalogue.face import face_faults
from kiosk.catalogue.faults import Fault, shown
from kiosk.catalogue.model import Catalogue, Category, Featured, Fee, Office, Queue, Service
from kiosk.vocabulary.labels import SERIES_LETTERS

FAULTS_LIMIT = 100
"""Faults told at once; a catalogue with more is mended step by step."""

LIMITS = {
    "services": 20_000,
    "categories": 1_000,
    "offices": 5_000,
    "queues": 200,
    "featured": 24,
    "face_colours": 1,
    "pictures": 12,
}
VERSION_LIMIT = 2**53
MINUTES_LIMIT = 600
AGE_LIMIT = 150

_ID = re.compile(r"[A-Za-z0-9._:-]{1,120}\Z")
_SERIES = re.compile(rf"[{SERIES_LETTERS}]{{1,2}}\Z")
_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]{1,190}\Z")
_ICON = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_ICON_LENGTH = 60
_OWN_ID = "Give each its own id."


def check(catalogue: Catalogue) -> tuple[Fault, ...]:
    """Everything that is wrong with the catalogue, at most FAULTS_LIMIT of it; () = it may be published."""
    return tuple(islice(_all(catalogue), FAULTS_LIMIT))


def service_faults(service: Service) -> tuple[Fault, ...]:
    """What is wrong with one service by itself; whether what it names is there is another question."""
    place = _at("services", service.id)
    ident = _id_faults("services", service.id)
    return tuple(islice(chain(ident, _service(place, service)), FAULTS_LIMIT))


def shell_faults(shell: Catalogue) -> Iterator[Fault]:
    """What is wrong with everything but services and tiles."""
    yield from _sizes({kind: len(getattr(shell, kind)) for kind in ("categories", "offices", "queues")})
    yield from _head(shell)
    yield from _ids(shell)
    for category in shell.categories:
        yield from _category(category)
    for office in shell.offices:
        yield from _office(office)
    yield from queue_faults(shell.queues, {office.id for office in shell.offices})


def services_faults(services: Iterable[Service], shell: Catalogue, *, each_sound: bool = False) -> Iterator[Fault]:
    """What is wrong with services that come one by one: only their ids are kept meanwhile.

    ``each_sound``: they passed ``service_faults`` a moment ago, so only what they name is looked at.
    """
    categories = {category.id for category in shell.categories}
    offices = {office.id for office in shell.offices}
    queues = {queue.id for queue in shell.queues}
    seen: set[str] = set()
    for service in services:
        if service.id in seen:
            yield from _twice("services", (service.id,) * 2, _OWN_ID)
        seen.add(service.id)
        place = _at("services", service.id)
        yield from _unknown(f"{place}.categories", service.categories, categories, "category")
        yield from _unknown(f"{place}.office", (service.office,), offices, "office")
        yield from _unknown(f"{place}.queue", (service.queue,), queues, "queue")
        if not each_sound:
            yield from _id_faults("services", service.id)
            yield from _service(place, service)
    yield from _sizes({"services": len(seen)})


def _all(catalogue: Catalogue) -> Iterator[Fault]:
    too_many = list(_sizes({kind: len(getattr(catalogue, kind)) for kind in LIMITS}))
    if too_many:
        yield from too_many
        return
    yield from shell_faults(catalogue)
    yield from featured_faults(catalogue.featured, {service.id for service in catalogue.services})
    yield from face_faults(catalogue.face_colours, catalogue.pictures)
    yield from services_faults(catalogue.services, catalogue)


def _at(kind: str, record_id: str) -> str:
    return f"{kind}[{record_id if _ID.match(record_id) else shown(record_id)}]"


def _sizes(numbers: Mapping[str, int]) -> Iterator[Fault]:
    for kind, number in numbers.items():
        if number > (most := LIMITS[kind]):
            yield Fault(kind, f"there are {number}, at most {most} may be", "Leave out what this house does not need.")


def _head(catalogue: Catalogue) -> Iterator[Fault]:
    if not 0 <= catalogue.version <= VERSION_LIMIT:
        yield Fault("version", f"{catalogue.version} is not between 0 and {VERSION_LIMIT}", "Count upwards from 1.")
    if not catalogue.languages:
        yield Fault("languages", "there is no language", 'Name at least one: languages = ["de"].')
    for lang in catalogue.languages:
        yield from texts.tag_faults("languages", lang)
    yield from _twice("languages", catalogue.languages, "Name each language once.")


def _ids(shell: Catalogue) -> Iterator[Fault]:
    kinds: dict[str, tuple[Category | Office | Queue, ...]] = {
        "categories": shell.categories,
        "offices": shell.offices,
        "queues": shell.queues,
    }
    for kind, records in kinds.items():
        yield from _twice(kind, (record.id for record in records), _OWN_ID)
        for record in records:
            yield from _id_faults(kind, record.id)


def _id_faults(kind: str, ident: str) -> Iterator[Fault]:
    if not _ID.match(ident):
        remedy = "Use 1 to 120 of the letters A-Z a-z 0-9 . _ : -"
        yield Fault(_at(kind, ident), f"{shown(ident)} is not an id", remedy)


def _twice(place: str, values: Iterable[str], remedy: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield Fault(place, f"{shown(value)} is there twice", remedy)
        seen.add(value)


def _unknown(place: str, wanted: Iterable[str | None], known: Set[str], kind: str) -> Iterator[Fault]:
    for value in wanted:
        if value is not None and value not in known:
            yield Fault(place, f"there is no {kind} {shown(value)}", f"Add this {kind} or name another.")


def featured_faults(featured: Sequence[Featured], services: Set[str]) -> Iterator[Fault]:
    """What is wrong with tiles over these services."""
    yield from _sizes({"featured": len(featured)})
    yield from _twice("featured", (tile.service for tile in featured), "Feature each service once.")
    for tile in featured:
        place = _at("featured", tile.service)
        yield from _unknown(place, (tile.service,), services, "service")
        yield from texts.by_language(f"{place}.labels", tile.labels, texts.NAME_LIMIT)
        yield from texts.by_language(f"{place}.details", tile.details, texts.NAME_LIMIT)


def _category(category: Category) -> Iterator[Fault]:
    place = _at("categories", category.id)
    yield from texts.by_language(f"{place}.names", category.names, texts.NAME_LIMIT, needed=True)
    if len(category.icon) > _ICON_LENGTH or not _ICON.match(category.icon):
        yield Fault(
            f"{place}.icon", f"{shown(category.icon)} is not an icon name", "Use a Tabler name such as id-badge."
        )


def _office(office: Office) -> Iterator[Fault]:
    place = _at("offices", office.id)
    yield from texts.by_language(f"{place}.names", office.names, texts.NAME_LIMIT, needed=True)
    yield from texts.by_language(f"{place}.places", office.places, texts.PLACE_LIMIT)
    if office.address:
        yield from texts.text_faults(f"{place}.address", office.address, texts.PLACE_LIMIT)
    yield from office_hours(place, office)


def queue_faults(queues: Sequence[Queue], offices: Set[str]) -> Iterator[Fault]:
    """What is wrong with queues beside these offices."""
    series = (queue.series for queue in queues)
    yield from _twice("queues.series", series, "Give each queue its own letter: numbers must not meet.")
    for queue in queues:
        yield from _unknown(f"{_at('queues', queue.id)}.office", (queue.office,), offices, "office")
        yield from _queue(queue)


def _queue(queue: Queue) -> Iterator[Fault]:
    place = _at("queues", queue.id)
    yield from texts.by_language(f"{place}.names", queue.names, texts.NAME_LIMIT, needed=True)
    yield from texts.by_language(f"{place}.places", queue.places, texts.PLACE_LIMIT)
    if not _SERIES.match(queue.series):
        remedy = f"Use one or two of {SERIES_LETTERS} (I, O and Q read as 1 and 0)."
        yield Fault(f"{place}.series", f"{shown(queue.series)} is not a series letter", remedy)


def _service(place: str, service: Service) -> Iterator[Fault]:
    yield from texts.by_language(f"{place}.names", service.names, texts.NAME_LIMIT, needed=True)
    yield from texts.by_language(f"{place}.teasers", service.teasers, texts.TEASER_LIMIT)
    yield from texts.by_language(f"{place}.fee_notes", service.fee_notes, texts.ITEM_LIMIT)
    yield from texts.lists_by_language(f"{place}.bring", service.bring, texts.ITEM_LIMIT, texts.ITEMS_LIMIT)
    yield from _elsewhere(place, service)
    yield from texts.lists_by_language(f"{place}.words", service.words, texts.WORD_LIMIT, texts.WORDS_LIMIT)
    yield from _days(place, service.valid_from, service.valid_to)
    if service.minutes is not None and not 1 <= service.minutes <= MINUTES_LIMIT:
        remedy = f"Write 1 to {MINUTES_LIMIT} minutes, or leave it out."
        yield Fault(f"{place}.minutes", f"{service.minutes} minutes cannot be", remedy)
    yield from _twice(f"{place}.categories", service.categories, "Name each category once.")
    yield from _twice(f"{place}.fees", (fee.id for fee in service.fees), "Give each fee its own id.")
    for fee in service.fees:
        yield from _fee(f"{place}.{_at('fees', fee.id)}", fee)


def _elsewhere(place: str, service: Service) -> Iterator[Fault]:
    """What is done elsewhere has a name for the place. A queue here that staff gave it all the same is not used."""
    yield from texts.by_language(
        f"{place}.there", service.there, texts.NAME_LIMIT, needed=service.elsewhere is not None
    )
    if service.elsewhere is None:
        if service.there:
            yield Fault(f"{place}.there", "it names another office, but not how to reach it", "Add elsewhere.")
        return
    for name in ("address", "phone"):
        if text := getattr(service.elsewhere, name):
            yield from texts.text_faults(f"{place}.elsewhere.{name}", text, texts.PLACE_LIMIT)
    if service.elsewhere.url and not _URL.match(service.elsewhere.url):
        remedy = "Write it like https://www.example.org, without blanks, 200 letters at most."
        yield Fault(f"{place}.elsewhere.url", f"{shown(service.elsewhere.url)} is no address of a page", remedy)
    if service.reception:
        yield Fault(f"{place}.elsewhere", "the reception cannot be elsewhere", "Leave one of the two out.")


def _fee(place: str, fee: Fee) -> Iterator[Fault]:
    yield from texts.by_language(f"{place}.names", fee.names, texts.NAME_LIMIT, needed=True)
    yield from _days(place, fee.valid_from, fee.valid_to)
    for name, age in (("from_age", fee.from_age), ("below_age", fee.below_age)):
        if age is not None and not 0 <= age <= AGE_LIMIT:
            yield Fault(f"{place}.{name}", f"{age} years cannot be an age", f"Write 0 to {AGE_LIMIT} years.")
    if fee.from_age is not None and fee.below_age is not None and fee.from_age >= fee.below_age:
        yield Fault(f"{place}.below_age", "no age is left for this fee", "below_age must be greater than from_age.")


def _days(place: str, first: date | None, last: date | None) -> Iterator[Fault]:
    if first is not None and last is not None and first > last:
        yield Fault(f"{place}.valid_to", f"it ends ({last}) before it begins ({first})", "Correct one of the two days.")
