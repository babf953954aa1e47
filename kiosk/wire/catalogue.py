"""How a catalogue travels: a signed manifest, changes since a cursor, whole snapshots (JSON lines, gzip).

``kiosk.catalogue.records`` takes a catalogue apart into the records meant here and says what its digest is.
"""

from typing import Annotated, Literal

import msgspec

from kiosk.wire.base import Body, Count, Hex64, Lang, Short
from kiosk.wire.joining import PublicKey

MANIFEST_TYPE = "kiosk-manifest+jws"
"""``typ`` of the JWS (compact, EdDSA, ``kid`` of the signing key)."""
SCHEMA = "1.0"
"""Version of manifest and records: another major is refused and the old catalogue kept, minor ones may add fields."""
CHANGES_MAX = 500
"""Items in one answer of CHANGES."""

RecordId = Annotated[str, msgspec.Meta(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9._:-]+\Z")]


class SnapshotPlace(Body, frozen=True):
    """A whole catalogue: where it is, its size as it comes (gzip), how many records, SHA-256 of the bytes that come."""

    path: Short
    bytes: Count
    sha256: Hex64
    records: Count


class CatalogueState(Body, frozen=True):
    """Which catalogue is in force. Cursors count within an epoch; ``digest`` is that of the state at ``cursor``."""

    epoch: Short
    cursor: Count
    version: Count
    digest: Hex64
    snapshot: SnapshotPlace


class Manifest(Body, frozen=True):
    """GET MANIFEST, the payload of the JWS. ``seq`` never goes down; after ``expires`` the catalogue may be old."""

    schema: Short
    seq: Count
    site: Short
    issued: Short
    """ISO 8601, UTC."""
    expires: Short
    catalogue: CatalogueState
    min_app: Short = "0.1.0"
    signers: tuple[PublicKey, ...] = ()
    """The keys that are valid from here on: a terminal that trusts the signature may pin these instead."""


class Change(Body, frozen=True, kw_only=True):
    """One record written or deleted at revision ``rev``. The body of a deleted one is ``null``.

    ``sha256`` is that of the body's bytes as they stand in the answer.
    """

    op: Literal["write", "delete"]
    kind: Short
    id: RecordId
    lang: Lang = ""
    rev: Count
    sha256: Short = ""
    body: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))


class Changes(Body, frozen=True):
    """GET CHANGES?epoch=E&after=CURSOR: items by rev. 410 when epoch or cursor are too old: take the snapshot."""

    epoch: Short
    items: tuple[Change, ...]
    next_cursor: Count
    complete: bool
    digest: Short = ""
    """Of the state at ``next_cursor``; only when complete."""


class SnapshotHead(Body, frozen=True):
    """First line of a snapshot; each further line is a ``Change`` that writes."""

    schema: Short
    epoch: Short
    cursor: Count
    version: Count
    records: Count
    digest: Hex64
