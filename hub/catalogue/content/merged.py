"""The catalogue as terminals get it: the import merged with the site's own queues and their offices.

A queue of the town hall names an office of the catalogue it came from. Its hours decide when numbers are given, so an
office that the next import lacks stays, as it is in force; a name that nobody knows any more is dropped.
"""

from collections.abc import Set

from msgspec.structs import replace
from sqlalchemy import Connection

from hub.catalogue.content import records, routes, versions
from hub.catalogue.importers.draft import Draft
from hub.errors import Refused
from kiosk.catalogue.model import Catalogue, Office, Queue


def shell(connection: Connection, site: str, imported: Catalogue) -> Catalogue | Refused:
    """Everything but services and tiles, as it is published; Refused when two queues want one letter."""
    queues = routes.merged(connection, site, imported.queues)
    if isinstance(queues, Refused):
        return queues
    offices = (*_own_offices(connection, site, queues, imported), *imported.offices)
    known = {office.id for office in offices}
    return replace(imported, offices=offices, queues=_anchored(queues, known), published="")


def queues(connection: Connection, site: str) -> tuple[Queue, ...]:
    """The town hall's queues beside the offices in force."""
    return _anchored(routes.queues(connection, site), records.ids(connection, site, "office"))


def in_force(connection: Connection, site: str) -> Draft | None:
    """The import in force, with the offices that the town hall's own queues keep."""
    draft = versions.in_force(connection, site)
    if draft is None:
        return None
    own = _own_offices(connection, site, routes.queues(connection, site), draft.shell)
    return replace(draft, shell=replace(draft.shell, offices=(*own, *draft.shell.offices)))


def _own_offices(
    connection: Connection, site: str, wanted: tuple[Queue, ...], imported: Catalogue
) -> tuple[Office, ...]:
    missing = {queue.office for queue in wanted if queue.office} - {office.id for office in imported.offices}
    return tuple(office for office in records.offices(connection, site) if office.id in missing) if missing else ()


def _anchored(wanted: tuple[Queue, ...], offices: Set[str]) -> tuple[Queue, ...]:
    """The queues without names of offices that are not there."""
    return tuple(replace(queue, office=queue.office if queue.office in offices else None) for queue in wanted)
