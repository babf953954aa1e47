"""The thread that follows the hub: when it asks, what it keeps quiet about, what staff are told."""

import contextlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from kiosk import wire
from kiosk.catalogue.faults import CatalogueFaults, Fault
from kiosk.catalogue.model import Queue
from kiosk.config import Hub
from kiosk.vocabulary.events import CatalogueChanged
from offline_cache.catalogue.build import Mismatch
from offline_cache.catalogue.catalogue_sync import CatalogueSync, Rhythm
from offline_cache.catalogue.follow import Again, InStep, Unpinned
from offline_cache.catalogue.manifest import Seen, save_seen, whose
from offline_cache.catalogue.search_thread import CatalogueThread
from offline_cache.catalogue.store import CatalogueStore, NotStored
from offline_cache.http.answers import Away, AwayReason, Refused
from tests.unit.offline_cache.cache_helpers import Inbox, Notes, bring, eventually
from tests.unit.offline_cache.manifest_hub import BORN, ManifestHub
from tests.unit.offline_cache.peers import peer, says
from tests.unit.offline_cache.test_catalogue_follow import town

SLOW = Rhythm(poll_s=300.0, refused_s=300.0)
FAST = Rhythm(poll_s=0.05, refused_s=0.05, longest_refused_s=0.1, first_pause_s=0.02, longest_pause_s=0.05)


class Room:
    """Store, search and sync of one terminal, with a clock of its own."""

    def __init__(self, folder: Path, hub: Hub, rhythm: Rhythm = SLOW) -> None:
        self.inbox, self.notes, self.told = Inbox(), Notes(), list[date | None]()
        self.clock = BORN.timestamp() + 7200
        self.store = CatalogueStore(folder / "catalogue.db", self.notes)
        self.store.load()
        self.thread = CatalogueThread(self.store, self.inbox.post, changed=lambda new, generation: None)
        self.sync = CatalogueSync(
            hub,
            self.thread,
            told=self.told.append,
            note=self.notes,
            rhythm=rhythm,
            now=lambda: self.clock,
            uniform=lambda low, high: high,
        )

    def heard(self, seq: int, hub_ms: int = 0) -> None:
        self.sync.heard(wire.HeartbeatAnswer(manifest_seq=seq, hub_ms=hub_ms))


@contextlib.contextmanager
def room(folder: Path, hub: Hub, rhythm: Rhythm = SLOW) -> Iterator[Room]:
    one = Room(folder, hub, rhythm)
    one.sync.start()
    try:
        yield one
    finally:
        one.sync.stop()


def test_a_newer_manifest_in_the_heartbeat_is_fetched_at_once(tmp_path: Path) -> None:
    hub = ManifestHub(town())
    with peer(hub.play) as line, room(tmp_path, hub.link(line.url)) as here:
        here.inbox.wait(CatalogueChanged(1))
        eventually(lambda: here.sync.seq == 1)
        hub.publish(town(2, s1="Neu"))
        here.heard(1)
        here.heard(2)
        here.inbox.wait(CatalogueChanged(2))
        eventually(lambda: here.sync.seq == 2)
        assert hub.asked.count(wire.MANIFEST) == 2
        assert here.sync.codes == ()


def test_it_asks_again_by_itself(tmp_path: Path) -> None:
    hub = ManifestHub(town())
    with peer(hub.play) as line, room(tmp_path, hub.link(line.url), FAST) as here:
        here.inbox.wait(CatalogueChanged(1))
        eventually(lambda: hub.asked.count(wire.MANIFEST) > 3)
        hub.publish(town(2, s1="Neu"))
        here.inbox.wait(CatalogueChanged(2))


