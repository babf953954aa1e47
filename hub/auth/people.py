"""The people of the staff: create, give a role, new password, disable. The last administrator cannot be lost."""

import re

import msgspec
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.auth import sessions
from hub.store import tables as t
from hub.store.words import Role

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}\Z")
"""What one types to sign in: small letters, digits, dot, dash; so that it cannot look like another."""


class Account(msgspec.Struct, frozen=True):
    """A person as the users page shows them."""

    id: str
    login: str
    name: str
    role: Role
    disabled: bool


def add(
    connection: Connection, site: str, ident: str, login: str, name: str, role: Role, kept: str, now_ms: int
) -> bool:
    """Create a person with an argon2id hash; False when the login is taken."""
    row = insert(t.user).values(
        site_id=site, id=ident, login=login, name=name, role=role, password_hash=kept, created_ms=now_ms
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
        select(u.c.id, u.c.login, u.c.name, u.c.role, u.c.disabled_ms)
        .where(u.c.site_id == site)
        .order_by(u.c.disabled_ms.is_not(None), func.lower(u.c.name))
    )
    return [Account(ident, login, name, Role(role), gone is not None) for ident, login, name, role, gone in rows]


def change_role(connection: Connection, site: str, ident: str, role: Role) -> bool:
    """Give another role; False when that would leave no administrator."""
    if role is not Role.ADMINISTRATOR and _is_last_administrator(connection, site, ident):
        return False
    _change(connection, site, ident, role=role)
    return True


def change_password(connection: Connection, site: str, ident: str, kept: str, but_session: str = "") -> None:
    """Keep a new hash and end the person's sessions."""
    _change(connection, site, ident, password_hash=kept)
    sessions.end_all(connection, site, ident, but_session)


def disable(connection: Connection, site: str, ident: str, now_ms: int) -> bool:
    """Let the person in no more; False for the last administrator."""
    if _is_last_administrator(connection, site, ident):
        return False
    _change(connection, site, ident, disabled_ms=now_ms)
    sessions.end_all(connection, site, ident)
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


def by_any_login(connection: Connection, site: str, login: str) -> str | None:
    """Id of whoever has this name, disabled or not."""
    row = connection.execute(select(t.user.c.id).where(t.user.c.site_id == site, t.user.c.login == login)).first()
    return None if row is None else str(row[0])


def _change(connection: Connection, site: str, ident: str, **values: str | int | None) -> None:
    connection.execute(update(t.user).where(t.user.c.site_id == site, t.user.c.id == ident).values(**values))


def _is_last_administrator(connection: Connection, site: str, ident: str) -> bool:
    u = t.user
    rows = connection.execute(
        select(u.c.id).where(u.c.site_id == site, u.c.role == Role.ADMINISTRATOR, u.c.disabled_ms.is_(None))
    )
    return [row[0] for row in rows] == [ident]
