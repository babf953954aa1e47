"""Everything a hub, or somebody between, may say: refused with place and reason, the last good catalogue in force."""

import base64
import gzip
import hashlib
import hmac
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk import wire
from kiosk.catalogue.faults import CatalogueFaults, Fault
from kiosk.catalogue.model import Service
from kiosk.catalogue.records import Key
from offline_cache.catalogue.build import Mismatch
from offline_cache.catalogue.follow import Again, InStep
from offline_cache.http.answers import Away, Refused
from tests.unit.offline_cache.manifest_hub import Key25519, ManifestHub
from tests.unit.offline_cache.test_catalogue_follow import Terminal, hall, town

Lie = Callable[[ManifestHub], None]


def b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def header(**fields: object) -> bytes:
    return b64(json.dumps({"alg": "EdDSA", "kid": "k1", "typ": "kiosk-manifest+jws", **fields}).encode())


def token(change: Callable[[bytes, ManifestHub], bytes]) -> Lie:
    def lie(hub: ManifestHub) -> None:
        hub.lies["token"] = lambda truth: change(truth, hub)

    return lie


def manifest(**fields: object) -> Lie:
    """The hub signs a manifest with these fields; a value that is callable makes the new one of the old."""

    def lie(hub: ManifestHub) -> None:
        def change(said: dict[str, Any]) -> dict[str, Any]:
            for path, value in fields.items():
                *way, last = path.split("__")
                inside = said
                for step in way:
                    inside = inside[step]
                inside[last] = value(inside[last]) if callable(value) else value
            return said

        hub.lies["manifest"] = change

    return lie


def hs256(truth: bytes, hub: ManifestHub) -> bytes:
    """The old trick: signed with the public key as if it were a secret."""
    signed = header(alg="HS256") + b"." + truth.split(b".")[1]
    return signed + b"." + b64(hmac.new(base64.urlsafe_b64decode(hub.key.x + "="), signed, hashlib.sha256).digest() * 2)


def flip(truth: bytes, at: int) -> bytes:
    return truth[:at] + (b"A" if truth[at : at + 1] != b"A" else b"B") + truth[at + 1 :]


def resign(change: Callable[[dict[str, object]], bytes]) -> Callable[[bytes, ManifestHub], bytes]:
    """Signed by the right key, with a payload of our own."""

    def lie(truth: bytes, hub: ManifestHub) -> bytes:
        part = truth.split(b".")[1]
        said = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
        return hub.key.sign(change(said))

    return lie


