"""The ledger of payments, decisions about cases, and an alarm for a ledger that does not fit itself."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

ALARM = "site_id, kind, subject, terminal_id, detail, raised_ms, last_ms, noted_ms, noted_by"


def upgrade() -> None:
    """Do the step."""
    _entries()
    _decisions()
    _alarms()
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER ledger_entry_stays BEFORE UPDATE ON ledger_entry"
            " BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never changed'); END"
        )
        op.execute(
            "CREATE TRIGGER ledger_entry_is_kept BEFORE DELETE ON ledger_entry"
            " BEGIN SELECT RAISE(ABORT, 'entries of the ledger are never deleted'); END"
        )


def _entries() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("receipt_no", sa.Integer(), server_default="0", nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), sa.CheckConstraint("json_valid(body)"), server_default="{}", nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('payment', 'day')", name="kind_known"),
        sa.CheckConstraint("length(digest) = 32", name="digest_256_bits"),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "terminal_id", "seq"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ledger_of_subject", "ledger_entry", ["site_id", "id"])
    op.create_index("ledger_of_time", "ledger_entry", ["site_id", "at_ms"])
    op.create_table(
        "ledger_head",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("whole", sa.Integer(), nullable=False),
        sa.Column("receipt_no", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "terminal_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_conflict",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), sa.CheckConstraint("json_valid(body)"), server_default="{}", nullable=False),
        sa.Column("heard_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "terminal_id", "seq", "digest"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _decisions() -> None:
    op.create_table(
        "case_decision",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_ms", sa.Integer(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=True),
        sa.Column("confirmed_ms", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.CheckConstraint("verdict IN ('paid', 'not_charged', 'voided')", name="verdict_known"),
        sa.CheckConstraint("length(trim(reason)) > 0 AND length(trim(evidence)) > 0", name="says_why"),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_ms IS NULL)", name="confirmed_at_a_time"),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.ForeignKeyConstraint(["site_id", "proposed_by"], ["user.site_id", "user.id"]),
        sa.ForeignKeyConstraint(["site_id", "confirmed_by"], ["user.site_id", "user.id"]),
        sa.PrimaryKeyConstraint("site_id", "payment_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "money_settings",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("one_person", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("one_person IN (0, 1)", name="one_person_flag"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id"),
        sqlite_strict=True,
    )


def _alarms() -> None:
    """The guard is part of the table, which nothing refers to: it is made anew with the rows it had."""
    op.drop_index("open_alarms", "alarm")
    op.rename_table("alarm", "alarm_before")
    op.create_table(
        "alarm",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("raised_ms", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.Integer(), nullable=False),
        sa.Column("noted_ms", sa.Integer(), nullable=True),
        sa.Column("noted_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('cloned_disk', 'label_taken', 'no_slot', 'not_its_own', 'ledger', 'payment_case')",
            name="kind_known",
        ),
        sa.ForeignKeyConstraint(["site_id", "noted_by"], ["user.site_id", "user.id"]),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "kind", "subject"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO alarm ({ALARM}) SELECT {ALARM} FROM alarm_before")
    op.drop_table("alarm_before")
    op.create_index(
        "open_alarms", "alarm", ["site_id", "raised_ms"], unique=False, sqlite_where=sa.text("noted_ms IS NULL")
    )