def test_a_refused_catalogue_is_noted_and_waits(tmp_path: Path) -> None:
    hub = ManifestHub(town())
    hub.lies["token"] = lambda truth: truth[:-1]
    with peer(hub.play) as line, room(tmp_path, hub.link(line.url)) as here:
        eventually(lambda: here.sync.codes == ("catalogue_refused",))
        assert [event for event, _ in here.notes.lines] == ["catalogue-refused"]
        assert here.notes.lines[0][1]["detail"].startswith("manifest: not a signed manifest")
        here.heard(0)
        here.sync.reached()
        assert hub.asked == [wire.MANIFEST]
        hub.lies.clear()
        here.heard(1)
        here.inbox.wait(CatalogueChanged(1))
        eventually(lambda: here.sync.codes == ())


def test_catalogue_refusal_is_reported_until_one_is_accepted(tmp_path: Path) -> None:
    hub = ManifestHub(replace(town(), queues=(Queue(id="q", series="A", names={"de": "A"}, office="haus"),)))
    with peer(hub.play) as line, room(tmp_path, hub.link(line.url)) as here:
        eventually(lambda: here.sync.codes == ("catalogue_refused",))
        assert here.sync.reason == "queues[q].office: there is no office “haus”. Add this office or name another."
        hub.publish(town(2))
        here.heard(hub.seq)
        here.inbox.wait(CatalogueChanged(2))
        eventually(lambda: here.sync.reason == "")


def test_a_reason_fits_into_a_heartbeat_whatever_it_is() -> None:
    sync = Room(Path("/nowhere"), Hub()).sync
    fault = Fault("x" * 90, "a\x00b\n\u202ec " * 400, "z")
    for outcome, begins in (
        (fault, "xxx"),
        (CatalogueFaults("hub", (Fault("p", "r", "Do this."), fault)), "p: r. Do this. (+1)"),
        (NotStored("disk full"), "disk full"),
        (Mismatch("0"), "changes: the digest"),
        (Refused(403, wire.Fault(code="revoked", message="Enrol again.")), "403 revoked: Enrol again."),
        (Unpinned(), ""),
    ):
        sync._settle(outcome)
        assert sync.reason.startswith(begins)
        assert sync.reason.isprintable()
        told = wire.Heartbeat(version="0", catalogue_version=0, catalogue_fault=sync.reason)
        assert msgspec.json.decode(msgspec.json.encode(told), type=wire.Heartbeat) == told
    sync._settle(InStep())
    assert sync.reason == ""


