"""Known devices: browsers in which a person once gave the right password. Strangers' tries elsewhere do not lock them.

The browser holds a random token for each person who signed in there, the hub its hash. A token signs nobody in: it
gives its own person, and nobody else, a count of wrong passwords that strangers do not share. Decision 0255.
"""

import hashlib
import secrets

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from hub.fleet.terminals import secret_hash
from hub.store import tables as t

MOST = 20
"""Devices that are kept of one person; the one that was used longest ago goes first."""
DAY_MS = 24 * 3_600_000
LIVES_MS = 365 * DAY_MS
"""A device at which its person did not sign in for so long is a stranger's again."""
COOKIE = "hub_device_"
COUNT = "device:"
"""Before the token's hash: the key under which wrong passwords of a device are counted."""


class Device(msgspec.Struct, frozen=True):
    """A device as its person sees it; ``seen_ms`` is the steady time of the last sign-in there."""

    token_hash: str
    seen_ms: int


def cookie_name(login: str) -> str:
    """The cookie that holds this person's token: several people may work at one browser."""
    return COOKIE + hashlib.sha256(login.strip().lower().encode()).hexdigest()[:16]


def known(connection: Connection, site: str, login: str, token: str, steady_ms: int) -> str | None:
    """The hash of the token when it belongs to whoever may sign in under this name, else None."""
    if not token:
        return None
    d, u = t.device, t.user
    found = (
        select(d.c.token_hash)
        .join_from(d, u, (u.c.site_id == d.c.site_id) & (u.c.id == d.c.user_id))
        .where(d.c.site_id == site, d.c.token_hash == secret_hash(token), d.c.seen_ms > steady_ms - LIVES_MS)
        .where(u.c.login == login, u.c.disabled_ms.is_(None))
    )
    row = connection.execute(found).first()
    return None if row is None else str(row[0])


def remember(connection: Connection, site: str, user: str, steady_ms: int) -> str:
    """A new known device of this person; returns the token for its cookie."""
    token = secrets.token_urlsafe(32)
    row = insert(t.device).values(site_id=site, token_hash=secret_hash(token), user_id=user, seen_ms=steady_ms)
    connection.execute(row)
    kept = of_person(connection, site, user)
    _forget(connection, site, [each.token_hash for each in kept[MOST:] if each.token_hash != secret_hash(token)])
    return token


def used(connection: Connection, site: str, token_hash: str, steady_ms: int) -> None:
    """Its person gave the right password there again."""
    mine = (t.device.c.site_id == site) & (t.device.c.token_hash == token_hash)
    connection.execute(update(t.device).where(mine).values(seen_ms=steady_ms))


def of_person(connection: Connection, site: str, user: str) -> list[Device]:
    """Every device of a person, the one that was used last first."""
    d = t.device.c
    rows = connection.execute(
        select(d.token_hash, d.seen_ms).where(d.site_id == site, d.user_id == user).order_by(d.seen_ms.desc())
    )
    return [Device(token_hash, seen_ms) for token_hash, seen_ms in rows]


def forget_all(connection: Connection, site: str, user: str, but: str = "") -> None:
    """Every device of the person is a stranger's again, except the one with token hash ``but``."""
    found = of_person(connection, site, user)
    _forget(connection, site, [each.token_hash for each in found if each.token_hash != but])


def count_key(token_hash: str) -> str:
    """Under which key the wrong passwords of this device are counted (``hub.auth.tries``)."""
    return COUNT + token_hash


def _forget(connection: Connection, site: str, hashes: list[str]) -> None:
    tries = [count_key(each) for each in hashes]
    connection.execute(delete(t.sign_in_try).where(t.sign_in_try.c.site_id == site, t.sign_in_try.c.whose.in_(tries)))
    connection.execute(delete(t.device).where(t.device.c.site_id == site, t.device.c.token_hash.in_(hashes)))
