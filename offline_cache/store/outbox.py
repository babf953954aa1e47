"""The outbox: facts the hub has not heard yet, in ``terminal.db`` and in the transaction of the row they speak of.

Operations of one lane (a ticket, an order) keep their order; lanes are independent. ``state`` and ``next_at`` are the
same in every row of a lane: a lane waits as a whole and is set aside as a whole, so one bad message blocks only its own
visitor, and the next batch is the beginning of one index, however many rows wait behind it.

Every function works inside the caller's transaction. Times are ms: ``made_ms`` on the hub's clock, ``next_at`` on this
run's monotonic clock (a start begins at 0).
"""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import assert_never

import apsw
import msgspec

from kiosk import wire
from kiosk.vocabulary.labels import Label
from offline_cache.store.context import StoreContext
from offline_cache.store.participant import Participant, Published

FIRST_MS = 500.0
LONGEST_MS = 60_000.0
SOON_MS = 500.0
_LEAST_MS = 100.0
_ERROR_MAX = 300
REFUSED_KEPT_DAYS = 30
"""What the hub refused for good is shown to staff for so long, then dropped."""
_TAKEN = "label_taken"
"""Another ticket has this number (hub/errors.py): waiting changes nothing, people must look."""

Uniform = Callable[[float, float], float]


class Newest(msgspec.Struct, frozen=True):
    """The operation that was put in last; another number than before means that there is something new to send."""

    seq: int


class Verdict(Enum):
    """What an answer means for its operation."""

    DONE = "done"
    LATER = "later"
    SOON = "soon"
    STOP = "stop"
    NEVER = "never"


class Batch(msgspec.Struct, frozen=True):
    """What may go now, oldest first; when there is nothing, in how many seconds there is (``inf``: nothing waits)."""

    ops: tuple[wire.Op, ...] = ()
    next_s: float = float("inf")


class Settled(msgspec.Struct, frozen=True):
    """What became of a batch. ``stopped``: the hub refuses this terminal itself."""

    done: int = 0
    kept: int = 0
    stopped: bool = False
    quarantined: tuple[wire.OpAnswer, ...] = ()


def verdict_of(answer: wire.OpAnswer) -> Verdict:
    """The class of an answer (HTTP statuses with their usual meaning)."""
    match answer.status:
        case status if 200 <= status < 300:
            return Verdict.DONE
        case 401 | 403:
            return Verdict.STOP
        case 409 if answer.code == _TAKEN:
            return Verdict.NEVER
        case 409 if answer.code:  # how things stand at the hub: its day has not come yet, say
            return Verdict.LATER
        case 409 | 424:  # the same operation is under way, or one before it in its lane has failed
            return Verdict.SOON
        case 408 | 425 | 429:
            return Verdict.LATER
        case status if 400 <= status < 500:
            return Verdict.NEVER
        case _:
            return Verdict.LATER


def put(db: apsw.Connection, outside: StoreContext, lane: str, fact: wire.OpKind, body: msgspec.Struct) -> None:
    """Owe this to the hub. Joins its lane as that stands: waiting until the same time, or set aside."""
    db.execute(
        "INSERT INTO outbox(op, lane, kind, body, made_ms, state, next_at) SELECT :op, :lane, :kind, :body, :made,"
        " coalesce((SELECT state FROM outbox WHERE lane = :lane LIMIT 1), 'new'),"
        " coalesce((SELECT next_at FROM outbox WHERE lane = :lane LIMIT 1), 0)",
        {
            "op": outside.new_id(),
            "lane": lane,
            "kind": fact.value,
            "body": msgspec.json.encode(body).decode(),
            "made": outside.clock.now().ms,
        },
    )


def batch(db: apsw.Connection, now_ms: int, limit: int = wire.BATCH_MAX) -> Batch:
    """What may go now."""
    rows = db.execute(
        "SELECT op, lane, kind, body FROM outbox WHERE state = 'new' AND next_at <= ? ORDER BY next_at, seq LIMIT ?",
        (now_ms, limit),
    )
    ops = tuple(
        wire.Op(str(op), str(lane), str(kind), msgspec.Raw(str(body).encode())) for op, lane, kind, body in rows
    )
    return Batch(ops, 0.0) if ops else Batch((), _next_s(db, now_ms))


def _next_s(db: apsw.Connection, now_ms: int) -> float:
    row = db.execute("SELECT min(next_at) FROM outbox WHERE state = 'new'").fetchone()
    return float("inf") if row is None or row[0] is None else max(0, int(row[0]) - now_ms) / 1000


def settle(db: apsw.Connection, answers: Iterable[wire.OpAnswer], now_ms: int, uniform: Uniform) -> Settled:
    """Take the hub's answers. An operation that is gone meanwhile is none of their business."""
    done, kept, stopped, aside = 0, 0, False, list[wire.OpAnswer]()
    for answer in answers:
        match verdict_of(answer):
            case Verdict.DONE:
                db.execute("DELETE FROM outbox WHERE op = ?", (answer.op,))
                done += db.changes()
            case Verdict.LATER:
                kept += 1
                _delay(db, answer, now_ms + jitter(_tried(db, answer), uniform))
            case Verdict.SOON:
                kept += 1
                _delay(db, answer, now_ms + uniform(_LEAST_MS, SOON_MS))
            case Verdict.STOP:
                kept, stopped = kept + 1, True
            case Verdict.NEVER:
                _tried(db, answer)
                db.execute(
                    "UPDATE outbox SET state = 'quarantine' WHERE lane = (SELECT lane FROM outbox WHERE op = ?)",
                    (answer.op,),
                )
                aside += [answer] * bool(db.changes())
            case other:
                assert_never(other)
    return Settled(done, kept, stopped, tuple(aside))


