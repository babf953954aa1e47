"""Asks the hub for what a catalogue consists of; every answer is bounded and checked before anybody uses it."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from kiosk import wire
from kiosk.catalogue.faults import Fault, shown
from kiosk.catalogue.weight import SNAPSHOT_MAX
from kiosk.vocabulary.depth import shallow
from kiosk.wire import Change, Changes, SnapshotPlace
from kiosk.wire.catalogue import CHANGES_MAX
from offline_cache.catalogue.manifest import TOKEN_MAX
from offline_cache.catalogue.records import sound
from offline_cache.http.answers import Answer, Away, AwayReason, Refused, Tagged, Unchanged
from offline_cache.store.files import DISK, Files

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient, Reply

PAGE_MAX: Final = 4 * 1024 * 1024
"""Bytes one answer of CHANGES may have."""
DELTA_MAX: Final = 20_000
"""More changes than this come faster as a snapshot."""
PIECE: Final = 256 * 1024
"""Bytes of a snapshot asked for at once: little enough to come within the patience of one exchange on a slow line."""
_PIECE_ANSWERS = (
    HTTPStatus.OK,
    HTTPStatus.PARTIAL_CONTENT,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
)
_PATH = re.compile(rf"{re.escape(wire.SNAPSHOT)}/[A-Za-z0-9_-][A-Za-z0-9._-]{{0,120}}\Z")
_RANGE = re.compile(r"bytes ([0-9]{1,12})-([0-9]{1,12})/([0-9]{1,12})\Z")


class Gone(msgspec.Struct, frozen=True):
    """The hub no longer knows what has changed since then, or it is too much: take the snapshot."""

    reason: str = ""


class Delta(msgspec.Struct, frozen=True):
    """All changes up to ``cursor``, and what the hub says the digest is then."""

    changes: tuple[Change, ...]
    cursor: int
    digest: str


def manifest(client: "HubClient", etag: str) -> Answer[Tagged] | Answer[Unchanged] | Refused | Away:
    """The signed manifest as it came, unless it is still the one with this tag.

    A hub without one (nothing published yet, or it has just started) is asked again soon, as if it were away.
    """
    headers = {"If-None-Match": etag} if etag else {}
    good = (HTTPStatus.OK, HTTPStatus.NOT_FOUND, *((HTTPStatus.NOT_MODIFIED,) if etag else ()))
    reply = client.get(wire.MANIFEST, headers, TOKEN_MAX, *good)
    if isinstance(reply, Away | Refused):
        return reply
    if reply.status == HTTPStatus.NOT_FOUND:
        return Away(AwayReason.BUSY, f"{wire.MANIFEST}: there is none yet")
    if reply.status == HTTPStatus.NOT_MODIFIED:
        return Answer(Unchanged())
    return Answer(Tagged(reply.body, reply.headers.get("etag", "")[:200]))


def delta(client: "HubClient", epoch: str, after: int) -> Delta | Gone | Fault | Refused | Away:
    """All changes of an epoch since a cursor, page by page."""
    changes: list[Change] = []
    while True:
        page = _page(client, epoch, after)
        if not isinstance(page, Changes):
            return page
        changes += page.items
        if page.complete:
            return Delta(tuple(changes), page.next_cursor, page.digest)
        if page.next_cursor <= after:
            return Fault("changes.next_cursor", f"it stays at {after} and there is more", "Update the hub.")
        if len(changes) > DELTA_MAX:
            return Gone(f"more than {DELTA_MAX} changes")
        after = page.next_cursor


def snapshot_fault(place: SnapshotPlace) -> Fault | None:
    """Whether a snapshot may be fetched from there at all."""
    if not _PATH.match(place.path) or ".." in place.path:
        return Fault("manifest.catalogue.snapshot.path", f"{shown(place.path)} is no snapshot", "Update the hub.")
    if not 0 < place.bytes <= SNAPSHOT_MAX:
        reason = f"{place.bytes} bytes, {SNAPSHOT_MAX} may be"
        return Fault("manifest.catalogue.snapshot.bytes", reason, "Leave out what this house does not need.")
    return None


def snapshot_piece(
    client: "HubClient", place: SnapshotPlace, part: Path, files: Files = DISK
) -> int | Gone | Fault | Refused | Away:
    """Fetch the next piece behind what is in the file already; how many bytes it has now. Raises OSError."""
    have = files.size(part)
    last = min(have + PIECE, place.bytes) - 1
    limit = PIECE if have else place.bytes
    reply = client.get(place.path, {"Range": f"bytes={have}-{last}"}, limit, *_PIECE_ANSWERS)
    if isinstance(reply, Away) and reply.reason is AwayReason.TOO_BIG:
        return _wrong("more bytes than the manifest says")
    if isinstance(reply, Away | Refused):
        return reply
    if reply.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return Gone("another snapshot has taken its place")
    if not _fits(reply, have, place):
        files.unlink(part)
        return _wrong("another piece than was asked for")
    files.append(part, reply.body)
    return have + len(reply.body)


def _page(client: "HubClient", epoch: str, after: int) -> Changes | Gone | Fault | Refused | Away:
    path = f"{wire.CHANGES}?epoch={epoch}&after={after}&limit={CHANGES_MAX}"
    reply = client.get(path, {}, PAGE_MAX, HTTPStatus.OK, HTTPStatus.GONE)
    if isinstance(reply, Away) and reply.reason is AwayReason.TOO_BIG:
        return Gone(reply.detail)
    if isinstance(reply, Away | Refused):
        return reply
    if reply.status == HTTPStatus.GONE:
        return Gone("the hub no longer keeps changes so old")
    try:
        page = msgspec.json.decode(shallow(reply.body), type=Changes)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return Fault("changes", f"not readable ({str(error)[:200]})", "Update the hub.")
    if page.epoch != epoch:
        return Gone("the hub counts anew")
    faults = (fault for item in page.items if (fault := sound(item, "changes")) is not None)
    return next(faults, page)


def _fits(reply: "Reply", have: int, place: SnapshotPlace) -> bool:
    """Whether this is the piece behind ``have`` bytes; a hub that knows no ranges sends the whole at once."""
    if reply.status == HTTPStatus.OK:
        return have == 0 and len(reply.body) == place.bytes
    found = _RANGE.match(reply.headers.get("content-range", ""))
    came = (have, have + len(reply.body) - 1, place.bytes)
    return found is not None and tuple(map(int, found.groups())) == came and 0 < len(reply.body) <= PIECE


def _wrong(reason: str) -> Fault:
    return Fault("snapshot", reason, "It is fetched anew; if this stays, look at what stands between hub and terminal.")
