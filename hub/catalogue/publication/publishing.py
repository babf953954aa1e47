"""Publishing a catalogue: what was imported, with the town hall's own queues, routes and tiles in it, becomes records.

The hub's own queues, its staff's routing and tiles win over what an import brings, so terminals and hub never
disagree; the town's face is no import's at all. Comparing a large catalogue takes seconds: ``prepare`` does it on a
reader's connection, ``commit`` writes what differs, so that numbers hardly wait. The whole passes every check of a
terminal first: what one of them would refuse is not published.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain, islice

import msgspec
from sqlalchemy import Connection

from hub import events
from hub.catalogue.content import diff, draft_codec, merged, records, routes, state, tiles, versions
from hub.catalogue.content.diff import Scale
from hub.catalogue.content.records import Change
from hub.catalogue.content.spool import Spool
from hub.catalogue.content.state import PublishedState
from hub.catalogue.importers.draft import Draft, draft_of
from hub.catalogue.publication import signing
from hub.errors import Refused, faulty
from hub.store.sql import run
from kiosk.catalogue.check import FAULTS_LIMIT, featured_faults, queue_faults, services_faults, shell_faults
from kiosk.catalogue.faults import CatalogueFaults, Fault
from kiosk.catalogue.model import Catalogue, Featured, Queue, Service
from kiosk.catalogue.records import Key, sha256


class InForce(msgspec.Struct, frozen=True):
    """The version in force afterwards; ``changed`` False = it held all this already."""

    version: int
    changed: bool


class Stale(msgspec.Struct, frozen=True):
    """Somebody else published in between: prepare again."""


class Prepared(msgspec.Struct, frozen=True):
    """What putting a draft in force would change; ``state`` is what it was compared with."""

    draft: Draft
    body: bytes
    state: PublishedState | None
    queues: tuple[Queue, ...]
    routes: dict[str, str]
    services: set[str]
    changes: Spool


def prepare(connection: Connection, site: str, draft: Draft) -> Prepared | Refused | CatalogueFaults:
    """Check a draft as terminals will, and compare it with what is in force. Reads only; may take seconds."""
    shell = merged.shell(connection, site, draft.shell)
    if isinstance(shell, Refused):
        return shell
    known, own = frozenset(queue.id for queue in shell.queues), routes.overrides(connection, site)
    order, wanted = list[str](), dict[str, str]()

    def services() -> Iterator[Service]:
        return (routes.routed(service, own, known) for service in draft.services())

    def noted() -> Iterator[Service]:
        for service in services():
            order.append(service.id)
            if service.queue:
                wanted[service.id] = service.queue
            yield service

    each = services_faults(noted(), shell, each_sound=draft.each_sound)
    if faults := _some(chain(shell_faults(shell), each)):
        return CatalogueFaults(draft.source or draft.origin, faults)
    listed = set(order)
    shell = msgspec.structs.replace(shell, featured=tiles.shown(connection, site, shell.featured, listed))
    scale = Scale()
    changes = Spool(diff.whole(connection, site, shell, services(), order, scale))
    if faults := _some(chain(featured_faults(shell.featured, listed), scale.faults())):
        changes.close()
        return CatalogueFaults(draft.source or draft.origin, faults)
    before = state.read(connection, site)
    return Prepared(draft, draft_codec.pack(draft), before, shell.queues, wanted, listed, changes)


def commit(connection: Connection, site: str, done: Prepared, now_ms: int, who: str = "") -> InForce | Stale | Refused:
    """Put what was prepared in force. ``who`` decided it ("" = nobody had to)."""
    before = state.read(connection, site)
    shell = merged.shell(connection, site, done.draft.shell)
    if isinstance(shell, Refused):
        return shell
    queues = shell.queues
    if before != done.state or queues != done.queues:
        return Stale()
    if before is not None and before.cursor and not done.changes.count:
        return InForce(before.version, changed=False)
    routes.write_queues(connection, site, queues)
    routes.write_routes(connection, site, done.routes, done.services)
    kept = versions.add(connection, site, done.draft, done.body, now_ms)
    version = _proclaim(connection, site, done.changes, now_ms, origin=done.draft.origin, import_n=kept)
    versions.published(connection, site, kept, version, who, now_ms)
    return InForce(version, changed=True)


def publish(
    connection: Connection, site: str, catalogue: Catalogue | Draft, origin: str, now_ms: int
) -> InForce | Refused | CatalogueFaults:
    """Both at once, for catalogues of a usual size."""
    draft = draft_of(catalogue, origin) if isinstance(catalogue, Catalogue) else catalogue
    prepared = prepare(connection, site, draft)
    if not isinstance(prepared, Prepared):
        return prepared
    with closing(prepared.changes):
        outcome = commit(connection, site, prepared, now_ms)
    assert not isinstance(outcome, Stale), "one connection sees one state"
    return outcome


def change(connection: Connection, site: str, do: Callable[[], object], now_ms: int) -> Refused | None:
    """Change the town hall's own queues, routes or tiles and publish them.

    What brings something that terminals would refuse is undone. What an older hub let in is not this change's fault:
    then it is kept, and nothing is published until the rest is mended.
    """
    before = set(own_faults(connection, site))
    with connection.begin_nested() as attempt:
        do()
        after = own_faults(connection, site)
        if new := [fault for fault in after if fault not in before]:
            attempt.rollback()
            return faulty(new[0])
        if not after:
            republish(connection, site, now_ms)
    return None


def own_faults(connection: Connection, site: str) -> tuple[Fault, ...]:
    """What terminals would refuse in the town hall's own queues and tiles."""
    known = state.read(connection, site)
    chosen = tiles.own(connection, site) if known is not None and known.own_tiles else ()
    queues = queue_faults(merged.queues(connection, site), records.ids(connection, site, "office"))
    return _some(chain(queues, featured_faults(chosen, {tile.service for tile in chosen})))


