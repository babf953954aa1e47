"""The site's catalogue as rows: one record per thing and language, each with the revision that wrote it last.

Hand SQL: an import touches a hundred thousand of them.
"""

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Connection

from hub.store.sql import Value, run, run_many
from kiosk.catalogue import records
from kiosk.catalogue.model import Office
from kiosk.catalogue.records import PLACE, Key
from kiosk.wire import CHANGES_MAX

REV_BYTES = 1024 * 1024
"""Bodies in one revision, about: together with CHANGES_MAX it bounds what one answer must hold."""


class Change(msgspec.Struct, frozen=True):
    """A record that is another now; ``body`` None = it is gone."""

    key: Key
    body: bytes | None
    sha256: str = ""
    """Of the body; "" for one that is gone."""


class Row(msgspec.Struct, frozen=True):
    """A record as it stands; ``body`` None = a tombstone."""

    key: Key
    rev: int
    sha256: str
    body: bytes | None


def sums(connection: Connection, site: str, kind: str, ident: str) -> dict[str, str]:
    """The checksums of a thing's living records by language."""
    rows = run(
        connection,
        "SELECT lang, sha256 FROM catalogue_record WHERE site_id = ? AND kind = ? AND id = ? AND deleted_ms IS NULL",
        site,
        kind,
        ident,
    )
    return dict(rows.fetchall())


def places(connection: Connection, site: str, kind: str) -> dict[str, int]:
    """Where the living things of a kind stand."""
    rows = run(
        connection,
        f"""SELECT id, json_extract(CAST(body AS TEXT), '$."{PLACE}"') FROM catalogue_record"""
        " WHERE site_id = ? AND kind = ? AND lang = '' AND deleted_ms IS NULL",
        site,
        kind,
    )
    return {ident: place or 0 for ident, place in rows}


def ids(connection: Connection, site: str, kind: str) -> set[str]:
    """The living things of a kind."""
    rows = run(
        connection,
        "SELECT id FROM catalogue_record WHERE site_id = ? AND kind = ? AND lang = '' AND deleted_ms IS NULL",
        site,
        kind,
    )
    return {ident for (ident,) in rows}


def body(connection: Connection, site: str, key: Key) -> bytes | None:
    """One living record."""
    row = run(
        connection,
        "SELECT body FROM catalogue_record"
        " WHERE site_id = ? AND kind = ? AND id = ? AND lang = ? AND deleted_ms IS NULL",
        site,
        key.kind,
        key.id,
        key.lang,
    ).fetchone()
    return None if row is None else bytes(row[0])


def bodies(connection: Connection, site: str, kind: str) -> list[tuple[Key, bytes]]:
    """The living records of a kind."""
    rows = run(
        connection,
        "SELECT id, lang, body FROM catalogue_record WHERE site_id = ? AND kind = ? AND deleted_ms IS NULL",
        site,
        kind,
    )
    return [(Key(kind, ident, lang), bytes(body)) for ident, lang, body in rows]


def offices(connection: Connection, site: str) -> list[Office]:
    """The offices in force, in their order."""
    pieces: dict[str, dict[str, bytes]] = {}
    for key, body in bodies(connection, site, "office"):
        pieces.setdefault(key.id, {})[key.lang] = body
    found = [records.join("office", ident, texts.pop("", b"{}"), texts) for ident, texts in pieces.items()]
    return [each.value for each in sorted(found, key=lambda each: each.place) if isinstance(each.value, Office)]


def portions(changes: Iterable[Change]) -> Iterator[tuple[int, Change]]:
    """The changes with the number of their portion, from 1: at most CHANGES_MAX, about REV_BYTES, are one revision."""
    portion, number, size = 0, 0, REV_BYTES
    for change in changes:
        if number == CHANGES_MAX or size >= REV_BYTES:
            portion, number, size = portion + 1, 0, 0
        number, size = number + 1, size + len(change.body or b"")
        yield portion, change


def write(connection: Connection, site: str, changes: Iterable[Change], cursor: int, now_ms: int) -> int:
    """Write records above ``cursor``; returns the new cursor, which grew by one per portion."""
    last = [0]

    def rows() -> Iterator[tuple[Value, ...]]:
        for portion, change in portions(changes):
            last[0] = portion
            yield _row(site, change, cursor + portion, now_ms)

    run_many(connection, _PUT, rows())
    return cursor + last[0]


INTO = "INSERT INTO catalogue_record (site_id, kind, id, lang, rev, sha256, body, deleted_ms) "
OVER = (
    " ON CONFLICT (site_id, kind, id, lang) DO UPDATE SET rev = excluded.rev,"
    " sha256 = excluded.sha256, deleted_ms = excluded.deleted_ms,"
    " body = CASE WHEN excluded.deleted_ms IS NULL THEN excluded.body ELSE catalogue_record.body END"
)
"""A tombstone keeps the last body: tickets of the day are still for what it named."""
_PUT = f"{INTO}VALUES (?, ?, ?, ?, ?, ?, ?, ?){OVER}"


def _row(site: str, change: Change, rev: int, now_ms: int) -> tuple[Value, ...]:
    key, body = change.key, change.body
    if body is None:
        return site, key.kind, key.id, key.lang, rev, "", b"", now_ms
    return site, key.kind, key.id, key.lang, rev, change.sha256, body, None


def entries(connection: Connection, site: str) -> Iterator[tuple[Key, int, str]]:
    """What the digest is made of: all living records, sorted by key."""
    rows = run(
        connection,
        "SELECT kind, id, lang, rev, sha256 FROM catalogue_record WHERE site_id = ? AND deleted_ms IS NULL"
        " ORDER BY kind, id, lang",
        site,
    )
    return ((Key(kind, ident, lang), rev, sha256) for kind, ident, lang, rev, sha256 in rows)


def living(connection: Connection, site: str) -> Iterator[Row]:
    """All living records sorted by key."""
    rows = run(
        connection,
        "SELECT kind, id, lang, rev, sha256, body FROM catalogue_record WHERE site_id = ? AND deleted_ms IS NULL"
        " ORDER BY kind, id, lang",
        site,
    )
    for kind, ident, lang, rev, sha256, body in rows:
        yield Row(Key(kind, ident, lang), rev, sha256, body)


def after(connection: Connection, site: str, rev: int, limit: int) -> list[Row]:
    """Records and tombstones written after a revision, in whole revisions: about ``limit``, at most CHANGES_MAX."""
    rows = run(
        connection,
        "SELECT kind, id, lang, rev, sha256, body, deleted_ms FROM catalogue_record WHERE site_id = ? AND rev > ?"
        " ORDER BY rev, kind, id, lang LIMIT ?",
        site,
        rev,
        CHANGES_MAX + 1,
    ).fetchall()
    if not rows:
        return []
    first, last = rows[0][3], rows[min(limit, len(rows)) - 1][3]
    if len(rows) > limit and rows[limit][3] == last and last > first:
        last -= 1
    return [
        Row(Key(kind, ident, lang), at, sha256, None if deleted is not None else body)
        for kind, ident, lang, at, sha256, body, deleted in rows
        if at <= last
    ]
