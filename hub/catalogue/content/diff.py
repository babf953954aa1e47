"""Diff of a draft against the records in force, thing by thing, so that memory stays small."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from hub.catalogue.content import records
from hub.catalogue.content.ordering import places
from hub.catalogue.content.records import Change
from kiosk.catalogue.faults import Fault
from kiosk.catalogue.model import Catalogue, Service
from kiosk.catalogue.records import FACE_KINDS, HEAD, LISTS, Key, Thing, head_of, ident_of, pieces, sha256
from kiosk.catalogue.weight import Weight


class Scale:
    """Weighs the records that pass, changed or not, and collects what is wrong with their size."""

    def __init__(self) -> None:
        self._weight = Weight()
        self._heavy: list[Fault] = []

    def passing(self, pieces: Iterable[tuple[Key, bytes]]) -> Iterator[tuple[Key, bytes]]:
        """The same records."""
        for key, body in pieces:
            self._heavy += self._weight.add(key, body)
            yield key, body

    def faults(self) -> tuple[Fault, ...]:
        """What is too heavy."""
        return (*self._heavy, *self._weight.faults())


def whole(
    connection: Connection, site: str, shell: Catalogue, services: Iterable[Service], order: list[str], scale: Scale
) -> Iterator[Change]:
    """All changes to a whole catalogue. ``order``: the ids of the services; every record passes the ``scale``."""
    head = scale.passing([(Key(HEAD, HEAD), head_of(shell))])
    yield from _of_thing(connection, site, HEAD, HEAD, head)
    for kind, field in LISTS.items():
        if kind in FACE_KINDS:
            for _ in scale.passing(records.bodies(connection, site, kind)):
                pass  # stays as it is, and weighs
        elif kind == "service":
            yield from of_kind(connection, site, kind, services, order, scale)
        else:
            things: tuple[Thing, ...] = getattr(shell, field)
            yield from of_kind(connection, site, kind, things, [ident_of(thing) for thing in things], scale)


def of_kind(
    connection: Connection, site: str, kind: str, things: Iterable[Thing], order: list[str], scale: Scale | None = None
) -> Iterator[Change]:
    """All changes to the things of one kind: written, or gone."""
    at = places(order, records.places(connection, site, kind))
    for thing in things:
        ident = ident_of(thing)
        new = pieces(kind, thing, at[ident])
        yield from _of_thing(connection, site, kind, ident, scale.passing(new) if scale else new)
    for gone in sorted(records.ids(connection, site, kind) - set(order)):
        yield from _of_thing(connection, site, kind, gone, iter(()))


def _of_thing(
    connection: Connection, site: str, kind: str, ident: str, new: Iterator[tuple[Key, bytes]]
) -> Iterator[Change]:
    before = records.sums(connection, site, kind, ident)
    for key, body in new:
        digest = sha256(body)
        if before.pop(key.lang, "") != digest:
            yield Change(key, body, digest)
    for lang in sorted(before):
        yield Change(Key(kind, ident, lang), None)
