"""How terminals get the catalogue: manifest, changes since a cursor, whole snapshots in any part."""

import re
from typing import Annotated

import msgspec
from litestar import Response, Router, get
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import Connection

from hub.api import http
from hub.api.described import Query, says
from hub.api.http import Answer, ApiError, HubRequest, json_response, terminal
from hub.catalogue.content import records, state
from hub.catalogue.publication import snapshots
from hub.catalogue.publication.published import PublishedVersion
from hub.context import Hub
from kiosk import wire
from kiosk.catalogue.records import digest

NO_CATALOGUE = wire.Fault(code="no_catalogue", message="This hub has no catalogue yet. Import one.")
GONE = wire.Fault(code="gone", message="Too old to go on from here: take the snapshot of the manifest.")
_Whole = Annotated[int, msgspec.Meta(ge=0, le=10**15 - 1)]
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{0,15})\Z")


@get(wire.MANIFEST, opt=says(kind="application/jose", also=(304,), refuses=(404,)))
async def manifest(request: HubRequest, hub: Hub) -> Answer:
    """Which catalogue is in force, signed. 304 comes from memory alone."""
    known = await terminal(request, hub)
    shown = _shown(hub, known.site)
    headers = {"etag": shown.etag, "cache-control": "no-cache"}
    if http.etag_matches(request, shown.etag):
        return Response(None, status_code=304, headers=headers)
    return Response(shown.manifest, media_type="application/jose", headers=headers)


@get(
    wire.CHANGES,
    opt=says(
        gives=wire.Changes,
        query=(Query("epoch", str), Query("after", _Whole), Query("limit", _Whole, needed=False)),
        refuses=(400, 410),
    ),
)
async def changes(request: HubRequest, hub: Hub) -> Answer:
    """Records written or deleted after a cursor, in whole revisions; the digest with the last of them. 410: too old."""
    known = await terminal(request, hub)
    asked = request.query_params
    after, limit = _number(asked.get("after"), "after"), _number(asked.get("limit") or "500", "limit")
    limit = max(1, min(limit, wire.CHANGES_MAX))
    found = await hub.store.read(
        lambda c: _changes(c, known.site, asked.get("epoch", ""), after, limit, hub.published.of(known.site))
    )
    return json_response(GONE, 410) if found is None else json_response(found)


@get(
    wire.SNAPSHOT + "/{name:str}",
    opt=says(kind="application/gzip", also=(206,), refuses=(404, 410, 416)),
)
async def snapshot(request: HubRequest, hub: Hub, name: FromPath[str]) -> Stream | Answer:
    """A whole catalogue, or a part of it (``Range: bytes=N-``), so that a cut transfer goes on where it ended."""
    known = await terminal(request, hub)
    found = _shown(hub, known.site).file(name)
    if found is None:
        return json_response(GONE, 410)
    size, part = found.place.bytes, _RANGE.match(request.headers.get("range", ""))
    headers = {"accept-ranges": "bytes", "etag": f'"{found.place.sha256}"', "cache-control": "no-cache"}
    first, last = (int(part[1]), min(int(part[2] or size), size - 1)) if part else (0, size - 1)
    if first > last:
        return Response(None, status_code=416, headers=headers | {"content-range": f"bytes */{size}"})
    headers |= {"content-length": str(last + 1 - first)}
    if part:
        headers["content-range"] = f"bytes {first}-{last}/{size}"
    try:
        body = snapshots.Part(found.file, first, last)
    except FileNotFoundError:  # deleted since, because two newer ones were made
        return json_response(GONE, 410)
    return Stream(body, status_code=206 if part else 200, media_type="application/gzip", headers=headers)


def _shown(hub: Hub, site: str) -> PublishedVersion:
    if (shown := hub.published.of(site)) is None:
        raise ApiError(404, NO_CATALOGUE)
    return shown


def _changes(
    connection: Connection, site: str, epoch: str, after: int, limit: int, shown: PublishedVersion | None
) -> wire.Changes | None:
    known = state.read(connection, site)
    if known is None or epoch != known.epoch or not known.floor <= after <= known.cursor:
        return None
    rows = records.after(connection, site, after, limit)
    items = tuple(snapshots.change(row) for row in rows)
    reached = rows[-1].rev if rows else known.cursor
    if reached < known.cursor:
        return wire.Changes(epoch, items, reached, complete=False)
    same = shown is not None and snapshots.name_of(shown.state) == snapshots.name_of(known)
    sums = shown.snapshot.digest if shown and same else digest(records.entries(connection, site))
    return wire.Changes(epoch, items, known.cursor, complete=True, digest=sums)


def _number(text: str | None, name: str) -> int:
    if text and text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    raise ApiError(400, wire.Fault(code="bad_field", message="Not a whole number.", place=f"?{name}"))


router = Router(
    path="/",
    route_handlers=[manifest, changes, snapshot],
    exception_handlers=http.HANDLERS,
)
