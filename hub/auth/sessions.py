"""Server-side sessions: the browser holds a random token, the hub its hash; idle and absolute limits end it."""

import secrets

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from hub.queues.terminals import secret_hash
from hub.store import tables as t
from hub.store.words import Role

MINUTE_MS = 60_000
IDLE_MS = 60 * MINUTE_MS
"""A desk that nobody touched for an hour asks for the password again; looking at live lists is no touch."""
ABSOLUTE_MS = 12 * 60 * MINUTE_MS
TOUCH_MS = MINUTE_MS
"""``seen_ms`` is written at most once a minute."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, with what the pages need of the session."""

    site: str
    user: str
    login: str
    name: str
    role: Role
    csrf: str
    token_hash: str
    counter: str | None
    seen_ms: int


def begin(connection: Connection, site: str, user: str, now_ms: int) -> str:
    """Open a session and return its token, which is kept nowhere but in the browser. Ended sessions are swept out."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(t.session).where(_over(now_ms)))
    connection.execute(
        insert(t.session).values(
            site_id=site,
            token_hash=secret_hash(token),
            user_id=user,
            csrf=secrets.token_urlsafe(24),
            created_ms=now_ms,
            seen_ms=now_ms,
            expires_ms=now_ms + ABSOLUTE_MS,
        )
    )
    return token


def find(connection: Connection, token: str, now_ms: int) -> Person | None:
    """Whose token this is; None when it is nobody's, too old, idle for too long, or the person was disabled."""
    s, u = t.session, t.user
    row = connection.execute(
        select(
            s.c.site_id, u.c.id, u.c.login, u.c.name, u.c.role, s.c.csrf, s.c.token_hash, s.c.counter_id, s.c.seen_ms
        )
        .join_from(s, u, (u.c.site_id == s.c.site_id) & (u.c.id == s.c.user_id))
        .where(s.c.token_hash == secret_hash(token), u.c.disabled_ms.is_(None), ~_over(now_ms))
    ).first()
    if row is None:
        return None
    site, user, login, name, role, csrf, token_hash, counter, seen = row
    return Person(
        site=site,
        user=user,
        login=login,
        name=name,
        role=Role(role),
        csrf=csrf,
        token_hash=token_hash,
        counter=counter,
        seen_ms=seen,
    )


def roles(connection: Connection, now_ms: int) -> dict[str, Role]:
    """The role behind every session that has not ended, by its token's hash."""
    s, u = t.session, t.user
    rows = connection.execute(
        select(s.c.token_hash, u.c.role)
        .join_from(s, u, (u.c.site_id == s.c.site_id) & (u.c.id == s.c.user_id))
        .where(u.c.disabled_ms.is_(None), ~_over(now_ms))
    )
    return {token_hash: Role(role) for token_hash, role in rows}


def touch(connection: Connection, person: Person, now_ms: int) -> None:
    """The person did something: the idle time begins anew."""
    connection.execute(update(t.session).where(_mine(person)).values(seen_ms=now_ms))


def end(connection: Connection, person: Person) -> None:
    """Sign out."""
    connection.execute(delete(t.session).where(_mine(person)))


def end_all(connection: Connection, site: str, user: str, but: str = "") -> None:
    """End every session of a person (disabled, new password), except the one with token hash ``but``."""
    connection.execute(
        delete(t.session).where(t.session.c.site_id == site, t.session.c.user_id == user, t.session.c.token_hash != but)
    )


def alive(now_ms: int) -> ColumnElement[bool]:
    """Condition on ``session``: it has not ended."""
    return ~_over(now_ms)


def _mine(person: Person) -> ColumnElement[bool]:
    return (t.session.c.site_id == person.site) & (t.session.c.token_hash == person.token_hash)


def _over(now_ms: int) -> ColumnElement[bool]:
    """Too old or idle; or of a time that has not come, because the clock was ahead: it would last for as long."""
    s = t.session.c
    return or_(s.expires_ms <= now_ms, s.seen_ms <= now_ms - IDLE_MS, s.seen_ms > now_ms + ABSOLUTE_MS)
