"""What was imported: kept as it came, so that it can wait for an editor and be put in force again."""

from enum import StrEnum

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from hub.catalogue.content import draft_codec, state
from hub.catalogue.content.import_checks import Finding
from hub.catalogue.importers.draft import Draft
from hub.store import tables as t
from kiosk.catalogue.model import Catalogue

KEPT = 10
"""Published imports that are kept."""
_I = t.catalogue_import
_findings = msgspec.json.Decoder(tuple[Finding, ...])


class Outcome(StrEnum):
    """What became of an import."""

    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An import as pages show it; ``version`` None = it was never in force."""

    n: int
    state: Outcome
    origin: str
    source: str
    services: int
    findings: tuple[Finding, ...]
    report: str
    created_ms: int
    decided_ms: int | None
    decided_by: str
    version: int | None


def add(
    connection: Connection, site: str, draft: Draft, body: bytes, now_ms: int, findings: tuple[Finding, ...] = ()
) -> int:
    """Keep an import that waits, and return its number. One that waited before gives way, unless this is no import.

    The same one again (it was accepted) takes its row; another one rejects it.
    """
    if draft.origin != "hub":
        waiting = (_I.c.site_id == site) & (_I.c.state == Outcome.PENDING)
        connection.execute(delete(_I).where(waiting, _I.c.body == body))
        reject(connection, site, now_ms, "")
    n = 1 + int(connection.execute(select(func.coalesce(func.max(_I.c.n), 0)).where(_I.c.site_id == site)).scalar_one())
    connection.execute(
        insert(_I).values(
            site_id=site,
            n=n,
            state=Outcome.PENDING if draft.origin != "hub" else Outcome.PUBLISHED,
            origin=draft.origin,
            source=draft.source,
            services=draft.count,
            findings=msgspec.json.encode(findings).decode(),
            report=draft.report,
            files=msgspec.json.encode(draft.files).decode(),
            body=body,
            created_ms=now_ms,
        )
    )
    return n


def published(connection: Connection, site: str, n: int, version: int, who: str, now_ms: int) -> None:
    """An import is in force; the oldest are forgotten."""
    values = {"state": Outcome.PUBLISHED, "version": version, "decided_ms": now_ms, "decided_by": who}
    connection.execute(update(_I).where(_I.c.site_id == site, _I.c.n == n).values(**values))
    old = select(_I.c.n).where(_I.c.site_id == site, _I.c.n != n).order_by(_I.c.n.desc()).offset(KEPT - 1)
    connection.execute(delete(_I).where(_I.c.site_id == site, _I.c.n.in_(old), _I.c.state != Outcome.PENDING))


def reject(connection: Connection, site: str, now_ms: int, who: str) -> bool:
    """Turn the import down that waits; False when none does."""
    waiting = (_I.c.site_id == site) & (_I.c.state == Outcome.PENDING)
    values = {"state": Outcome.REJECTED, "decided_ms": now_ms, "decided_by": who}
    return bool(connection.execute(update(_I).where(waiting).values(**values)).rowcount)


def listed(connection: Connection, site: str) -> list[Kept]:
    """All that is kept, newest first."""
    columns = [_I.c[name] for name in Kept.__struct_fields__]
    rows = connection.execute(select(*columns).where(_I.c.site_id == site).order_by(_I.c.n.desc())).mappings()
    return [
        Kept(**{**row, "state": Outcome(row["state"]), "findings": _findings.decode(row["findings"])}) for row in rows
    ]


def draft(connection: Connection, site: str, n: int) -> Draft | None:
    """What was imported, to be put in force (again)."""
    row = connection.execute(
        select(_I.c.body, _I.c.services, _I.c.origin, _I.c.source, _I.c.report, _I.c.files).where(
            _I.c.site_id == site, _I.c.n == n
        )
    ).first()
    if row is None:
        return None
    found = draft_codec.unpack(row.body, row.services, row.origin, row.source)
    files = msgspec.json.decode(row.files, type=dict[str, tuple[str, ...]])
    return msgspec.structs.replace(found, report=row.report, files=files)


def in_force(connection: Connection, site: str) -> Draft | None:
    """The import that is in force."""
    known = state.read(connection, site)
    return None if known is None else draft(connection, site, known.import_n)


def shell(connection: Connection, site: str) -> Catalogue:
    """The import in force without its services."""
    found = in_force(connection, site)
    return Catalogue(version=0) if found is None else found.shell
