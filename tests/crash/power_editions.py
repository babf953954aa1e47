"""What a hub publishes in the life of a terminal: made once, so that a hundred thousand terminals can follow it.

Texts change, services come and go, a manifest is issued again, keys are rotated, the hub counts anew, and it forgets
what has changed (a snapshot is all there is). A terminal may miss up to ``MISSED`` editions.
"""

import functools
import re
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from kiosk import wire
from kiosk.catalogue.model import Catalogue, Category, Featured, Queue, Service
from kiosk.config import Hub
from offline_cache.http.hub_client import Reply
from tests.unit.offline_cache.manifest_hub import Key25519, ManifestHub

MISSED = 2
PIECE = 700
"""Bytes of a snapshot that come at once: the power goes between two as well."""
_WORDS = ("Anker", "Birke", "Chlor", "Distel", "Eiche", "Farn", "Ginster", "Hafer", "Iris", "Jasmin", "Klee", "Lilie",
          "Malve", "Nelke", "Olive", "Primel")  # fmt: skip
"""In each edition one service has a name that no other edition knows."""
LAST = len(_WORDS) - 1
_AGAIN = (3, 9)
"""The same catalogue in a new manifest."""
_ANEW, _FORGOTTEN = 6, (2, 11)


class Edition(NamedTuple):
    """One manifest and what belongs to it."""

    seq: int
    token: bytes
    place: str
    snapshot: bytes
    changes: dict[tuple[str, int], tuple[int, bytes]]
    """By epoch and cursor: status and body."""
    digest: str
    names: tuple[str, ...]
    """Of its services, in German."""


def town(number: int) -> Catalogue:
    """Five services at most; a small file has all the tables of a big one."""
    names = [f"Leistung {n}" for n in range(3 + number % 3)]
    names[number % 3] = _WORDS[number]
    return Catalogue(
        version=number + 1,
        languages=("de", "en"),
        categories=(Category(id="c", names={"de": "Alles", "en": "All"}),),
        queues=(Queue(id="q", series="A", names={"de": "Bürgeramt"}),),
        services=tuple(
            Service(id=f"s{n}", names={"de": name, "en": f"Service {n}"}, categories=("c",), queue="q")
            for n, name in enumerate(names)
        ),
        featured=(Featured(service="s0"),),
    )


@functools.cache
def editions() -> tuple[tuple[Edition, ...], Hub]:
    """All of them in their order, and the enrolment that pins the first key."""
    hub = ManifestHub(town(0))
    _rotate(hub, 0)
    enrolled, states, made = hub.link("http://hub"), [(hub.epoch, hub.cursor)], [_edition(hub, town(0), [])]
    for number in range(1, LAST + 1):
        _rotate(hub, number)
        if number == _ANEW:
            hub.epoch, hub.cursor = "e2", 0
        if number in _AGAIN:
            hub.reissue()
        else:
            hub.publish(town(number))
        if number in _FORGOTTEN:
            hub.oldest = hub.cursor
        made.append(_edition(hub, town(number - 1 if number in _AGAIN else number), states))
        states.append((hub.epoch, hub.cursor))
    return tuple(made), enrolled


def _rotate(hub: ManifestHub, number: int) -> None:
    """A new key is told ``MISSED`` editions before it signs; then the old one is told no more."""
    keys = _keys()
    old, new = keys[number // 5 % 3], keys[(number // 5 + 1) % 3]
    told = (old, new) if number % 5 >= 4 - MISSED else (old,)
    hub.key = old
    hub.signers = tuple(wire.PublicKey(kid=key.kid, x=key.x) for key in told)


@functools.cache
def _keys() -> tuple[Key25519, ...]:
    return tuple(Key25519(f"k{n}") for n in range(1, 4))


def _edition(hub: ManifestHub, catalogue: Catalogue, before: list[tuple[str, int]]) -> Edition:
    changes = {state: hub.changes(*state) for state in before}
    names = tuple(service.names["de"] for service in catalogue.services)
    place = f"{wire.SNAPSHOT}/{hub.epoch}-{hub.cursor}"
    asked = {state: (int(status[:3]), body) for state, (status, body) in changes.items()}
    return Edition(hub.seq, hub.manifest(), place, hub.snapshot(), asked, hub.digest(), names)


class PlayedHub:
    """Stands where a terminal has its ``HubClient``; ``at`` is the edition in force."""

    def __init__(self, at: int) -> None:
        self.at = at

    @property
    def edition(self) -> Edition:
        return editions()[0][self.at]

    def get(self, path: str, headers: dict[str, str], limit: int, *good: int) -> Reply:
        now, address = self.edition, urlsplit(path)
        reply = Reply(404, {}, b"")
        if path == wire.MANIFEST:
            tag = f'"m-{now.seq}"'
            same = headers.get("If-None-Match") == tag
            reply = Reply(304 if same else 200, {"etag": tag}, b"" if same else now.token)
        elif address.path == wire.CHANGES:
            asked: dict[str, Any] = parse_qs(address.query)
            reply = Reply(*_with_headers(now.changes.get((asked["epoch"][0], int(asked["after"][0])), (410, b""))))
        elif path == now.place:
            reply = _piece(now.snapshot, headers["Range"])
        assert reply.status in good, (path, reply)
        return reply


def _with_headers(answer: tuple[int, bytes]) -> tuple[int, dict[str, str], bytes]:
    return answer[0], {}, answer[1]


def _piece(data: bytes, asked: str) -> Reply:
    match = re.fullmatch(r"bytes=(\d+)-\d+", asked)
    assert match is not None
    start = int(match[1])
    body = data[start : start + PIECE]
    return Reply(206, {"content-range": f"bytes {start}-{start + len(body) - 1}/{len(data)}"}, body)