def test_pauses_after_refusals_and_silence() -> None:
    sync = Room(Path("/nowhere"), Hub()).sync
    fault = Fault("x", "y", "z")
    assert [sync._settle(fault) for _ in range(6)] == pytest.approx([360, 720, 1440, 2880, 4320, 4320])
    assert sync._settle(InStep()) == pytest.approx(360)
    assert sync._settle(fault) == pytest.approx(360)
    away = Away(AwayReason.TIMED_OUT)
    assert [sync._settle(away) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert sync._settle(Away(AwayReason.BUSY, "", 90.0)) == 90.0
    assert [sync._settle(Again()) for _ in range(2)] == [1, 2]


def test_past_its_promise_the_catalogue_stays_and_says_its_day(tmp_path: Path) -> None:
    hub = ManifestHub(town())
    with peer(hub.play) as line:
        with room(tmp_path, hub.link(line.url)) as here:
            here.inbox.wait(CatalogueChanged(1))
            eventually(lambda: here.sync.seq == 1)
        assert here.told == []
        later = Room(tmp_path, hub.link(line.url))
        later.clock += timedelta(days=15).total_seconds()
        later.sync.start()
        eventually(lambda: later.told == [date(2026, 11, 23)])
        assert "catalogue-old" in later.notes.ids
        assert later.sync.codes == ("catalogue_old",)
        assert later.store.version == 1
        hub.issued += timedelta(days=14)
        hub.reissue()
        later.heard(hub.seq)
        eventually(lambda: later.told == [date(2026, 11, 23), None])
        assert later.sync.codes == ()
        later.sync.stop()


def test_the_hubs_clock_goes_before_a_wrong_one_here(tmp_path: Path) -> None:
    hub = ManifestHub(town())
    with peer(hub.play) as line, room(tmp_path, hub.link(line.url), FAST) as here:
        here.inbox.wait(CatalogueChanged(1))
        right = int(here.clock * 1000)
        here.clock += timedelta(days=4000).total_seconds()
        eventually(lambda: len(here.told) == 1)
        here.heard(1, right)
        eventually(lambda: here.told == [date(2026, 11, 23), None])


@pytest.mark.parametrize("hub_ms", [wire.LAST_MS, 2**53])
def test_no_time_of_the_hub_ends_the_thread(tmp_path: Path, hub_ms: int) -> None:
    """The wire refuses the second; whatever gets this far, catalogues are fetched, and a right time mends it."""
    hub = ManifestHub(town())
    with peer(hub.play) as line, room(tmp_path, hub.link(line.url), FAST) as here:
        here.inbox.wait(CatalogueChanged(1))
        right = int(here.clock * 1000)
        here.heard(1, hub_ms)
        fits = hub_ms <= wire.LAST_MS
        eventually(lambda: here.told == [date(2026, 11, 23)] if fits else "network-bug" in here.notes.ids)
        hub.publish(town(2, s1="Neu"))
        here.heard(2)
        here.inbox.wait(CatalogueChanged(2))
        here.heard(2, right)
        eventually(lambda: here.sync.codes == ())
        assert set(here.notes.ids) <= {"catalogue-old", "network-bug"}


def test_a_hub_without_manifests_is_waited_for(tmp_path: Path) -> None:
    """There is no other way to a catalogue: nobody can talk a terminal out of signatures."""
    gone = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"
    link = msgspec.structs.replace(ManifestHub(town()).link(""), url="")
    with peer(says(gone)) as line, room(tmp_path, msgspec.structs.replace(link, url=line.url), FAST) as here:
        eventually(lambda: len(line.requests) > 2)
        assert here.notes.ids == []
        assert {request.split(b" ")[1] for request in line.requests} == {wire.MANIFEST.encode()}


def test_without_pinned_keys_nothing_is_believed_and_staff_are_told(tmp_path: Path) -> None:
    """Enrolled before catalogues were signed: the last good one stays, whatever the hub says, until enrolled again."""
    hub = ManifestHub(town(2, s1="Neu"))
    bring(CatalogueStore(tmp_path / "catalogue.db"), town(1))
    with peer(hub.play) as line:
        link = msgspec.structs.replace(hub.link(line.url), signers={})
        keys = Seen(1, hub=whose(link), signers={hub.key.kid: hub.key.x})
        save_seen(tmp_path / "catalogue.seen.json", keys)
        with room(tmp_path, link, FAST) as here:
            here.heard(2)
            eventually(lambda: here.notes.ids.count("catalogue-unpinned") > 2)
            assert here.sync.codes == ("catalogue_unpinned",)
            assert set(here.notes.ids) == {"catalogue-unpinned"}
            assert here.store.version == 1
        assert line.requests == []
        with room(tmp_path, hub.link(line.url)) as here:
            here.inbox.wait(CatalogueChanged(2))
            assert here.sync.codes == ()


def test_a_manifest_that_is_refused_is_not_asked_for_with_every_heartbeat(tmp_path: Path) -> None:
    hub = ManifestHub(town())
    hub.lies["token"] = lambda truth: truth[:-1]
    with peer(hub.play) as line, room(tmp_path, hub.link(line.url)) as here:
        eventually(lambda: here.notes.ids == ["catalogue-refused"])
        here.heard(1)
        eventually(lambda: here.notes.ids == ["catalogue-refused"] * 2)
        for _ in range(5):
            here.heard(1)
            assert not here.sync._wake.wait(0.02)
        hub.reissue()
        here.heard(2)
        eventually(lambda: here.notes.ids == ["catalogue-refused"] * 3)
