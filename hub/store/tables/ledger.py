"""The ledger of payments: what terminals told, as they told it, and what people decided of open cases."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    event,
)

from hub.store.tables.base import (
    belongs,
    ident,
    json_words,
    maybe_moment,
    metadata,
    moment,
    number,
    of_site,
    one_of,
    words,
)

VERDICTS = ("paid", "not_charged", "voided")

ledger_entry = Table(
    "ledger_entry",
    metadata,
    ident("site_id"),
    ident("terminal_id"),
    moment("seq"),
    ident("id"),
    words("kind"),
    words("state"),
    moment("cents"),
    moment("receipt_no", 0),
    moment("at_ms"),
    moment("heard_ms"),
    json_words("body", "{}"),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("site_id", "terminal_id", "seq"),
    belongs("terminal", "terminal_id"),
    CheckConstraint("length(digest) = 32", name="digest_256_bits"),
    CheckConstraint("kind IN ('payment', 'day')", name="kind_known"),
    Index("ledger_of_subject", "site_id", "id"),
    Index("ledger_of_time", "site_id", "at_ms"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""One entry (``kiosk.wire.ledger.LedgerFact`` is its body). Never changed, never deleted."""

ledger_head = Table(
    "ledger_head",
    metadata,
    ident("site_id"),
    ident("terminal_id"),
    moment("seq"),
    Column("digest", LargeBinary, nullable=False),
    moment("whole"),
    moment("receipt_no", 0),
    PrimaryKeyConstraint("site_id", "terminal_id"),
    belongs("terminal", "terminal_id"),
    sqlite_strict=True,
)
"""How far a terminal's ledger has come: the newest entry, the last one before the first gap, the highest receipt."""

ledger_conflict = Table(
    "ledger_conflict",
    metadata,
    ident("site_id"),
    ident("terminal_id"),
    moment("seq"),
    Column("digest", LargeBinary, nullable=False),
    json_words("body", "{}"),
    moment("heard_ms"),
    PrimaryKeyConstraint("site_id", "terminal_id", "seq", "digest"),
    belongs("terminal", "terminal_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""A second entry of one sequence number: kept as evidence, in force is the first."""

case_decision = Table(
    "case_decision",
    metadata,
    ident("site_id"),
    ident("payment_id"),
    ident("terminal_id"),
    words("verdict"),
    words("reason"),
    words("evidence"),
    ident("proposed_by"),
    moment("proposed_ms"),
    ident("confirmed_by", optional=True),
    maybe_moment("confirmed_ms"),
    ident("order_id", optional=True),
    PrimaryKeyConstraint("site_id", "payment_id"),
    belongs("terminal", "terminal_id"),
    belongs("user", "proposed_by"),
    belongs("user", "confirmed_by"),
    one_of("verdict", VERDICTS),
    CheckConstraint("length(trim(reason)) > 0 AND length(trim(evidence)) > 0", name="says_why"),
    CheckConstraint("(confirmed_by IS NULL) = (confirmed_ms IS NULL)", name="confirmed_at_a_time"),
    sqlite_strict=True,
)
"""How a case is to be closed: proposed by one person, confirmed by another (or by the same a day later)."""

money_settings = Table(
    "money_settings",
    metadata,
    ident("site_id"),
    number("one_person", 0),
    PrimaryKeyConstraint("site_id"),
    of_site(),
    CheckConstraint("one_person IN (0, 1)", name="one_person_flag"),
    sqlite_strict=True,
)
"""What the town wishes of its cash office. No row = nothing was set."""

GUARDS = (
    "CREATE TRIGGER ledger_entry_stays BEFORE UPDATE ON ledger_entry"
    " BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END",
    "CREATE TRIGGER ledger_entry_is_kept BEFORE DELETE ON ledger_entry"
    " BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never deleted'); END",
)
"""SQLite's words; another database gets its own with its dialect."""


@event.listens_for(ledger_entry, "after_create")
def _guard(_table: Table, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "sqlite":
        for guard in GUARDS:
            connection.exec_driver_sql(guard)