TOKENS: dict[str, tuple[Lie, str]] = {
    "payload tampered": (token(lambda truth, hub: flip(truth, truth.index(b".") + 20)), "manifest.signature"),
    "signature tampered": (token(lambda truth, hub: flip(truth, len(truth) - 40)), "manifest.signature"),
    "unsigned": (token(lambda truth, hub: header(alg="none") + b"." + truth.split(b".")[1] + b"."), "manifest"),
    "alg none": (token(lambda truth, hub: b".".join([header(alg="none"), *truth.split(b".")[1:]])), "manifest.header"),
    "HS256 with the public key": (token(hs256), "manifest.header"),
    "alg renamed": (
        token(lambda truth, hub: b".".join([header(alg="ES256"), *truth.split(b".")[1:]])),
        "manifest.header",
    ),
    "other key, same kid": (token(lambda truth, hub: Key25519("k1").sign(b"{}")), "manifest.signature"),
    "unknown key": (token(lambda truth, hub: Key25519("k7").sign(b"{}")), "manifest.kid"),
    "other type": (token(lambda truth, hub: hub.key.sign(b"{}", typ="JWT")), "manifest.header"),
    "critical header": (
        token(lambda truth, hub: b".".join([header(crit=["exp"]), *truth.split(b".")[1:]])),
        "manifest.header",
    ),
    "header no JSON": (token(lambda truth, hub: b".".join([b64(b"{"), *truth.split(b".")[1:]])), "manifest.header"),
    "header deep": (
        token(lambda truth, hub: b".".join([b64(b"[" * 700), *truth.split(b".")[1:]])),
        "manifest.header",
    ),
    "header twice": (token(lambda truth, hub: truth + b"." + truth), "manifest"),
    "truncated": (token(lambda truth, hub: truth[:-1]), "manifest"),
    "empty": (token(lambda truth, hub: b""), "manifest"),
    "JSON form": (token(lambda truth, hub: b'{"payload":"e30","signature":"AA"}'), "manifest"),
    "a page of a proxy": (token(lambda truth, hub: b"<html>Please sign in</html>"), "manifest"),
    "not ASCII": (token(lambda truth, hub: "ä.ö.ü".encode()), "manifest"),
    "payload no JSON": (token(resign(lambda said: b"nothing")), "manifest"),
    "payload deep": (token(resign(lambda said: b'{"schema":' + b"[" * 5000 + b"]" * 5000 + b"}")), "manifest"),
    "NaN": (token(resign(lambda said: json.dumps({**said, "seq": float("nan")}).encode())), "manifest"),
    "seq a text": (token(resign(lambda said: json.dumps({**said, "seq": "7"}).encode())), "manifest.seq"),
    "seq below zero": (manifest(seq=-1), "manifest.seq"),
}
MANIFESTS: dict[str, tuple[Lie, str]] = {
    "old seq": (manifest(seq=0), "manifest.seq"),
    "issued before the last": (manifest(issued="2020-01-01T00:00:00+00:00"), "manifest.issued"),
    "no time": (manifest(issued="yesterday"), "manifest.expires"),
    "no zone": (manifest(issued="2026-11-24T08:00:00"), "manifest.expires"),
    "expires before it begins": (manifest(expires="2026-01-01T00:00:00Z"), "manifest.expires"),
    "another town": (manifest(site="elsewhere"), "manifest.site"),
    "newer major": (manifest(schema="2.0"), "manifest.schema"),
    "no version": (manifest(schema="new"), "manifest.schema"),
    "needs a newer program": (manifest(min_app="99.0.0"), "manifest.min_app"),
    "min_app no version": (manifest(min_app="../x"), "manifest.min_app"),
    "digest no digest": (manifest(catalogue__digest="0"), "manifest.catalogue.digest"),
    "path elsewhere": (manifest(catalogue__snapshot__path="http://evil.example/x"), "snapshot.path"),
    "path upwards": (manifest(catalogue__snapshot__path=f"{wire.SNAPSHOT}/../../etc"), "snapshot.path"),
    "path with a line": (manifest(catalogue__snapshot__path=f"{wire.SNAPSHOT}/a\r\nX: y"), "snapshot.path"),
    "huge": (manifest(catalogue__snapshot__bytes=2**40), "snapshot.bytes"),
    "nothing": (manifest(catalogue__snapshot__bytes=0), "snapshot.bytes"),
    "longer than it is": (manifest(catalogue__snapshot__bytes=lambda n: n + 1), "snapshot"),
    "shorter than it is": (manifest(catalogue__snapshot__bytes=lambda n: n - 1), "snapshot"),
    "other checksum": (manifest(catalogue__snapshot__sha256="0" * 64), "snapshot"),
    "other number of records": (manifest(catalogue__snapshot__records=lambda n: n + 1), "snapshot"),
    "frozen epoch, other digest": (manifest(catalogue__digest="0" * 64), "snapshot[1]"),
}


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Lie:
    def lie(hub: ManifestHub) -> None:
        hub.lies["lines"] = change

    return lie


def item(**fields: object) -> Lie:
    """One record of the snapshot with other fields, its checksum left as it was."""
    return lines(lambda all: [*all[:3], msgspec.json.encode({**json.loads(all[3]), **fields}), *all[4:]])


def packed(change: Callable[[bytes], bytes]) -> Lie:
    def lie(hub: ManifestHub) -> None:
        hub.lies["snapshot"] = change

    return lie