def jitter(attempts: int, uniform: Uniform) -> float:
    """Full jitter in ms: anywhere up to a time that doubles with each attempt, so that the terminals of a site spread
    out."""
    return max(_LEAST_MS, uniform(0.0, min(LONGEST_MS, FIRST_MS * 2.0 ** min(attempts, 20))))


def _tried(db: apsw.Connection, answer: wire.OpAnswer) -> int:
    """Count the attempt and keep why it failed; returns how many there were."""
    why = f"HTTP {answer.status} {answer.code} {answer.message}".strip()[:_ERROR_MAX]
    row = db.execute(
        "UPDATE outbox SET attempts = attempts + 1, last_error = ? WHERE op = ? RETURNING attempts", (why, answer.op)
    ).fetchone()
    return int(row[0]) if row else 0


def _delay(db: apsw.Connection, answer: wire.OpAnswer, until_ms: float) -> None:
    db.execute(
        "UPDATE outbox SET next_at = ?1 WHERE lane = (SELECT lane FROM outbox WHERE op = ?2) AND next_at < ?1",
        (int(until_ms), answer.op),
    )


def take_back(db: apsw.Connection, lane: str) -> None:
    """Drop what a lane has to say, because the caller says it anew in the same transaction."""
    db.execute("DELETE FROM outbox WHERE lane = ?", (lane,))


def forget_refused(db: apsw.Connection, business_day: str) -> None:
    """On a new business day: drop lanes that were set aside and got nothing new for 30 days."""
    db.execute(
        "DELETE FROM outbox WHERE state = 'quarantine' AND lane NOT IN"
        " (SELECT lane FROM outbox WHERE made_ms >= (unixepoch(?) - ? * 86400) * 1000)",
        (business_day, REFUSED_KEPT_DAYS),
    )


def begin_anew(db: apsw.Connection) -> None:
    """At a start of the program: nothing waits, and what was set aside is tried once more (the hub may be mended)."""
    db.execute("UPDATE outbox SET state = 'new', next_at = 0 WHERE state <> 'new' OR next_at <> 0")


def newest(db: apsw.Connection) -> int:
    """Number of the operation that was put in last; 0 before the first. It only grows."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    return 0 if row is None else int(row[0])


def is_full(db: apsw.Connection, limit: int) -> bool:
    """No new work, please. (Counting walks the smallest index: some 20 microseconds for 10,000 rows.)"""
    return bool(db.execute("SELECT count(*) >= ? FROM outbox", (limit,)).fetchone() == (1,))


def told(db: apsw.Connection, now_ms: int) -> wire.OutboxState:
    """How it stands, for heartbeat and staff."""
    counts = dict(db.execute("SELECT state, count(*) FROM outbox GROUP BY state"))
    (oldest,) = db.execute("SELECT min(made_ms) FROM outbox WHERE state = 'new'").fetchone() or (None,)
    (own,) = db.execute(
        "SELECT count(DISTINCT outbox.lane) FROM outbox JOIN ticket ON ticket.id = outbox.lane AND ticket.slot > 0"
        " WHERE outbox.kind = 'ticket'"
    ).fetchone() or (0,)
    return wire.OutboxState(
        waiting=int(counts.get("new", 0)),
        quarantined=int(counts.get("quarantine", 0)),
        oldest_s=0 if oldest is None else max(0, now_ms - int(oldest)) // 1000,
        own_numbers=int(own),
        aside=_aside(db) if counts.get("quarantine") else (),
    )


def _aside(db: apsw.Connection) -> tuple[wire.SetAside, ...]:
    """The reports that were refused for good, newest first; what waits behind them in their lanes is not named."""
    rows = db.execute(
        "SELECT o.kind, o.last_error, t.series, t.slot, t.n FROM outbox o"
        " LEFT JOIN ticket t ON t.id = o.lane AND t.series IS NOT NULL"
        " WHERE o.state = 'quarantine' AND o.last_error <> '' ORDER BY o.seq DESC LIMIT ?",
        (wire.ASIDE_TOLD,),
    )
    return tuple(
        wire.SetAside(str(kind), str(Label(str(series), int(slot), int(n))) if series else "", _code(str(why)))
        for kind, why, series, slot, n in rows
    )


def _code(why: str) -> str:
    """The refusal's code in what ``_tried`` kept."""
    parts = why.split(" ", 3)
    return parts[2] if len(parts) > 2 else ""


def _settle(db: apsw.Connection, _outside: StoreContext) -> None:
    begin_anew(db)


PARTICIPANT = Participant(
    name="outbox",
    publishes=(Published(Newest, lambda db, outside: Newest(newest(db))),),
    settle=_settle,
)
