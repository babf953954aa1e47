"""DLDB locations and authorities -> offices, and which one a service is shown with."""

from collections.abc import Iterable

from hub.catalogue.importers.dldb.notes import Notes
from hub.catalogue.importers.dldb.shape import (
    DldbAuthority,
    DldbLocation,
    DldbService,
    Read,
    Skipped,
    lang_of,
    street_line,
)
from kiosk.catalogue.model import Office
from kiosk.catalogue.texts import NAME_LIMIT, PLACE_LIMIT

LOCATIONS, AUTHORITIES = "locations_de.json", "authority_de.json"
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

    def __init__(self, locations: Read[DldbLocation], authorities: Read[DldbAuthority], notes: Notes) -> None:
        self.chosen: set[str] = set()
        self.skipped: list[Skipped] = []
        self._notes = notes
        self._kinds = {location.id: location.office for location in locations.records}
        self._offices: dict[str, Office] = {}
        for location in locations.records:
            self._add(LOCATIONS, location, locations.locale, street_line(location.address))
        self._locations = frozenset(self._offices)
        for authority in authorities.records:
            self._add(AUTHORITIES, authority, authorities.locale, "")
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

    def _add(self, file: str, record: DldbLocation | DldbAuthority, locale: str, address: str) -> None:
        ident, at = record.id, self._notes.at
        if ident in self._offices:
            self.skipped.append(Skipped(file, f"id {ident}", "an office has this id already"))
        elif name := at(file, ident, "name").text(record.name, NAME_LIMIT):
            place = at(file, ident, "address").text(address, PLACE_LIMIT)
            self._offices[ident] = Office(id=ident, names={lang_of(record, locale): name}, address=place)
        else:
            self.skipped.append(Skipped(file, f"id {ident}", "its name cannot be shown"))
