"""From the hub's manifest to the same catalogue here: by changes, or else by a snapshot; what is wrong is refused."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from kiosk import wire
from kiosk.catalogue.faults import CatalogueFaults, Fault
from kiosk.catalogue.model import Catalogue
from kiosk.config import Hub
from offline_cache.catalogue import fetch
from offline_cache.catalogue import manifest as catalogue_manifest
from offline_cache.catalogue.build import Mismatch
from offline_cache.catalogue.file import Head
from offline_cache.catalogue.manifest import Seen
from offline_cache.catalogue.records import Broken, file_fault, unpack
from offline_cache.catalogue.search_thread import CatalogueThread
from offline_cache.catalogue.store import NotStored
from offline_cache.http.answers import Answer, Away, Refused, Tagged, Unchanged
from offline_cache.store.notes import Note

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient


class InStep(msgspec.Struct, frozen=True):
    """The catalogue in force is the hub's."""


class Again(msgspec.Struct, frozen=True):
    """The hub has moved on meanwhile: ask for the manifest again."""


class Unpinned(msgspec.Struct, frozen=True):
    """Enrolled before catalogues were signed: no key to check a manifest with, so none is believed. Enrol again."""


Outcome = InStep | Again | Unpinned | Fault | CatalogueFaults | Mismatch | NotStored | Refused | Away


class Follower:
    """Comes into step with the hub, one question at a time. Notes: catalogue-not-stored."""

    def __init__(self, hub: Hub, catalogue: CatalogueThread, note: Note) -> None:
        self._hub, self._catalogue, self._note = hub, catalogue, note
        self._files = catalogue.store.files
        self._whose = catalogue_manifest.whose(hub)
        self.seen = catalogue_manifest.load_seen(self._seen_path, self._whose, self._of_the_file(), self._files)
        """The manifest that is followed."""
        self.newest = self.seen.seq
        """Of the newest manifest that was verified, followed or not."""

    def _of_the_file(self) -> Seen:
        """What the catalogue in force tells of its manifest, when it is from this hub."""
        head = self._catalogue.store.head
        if head.hub != self._whose:
            return Seen(hub=self._whose)
        return Seen(head.seq, head.issued, head.expires, "", head.digest, head.signers, self._whose)

    @property
    def _seen_path(self) -> Path:
        return self._catalogue.store.folder / "catalogue.seen.json"

    def follow(self, client: "HubClient") -> Outcome:
        """Ask once and come into step with the answer."""
        if not self._hub.signers:
            return Unpinned()
        match fetch.manifest(client, self._etag()):
            case Answer(value=Unchanged()):
                return InStep()
            case Answer(value=Tagged(body=token, etag=etag)):
                return self._read(client, token, etag)
            case Refused() | Away() as failed:
                return failed
        return InStep()

    def _read(self, client: "HubClient", token: bytes, etag: str) -> Outcome:
        payload = catalogue_manifest.verify(token, self.seen.signers or self._hub.signers)
        manifest = catalogue_manifest.read_manifest(payload) if isinstance(payload, bytes) else payload
        if isinstance(manifest, Fault):
            return manifest
        if fault := catalogue_manifest.follows(manifest, self._hub.site, self.seen):
            return fault
        self.newest = max(self.newest, manifest.seq)
        outcome = self._come_to(client, manifest)
        if isinstance(outcome, InStep):
            keys = catalogue_manifest.keys_of(manifest, self.seen.signers)
            digest = manifest.catalogue.digest
            self._keep(Seen(manifest.seq, manifest.issued, manifest.expires, etag, digest, keys, self._whose))
        return outcome

    def _come_to(self, client: "HubClient", manifest: wire.Manifest) -> Outcome:
        """From the catalogue in force to that of the manifest: nothing to do, by changes, or by a snapshot."""
        head, state = self._catalogue.store.head, manifest.catalogue
        if (head.epoch, head.cursor, head.digest) == (state.epoch, state.cursor, state.digest):
            return InStep()
        if head.epoch and head.epoch == state.epoch and head.cursor < state.cursor:
            outcome = self._by_changes(client, manifest, head)
            if not isinstance(outcome, Mismatch):
                return outcome
        return self._by_snapshot(client, manifest)

    def _by_changes(self, client: "HubClient", manifest: wire.Manifest, head: Head) -> Outcome:
        found = fetch.delta(client, head.epoch, head.cursor)
        match found:
            case fetch.Gone(reason=reason):
                return Mismatch(reason)
            case fetch.Delta():
                if found.cursor > manifest.catalogue.cursor:
                    return Again()
                return _outcome(self._catalogue.take(found.changes, self._head_of(manifest), onto=True))
            case _:
                return found

    def _by_snapshot(self, client: "HubClient", manifest: wire.Manifest) -> Outcome:
        """What was begun before a power cut may have holes: when it is wrong, it is fetched once more as a whole."""
        place = manifest.catalogue.snapshot
        if fault := fetch.snapshot_fault(place):
            return fault
        part = self._part(place.sha256)
        try:
            self._tidy(part)
            begun = size = self._files.size(part)
            while size < place.bytes:
                piece = fetch.snapshot_piece(client, place, part, self._files)
                match piece:
                    case int():
                        size = piece
                    case fetch.Gone():
                        self._files.unlink(part)
                        return Again()
                    case _:
                        return piece
            outcome = self._unpack(part, manifest)
            return Again() if begun and isinstance(outcome, Fault) else outcome
        except OSError as error:
            self._note("catalogue-not-stored", {"detail": f"{part}: {error}"})
            return NotStored(str(error))

    def _unpack(self, part: Path, manifest: wire.Manifest) -> Outcome:
        """Whatever comes of it, these bytes are not needed again."""
        state = manifest.catalogue
        try:
            if fault := file_fault(part, state.snapshot.bytes, state.snapshot.sha256, self._files):
                return fault
            changes = unpack(part, state, self._files)
            return _outcome(self._catalogue.take(changes, self._head_of(manifest), onto=False))
        except Broken as broken:
            return broken.fault
        finally:
            self._files.unlink(part)

    def _head_of(self, manifest: wire.Manifest) -> Head:
        state = manifest.catalogue
        head = Head(state.epoch, state.cursor, state.version, state.digest, hub=self._whose)
        keys = catalogue_manifest.keys_of(manifest, self.seen.signers)
        return replace(head, seq=manifest.seq, issued=manifest.issued, expires=manifest.expires, signers=keys)

    def _part(self, sha256: str) -> Path:
        """Where this snapshot is gathered, also across restarts."""
        return self._catalogue.store.folder / f"catalogue.snapshot-{sha256[:16]}.part"

    def _tidy(self, part: Path) -> None:
        """What is left of other snapshots goes."""
        for other in self._files.names(part.parent, "catalogue.snapshot-*.part"):
            if other != part:
                self._files.unlink(other)

    def _keep(self, seen: Seen) -> None:
        self.seen = seen
        try:
            catalogue_manifest.save_seen(self._seen_path, seen, self._files)
        except OSError as error:
            self._note("catalogue-not-stored", {"detail": f"{self._seen_path}: {error}"})

    def _etag(self) -> str:
        """Only while its catalogue is the one in force: a damaged file may have given way to an older one."""
        return self.seen.etag if self.seen.digest == self._catalogue.store.head.digest else ""


def _outcome(taken: Catalogue | CatalogueFaults | Mismatch | NotStored) -> Outcome:
    return InStep() if isinstance(taken, Catalogue) else taken
