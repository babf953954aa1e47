"""The people of the staff: create, give a role, new password, disable. The last administrator cannot be lost."""

import re

import msgspec
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.auth import devices, sessions, tries
from hub.auth.throttle import LOCK_AT
from hub.store import tables as t
from hub.store.enums import Role

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}\Z")
"""What one types to sign in: small letters, digits, dot, dash; so that it cannot look like another."""


class Account(msgspec.Struct, frozen=True):
    """A person as the users page shows them."""

    id: str
    login: str
    name: str
    role: Role
    disabled: bool
    handed_out: bool
    """They still have the password that somebody else set."""
    wrong_tries: int
    """Wrong passwords for the name or at one of their devices, when so many that somebody must wait; else 0."""

    @property
    def locked(self) -> bool:
        """Whether only a person can let somebody try again."""
        return self.wrong_tries >= LOCK_AT


def add(
    connection: Connection,
    site: str,
    ident: str,
    login: str,
    name: str,
    role: Role,
    kept: str,
    now_ms: int,
    *,
    handed_out: bool = False,
) -> bool:
    """Create a person with an argon2id hash; False when the login is taken. ``handed_out``: the password is somebody
    else's choice and must be changed at the first sign-in."""
    row = insert(t.user).values(
        site_id=site,
        id=ident,
        login=login,
        name=name,
        role=role,
        password_hash=kept,
        created_ms=now_ms,
        handed_out=int(handed_out),
    )
    try:
        with connection.begin_nested():
            connection.execute(row)
    except IntegrityError:
        return False
    return True


def accounts(connection: Connection, site: str) -> list[Account]:
    """Everybody, by name; disabled ones last."""
    u = t.user
    rows = connection.execute(
        select(u.c.id, u.c.login, u.c.name, u.c.role, u.c.disabled_ms, u.c.handed_out)
        .where(u.c.site_id == site)
        .order_by(u.c.disabled_ms.is_not(None), func.lower(u.c.name))
    )
    wrong = tries.of_people(connection, site)
    return [
        Account(ident, login, name, Role(role), gone is not None, bool(handed_out), wrong.get(ident, 0))
        for ident, login, name, role, gone, handed_out in rows.all()
    ]


def change_role(connection: Connection, site: str, ident: str, role: Role) -> bool:
    """Give another role; False when that would leave no administrator."""
    if role is not Role.ADMINISTRATOR and _is_last_administrator(connection, site, ident):
        return False
    _change(connection, site, ident, role=role)
    return True


def change_password(
    connection: Connection,
    site: str,
    ident: str,
    kept: str,
    but_session: str = "",
    but_device: str = "",
    *,
    handed_out: bool = False,
) -> None:
    """Keep the hash of a new password and end the person's sessions, known devices, waits and locks.

    The session and the device (token hashes) at which they chose it stay. ``handed_out``: somebody else chose it.
    """
    unlock(connection, site, ident)
    _change(connection, site, ident, password_hash=kept, handed_out=int(handed_out))
    sessions.end_all(connection, site, ident, but_session)
    devices.forget_all(connection, site, ident, but_device)


def keep_hash(connection: Connection, site: str, ident: str, kept: str) -> None:
    """The same password, hashed with today's settings."""
    _change(connection, site, ident, password_hash=kept)


def unlock(connection: Connection, site: str, ident: str) -> None:
    """Forget the wrong passwords for this person, whoever typed them."""
    login = connection.execute(select(t.user.c.login).where(t.user.c.site_id == site, t.user.c.id == ident)).scalar()
    if login is not None:
        tries.forget_person(connection, site, ident, login)


def disable(connection: Connection, site: str, ident: str, now_ms: int) -> bool:
    """Let the person in no more; False for the last administrator."""
    if _is_last_administrator(connection, site, ident):
        return False
    _change(connection, site, ident, disabled_ms=now_ms)
    sessions.end_all(connection, site, ident)
    devices.forget_all(connection, site, ident)
    return True


def enable(connection: Connection, site: str, ident: str) -> None:
    """Let the person in again."""
    _change(connection, site, ident, disabled_ms=None)


def by_login(connection: Connection, site: str, login: str) -> tuple[str, str] | None:
    """Id and hash of whoever may sign in under this name."""
    u = t.user
    row = connection.execute(
        select(u.c.id, u.c.password_hash).where(
            u.c.site_id == site, u.c.login == login.strip().lower(), u.c.disabled_ms.is_(None)
        )
    ).first()
    return None if row is None else (row[0], row[1])


def by_any_login(connection: Connection, site: str, login: str) -> tuple[str, str] | None:
    """Id and name of whoever has this login, disabled or not."""
    u = t.user.c
    row = connection.execute(select(u.id, u.name).where(u.site_id == site, u.login == login)).first()
    return None if row is None else (row[0], row[1])


def _change(connection: Connection, site: str, ident: str, **values: str | int | None) -> None:
    connection.execute(update(t.user).where(t.user.c.site_id == site, t.user.c.id == ident).values(**values))


def _is_last_administrator(connection: Connection, site: str, ident: str) -> bool:
    u = t.user
    rows = connection.execute(
        select(u.c.id).where(u.c.site_id == site, u.c.role == Role.ADMINISTRATOR, u.c.disabled_ms.is_(None))
    )
    return [row[0] for row in rows] == [ident]
