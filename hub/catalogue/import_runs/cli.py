"""``kiosk import xzufi|dldb|own PATH``: read a source into a hub's store."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import assert_never

import msgspec

from hub.catalogue.content import unrouted, versions
from hub.catalogue.content.unrouted import Lacking
from hub.catalogue.import_runs.imports import Waiting, bring
from hub.catalogue.import_runs.messages import Bringer
from hub.catalogue.import_runs.sources import load
from hub.catalogue.importers.draft import Draft
from hub.catalogue.importers.faults import refused
from hub.catalogue.publication.publishing import InForce
from hub.errors import Code, Refused
from hub.sites import sites
from hub.store.engine import Store
from hub.store.faults import StoreFailed, StoreRefused
from hub.store.opening import DATABASE, lost, open_store
from kiosk.catalogue.faults import CatalogueFaults

REMEDIES = {
    Code.NAME_TAKEN: "Change the letter at one of the two.",
    Code.WRONG_STATE: "Run the import again in a minute.",
}
"""What to do about each refusal of ``bring``."""


class Imported(msgspec.Struct, frozen=True):
    """What became of an import, what was read, and which services of the catalogue in force lack a queue."""

    outcome: InForce | Waiting
    draft: Draft
    lacking: Lacking


def run_import(kind: str, source: Path, data: Path, *, accept: bool = False, area: str = "") -> int:
    """The command: says what happened; 0 = in force, 2 = refused, 3 = it waits for a person. Then nothing changed."""
    done = import_catalogue(kind, source, data, accept=accept, area=area)
    if isinstance(done, CatalogueFaults):
        sys.stderr.write(f"{done}\nNothing was changed: the last catalogue stays in force.\n")
        return 2
    if done.draft.report:
        sys.stdout.write(f"{done.draft.report}\n")
    match done.outcome:
        case InForce(version, changed):
            news = "is in force now" if changed else "holds all this already"
            sys.stdout.write(f"Catalogue version {version} {news}: {done.draft.count} services.\n")
            if done.lacking.without:
                sys.stdout.write(f"{done.lacking}\n")
            return 0
        case Waiting(findings):
            said = "\n".join(f"  {finding}" for finding in findings)
            sys.stderr.write(
                f"This looks like an accident:\n{said}\nNothing was changed. The import waits: accept it on the hub's"
                " page Catalogue, or run this command again with --accept.\n"
            )
            return 3
        case _:
            assert_never(done.outcome)


def import_catalogue(
    kind: str,
    source: Path,
    data: Path,
    *,
    accept: bool = False,
    area: str = "",
    by: Bringer | None = None,
    opened: Callable[[], None] = lambda: None,
) -> Imported | CatalogueFaults:
    """Load and publish for every site of the hub in this data folder, or for the site of ``by``; a fault leaves
    everything as it was. ``opened`` is called when the store is open, before anything is read."""
    if not (data / DATABASE).exists():
        if why := lost(data):
            return refused(data, DATABASE, "it was lost", why)
        return refused(data, DATABASE, "there is no hub in this folder", "Start `kiosk hub --data …` and set it up.")
    try:
        store = open_store(data, checked=by is not None)
    except StoreRefused as fault:
        return refused(data, DATABASE, str(fault), "Nothing was read.")
    try:
        opened()
        return _bring(store, kind, source, data, accept, area, by)
    except StoreFailed as fault:
        return refused(data, DATABASE, str(fault), "Check the disk, then import again.")
    finally:
        store.close()


def _bring(
    store: Store, kind: str, source: Path, data: Path, accept: bool, area: str, by: Bringer | None
) -> Imported | CatalogueFaults:
    known = [site.id for site in store.read_now(sites) if by is None or site.id == by.site]
    if not known:
        return refused(data, DATABASE, "this hub has no site yet", "Finish its set-up page first.")
    draft = load(kind, source, area, store.read_now(partial(versions.in_force, site=known[0])))
    if isinstance(draft, CatalogueFaults):
        return draft
    if by is not None:
        draft = msgspec.structs.replace(draft, source=by.name)
    outcome = bring(store, known, draft, accept=accept, who=by.who if by else "", by=by.trail if by else None)
    if isinstance(outcome, CatalogueFaults):
        return outcome
    if isinstance(outcome, Refused):
        return refused(data, outcome.place or DATABASE, outcome.message.rstrip("."), REMEDIES[outcome.code])
    return Imported(outcome, draft, store.read_now(partial(unrouted.lacking, site=known[0])))