def bomb(_truth: bytes) -> bytes:
    return gzip.compress(b"[" * 60_000_000, 9)


SNAPSHOTS: dict[str, tuple[Lie, str]] = {
    "gzip bomb": (packed(bomb), "snapshot"),
    "gzip bomb of good records": (lines(lambda all: [*all, *[all[-1]] * 60_000]), "grows to more than"),
    "long line": (packed(lambda truth: gzip.compress(random.Random(1).randbytes(400_000).hex().encode())), "snapshot"),
    "no gzip": (packed(lambda truth: b"PK\x03\x04" + truth), "snapshot"),
    "truncated": (packed(lambda truth: truth[:-9]), "snapshot"),
    "something behind": (packed(lambda truth: truth + b"more"), "snapshot"),
    "two in one": (packed(lambda truth: truth + truth), "snapshot"),
    "empty": (packed(lambda truth: gzip.compress(b"", mtime=0)), "snapshot[1]"),
    "head no JSON": (lines(lambda all: [b"{", *all[1:]]), "snapshot[1]"),
    "head of a newer version": (
        lines(lambda all: [all[0].replace(b'"1.0"', b'"2.0"'), *all[1:]]),
        "snapshot[1].schema",
    ),
    "head of another state": (lines(lambda all: [all[0].replace(b'"e1"', b'"e2"'), *all[1:]]), "snapshot[1]"),
    "record missing": (lines(lambda all: all[:-1]), "snapshot"),
    "record twice": (lines(lambda all: [*all[:-1], all[-2]]), "digest"),
    "half a record": (lines(lambda all: [*all[:-1], all[-1][:-5]]), "snapshot["),
    "blank line": (lines(lambda all: [*all[:3], b"", *all[4:]]), "snapshot[4]"),
    "deep": (lines(lambda all: [*all[:3], b'{"op":"write","body":' + b"[" * 9000, *all[4:]]), "snapshot[4]"),
    "NaN": (lines(lambda all: [*all[:3], all[3].replace(b'"rev":1', b'"rev":NaN'), *all[4:]]), "snapshot[4]"),
    "deletes": (item(op="delete"), "snapshot[4].op"),
    "other operation": (item(op="drop"), "snapshot[4]"),
    "a path as id": (item(id="../../etc/passwd"), "snapshot[4]"),
    "an address as id": (item(id="a/b"), "snapshot[4]"),
    "no kind": (item(kind="DROP TABLE"), "snapshot[4]"),
    "no language": (item(lang="x y"), "snapshot[4]"),
    "other body": (item(body={"id": "q"}), "snapshot[4]"),
    "no body": (item(body=None), "snapshot[4]"),
    "body a list": (item(body=[]), "snapshot[4]"),
    "other checksum": (item(sha256="0" * 64), "snapshot[4]"),
    "no checksum": (item(sha256=""), "snapshot[4]"),
    "rev below zero": (item(rev=-1), "snapshot[4]"),
    "10 MB name": (item(body={"names": "x" * 10_000_000}), "snapshot"),
}


def body(key: Key, content: object) -> Lie:
    """A record that is signed and summed as it should be, with this in it."""
    data = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return lambda hub: hub.write(key, data)


