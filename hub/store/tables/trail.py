"""The trail: who changed what, when and from where, in a hash chain (``kiosk.hash_chain``)."""

from sqlalchemy import CheckConstraint, Column, Connection, LargeBinary, PrimaryKeyConstraint, Table, event

from hub.store.tables.base import ident, json_words, metadata, moment, number, of_site, words

trail = Table(
    "trail",
    metadata,
    ident("site_id"),
    number("cut_seq", 0),
    Column("cut_hash", LargeBinary, nullable=False),
    number("kept_days", 365),
    number("names_callers", 0),
    PrimaryKeyConstraint("site_id"),
    of_site(),
    CheckConstraint("cut_seq >= 0 AND length(cut_hash) = 32", name="anchor"),
    CheckConstraint("kept_days BETWEEN 30 AND 3650", name="kept_days_range"),
    CheckConstraint("names_callers IN (0, 1)", name="names_callers_flag"),
    sqlite_strict=True,
)
"""What a site wishes of its trail, and the anchor: the last entry that retention has cut off. No row = never set."""

trail_entry = Table(
    "trail_entry",
    metadata,
    ident("site_id"),
    number("seq"),
    moment("at_ms"),
    words("user_id"),
    words("login"),
    words("role"),
    words("address"),
    words("what"),
    words("subject"),
    json_words("before", "{}"),
    json_words("after", "{}"),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("site_id", "seq"),
    of_site(),
    CheckConstraint("length(hash) = 32", name="hash_256_bits"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""One act. ``login`` and ``subject`` are names as they were; ``hash`` is over all of it and the entry before.

The triggers keep our own program from changing it by mistake; who may write the file can drop them, and is found by the
chain.
"""

GUARDS = (
    "CREATE TRIGGER trail_entry_stays BEFORE UPDATE ON trail_entry"
    " BEGIN SELECT RAISE(ABORT, 'entries of the trail are never changed'); END",
    "CREATE TRIGGER trail_entry_is_kept BEFORE DELETE ON trail_entry"
    " WHEN OLD.seq > coalesce((SELECT cut_seq FROM trail WHERE site_id = OLD.site_id), 0)"
    " BEGIN SELECT RAISE(ABORT, 'the trail is cut at its beginning only'); END",
    "CREATE TRIGGER trail_anchor_goes_on BEFORE UPDATE ON trail WHEN NEW.cut_seq < OLD.cut_seq"
    " BEGIN SELECT RAISE(ABORT, 'what was cut off does not come back'); END",
)
"""SQLite's words; another database gets its own with its dialect."""


@event.listens_for(trail_entry, "after_create")
def _guard(_table: Table, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "sqlite":
        for guard in GUARDS:
            connection.exec_driver_sql(guard)
