"""A hub's catalogue side on a real socket: an honest model of records, manifests, changes, snapshots - that can lie.

``lies`` maps a place ("manifest", "token", "changes", "page", "snapshot", "lines", "reply") to a function that gets
what would honestly be said there and says something else.
"""

import gzip
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from kiosk import wire
from kiosk.catalogue.model import Catalogue
from kiosk.catalogue.records import Key, digest, sha256, take_apart
from kiosk.config import Hub
from kiosk.wire.catalogue import MANIFEST_TYPE
from tests.unit.offline_cache.peers import answer

SITE = "hall"
BORN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Key25519:
    """A key pair that signs tokens."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self._key = JWK.generate(kty="OKP", crv="Ed25519", kid=kid)
        self.x = str(json.loads(self._key.export_public())["x"])

    def sign(self, payload: bytes, **header: object) -> bytes:
        protected = {"alg": "EdDSA", "kid": self.kid, "typ": MANIFEST_TYPE, **header}
        token = JWS(payload)
        token.add_signature(self._key, None, json.dumps(protected))
        return str(token.serialize(compact=True)).encode()


class ManifestHub:
    """Records with revisions and tombstones as the real hub keeps them; ``play`` answers on a ``peers.RawPeer``."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.key = Key25519("k1")
        self.epoch, self.cursor, self.seq, self.version = "e1", 0, 0, 0
        self.issued, self.lasts = BORN, timedelta(days=14)
        self.signers: tuple[wire.PublicKey, ...] = ()
        self.records: dict[Key, tuple[int, bytes]] = {}
        self.tombs: dict[Key, int] = {}
        self.oldest = 0
        self.page = 500
        self.lies: dict[str, Callable[[Any], Any]] = {}
        self.asked: list[str] = []
        self.sent = 0
        self.cuts: Iterator[int] = iter(())
        self.lock = threading.Lock()
        self._packed: tuple[object, bytes] = (None, b"")
        """The last honest snapshot and what it was made of: it is asked for with every manifest and every piece."""
        self.publish(catalogue)

    def link(self, url: str) -> Hub:
        return Hub(url=url, site=SITE, signers={self.key.kid: self.key.x})

    def publish(self, catalogue: Catalogue) -> None:
        with self.lock:
            wanted = take_apart(catalogue)
            self.cursor += 1
            self.version = catalogue.version
            for key, body in wanted.items():
                if key not in self.records or self.records[key][1] != body:
                    self.records[key] = (self.cursor, body)
                    self.tombs.pop(key, None)
            for key in [key for key in self.records if key not in wanted]:
                del self.records[key]
                self.tombs[key] = self.cursor
            self.reissue()

    def write(self, key: Key, body: bytes) -> None:
        """One record as it is, whatever the catalogue says."""
        with self.lock:
            self.cursor += 1
            self.records[key] = (self.cursor, body)
            self.reissue()

    def reissue(self) -> None:
        self.seq += 1
        self.issued += timedelta(hours=1)

    def digest(self) -> str:
        return digest((key, rev, sha256(body)) for key, (rev, body) in self.records.items())

    def snapshot(self) -> bytes:
        made_of = (self.epoch, self.cursor, self.version)
        if self.lies.keys() & {"snapshot", "lines"}:
            return self._pack()
        if self._packed[0] != made_of:
            self._packed = (made_of, self._pack())
        return self._packed[1]

    def _pack(self) -> bytes:
        head = wire.SnapshotHead("1.0", self.epoch, self.cursor, self.version, len(self.records), self.digest())
        lines = [msgspec.json.encode(head)]
        lines += [msgspec.json.encode(written(key, rev, body)) for key, (rev, body) in sorted(self.records.items())]
        return self._say("snapshot", gzip.compress(b"\n".join(self._say("lines", lines)) + b"\n", 6, mtime=0))

    def manifest(self) -> bytes:
        packed = self.snapshot()
        place = wire.SnapshotPlace(
            f"{wire.SNAPSHOT}/{self.epoch}-{self.cursor}",
            len(packed),
            hashlib.sha256(packed).hexdigest(),
            len(self.records),
        )
        state = wire.CatalogueState(self.epoch, self.cursor, self.version, self.digest(), place)
        said = wire.Manifest(
            "1.0",
            self.seq,
            SITE,
            self.issued.isoformat(),
            (self.issued + self.lasts).isoformat(),
            state,
            signers=self.signers,
        )
        payload = msgspec.json.encode(self._say("manifest", msgspec.to_builtins(said)))
        return self._say("token", self.key.sign(payload))  # type: ignore[no-any-return]

    def changes(self, epoch: str, after: int) -> tuple[str, bytes]:
        if epoch != self.epoch or not self.oldest <= after <= self.cursor:
            return "410 Gone", b'{"code": "gone", "message": ""}'
        items = [written(key, rev, body) for key, (rev, body) in self.records.items() if rev > after]
        items += [wire.Change(op="delete", kind=k.kind, id=k.id, lang=k.lang, rev=r) for k, r in self.tombs.items()]
        items = sorted((item for item in items if item.rev > after), key=lambda item: item.rev)
        complete, reached = True, self.cursor
        if len(items) > self.page:
            complete, reached = False, items[self.page - 1].rev
            if items[self.page].rev == reached:
                reached = max(reached - 1, items[0].rev)
            items = [item for item in items if item.rev <= reached]
            complete = reached == self.cursor
        said = wire.Changes(epoch, tuple(items), reached, complete, self.digest() if complete else "")
        page = msgspec.json.encode(said)
        if "changes" in self.lies:
            page = msgspec.json.encode(self._say("changes", msgspec.json.decode(page)))
        return "200 OK", self._say("page", page)

    def play(self, connection: socket.socket, request: bytes, number: int) -> None:
        head = request.partition(b"\r\n\r\n")[0].decode()
        line, *rest = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
        address = urlsplit(line.split(" ")[1])
        with self.lock:
            self.asked.append(f"{address.path}?{address.query}" if address.query else address.path)
            reply = self._say("reply", self._answer(address.path, parse_qs(address.query), headers))
        self._send(connection, reply)

    def _answer(self, path: str, query: dict[str, list[str]], headers: dict[str, str]) -> bytes:
        etag = f'"m-{self.seq}"'
        if path == wire.MANIFEST:
            if headers.get("if-none-match") == etag:
                return answer("304 Not Modified", headers=f"ETag: {etag}\r\n")
            return answer("200 OK", self.manifest(), f"ETag: {etag}\r\n")
        if path == wire.CHANGES:
            status, body = self.changes(query["epoch"][0], int(query["after"][0]))
            return answer(status, body)
        if path == f"{wire.SNAPSHOT}/{self.epoch}-{self.cursor}":
            return ranged(self.snapshot(), headers.get("range", ""))
        return answer("404 Not Found", b'{"code": "unknown", "message": ""}')

    def _send(self, connection: socket.socket, reply: bytes) -> None:
        """All of it, unless the line is cut: ``cuts`` says for each answer after how many more bytes."""
        left = next(self.cuts, None)
        if left is None or left >= len(reply):
            connection.sendall(reply)
            self.sent += len(reply)
            return
        connection.sendall(reply[:left])
        connection.shutdown(socket.SHUT_RDWR)

    def _say(self, place: str, truth: Any) -> Any:
        lie = self.lies.get(place)
        return truth if lie is None else lie(truth)


def written(key: Key, rev: int, body: bytes) -> wire.Change:
    return wire.Change(
        op="write", kind=key.kind, id=key.id, lang=key.lang, rev=rev, sha256=sha256(body), body=msgspec.Raw(body)
    )


def ranged(data: bytes, asked: str) -> bytes:
    if not asked:
        return answer("200 OK", data)
    first, _, last = asked.removeprefix("bytes=").partition("-")
    start, end = int(first), min(int(last or len(data) - 1), len(data) - 1)
    if start > end:
        return answer("416 Range Not Satisfiable", headers=f"Content-Range: bytes */{len(data)}\r\n")
    head = f"Content-Range: bytes {start}-{end}/{len(data)}\r\n"
    return answer("206 Partial Content", data[start : end + 1], head)