NAME, SHARED = Key("service", "s1", "de"), Key("service", "s1")
CONTENTS: dict[str, tuple[Lie, str]] = {
    "HTML": (body(NAME, {"names": "<script>alert(1)</script>"}), "services[s1].names.de"),
    "Kivy markup": (body(NAME, {"names": "[color=ff0000]Frei[/color]"}), "services[s1].names.de"),
    "entity": (body(NAME, {"names": "a &#91;b&#93;"}), "services[s1].names.de"),
    "direction override": (body(NAME, {"names": "abc\u202edcba"}), "services[s1].names.de"),
    "control": (body(NAME, {"names": "a\u0000b"}), "services[s1].names.de"),
    "long name": (body(NAME, {"names": "x" * 5000}), "services[s1].names.de"),
    "no name": (body(NAME, {"names": ""}), "services[s1].names.de"),
    "name a number": (body(NAME, {"names": 5}), "service[s1]"),
    "name a list": (body(NAME, {"names": ["a"]}), "service[s1]"),
    "words a text": (body(NAME, {"words": 3}), "service[s1]"),
    "fees a number": (body(SHARED, {"id": "s1", "fees": 5}), "service[s1]"),
    "fees of lists": (body(SHARED, {"id": "s1", "fees": [[1]]}), "service[s1]"),
    "names in the shared record": (body(SHARED, {"id": "s1", "names": "x"}), "service[s1]"),
    "another id inside": (body(SHARED, {"id": "s2"}), "service[s1]"),
    "no id inside": (body(SHARED, {"minutes": 5}), "service[s1]"),
    "place a text": (body(SHARED, {"id": "s1", "#": "first"}), "service[s1]"),
    "unknown queue": (body(SHARED, {"id": "s1", "queue": "nowhere"}), "services[s1].queue"),
    "fee no number": (body(SHARED, {"id": "s1", "fees": [{"id": "f", "cents": 1.5}]}), "service[s1]"),
    "deep inside": (body(SHARED, b'{"id":"s1","x":' + b"[" * 3000 + b"]" * 3000 + b"}"), "recursion"),
    "head a list of numbers": (body(Key("head", "head"), {"languages": [1, 2]}), "languages"),
    "a day that is none": (body(SHARED, {"id": "s1", "valid_from": "2026-02-31"}), "service[s1]"),
}


def reason(outcome: object) -> str:
    match outcome:
        case Fault() | CatalogueFaults():
            return str(outcome)
        case Mismatch():
            return "digest"
        case _:
            raise AssertionError(outcome)


def refused_and_kept(folder: Path, lie: Lie, place: str, *, publish: bool) -> None:
    """A good catalogue first; then the lie, at the change that was published meanwhile."""
    with hall(folder) as (hub, here, _):
        assert here.follow() == InStep()
        before = (folder / "catalogue.db").read_bytes()
        if publish:
            hub.publish(town(2, s1="Neuer Name"))
            hub.oldest = hub.cursor
        else:
            hub.reissue()
        lie(hub)
        outcome = here.follow()
        assert place in reason(outcome), outcome
        assert (folder / "catalogue.db").read_bytes() == before
        assert here.names()[1] == "Leistung 1"
        assert here.follower.seen.seq == 1
        assert not list(folder.glob("*.part"))
        assert not list(folder.glob("*.new"))
        again = Terminal(folder, here.hub)
        assert again.loaded == here.catalogue
        again.client.close()
        hub.lies.clear()
        hub.publish(town(9, s1="Wieder gut"))
        assert here.follow() == InStep(), "and nothing stays behind that would keep a good one out"
        assert here.names()[1] == "Wieder gut"


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_that_is_not_the_hubs(tmp_path: Path, name: str) -> None:
    refused_and_kept(tmp_path, *TOKENS[name], publish=False)


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_that_may_not_follow(tmp_path: Path, name: str) -> None:
    refused_and_kept(tmp_path, *MANIFESTS[name], publish=True)


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_a_snapshot_that_is_not_what_was_signed(tmp_path: Path, name: str) -> None:
    refused_and_kept(tmp_path, *SNAPSHOTS[name], publish=True)


@pytest.mark.parametrize("by", ["changes", "snapshot"])
@pytest.mark.parametrize("name", CONTENTS)
def test_contents_that_nobody_may_show(tmp_path: Path, name: str, by: str) -> None:
    lie, place = CONTENTS[name]

    def written(hub: ManifestHub) -> None:
        lie(hub)
        hub.oldest = hub.cursor if by == "snapshot" else 0

    refused_and_kept(tmp_path, written, place, publish=False)


