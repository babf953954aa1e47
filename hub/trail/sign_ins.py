"""Sign-ins in the trail. What a stranger types is not written: it may be a password in the wrong field."""

from sqlalchemy import Connection, select

from hub.store import tables as t
from hub.store.sql import run
from hub.trail.entries import NOTHING, Details, Note, Who, append, head
from hub.trail.words import What

HOUR_MS = 3_600_000
SINGLY = 200
"""Wrong sign-ins of an hour that are written one by one: a stranger who tries all day must not fill the disk."""
LOOK_BACK = 1000
"""Entries that are looked at for it."""


def right(connection: Connection, site: str, user: str, address: str, now_ms: int) -> None:
    """Somebody signed in."""
    u = t.user.c
    row = connection.execute(select(u.login, u.role).where(u.site_id == site, u.id == user)).first()
    login, role = ("", "") if row is None else (row.login, row.role)
    who = Who(user, login, role, address)
    append(connection, Note(site=site, who=who, what=What.SIGNED_IN, now_ms=now_ms))


def wrong(connection: Connection, site: str, typed: str, address: str, now_ms: int) -> None:
    """Name and password did not belong together; ``typed`` is kept where somebody has this login."""
    _bounded(connection, site, What.SIGN_IN_WRONG, _known(connection, site, typed), address, now_ms)


def locked(connection: Connection, site: str, typed: str, address: str, seconds: int, now_ms: int) -> None:
    """Too many were wrong: the next try has to wait so long; 0 = none is looked at until somebody unlocks."""
    known = _known(connection, site, typed)
    _bounded(
        connection, site, What.SIGN_IN_LOCKED, known, address, now_ms, {"seconds": seconds} if seconds else NOTHING
    )


def _known(connection: Connection, site: str, typed: str) -> str:
    u = t.user.c
    found = select(u.login).where(u.site_id == site, u.login == typed.strip().lower())
    return connection.execute(found).scalar() or ""


def _bounded(
    connection: Connection, site: str, what: What, subject: str, address: str, now_ms: int, after: Details = NOTHING
) -> None:
    since = head(connection, site).seq - LOOK_BACK
    rows = run(
        connection,
        "SELECT what, count(*) FROM trail_entry WHERE site_id = ? AND seq > ? AND at_ms > ? AND what IN (?, ?, ?)"
        " GROUP BY what",
        site,
        since,
        now_ms - HOUR_MS,
        What.SIGN_IN_WRONG,
        What.SIGN_IN_LOCKED,
        What.SIGN_INS_WRONG_MORE,
    ).fetchall()
    counts = {str(found): int(count) for found, count in rows}
    if sum(counts.values()) < SINGLY:
        append(connection, Note(site=site, who=Who(address=address), what=what, now_ms=now_ms), subject, after=after)
    elif What.SIGN_INS_WRONG_MORE not in counts:
        append(connection, Note(site=site, who=Who(), what=What.SIGN_INS_WRONG_MORE, now_ms=now_ms))
