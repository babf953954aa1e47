"""A draft as bytes and back: gzip of JSON lines, the shell first, then a service a line.

Bodies of the first hubs were one JSON object; they are read as well.
"""

import gzip
import io
from collections.abc import Iterator

import msgspec

from hub.catalogue.importers.draft import Draft, draft_of
from kiosk.catalogue.model import Catalogue, Service

_LEVEL = 3
"""Four fifths of what level 9 saves, in a fifth of its time."""
_GZIP = b"\x1f\x8b"


def pack(draft: Draft) -> bytes:
    """The draft as bytes; equal drafts give equal bytes."""
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=_LEVEL, mtime=0) as packed:
        packed.write(msgspec.json.encode(draft.shell) + b"\n")
        for service in draft.services():
            packed.write(msgspec.json.encode(service) + b"\n")
    return target.getvalue()


def unpack(body: bytes, count: int, origin: str, source: str = "") -> Draft:
    """The draft that ``pack`` packed; services are unpacked while they are asked for."""
    if not body.startswith(_GZIP):
        return draft_of(msgspec.json.decode(body, type=Catalogue), origin, source)
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
        shell = msgspec.json.decode(packed.readline(), type=Catalogue)
    return Draft(shell=shell, services=lambda: _services(body), count=count, origin=origin, source=source)


def _services(body: bytes) -> Iterator[Service]:
    decode = msgspec.json.Decoder(Service).decode
    with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
        packed.readline()
        for line in packed:
            yield decode(line)
