"""``kiosk import dldb DIR`` and ``kiosk import catalogue FILE|DIR``: read a source into a hub's store."""

import sys
import time
from pathlib import Path
from typing import assert_never

import msgspec
from sqlalchemy import Connection

from hub.catalogue.dldb import DldbReport
from hub.catalogue.faults import refused
from hub.catalogue.imports import InForce, Loaded, load, publish
from hub.queues import house
from hub.queues.refusals import Refused
from hub.store.engine import Store
from hub.store.faults import StoreFailed, StoreRefused
from kiosk.catalogue.faults import CatalogueFaults

DATABASE = "hub.db"


class Imported(msgspec.Struct, frozen=True):
    """The catalogue is in force (or was already): its version and what the source held."""

    in_force: InForce
    services: int
    report: DldbReport | None = None


def run_import(kind: str, source: Path, data: Path) -> int:
    """The command: says what happened; 0 = in force, 2 = refused and the last catalogue stays."""
    done = import_catalogue(kind, source, data)
    if isinstance(done, CatalogueFaults):
        sys.stderr.write(f"{done}\nNothing was changed: the last catalogue stays in force.\n")
        return 2
    if done.report is not None:
        sys.stdout.write(f"{done.report}\n")
    news = "is in force now" if done.in_force.changed else "holds all this already"
    sys.stdout.write(f"Catalogue version {done.in_force.version} {news}: {done.services} services.\n")
    return 0


def import_dldb(folder: Path, data: Path) -> Imported | CatalogueFaults:
    """Import a DLDB export into the hub whose data folder is ``data``."""
    return import_catalogue("dldb", folder, data)


def import_catalogue(kind: str, source: Path, data: Path) -> Imported | CatalogueFaults:
    """Load and publish for every site of the hub; a fault leaves everything as it was."""
    loaded = load(kind, source)
    if isinstance(loaded, CatalogueFaults):
        return loaded
    if not (data / DATABASE).exists():
        return refused(data, DATABASE, "there is no hub in this folder", "Start `kiosk hub --data …` and set it up.")
    try:
        store = Store(data / DATABASE)
    except StoreRefused as fault:
        return refused(data, DATABASE, str(fault), "Nothing was read.")
    try:
        return _publish(store, loaded, data)
    finally:
        store.close()


def _publish(store: Store, loaded: Loaded, data: Path) -> Imported | CatalogueFaults:
    now_ms = time.time_ns() // 1_000_000
    try:
        outcome = store.write_now(lambda connection: _for_all_sites(connection, loaded, now_ms))
    except StoreFailed as fault:
        return refused(data, DATABASE, str(fault), "Check the disk, then import again.")
    match outcome:
        case InForce():
            return Imported(outcome, len(loaded.catalogue.services), loaded.report)
        case Refused():
            return refused(data, outcome.place, outcome.message, "Change the letter at one of the two.")
        case None:
            return refused(data, DATABASE, "this hub has no site yet", "Finish its set-up page first.")
        case _:
            assert_never(outcome)


def _for_all_sites(connection: Connection, loaded: Loaded, now_ms: int) -> InForce | Refused | None:
    """All sites or none; None = there is no site."""
    outcome: InForce | Refused | None = None
    with connection.begin_nested() as attempt:
        for site in house.sites(connection):
            outcome = publish(connection, site.id, loaded.catalogue, loaded.origin, now_ms)
            if isinstance(outcome, Refused):
                attempt.rollback()
                return outcome
    return outcome
