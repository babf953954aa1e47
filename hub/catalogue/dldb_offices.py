"""DLDB locations and authorities -> offices, and which one a service is shown with."""

from collections.abc import Iterable

from hub.catalogue.dldb_shape import (
    DldbAuthority,
    DldbLocation,
    DldbService,
    Read,
    Skipped,
    clean,
    lang_of,
    street_line,
)
from hub.catalogue.plain import Count, shortened
from kiosk.catalogue.model import Office, Texts
from kiosk.catalogue.texts import NAME_LIMIT, PLACE_LIMIT, text_faults

KINDS = {
    "buergeramt": "Bürgeramt",
    "standesamt": "Standesamt",
    "gesundheitsamt": "Gesundheitsamt",
    "sozialamt": "Sozialamt",
    "ordnungsamt": "Ordnungsamt",
    "jugendamt": "Jugendamt",
    "finanzamt": "Finanzamt",
    "kfz-zulassungsstelle": "Kfz-Zulassungsstelle",
    "auslandsamt": "Ausländerbehörde",
}
"""Kinds of location: a service that every Bürgeramt offers is shown with "Bürgeramt"."""


class Offices:
    """All offices of one import. ``chosen`` are the services with several places, ``skipped`` the unusable records."""

    def __init__(self, locations: Read[DldbLocation], authorities: Read[DldbAuthority], count: Count) -> None:
        self.chosen: set[str] = set()
        self.skipped: list[Skipped] = []
        self._count = count
        self._kinds = {location.id: location.office for location in locations.records}
        self._offices: dict[str, Office] = {}
        for location in locations.records:
            names = self._names(location, locations.locale)
            self._add("locations_de.json", location.id, names, street_line(location.address))
        self._locations = frozenset(self._offices)
        for authority in authorities.records:
            self._add("authority_de.json", authority.id, self._names(authority, authorities.locale), "")
        for kind, name in KINDS.items():
            self._offices.setdefault(kind, Office(id=kind, names={"de": name}))

    def of(self, service: DldbService) -> str | None:
        """The office a service is shown with: the only one, their kind, the first, or the authority."""
        places = [at.location for at in service.locations if at.location in self._locations]
        if len(places) == 1:
            return places[0]
        if places:
            self.chosen.add(service.id)
            kinds = {self._kinds[place] for place in places}
            return kinds.pop() if len(kinds) == 1 and kinds <= KINDS.keys() else places[0]
        return next((ref.id for ref in service.authorities if ref.id in self._offices), None)

    def used(self, ids: Iterable[str | None]) -> tuple[Office, ...]:
        """The offices that services name, in the order of the export."""
        wanted = set(ids)
        return tuple(office for office in self._offices.values() if office.id in wanted)

    def _names(self, record: DldbLocation | DldbAuthority, locale: str) -> Texts:
        return {lang_of(record, locale): shortened(clean(record.name), NAME_LIMIT, self._count)}

    def _add(self, file: str, office_id: str, names: Texts, address: str) -> None:
        faults = [fault for name in names.values() for fault in text_faults("name", name, NAME_LIMIT)]
        if faults or office_id in self._offices:
            reason = faults[0].reason if faults else "an office has this id already"
            self.skipped.append(Skipped(file, f"id {office_id}", reason))
            return
        plain = address if next(text_faults("", address, PLACE_LIMIT), None) is None else ""
        self._offices[office_id] = Office(id=office_id, names=names, address=plain)
