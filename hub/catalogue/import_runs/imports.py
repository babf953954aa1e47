"""From what a source said to the catalogue in force: let the guards look, publish it or have it wait for a person."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import Connection

from hub.catalogue.content import draft_codec, import_checks, spool, state, versions
from hub.catalogue.content.import_checks import Finding
from hub.catalogue.importers.draft import Draft
from hub.catalogue.publication import publishing
from hub.catalogue.publication.publishing import InForce, Prepared, Stale
from hub.errors import Code, Refused, faulty
from hub.store.engine import Store
from hub.trail.entries import NOTHING, Details, Note, Who, append
from hub.trail.machine import machine_user
from hub.trail.words import What
from kiosk.catalogue.faults import CatalogueFaults

TRIES = 5
"""How often somebody else may publish while we compare."""


Record = Callable[[Connection, Note], None]
"""Writes the entry of a publication; its note says CATALOGUE_PUBLISHED, at which site, by whom and when."""


class Waiting(msgspec.Struct, frozen=True):
    """The import is kept and waits for a person; nothing is changed."""

    findings: tuple[Finding, ...]


def bring(
    store: Store, sites: Sequence[str], draft: Draft, *, accept: bool = False, who: str = "", by: Who | None = None
) -> InForce | Waiting | Refused | CatalogueFaults:
    """Put a draft in force at these sites, or keep it where a guard found something and nobody accepted it yet.

    ``who`` brings it ("" = a command), as the list of versions names them; ``by``: the same for the trail, None = the
    machine's user.
    """
    if not accept:
        looks = {site: store.read_now(partial(import_checks.findings, site=site, draft=draft)) for site in sites}
        if any(looks.values()):
            body, now_ms = draft_codec.pack(draft), _now_ms()
            store.write_now(lambda connection: _keep(connection, looks, draft, body, now_ms, by or machine_user()))
            return Waiting(next(found for found in looks.values() if found))
    return put_in_force(store, sites, draft, who, by=by)


def put_in_force(
    store: Store,
    sites: Sequence[str],
    draft: Draft,
    who: str = "",
    *,
    by: Who | None = None,
    record: Record | None = None,
) -> InForce | Refused | CatalogueFaults:
    """Publish at all of these sites or at none. Blocks for as long as comparing takes: not for an event loop.

    ``by`` as in ``bring``; ``record`` writes another entry than that a catalogue was published.
    """
    by = by or machine_user()
    for _ in range(TRIES):
        with ExitStack() as open_:
            prepared: dict[str, Prepared] = {}
            for site in sites:
                found = store.read_now(partial(publishing.prepare, site=site, draft=draft))
                if not isinstance(found, Prepared):
                    return found
                open_.enter_context(closing(found.changes))
                prepared[site] = found
            now_ms = _now_ms()
            write = partial(_commit, prepared=prepared, now_ms=now_ms, who=who, by=by, record=record)
            outcome = store.write_now(write)
            store.write_now(spool.let_go)
        if not isinstance(outcome, Stale):
            return outcome
    return Refused(Code.WRONG_STATE, "Somebody else keeps publishing.")


def refusal(why: Refused | CatalogueFaults) -> Refused:
    """Why nothing was published, as pages say it: the first of what is wrong."""
    if isinstance(why, Refused):
        return why
    return faulty(why.faults[0])


def _commit(
    connection: Connection,
    prepared: Mapping[str, Prepared],
    now_ms: int,
    who: str,
    by: Who,
    record: Record | None,
) -> InForce | Stale | Refused:
    outcomes: list[InForce] = []
    with connection.begin_nested() as attempt:
        for site, each in prepared.items():
            before = _in_force(connection, site)
            outcome = publishing.commit(connection, site, each, now_ms, who)
            if not isinstance(outcome, InForce):
                attempt.rollback()
                return outcome
            outcomes.append(outcome)
            note = Note(site=site, who=by, what=What.CATALOGUE_PUBLISHED, now_ms=now_ms)
            if record is not None:
                record(connection, note)
            else:
                append(connection, note, _named(each.draft), before, _in_force(connection, site))
    return next((each for each in outcomes if each.changed), outcomes[0])


def _keep(
    connection: Connection, looks: Mapping[str, tuple[Finding, ...]], draft: Draft, body: bytes, now_ms: int, by: Who
) -> None:
    for site, found in looks.items():
        n = versions.add(connection, site, draft, body, now_ms, found)
        note = Note(site=site, who=by, what=What.IMPORT_WAITS, now_ms=now_ms)
        append(connection, note, _named(draft), after={"import": n, "services": draft.count, "findings": len(found)})


def _in_force(connection: Connection, site: str) -> Details:
    """Which import is in force, as the trail shows it."""
    known = state.read(connection, site)
    if known is None:
        return NOTHING
    return {"version": known.version, "import": known.import_n}


def _named(draft: Draft) -> str:
    """Where a draft comes from: the format and the name of its file or folder."""
    return f"{draft.origin} {Path(draft.source).name}".strip()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
