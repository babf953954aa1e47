"""The published catalogue, ready in memory: a signed manifest per site, so that a 304 needs no database read.

One small look into the database twice a second notices every publication, also one of another process (an import);
then the snapshot and the manifest are made anew on a reader's thread while the old ones are still served.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from hub.catalogue.content import state
from hub.catalogue.content.state import PublishedState
from hub.catalogue.publication import signing, snapshots, startup_migration
from hub.catalogue.publication.snapshots import Snapshot
from hub.log import event
from hub.store.engine import Store
from hub.store.faults import StoreFailed
from kiosk import wire

LOOK_S = 0.5
VALID_MS = 14 * 24 * 3600 * 1000
"""Afterwards a terminal says how old its information is."""
RENEW_MS = 24 * 3600 * 1000
FOLDER = "snapshots"
LOGGER = logging.getLogger("hub.catalogue")


class PublishedVersion(msgspec.Struct, frozen=True):
    """A site's catalogue as terminals get it."""

    state: PublishedState
    etag: str
    manifest: bytes
    snapshot: Snapshot
    before: Snapshot | None
    """The one of the cursor before: a terminal may be in the middle of it."""

    def file(self, name: str) -> Snapshot | None:
        """The snapshot of this name, while it is kept."""
        for each in (self.snapshot, self.before):
            if each is not None and each.place.path.endswith(f"/{name}"):
                return each
        return None


class PublishedCatalogue:
    """``of`` for handlers; ``run`` is a task of the app's lifespan."""

    def __init__(self, store: Store, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._now_ms = now_ms
        self._folder = store.path.parent / FOLDER
        self._shown: dict[str, PublishedVersion] = {}

    def of(self, site: str) -> PublishedVersion | None:
        """What terminals of the site get; None = nothing is published, or not made yet."""
        return self._shown.get(site)

    def seq(self, site: str) -> int:
        """Number of the manifest that is served; 0 = none."""
        shown = self.of(site)
        return shown.state.seq if shown else 0

    async def run(self) -> None:
        """Look, for ever. A fault of the disk is logged and tried again: what was shown is shown on."""
        settled, said = False, ""
        while True:
            if not settled:
                settled = await self._settle()
            try:
                await self.look()
                said = ""
            except (OSError, DBAPIError, StoreFailed) as fault:
                if str(fault) != said:
                    LOGGER.error("cannot renew the catalogue for terminals: %s", fault, extra=event("store.unread"))
                said = str(fault)
            await asyncio.sleep(LOOK_S)

    async def _settle(self) -> bool:
        """False while the store does not write: the catalogue that is there is shown meanwhile."""
        with suppress(StoreFailed):
            await self._store.write(partial(startup_migration.settle, now_ms=self._now_ms()))
            return True
        return False

    async def look(self) -> None:
        """Show what is new; have manifests that are a day old issued again."""
        for site, known in (await self._store.read(state.read_all)).items():
            if not known.cursor:
                continue
            if self._now_ms() - known.issued_ms >= RENEW_MS:
                await self._store.write(partial(state.reissue, site=site, now_ms=self._now_ms()))
            shown = self.of(site)
            if shown is None or shown.state != known:
                self._shown[site] = await self._store.read(partial(_show, folder=self._folder, site=site, old=shown))


def _show(connection: Connection, folder: Path, site: str, old: PublishedVersion | None) -> PublishedVersion:
    """Read one state and make everything of it."""
    known, signer = state.read(connection, site), signing.signer(connection, site)
    assert known is not None, "the caller saw it"
    assert signer is not None, "made with the first publication"
    same = old is not None and (old.state.epoch, old.state.cursor) == (known.epoch, known.cursor)
    snapshot = old.snapshot if old and same else snapshots.make(connection, folder, site, known)
    before = None if old is None else old.before if same else old.snapshot
    signers = signing.public_keys(connection, site)
    manifest = signer.sign(_manifest(site, known, snapshot, signers))
    return PublishedVersion(known, f'"m-{known.seq}"', manifest, snapshot, before)


def _manifest(
    site: str, known: PublishedState, snapshot: Snapshot, signers: tuple[wire.PublicKey, ...]
) -> wire.Manifest:
    return wire.Manifest(
        schema=wire.SCHEMA,
        seq=known.seq,
        site=site,
        issued=_iso(known.issued_ms),
        expires=_iso(known.issued_ms + VALID_MS),
        catalogue=wire.CatalogueState(
            epoch=known.epoch,
            cursor=known.cursor,
            version=known.version,
            digest=snapshot.digest,
            snapshot=snapshot.place,
        ),
        signers=signers,
    )


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds")
