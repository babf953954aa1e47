"""Manifest, changes and snapshot over HTTP, checked by a small terminal of its own that only knows the wire."""

import asyncio
import gzip
import hashlib
import random
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS, InvalidJWSSignature
from msgspec.structs import replace

from hub.catalogue.content import state
from hub.catalogue.demo import demo_catalogue
from hub.catalogue.import_runs.cli import import_catalogue
from hub.catalogue.publication import publishing, signing
from hub.catalogue.publication.published import RENEW_MS, VALID_MS
from hub.fleet import terminals
from hub.retention.periods import RECORDS_MS
from hub.settings import queue_settings
from kiosk import wire
from kiosk.catalogue.model import Catalogue, Featured, Queue, Service
from kiosk.catalogue.records import Key, digest, sha256
from tests.unit.catalogue.whole_catalogue import put_together
from tests.unit.hub.catalogue_helpers import in_force

SITE = "rathaus"


class Mirror:
    """What a terminal keeps: records by key, following the hub by manifest, changes and snapshots."""

    def __init__(self, live: Any) -> None:
        self.live = live
        self.epoch = ""
        self.cursor = 0
        self.records: dict[Key, tuple[int, bytes]] = {}
        self.snapshots = 0
        self.pinned = live.hall.see(signing.public_keys, SITE)

    def manifest(self, than: int = -1) -> wire.Manifest:
        """The manifest, as soon as it has a higher seq than ``than``."""
        until = time.monotonic() + 300
        while time.monotonic() < until:
            answer = self.live.get("/manifest")
            if answer.status_code == 200:
                found = opened(answer.content, self.pinned)
                if found.seq > than:
                    self.pinned = found.signers
                    return found
            time.sleep(0.05)
        raise AssertionError("no newer manifest within a minute")

    def follow(self, than: int = -1, limit: int = 500) -> wire.Manifest:
        told = self.manifest(than)
        done = False
        while not done:
            answer = self.live.get(f"/catalogue/changes?epoch={self.epoch}&after={self.cursor}&limit={limit}")
            if answer.status_code == 410:
                self.take(told)
                return told
            part = msgspec.json.decode(answer.content, type=wire.Changes)
            for item in part.items:
                self._apply(item)
            self.cursor, done = part.next_cursor, part.complete
        assert part.digest == self.digest()
        return told

    def take(self, told: wire.Manifest) -> None:
        place = told.catalogue.snapshot
        body = self.live.get(place.path.removeprefix("/api/v1")).content
        assert (len(body), hashlib.sha256(body).hexdigest()) == (place.bytes, place.sha256)
        first, *lines = gzip.decompress(body).splitlines()
        head = msgspec.json.decode(first, type=wire.SnapshotHead)
        self.records, self.epoch, self.cursor = {}, head.epoch, head.cursor
        for line in lines:
            self._apply(msgspec.json.decode(line, type=wire.Change))
        self.snapshots += 1
        assert head.digest == told.catalogue.digest == self.digest()
        assert head.records == place.records == len(self.records)

    def digest(self) -> str:
        return digest((key, rev, sha256(body)) for key, (rev, body) in self.records.items())

    def catalogue(self) -> Catalogue:
        return put_together({key: body for key, (_, body) in self.records.items()}, 0)

    def _apply(self, item: wire.Change) -> None:
        key = Key(item.kind, item.id, item.lang)
        if item.op == "delete":
            self.records.pop(key, None)
            return
        assert sha256(bytes(item.body)) == item.sha256
        self.records[key] = (item.rev, bytes(item.body))


def opened(body: bytes, pinned: tuple[wire.PublicKey, ...]) -> wire.Manifest:
    """Verify with the keys that enrolment or the last good manifest gave, then read."""
    token = JWS()
    token.deserialize(body.decode())
    head = msgspec.json.decode(token.objects["protected"])
    assert (head["alg"], head["typ"]) == ("EdDSA", wire.MANIFEST_TYPE)
    key = next(key for key in pinned if key.kid == head["kid"])
    token.verify(JWK(kty="OKP", crv="Ed25519", x=key.x))
    return msgspec.json.decode(token.payload, type=wire.Manifest)


def service(name: str, **more: Any) -> Service:
    return Service(id=name, names={"de": name.title(), "en": name.upper()}, **more)


def put(hall: Any, *services: Service, **more: Any) -> None:
    catalogue = Catalogue(version=0, languages=("de", "en"), services=services, **more)
    assert not isinstance(hall.do(publishing.publish, SITE, catalogue, "own", hall.clock()), publishing.Refused)


