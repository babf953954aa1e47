"""Seats: which session works at which counter. One at a time; whoever sits down takes the counter over.

A seat ends with its session (signed out, idle for too long, disabled). The counter's visitor stays at the counter, for
whoever sits down there next.
"""

import msgspec
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from hub import events
from hub.auth.sessions import Person, alive
from hub.counter import acts
from hub.counter.acts import Act, SeatChange, SeatRow
from hub.errors import Code, Refused
from hub.idempotency import Op, once
from hub.store import tables as t


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody works at a counter."""

    counter: str
    user: str
    name: str
    since_ms: int
    seen_ms: int
    """When that person did something last."""
    paused_ms: int | None
    token_hash: str

    @property
    def mark(self) -> str:
        """Tells this seat from what was there before it and what comes after."""
        return f"{self.user}.{self.since_ms}"


class Paused(msgspec.Struct, frozen=True, tag="paused"):
    """Since when the counter pauses; None = it works."""

    since_ms: int | None


def taken(connection: Connection, person: Person, now_ms: int) -> dict[str, Seat]:
    """Who sits where in the town hall of whoever asks, by counter; ``now_ms`` and the seats' times are the hub's
    time."""
    p, s, u = t.seat, t.session, t.user
    rows = connection.execute(
        select(p.c.counter_id, u.c.id, u.c.name, p.c.since_ms, s.c.seen_ms, p.c.paused_ms, p.c.token_hash)
        .join_from(p, s, (s.c.site_id == p.c.site_id) & (s.c.token_hash == p.c.token_hash))
        .join(u, (u.c.site_id == s.c.site_id) & (u.c.id == s.c.user_id))
        .where(p.c.site_id == person.site, u.c.disabled_ms.is_(None), alive(person.at_ms))
    )
    seats = (msgspec.convert(dict(zip(Seat.__struct_fields__, row, strict=True)), Seat) for row in rows)
    return {each.counter: replace(each, seen_ms=now_ms - (person.at_ms - each.seen_ms)) for each in seats}


def sit_down(connection: Connection, person: Person, counter: str, op: str, now_ms: int) -> None:
    """Work at this counter from now on. Whoever sat there sees that on their page, and may have it back for some
    seconds."""
    before = taken(connection, person, now_ms).get(counter)
    if before is not None and before.token_hash == person.token_hash:
        return
    get_up(connection, person, now_ms)
    connection.execute(delete(t.seat).where(_at(person.site, counter)))
    after = SeatRow(person.token_hash, now_ms)
    values = msgspec.structs.asdict(after)
    connection.execute(insert(t.seat).values(site_id=person.site, counter_id=counter, **values))
    connection.execute(update(t.session).where(_session(person)).values(counter_id=counter))
    events.append(connection, person.site, events.Kind.SEAT, counter, {}, now_ms)
    if before is not None:
        was = SeatRow(before.token_hash, before.since_ms, before.paused_ms)
        acts.keep(
            connection,
            Act(site=person.site, counter=counter, op=op, now_ms=now_ms),
            SeatChange(counter, was, after),
        )


def get_up(connection: Connection, person: Person, now_ms: int) -> None:
    """Work at no counter any more."""
    mine = (t.seat.c.site_id == person.site) & (t.seat.c.token_hash == person.token_hash)
    for counter in connection.execute(delete(t.seat).where(mine).returning(t.seat.c.counter_id)).scalars().all():
        events.append(connection, person.site, events.Kind.SEAT, counter, {}, now_ms)
    connection.execute(update(t.session).where(_session(person)).values(counter_id=None))


def lost(connection: Connection, person: Person) -> Refused | None:
    """Whether somebody else has the counter at which the person's page stands; None = the seat is theirs."""
    found = select(t.seat.c.token_hash).where(_at(person.site, person.counter or ""))
    if connection.execute(found).scalar_one_or_none() == person.token_hash:
        return None
    return Refused(Code.SEAT_LOST, "Somebody else works at this counter now.", "counter")


def pause(connection: Connection, person: Person, counter: str, on: bool, op: str, now_ms: int) -> Paused | Refused:
    """Call nobody for a while, or go on. The same op again changes nothing."""

    def do() -> Paused | Refused:
        since = now_ms if on else None
        change = update(t.seat).where(_at(person.site, counter), t.seat.c.paused_ms.is_(None) == on)
        if connection.execute(change.values(paused_ms=since)).rowcount:
            events.append(connection, person.site, events.Kind.SEAT, counter, {}, now_ms)
        return Paused(since)

    return once(connection, Op(person.site, op, "pause", counter), now_ms, Paused, do)


def _at(site: str, counter: str) -> ColumnElement[bool]:
    return (t.seat.c.site_id == site) & (t.seat.c.counter_id == counter)


def _session(person: Person) -> ColumnElement[bool]:
    return (t.session.c.site_id == person.site) & (t.session.c.token_hash == person.token_hash)