def republish(connection: Connection, site: str, now_ms: int) -> None:
    """Publish today's queues, routes and tiles; nothing when there is no catalogue yet."""
    put(connection, site, _own_changes(connection, site), now_ms)


def put(connection: Connection, site: str, changes: Iterator[Change], now_ms: int) -> None:
    """Publish changes of what is the town hall's own, if there are any; nothing when there is no catalogue yet."""
    if (known := state.read(connection, site)) is not None and known.cursor:
        spool = Spool(changes)
        if spool.count:
            _proclaim(connection, site, spool, now_ms, origin=known.origin, import_n=known.import_n)


def _some(faults: Iterator[Fault]) -> tuple[Fault, ...]:
    return tuple(islice(faults, FAULTS_LIMIT))


def _proclaim(connection: Connection, site: str, changes: Spool, now_ms: int, *, origin: str, import_n: int) -> int:
    """Write the changes, the new state and an event; returns the version."""
    signing.ensure(connection, site, now_ms)
    if state.read(connection, site) is None:
        state.begin(connection, site, _first(now_ms))
    known = state.read(connection, site)
    assert known is not None
    cursor = changes.write(connection, site, known.cursor, now_ms)
    version = known.version + 1
    state.change(
        connection,
        site,
        cursor=cursor,
        version=version,
        seq=state.next_seq(known.seq, now_ms),
        issued_ms=state.issued(known.issued_ms, now_ms),
        origin=origin,
        import_n=import_n,
        published_ms=now_ms,
    )
    events.append(connection, site, events.Kind.CATALOGUE, str(version), {"version": version}, now_ms)
    return version


def _first(now_ms: int) -> PublishedState:
    return PublishedState(
        epoch=secrets.token_hex(4),
        cursor=0,
        floor=0,
        version=0,
        seq=0,
        issued_ms=now_ms,
        origin="",
        import_n=0,
        own_tiles=0,
        published_ms=now_ms,
    )


def _own_changes(connection: Connection, site: str) -> Iterator[Change]:
    """What the town hall's own things changed in the records."""
    queues = merged.queues(connection, site)
    yield from diff.of_kind(connection, site, "queue", queues, [queue.id for queue in queues])
    yield from _rerouted(connection, site)
    shown = _tiles(connection, site, records.ids(connection, site, "service"))
    yield from diff.of_kind(connection, site, "featured", shown, [tile.service for tile in shown])


def _tiles(connection: Connection, site: str, services: set[str]) -> tuple[Featured, ...]:
    return tiles.shown(connection, site, versions.shell(connection, site).featured, services)


def _rerouted(connection: Connection, site: str) -> Iterator[Change]:
    """Services whose people wait elsewhere than their record says."""
    rows = run(
        connection,
        "SELECT r.id, r.body, s.queue_id FROM catalogue_record r"
        " LEFT JOIN service_queue s ON s.site_id = r.site_id AND s.service_id = r.id"
        " WHERE r.site_id = ? AND r.kind = 'service' AND r.lang = '' AND r.deleted_ms IS NULL"
        " AND json_extract(CAST(r.body AS TEXT), '$.queue') IS NOT s.queue_id",
        site,
    )
    for ident, body, queue in rows.fetchall():
        fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw]) | {"queue": msgspec.Raw(b"null")}
        del fields["queue"]
        if queue is not None:
            fields["queue"] = msgspec.Raw(msgspec.json.encode(queue))
        new = msgspec.json.encode(fields, order="sorted")
        yield Change(Key("service", ident), new, sha256(new))