def test_without_a_catalogue_there_is_nothing_to_follow(live) -> None:
    assert live.get("/manifest").status_code == 404
    assert live.get("/catalogue/changes?epoch=x&after=0").status_code == 410
    assert live.get("/catalogue/snapshot/x-1").status_code == 404
    for path in ("/manifest", "/catalogue/changes?epoch=x&after=0", "/catalogue/snapshot/x-1"):
        assert live.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401


def test_enrolment_gives_two_keys_and_one_signs_the_manifest(live) -> None:
    put(live.hall, service("pass"))
    assert live.hall.do(terminals.add_code, SITE, "t1", "HHHHHHHH", live.hall.clock()) is None
    answer = live.http.post(f"{live.url}/api/v1/enrol", json={"code": "HHHHHHHH"}, timeout=300)
    enrolled = msgspec.json.decode(answer.content, type=wire.EnrolAnswer)
    live.key, signers = enrolled.key, enrolled.signers
    assert len({key.kid for key in signers}) == 2
    told = Mirror(live).manifest()
    assert told.signers == signers
    assert (told.schema, told.site, told.catalogue.version) == (wire.SCHEMA, SITE, 1)
    body = live.get("/manifest").content
    opened(body, signers)
    head, payload, signature = body.split(b".")
    forged = payload[:40] + (b"A" if payload[40:41] != b"A" else b"B") + payload[41:]
    with pytest.raises(InvalidJWSSignature):
        opened(b".".join((head, forged, signature)), signers)


def test_304_comes_without_touching_the_database(live, monkeypatch: pytest.MonkeyPatch) -> None:
    put(live.hall, service("pass"))
    mirror = Mirror(live)
    seq = mirror.manifest().seq
    tag = live.get("/manifest").headers["etag"]
    assert tag == f'"m-{seq}"'
    used: list[str] = []
    store = live.hall.store
    for name in ("read", "read_now", "write", "write_now"):
        real = getattr(store, name)
        monkeypatch.setattr(store, name, lambda *a, _r=real, _n=name, **k: used.append(_n) or _r(*a, **k))
    monkeypatch.setattr(store, "read", quiet(store.read, used))
    used.clear()
    answers = [live.get("/manifest", headers={"if-none-match": tag}) for _ in range(50)]
    assert [(each.status_code, each.content, each.headers["etag"]) for each in answers] == [(304, b"", tag)] * 50
    # What is left are the showcase's own looks and, every five seconds, the key ring's.
    assert len(used) < 25, used


def quiet(real: Any, used: list[str]) -> Any:
    async def read(fn: Any) -> Any:
        used.append("read")
        return await real(fn)

    return read


def test_a_terminal_follows_and_agrees_on_the_digest(live) -> None:
    hall, mirror = live.hall, Mirror(live)
    put(hall, service("pass", queue="meldung"), service("hund"), service("auto"))
    told = mirror.follow()
    assert (mirror.snapshots, [s.id for s in mirror.catalogue().services]) == (1, ["pass", "hund", "auto"])
    put(hall, service("pass", queue="meldung"), service("neu"), service("auto"))
    told = mirror.follow(told.seq)
    assert (mirror.snapshots, [s.id for s in mirror.catalogue().services]) == (1, ["pass", "neu", "auto"])
    hall.do(queue_settings.route, SITE, "pass", "fahrzeuge", hall.clock())
    mirror.follow(told.seq)
    assert mirror.snapshots == 1
    assert mirror.catalogue().services[0].queue == "fahrzeuge"
    assert replace(hall.see(in_force, SITE), version=0) == mirror.catalogue()


def test_one_text_in_one_language_travels_alone(live) -> None:
    hall, mirror = live.hall, Mirror(live)
    demo = demo_catalogue()
    assert hall.do(queue_settings.add_queue, SITE, "x", "X", {"de": "x"}, hall.clock()) is None
    queues = tuple(replace(queue, series=letter) for queue, letter in zip(demo.queues, "DEFGHJKLM", strict=False))
    demo = replace(demo, queues=queues)
    hall.do(publishing.publish, SITE, demo, "own", hall.clock())
    told = mirror.follow()
    first = replace(demo.services[0], names={**demo.services[0].names, "en": "Changed"})
    hall.do(publishing.publish, SITE, replace(demo, services=(first, *demo.services[1:])), "own", hall.clock())
    mirror.manifest(told.seq)
    answer = live.get(f"/catalogue/changes?epoch={mirror.epoch}&after={mirror.cursor}")
    part = msgspec.json.decode(answer.content, type=wire.Changes)
    assert [(item.kind, item.id, item.lang) for item in part.items] == [("service", first.id, "en")]
    assert len(answer.content) < 4096
    mirror.follow()


