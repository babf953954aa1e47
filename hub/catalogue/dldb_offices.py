"""DLDB locations and authorities -> offices, and which one a service is shown with."""

from collections.abc import Iterable

from hub.catalogue.dldb_shape import DldbAuthority, DldbLocation, DldbService, Skipped, clean, street_line
from kiosk.catalogue.model import Office
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

    def __init__(self, locations: list[DldbLocation], authorities: list[DldbAuthority]) -> None:
        self.chosen: set[str] = set()
        self.skipped: list[Skipped] = []
        self._kinds = {location.id: location.office for location in locations}
        self._offices: dict[str, Office] = {}
        for location in locations:
            self._add("locations_de.json", location.id, location.name, street_line(location.address))
        self._locations = frozenset(self._offices)
        for authority in authorities:
            self._add("authority_de.json", authority.id, authority.name, "")
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

    def _add(self, file: str, office_id: str, name: str, address: str) -> None:
        faults = list(text_faults("name", clean(name), NAME_LIMIT))
        if faults or office_id in self._offices:
            reason = faults[0].reason if faults else "an office has this id already"
            self.skipped.append(Skipped(file, f"id {office_id}", reason))
            return
        plain = address if next(text_faults("", address, PLACE_LIMIT), None) is None else ""
        self._offices[office_id] = Office(id=office_id, names={"de": clean(name)}, address=plain)
