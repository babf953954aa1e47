"""Server-side sessions: the browser holds a random token, the hub its hash; idle and absolute limits end it.

Every time here is of the hub's steady clock (``hub.clock``): setting the wall clock makes no session longer or shorter.
"""

import secrets

import msgspec
from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from hub.fleet.terminals import secret_hash
from hub.store import tables as t
from hub.store.enums import Role

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
    at_ms: int
    """The steady time at which the session was looked up."""
    handed_out: bool
    """Somebody else set the password: nothing but changing it is allowed."""


def begin(connection: Connection, site: str, user: str, steady_ms: int) -> str:
    """Open a session and return its token, which is kept nowhere but in the browser. Ended sessions are swept out."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(t.session).where(_over(steady_ms)))
    connection.execute(
        insert(t.session).values(
            site_id=site,
            token_hash=secret_hash(token),
            user_id=user,
            csrf=secrets.token_urlsafe(24),
            created_ms=steady_ms,
            seen_ms=steady_ms,
            expires_ms=steady_ms + ABSOLUTE_MS,
        )
    )
    return token


def find(connection: Connection, token: str, steady_ms: int) -> Person | None:
    """Whose token this is; None when it is nobody's, too old, idle for too long, or the person was disabled."""
    s, u = t.session, t.user
    row = connection.execute(
        select(
            s.c.site_id,
            u.c.id,
            u.c.login,
            u.c.name,
            u.c.role,
            s.c.csrf,
            s.c.token_hash,
            s.c.counter_id,
            s.c.seen_ms,
            u.c.handed_out,
        )
        .join_from(s, u, (u.c.site_id == s.c.site_id) & (u.c.id == s.c.user_id))
        .where(s.c.token_hash == secret_hash(token), u.c.disabled_ms.is_(None), ~_over(steady_ms))
    ).first()
    if row is None:
        return None
    site, user, login, name, role, csrf, token_hash, counter, seen, handed_out = row
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
        at_ms=steady_ms,
        handed_out=bool(handed_out),
    )


def roles(connection: Connection, steady_ms: int) -> dict[str, Role]:
    """The role behind every session that has not ended, by its token's hash."""
    s, u = t.session, t.user
    rows = connection.execute(
        select(s.c.token_hash, u.c.role)
        .join_from(s, u, (u.c.site_id == s.c.site_id) & (u.c.id == s.c.user_id))
        .where(u.c.disabled_ms.is_(None), ~_over(steady_ms))
    )
    return {token_hash: Role(role) for token_hash, role in rows}


def touch(connection: Connection, person: Person, steady_ms: int) -> None:
    """The person did something: the idle time begins anew."""
    connection.execute(update(t.session).where(_mine(person)).values(seen_ms=steady_ms))


def end(connection: Connection, person: Person) -> None:
    """Sign out."""
    connection.execute(delete(t.session).where(_mine(person)))


def end_all(connection: Connection, site: str, user: str, but: str = "") -> None:
    """End every session of a person (disabled, new password), except the one with token hash ``but``."""
    connection.execute(
        delete(t.session).where(t.session.c.site_id == site, t.session.c.user_id == user, t.session.c.token_hash != but)
    )


def alive(steady_ms: int) -> ColumnElement[bool]:
    """Condition on ``session``: it has not ended."""
    return ~_over(steady_ms)


def _mine(person: Person) -> ColumnElement[bool]:
    return (t.session.c.site_id == person.site) & (t.session.c.token_hash == person.token_hash)


def _over(steady_ms: int) -> ColumnElement[bool]:
    """Too old or idle; or of a time that has not come (another machine's database), for it would last for as long."""
    s = t.session.c
    return or_(s.expires_ms <= steady_ms, s.seen_ms <= steady_ms - IDLE_MS, s.seen_ms > steady_ms + ABSOLUTE_MS)
