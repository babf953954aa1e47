"""Who sits at which counter, and what each counter did last."""

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from hub.store.tables.base import belongs, ident, maybe_moment, metadata, moment, number, words

seat = Table(
    "seat",
    metadata,
    ident("site_id"),
    ident("counter_id"),
    words("token_hash"),
    moment("since_ms"),
    maybe_moment("paused_ms"),
    PrimaryKeyConstraint("site_id", "counter_id"),
    UniqueConstraint("site_id", "token_hash"),
    belongs("counter", "counter_id"),
    ForeignKeyConstraint(["site_id", "token_hash"], ["session.site_id", "session.token_hash"], ondelete="CASCADE"),
    sqlite_strict=True,
)
"""The one session that works at a counter; it ends with the session. ``paused_ms`` set = the counter calls nobody.

``session.counter_id`` is where a page believes to sit; only the session that has the seat acts there.
"""

counter_act = Table(
    "counter_act",
    metadata,
    ident("site_id"),
    ident("counter_id"),
    number("n"),
    words("op"),
    words("changes"),
    moment("at_ms"),
    maybe_moment("undone_ms"),
    PrimaryKeyConstraint("site_id", "counter_id", "n"),
    UniqueConstraint("site_id", "op"),
    belongs("counter", "counter_id"),
    CheckConstraint("json_valid(changes)", name="changes_json"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""What a counter did, in its order: ``changes`` (``hub.counter.acts``) says how everything stood before and after."""
