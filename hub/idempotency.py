"""Idempotency of staff commands: the same op, the same answer, and only one effect.

The answer is kept in the transaction of the effect. A refusal had no effect and is not kept: asked again, it is looked
at again. The same op for another command is refused.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec
from sqlalchemy import Connection

from hub.errors import Code, Refused
from hub.store.sql import run

A = TypeVar("A", bound=msgspec.Struct)


class Op(msgspec.Struct, frozen=True):
    """Which command this is: its id (made where the button was drawn), its kind, what it is about."""

    site: str
    id: str
    kind: str
    subject: str


def once(connection: Connection, op: Op, now_ms: int, answer: type[A], do: Callable[[], A | Refused]) -> A | Refused:
    """Do it now, or give the answer that was given when it was done."""
    row = run(
        connection, "SELECT kind, fingerprint, answer FROM applied WHERE site_id = ? AND op = ?", op.site, op.id
    ).fetchone()
    if row is not None:
        kind, subject, kept = row
        if (kind, subject) != (op.kind, op.subject):
            return Refused(Code.ID_USED_OTHERWISE, "This id was already used for another command.", "op")
        return msgspec.json.decode(kept, type=answer)
    result = do()
    if not isinstance(result, Refused):
        run(
            connection,
            "INSERT INTO applied (site_id, op, kind, fingerprint, answer, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
            op.site,
            op.id,
            op.kind,
            op.subject,
            msgspec.json.encode(result).decode(),
            now_ms,
        )
    return result