def test_a_service_put_in_front_moves_no_other(live) -> None:
    hall, mirror = live.hall, Mirror(live)
    many = [service(f"s{n}") for n in range(40)]
    put(hall, *many)
    told = mirror.follow()
    put(hall, service("first"), *many)
    mirror.manifest(told.seq)
    answer = live.get(f"/catalogue/changes?epoch={mirror.epoch}&after={mirror.cursor}")
    part = msgspec.json.decode(answer.content, type=wire.Changes)
    assert {item.id for item in part.items} == {"first"}


def test_large_changes_come_in_portions_and_end_with_the_digest(live) -> None:
    hall, mirror = live.hall, Mirror(live)
    put(hall, service("pass"))
    told = mirror.follow()
    put(hall, service("pass"), *(service(f"s{n}") for n in range(700)))
    mirror.manifest(told.seq)
    sizes: list[int] = []
    done, after = False, mirror.cursor
    while not done:
        answer = live.get(f"/catalogue/changes?epoch={mirror.epoch}&after={after}&limit=10")
        part = msgspec.json.decode(answer.content, type=wire.Changes)
        sizes.append(len(part.items))
        done, after = part.complete, part.next_cursor
        assert bool(part.digest) == done
    assert max(sizes) <= wire.CHANGES_MAX
    assert sum(sizes) == 2100
    mirror.follow(limit=10)
    assert mirror.snapshots == 1
    assert len(mirror.catalogue().services) == 701


def test_a_page_never_ends_within_a_revision(live) -> None:
    hall, mirror = live.hall, Mirror(live)
    many = [service(f"s{n}") for n in range(500)]
    put(hall, *many)
    put(hall, service("s0", minutes=5), *many[1:])
    told = mirror.manifest()
    mirror.epoch = told.catalogue.epoch
    for limit in (500, 499, 498, 300, 1):
        mirror.cursor, mirror.records = 0, {}
        mirror.follow(limit=limit)
        assert len(mirror.records) == told.catalogue.snapshot.records
    assert mirror.snapshots == 0


def test_random_publications_never_part_hub_and_terminal(live) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    dice, hall, mirror, seq = random.Random(seed), live.hall, Mirror(live), -1
    for _ in range(12):
        names = dice.sample(range(30), dice.randrange(1, 20))
        services = [service(f"s{n}", minutes=dice.randrange(1, 3)) for n in names]
        tiles = tuple(Featured(service=f"s{n}") for n in names[:3])
        before = hall.see(state.read, SITE)
        put(hall, *services, featured=tiles)
        if hall.see(state.read, SITE) == before:
            continue
        seq = mirror.follow(seq).seq
        assert [s.id for s in mirror.catalogue().services] == [s.id for s in services]
        assert [t.service for t in mirror.catalogue().featured] == [t.service for t in tiles]
    assert mirror.snapshots == 1


def test_old_cursors_other_epochs_and_wrong_numbers(live) -> None:
    hall, mirror = live.hall, Mirror(live)
    put(hall, service("pass"), service("hund"))
    told = mirror.follow()
    put(hall, service("pass"))
    path = f"/catalogue/changes?epoch={mirror.epoch}&after={mirror.cursor}"
    assert live.get(path).status_code == 200
    hall.clock.forward(RECORDS_MS + 1)
    hall.forget()
    assert live.get(path).status_code == 410
    assert live.get(path).json()["code"] == "gone"
    mirror.follow(told.seq)
    assert [s.id for s in mirror.catalogue().services] == ["pass"]
    assert live.get(f"/catalogue/changes?epoch={mirror.epoch}&after={mirror.cursor + 1}").status_code == 410
    assert live.get(f"/catalogue/changes?epoch=other&after={mirror.cursor}").status_code == 410
    for wrong in ("-1", "x", "", "9" * 16, "1.0"):
        assert live.get(f"/catalogue/changes?epoch={mirror.epoch}&after={wrong}").status_code == 400
    assert live.get(f"/catalogue/changes?epoch={mirror.epoch}&after=1&limit=x").status_code == 400


def test_a_new_epoch_sends_everybody_to_the_snapshot(live) -> None:
    hall, mirror = live.hall, Mirror(live)
    put(hall, service("pass"))
    told = mirror.follow()
    hall.do(state.new_epoch, "ffff0000", hall.clock())
    told = mirror.follow(told.seq)
    assert (mirror.snapshots, mirror.epoch, told.catalogue.epoch) == (2, "ffff0000", "ffff0000")