CHANGED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "checksum": (lambda said: {**said, "items": [{**said["items"][0], "sha256": "0" * 64}]}, "changes["),
    "path as id": (lambda said: {**said, "items": [{**said["items"][0], "id": "../x"}]}, "changes"),
    "kind": (lambda said: {**said, "items": [{**said["items"][0], "kind": "No"}]}, "changes["),
    "no list": (lambda said: {**said, "items": 5}, "changes"),
    "standing still": (lambda said: {**said, "complete": False, "next_cursor": 1}, "changes.next_cursor"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_changes_that_are_not_in_order(tmp_path: Path, name: str) -> None:
    change, place = CHANGED[name]

    def lie(hub: ManifestHub) -> None:
        hub.publish(town(2, s1="Neuer Name"))
        hub.lies["changes"] = change

    refused_and_kept(tmp_path, lie, place, publish=False)


REPLIES = {
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "refused": b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\n{}",
    "broken": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "busy": b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
    "not modified, unasked": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "garbage": b"\x00\x01\x02\r\n\r\n",
    "huge head": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    "huge": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 5_000_000,
    "early data": b"HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
}


@pytest.mark.parametrize("at", [wire.MANIFEST, wire.CHANGES, wire.SNAPSHOT])
@pytest.mark.parametrize("name", REPLIES)
def test_answers_that_are_none(tmp_path: Path, name: str, at: str) -> None:
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        before = (tmp_path / "catalogue.db").read_bytes()
        hub.publish(town(2, s1="Neu"))
        hub.oldest = hub.cursor if at == wire.SNAPSHOT else 0
        hub.lies["reply"] = lambda truth: REPLIES[name] if hub.asked[-1].startswith(at) else truth
        here.follower.seen = msgspec.structs.replace(here.follower.seen, etag="")
        outcome = here.follow()
        if (at, name) == (wire.CHANGES, "huge"):
            assert outcome == InStep(), "too much to go on from here: the snapshot comes"
            return
        assert isinstance(outcome, Away | Refused | Fault | Again), outcome
        assert (tmp_path / "catalogue.db").read_bytes() == before
        hub.lies.clear()
        here.client.close()
        here = Terminal(tmp_path, here.hub)
        assert here.follow() == InStep()
        assert here.names()[1] == "Neu"


def test_random_bytes_anywhere_raise_nothing_but_refusals(tmp_path: Path) -> None:
    """The seed of a failing round stands in the message."""
    with hall(tmp_path) as (hub, here, _):
        assert here.follow() == InStep()
        for seed in range(400 if os.environ.get("KIOSK_TEST_SIZE") == "full" else 40):
            dice = random.Random(seed)

            def spoil(truth: bytes, dice: random.Random = dice) -> bytes:
                at = dice.randrange(len(truth))
                return truth[:at] + dice.randbytes(dice.randrange(1, 4)) + truth[at + dice.randrange(0, 4) :]

            place = dice.choice(["token", "page", "snapshot"])
            hub.publish(town(2 + seed, s1=f"Neu {seed}"))
            hub.oldest = hub.cursor if place == "snapshot" else 0
            hub.lies = {place: spoil}
            outcome = here.follow()
            assert isinstance(outcome, Fault | Mismatch | CatalogueFaults | Away | Refused | Again | InStep), (
                seed,
                outcome,
            )
            if outcome == InStep():
                assert here.digest() == hub.digest(), seed
            hub.lies = {}
            assert here.follow() == InStep(), seed
            assert here.digest() == hub.digest(), seed


def test_unusual_is_not_hostile(tmp_path: Path) -> None:
    """The corpus must not pass because everything is refused."""
    service = Service(id="s", names={"de": "Ümläute & „Zeichen“ – 50 % (Größe) İstanbul Đorđe [sic]"}, queue="q")
    catalogue = msgspec.structs.replace(town(), services=(service,), featured=())
    with hall(tmp_path, catalogue) as (_, here, _line):
        assert here.follow() == InStep()
        assert here.names() == [service.names["de"]]
