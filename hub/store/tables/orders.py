"""Orders to terminals: what staff wish of one, and what came of it."""

from sqlalchemy import CheckConstraint, Column, Index, PrimaryKeyConstraint, Table, Text, text

from hub.store.tables.base import belongs, ident, maybe_moment, metadata, moment, one_of, words

RESULTS = ("done", "failed", "expired", "not_allowed", "unknown_kind")

terminal_order = Table(
    "terminal_order",
    metadata,
    ident("site_id"),
    ident("id"),
    ident("terminal_id"),
    words("kind"),
    words("args", "{}"),
    words("role"),
    ident("given_by"),
    moment("given_ms"),
    moment("expires_ms"),
    maybe_moment("told_ms"),
    Column("result", Text, nullable=True),
    words("result_detail", ""),
    maybe_moment("result_ms"),
    PrimaryKeyConstraint("site_id", "id"),
    belongs("terminal", "terminal_id"),
    belongs("user", "given_by"),
    one_of("result", RESULTS),
    CheckConstraint("(result IS NULL) = (result_ms IS NULL)", name="result_has_its_time"),
    CheckConstraint("json_valid(args)", name="args_json"),
    CheckConstraint("length(id) = 36", name="uuid"),
    Index("open_orders", "site_id", "terminal_id", sqlite_where=text("result IS NULL")),
    sqlite_strict=True,
)
"""``told_ms`` is when the terminal's heartbeat first heard of it, ``result`` what the terminal says came of it."""