def test_parts_of_a_snapshot(live) -> None:
    put(live.hall, *(service(f"s{n}") for n in range(200)))
    place = Mirror(live).manifest().catalogue.snapshot
    path = place.path.removeprefix("/api/v1")
    whole = live.get(path)
    assert (whole.status_code, whole.headers["accept-ranges"], len(whole.content)) == (200, "bytes", place.bytes)
    rest = live.get(path, headers={"range": "bytes=1000-"})
    assert (rest.status_code, rest.headers["content-range"]) == (206, f"bytes 1000-{place.bytes - 1}/{place.bytes}")
    assert rest.content == whole.content[1000:]
    assert live.get(path, headers={"range": "bytes=5-9"}).content == whole.content[5:10]
    assert live.get(path, headers={"range": f"bytes={place.bytes}-"}).status_code == 416
    assert live.get(path, headers={"range": "lines=1-2"}).status_code == 200
    assert live.get("/catalogue/snapshot/..%2Fhub.db").status_code in (404, 410)


def test_the_last_two_snapshots_are_kept(live) -> None:
    mirror, seq, paths = Mirror(live), -1, []
    for n in range(1, 5):
        put(live.hall, *(service(f"s{k}") for k in range(n)))
        told = mirror.manifest(seq)
        seq = told.seq
        paths.append(told.catalogue.snapshot.path.removeprefix("/api/v1"))
    assert [live.get(path).status_code for path in paths] == [410, 410, 200, 200]
    assert len(list((live.hall.store.path.parent / "snapshots").iterdir())) == 2


def test_deleted_snapshot_is_gone_and_no_answer_is_cut(live, caplog) -> None:
    """The hub deletes old snapshots before it stops showing them."""
    put(live.hall, service("s"))
    path = Mirror(live).manifest().catalogue.snapshot.path.removeprefix("/api/v1")
    for file in (live.hall.store.path.parent / "snapshots").iterdir():
        file.unlink()
    assert live.get(path).status_code == 410
    assert caplog.records == []


def test_an_import_by_another_process_is_noticed(live, tmp_path: Path) -> None:
    mirror = Mirror(live)
    put(live.hall, service("pass"))
    told = mirror.manifest()
    source = tmp_path / "source"
    source.mkdir()
    (source / "all.toml").write_text('[[service]]\nid = "pass"\nnames.de = "Reisepass"\n', "utf-8")
    import_catalogue("own", source, live.hall.store.path.parent)
    mirror.follow(told.seq)
    assert mirror.catalogue().services[0].names == {"de": "Reisepass"}
    beat = {"version": "1", "catalogue_version": 1}
    assert live.post("/heartbeat", beat).json()["manifest_seq"] == mirror.manifest().seq


def test_manifests_are_issued_again_every_day(live) -> None:
    put(live.hall, service("pass"))
    mirror = Mirror(live)
    first = mirror.manifest()
    live.hall.clock.forward(RENEW_MS)
    second = mirror.manifest(first.seq)
    assert second.issued > first.issued
    assert second.catalogue == first.catalogue
    days = VALID_MS // RENEW_MS
    assert days == 14


def test_rotating_keys_never_leaves_a_terminal_without_one(live) -> None:
    put(live.hall, service("pass"))
    mirror = Mirror(live)
    seq = mirror.manifest().seq
    for _ in range(3):
        signs, comes_next = (key.kid for key in mirror.pinned)
        live.hall.do(signing.rotate, SITE, live.hall.clock())
        live.hall.do(state.reissue, SITE, live.hall.clock())
        seq = mirror.manifest(seq).seq
        assert mirror.pinned[0].kid == comes_next
        assert mirror.pinned[1].kid not in (signs, comes_next)


def test_the_same_publication_again_changes_nothing(live) -> None:
    put(live.hall, service("pass"))
    before = live.hall.see(state.read, SITE)
    put(live.hall, service("pass"))
    assert live.hall.see(state.read, SITE) == before


def test_a_queue_that_staff_removed_stays_removed(live) -> None:
    hall = live.hall
    queue = Queue(id="bau", series="C", names={"de": "Bauen"})
    put(hall, service("haus", queue="bau"), queues=(queue,))
    assert hall.do(queue_settings.remove_queue, SITE, "bau", hall.clock()) is None
    put(hall, service("haus", queue="bau"), service("garten"), queues=(queue,))
    whole = hall.see(in_force, SITE)
    assert [each.id for each in whole.queues] == ["meldung", "fahrzeuge"]
    assert whole.services[0].queue is None


def test_the_showcase_survives_a_disk_that_does_not_take_it(live, monkeypatch: pytest.MonkeyPatch) -> None:
    put(live.hall, service("pass"))
    mirror = Mirror(live)
    told = mirror.manifest()
    with monkeypatch.context() as patch:
        patch.setattr("hub.catalogue.publication.snapshots.os.fsync", full)
        put(live.hall, service("pass"), service("hund"))
        asyncio.run(asyncio.sleep(1.2))
        assert mirror.manifest().seq == told.seq
    mirror.follow(told.seq)


def full(_fd: int) -> None:
    raise OSError(28, "No space left on device")
