"""The event table: the only feed. A row is written in the transaction of what it tells."""

from collections.abc import Container
from enum import StrEnum

import msgspec
from sqlalchemy import Connection

from hub.store.sql import run


class Kind(StrEnum):
    """What an event tells."""

    TICKET = "ticket"
    """A ticket is in another state, or its paper is known. Body: label, queue, state, counter, paper."""
    TRANSFER = "transfer"
    """A ticket waits in another queue. Body as ``ticket``, and ``left``: the queue where it was before."""
    CALL = "call"
    """First call. Body: label, queue, counter (its id), counter_name."""
    RECALL = "recall"
    """The same again, louder. Body as ``call``."""
    SEAT = "seat"
    """Somebody sat down at a counter, left it, or it pauses. Body: empty; the subject is the counter."""
    HELP = "help"
    """A help call was opened, taken, withdrawn or closed. Body: terminal, state."""
    TERMINAL = "terminal"
    """A terminal was enrolled, revoked, or tells another state of itself. Body: name."""
    HOUSE = "house"
    """Queues, counters or their duties changed. Body: empty."""
    CATALOGUE = "catalogue"
    """Another snapshot is in force. Body: version."""
    ALARM = "alarm"
    """Something happened that must not, or staff noted it. Body: kind."""
    DAY = "day"
    """A business day began. Body: day."""


class Event(msgspec.Struct, frozen=True):
    """One row of the feed; ``body`` is JSON as text."""

    seq: int
    kind: Kind
    subject: str
    body: str
    at_ms: int

    def fields(self) -> dict[str, str | int | None]:
        """The body, read."""
        return msgspec.json.decode(self.body, type=dict[str, str | int | None])


def changes_calls(event: Event, shown: Container[str]) -> bool:
    """Whether somebody else may be called after it than before, or elsewhere (``hub.tickets.called``).

    ``shown``: the numbers that stand as called; whatever becomes of one of them changes the calls.
    """
    if event.kind in (Kind.TICKET, Kind.TRANSFER):
        fields = event.fields()
        return fields.get("counter") is not None or fields.get("label") in shown
    return event.kind in (Kind.CALL, Kind.RECALL, Kind.HOUSE, Kind.DAY)


def append(
    connection: Connection, site: str, kind: Kind, subject: str, body: dict[str, str | int | None], now_ms: int
) -> int:
    """Write one event and return its seq. The single writer makes ``max + 1`` safe."""
    row = run(
        connection,
        "INSERT INTO event (site_id, seq, kind, subject, body, at_ms)"
        " SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ? FROM event WHERE site_id = ? RETURNING seq",
        site,
        kind,
        subject,
        msgspec.json.encode(body).decode(),
        now_ms,
        site,
    ).fetchone()
    assert row is not None
    return int(row[0])


def newest(connection: Connection, site: str) -> int:
    """The seq of the newest event; 0 = none yet."""
    row = run(connection, "SELECT coalesce(max(seq), 0) FROM event WHERE site_id = ?", site).fetchone()
    assert row is not None
    return int(row[0])


def since(
    connection: Connection, site: str, after: int, limit: int = 500, kinds: tuple[Kind, ...] = tuple(Kind)
) -> list[Event]:
    """Events after ``after``, oldest first, at most ``limit``."""
    marks = ", ".join("?" for _ in kinds)
    rows = run(
        connection,
        f"SELECT seq, kind, subject, body, at_ms FROM event WHERE site_id = ? AND seq > ? AND kind IN ({marks})"
        " ORDER BY seq LIMIT ?",
        site,
        after,
        *kinds,
        limit,
    ).fetchall()
    return [Event(seq, Kind(kind), subject, body, at_ms) for seq, kind, subject, body, at_ms in rows]
