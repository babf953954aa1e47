"""The one-time set-up link of a hub without data; it dies with its use, and with the next start."""

import secrets

from sqlalchemy import Connection, delete, insert, select, update

from hub.fleet.terminals import secret_hash
from hub.sites import sites
from hub.store import tables as t


def new_token(connection: Connection, now_ms: int) -> str | None:
    """A token for the link; older ones are worthless. None when the site is set up already."""
    if sites(connection):
        return None
    token = secrets.token_urlsafe(24)
    connection.execute(delete(t.setup_token).where(t.setup_token.c.used_ms.is_(None)))
    connection.execute(insert(t.setup_token).values(token_hash=secret_hash(token), created_ms=now_ms))
    return token


def is_good(connection: Connection, token: str) -> bool:
    """Whether the link still opens the set-up."""
    row = select(t.setup_token.c.token_hash).where(
        t.setup_token.c.token_hash == secret_hash(token), t.setup_token.c.used_ms.is_(None)
    )
    return connection.execute(row).first() is not None and not sites(connection)


def use_up(connection: Connection, token: str, now_ms: int) -> bool:
    """Use the token, in the transaction that sets the site up; False when it was worth nothing."""
    if not is_good(connection, token):
        return False
    mine = t.setup_token.c.token_hash == secret_hash(token)
    connection.execute(update(t.setup_token).where(mine).values(used_ms=now_ms))
    return True
