"""Import of a DLDB export: services, locations, authorities and topics -> a Catalogue and a report.

Ids are kept. Root topics become categories, the topics below them search words; locations become offices. The export
has no fees, hours or queues: such a service shows its name and its office, the rest is asked at the counter.
"""

from pathlib import Path

import msgspec

from hub.catalogue.importers.dldb.notes import Notes, clean, undashed
from hub.catalogue.importers.dldb.offices import AUTHORITIES, LOCATIONS, Offices
from hub.catalogue.importers.dldb.shape import (
    DldbAuthority,
    DldbLocation,
    DldbService,
    DldbTopic,
    Read,
    Skipped,
    lang_of,
    read_records,
)
from hub.catalogue.importers.dldb.topics import OTHER, TOPICS, Topics
from hub.catalogue.importers.faults import refused
from hub.catalogue.importers.html_text import items
from hub.catalogue.importers.plain_text import fit
from kiosk.catalogue.check import check
from kiosk.catalogue.faults import CatalogueFaults
from kiosk.catalogue.model import Catalogue, Service
from kiosk.catalogue.texts import ITEM_LIMIT, ITEMS_LIMIT, NAME_LIMIT, WORD_LIMIT, WORDS_LIMIT

SERVICES = "services_de.json"


class DldbReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import read, kept and left out."""

    services_found: int
    services: int
    offices: int
    categories: int
    without_office: int
    """Services for which no place is known."""
    chosen_offices: int
    """Services offered at several places, shown with the kind of office or the first place."""
    shortened: int = 0
    """Texts longer than the catalogue holds."""
    notes: tuple[str, ...] = ()
    """What became of single texts, a line for each kind of thing with its places."""
    skipped: tuple[Skipped, ...] = ()

    def __str__(self) -> str:
        lines = [
            f"{self.services} of {self.services_found} services, {self.offices} offices, {self.categories} categories",
            f"{self.chosen_offices} services are offered at several places, {self.without_office} name none",
            *self.notes,
            f"{len(self.skipped)} records skipped",
            *(f"  {skip}" for skip in self.skipped),
        ]
        return "\n".join(lines)


class DldbImport(msgspec.Struct, frozen=True):
    """A catalogue made of an export, with its report."""

    catalogue: Catalogue
    report: DldbReport


def read_dldb(folder: Path) -> DldbImport | CatalogueFaults:
    """Read an export."""
    services = read_records(folder / SERVICES, DldbService)
    if isinstance(services, CatalogueFaults):
        return services
    locations = read_records(folder / LOCATIONS, DldbLocation)
    if isinstance(locations, CatalogueFaults):
        return locations
    authorities = read_records(folder / AUTHORITIES, DldbAuthority)
    if isinstance(authorities, CatalogueFaults):
        return authorities
    topics = read_records(folder / TOPICS, DldbTopic)
    if isinstance(topics, CatalogueFaults):
        return topics
    return _import(folder, services, locations, authorities, topics)


def _import(
    folder: Path,
    services: Read[DldbService],
    locations: Read[DldbLocation],
    authorities: Read[DldbAuthority],
    topics: Read[DldbTopic],
) -> DldbImport | CatalogueFaults:
    notes = Notes()
    offices = Offices(locations, authorities, notes)
    tree = Topics(topics, notes)
    kept, skipped = _services(services, offices, tree, notes)
    if fault := _too_little(folder, services.found, len(kept)):
        return fault
    used = {category for service in kept for category in service.categories}
    catalogue = Catalogue(
        version=1,
        languages=tuple(dict.fromkeys(lang for service in kept for lang in service.names)),
        categories=tree.categories(used),
        services=tuple(kept),
        offices=offices.used(service.office for service in kept),
    )
    if faults := check(catalogue):
        return CatalogueFaults(str(folder), faults)
    left_out = (
        *services.skipped,
        *locations.skipped,
        *authorities.skipped,
        *topics.skipped,
        *offices.skipped,
        *tree.skipped,
    )
    report = _report(catalogue, services.found, offices, (*left_out, *skipped), notes)
    return DldbImport(catalogue, report)


def _services(
    found: Read[DldbService], offices: Offices, topics: Topics, notes: Notes
) -> tuple[list[Service], list[Skipped]]:
    kept: dict[str, Service] = {}
    skipped: list[Skipped] = []
    for record in found.records:
        name = notes.at(SERVICES, record.id, "name").text(record.name, NAME_LIMIT)
        if not name:
            skipped.append(Skipped(SERVICES, f"id {record.id}", "its name cannot be shown"))
            continue
        made = _service(record, name, lang_of(record, found.locale), offices, topics, notes)
        kept[record.id] = _together(kept[record.id], made) if record.id in kept else made
    return list(kept.values()), skipped


def _service(record: DldbService, name: str, lang: str, offices: Offices, topics: Topics, notes: Notes) -> Service:
    bring, words = _bring(record, notes), _words(record, topics, notes)
    return Service(
        id=record.id,
        names={lang: name},
        bring={lang: bring} if bring else {},
        words={lang: words} if words else {},
        categories=topics.roots(record.id, record.relation.root_topic) or (OTHER.id,),
        office=offices.of(record),
    )


def _together(one: Service, other: Service) -> Service:
    """The same service in one language more."""
    texts = {name: {**getattr(one, name), **getattr(other, name)} for name in ("names", "bring", "words")}
    return msgspec.structs.replace(one, **texts)


def _bring(record: DldbService, notes: Notes) -> tuple[str, ...]:
    """Papers to bring, each once; a paper that comes as a list is several."""
    found: list[str] = []
    for position, paper in enumerate(record.requirements):
        at = notes.at(SERVICES, record.id, f"requirements[{position}]")
        found += (fit(undashed(item), ITEM_LIMIT, at.count) for item in items(paper.name, at))
    return _some(found, ITEMS_LIMIT, record.id, "requirements", notes)


def _words(record: DldbService, topics: Topics, notes: Notes) -> tuple[str, ...]:
    """Search words. A long one is left out: nobody types its beginning with three dots."""
    found: list[str] = []
    at = notes.at(SERVICES, record.id, "keywords")
    for word in (*topics.words(record.id), *(record.meta.keywords or "").split(",")):
        if len(text := clean(word, at)) > WORD_LIMIT:
            at.count("search words left out: too long")
        else:
            found.append(fit(text, WORD_LIMIT, at.count))
    return _some(found, WORDS_LIMIT, record.id, "keywords", notes)


def _some(found: list[str], most: int, ident: str, field: str, notes: Notes) -> tuple[str, ...]:
    kept = tuple(dict.fromkeys(text for text in found if text))
    if len(kept) > most:
        notes.at(SERVICES, ident, field).count("lists shortened")
    return kept[:most]


def _too_little(folder: Path, found: int, kept: int) -> CatalogueFaults | None:
    """An empty or mostly unreadable source never replaces a catalogue that works."""
    if kept == 0:
        return refused(folder / SERVICES, "data", "there is no readable service in it", "Check the export.")
    if kept * 2 < found:
        return refused(folder / SERVICES, "data", f"only {kept} of {found} services can be read", "Check the export.")
    return None


def _report(
    catalogue: Catalogue, found: int, offices: Offices, skipped: tuple[Skipped, ...], notes: Notes
) -> DldbReport:
    return DldbReport(
        services_found=found,
        services=len(catalogue.services),
        offices=len(catalogue.offices),
        categories=len(catalogue.categories),
        without_office=sum(service.office is None for service in catalogue.services),
        chosen_offices=len(offices.chosen),
        shortened=notes.counts.get("texts shortened", 0),
        notes=tuple(notes.lines()),
        skipped=skipped,
    )
