"""A catalogue made ready for fast look-up: built once per generation, never changed after."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TypeVar

import msgspec

from kiosk.catalogue import hours, rules
from kiosk.catalogue.face import face_of
from kiosk.catalogue.model import Catalogue, Category, Featured, Office, Queue, Service
from kiosk.vocabulary.face import NO_FACE, Face

_T = TypeVar("_T", Category, Service, Office, Queue)


class CatalogueIndex(msgspec.Struct, frozen=True, kw_only=True):
    """Records by id, services by category, and the rules asked by id. Unknown ids are answered, never raised."""

    catalogue: Catalogue
    services: Mapping[str, Service]
    categories: Mapping[str, Category]
    """In the order of the category screen."""
    offices: Mapping[str, Office]
    queues: Mapping[str, Queue]
    by_category: Mapping[str, tuple[Service, ...]]
    face: Face = NO_FACE
    """How the town looks."""
    draws: bool = False
    """Whether any service has a queue; without one this town hall gives no numbers at all."""
    generation: int = 0
    """Which of the catalogues stored since the start this is: search is asked in the same one."""

    def services_of(self, category: str, day: date) -> tuple[Service, ...]:
        """The services of a category that are valid on this day, in catalogue order."""
        return tuple(s for s in self.by_category.get(category, ()) if rules.valid_on(s, day))

    def categories_on(self, day: date) -> tuple[Category, ...]:
        """The categories that have a service on this day, in screen order."""
        return tuple(c for c in self.categories.values() if self.services_of(c.id, day))

    def featured_on(self, day: date) -> tuple[Featured, ...]:
        """The tiles of the start screen whose service is valid on this day and has a queue."""
        return tuple(
            tile
            for tile in self.catalogue.featured
            if (service := self.services.get(tile.service)) is not None
            and rules.valid_on(service, day)
            and self.queue_of(service) is not None
        )

    def reception(self, now: datetime) -> Service | None:
        """The service for whoever does not find what they came for, if a number can be drawn for it now."""
        found = (service for service in self.services.values() if service.reception)
        return next((service for service in found if self.may_ticket(service.id, now)), None)

    def queue_of(self, service: Service) -> Queue | None:
        """The queue people wait in for this service; none for what others do, whatever it names."""
        return self.queues.get(service.queue or "") if service.elsewhere is None else None

    def office_of(self, service: Service) -> Office | None:
        """Where the visitor goes: the office of the queue, else that of the service."""
        queue = self.queue_of(service)
        return self.offices.get((queue.office if queue else None) or service.office or "")

    def ticket_offer(self, service_id: str, now: datetime) -> rules.TicketOffer:
        """Whether a number may be drawn for this service now, and if not, why."""
        service = self.services.get(service_id)
        if service is None:
            return rules.NoTicket(rules.NoTicketReason.UNKNOWN)
        return rules.ticket_offer(service, self.office_of(service), self.queue_of(service) is not None, now)

    def may_ticket(self, service_id: str, now: datetime) -> bool:
        """Whether a number may be drawn for this service now."""
        return isinstance(self.ticket_offer(service_id, now), rules.MayDraw)

    def serving_offices(self) -> tuple[Office, ...]:
        """The offices that have a queue here (all offices where no queue names one)."""
        named = {queue.office for queue in self.queues.values()}
        return tuple(o for o in self.offices.values() if o.id in named) or tuple(self.offices.values())

    def open_at(self, now: datetime) -> bool:
        """Whether any office that serves people here is open (true as well where no office is named at all)."""
        return not self.offices or any(hours.open_at(office, now) for office in self.serving_offices())

    def next_opening(self, now: datetime) -> datetime | None:
        """When the first office opens; ``now`` while one is open, None when none opens within a year."""
        if self.open_at(now):
            return now
        known = [o for office in self.serving_offices() if (o := hours.next_opening(office, now)) is not None]
        return min(known, key=lambda moment: moment.astimezone(UTC), default=None)

    def main_office(self) -> Office | None:
        """Whose hours stand for the town hall: the office of the first featured service, else the first that serves."""
        for tile in self.catalogue.featured:
            service = self.services.get(tile.service)
            if service is not None and (office := self.office_of(service)) is not None:
                return office
        return next(iter(self.serving_offices()), None)


def index_of(catalogue: Catalogue, generation: int = 0) -> CatalogueIndex:
    """Build the index of one catalogue generation."""
    services = _by_id(catalogue.services)
    grouped: dict[str, list[Service]] = {}
    for service in services.values():
        for category in dict.fromkeys(service.categories):
            grouped.setdefault(category, []).append(service)
    queues = _by_id(catalogue.queues)
    return CatalogueIndex(
        catalogue=catalogue,
        generation=generation,
        face=face_of(catalogue),
        draws=any(service.queue in queues and service.elsewhere is None for service in services.values()),
        services=services,
        categories=_by_id(sorted(catalogue.categories, key=lambda category: category.order)),
        offices=_by_id(catalogue.offices),
        queues=queues,
        by_category=MappingProxyType({category: tuple(found) for category, found in grouped.items()}),
    )


def _by_id(records: Iterable[_T]) -> Mapping[str, _T]:
    return MappingProxyType({record.id: record for record in records})


EMPTY = index_of(Catalogue(version=0))
"""No catalogue yet."""
