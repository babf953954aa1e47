"""The trail of who changed what; it begins empty."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Do the step."""
    op.create_table(
        "trail",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("cut_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cut_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kept_days", sa.Integer(), server_default="365", nullable=False),
        sa.Column("names_callers", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("cut_seq >= 0 AND length(cut_hash) = 32", name="anchor"),
        sa.CheckConstraint("kept_days BETWEEN 30 AND 3650", name="kept_days_range"),
        sa.CheckConstraint("names_callers IN (0, 1)", name="names_callers_flag"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "trail_entry",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), sa.CheckConstraint("json_valid(before)"), server_default="{}", nullable=False),
        sa.Column("after", sa.Text(), sa.CheckConstraint("json_valid(after)"), server_default="{}", nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name="hash_256_bits"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.PrimaryKeyConstraint("site_id", "seq"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_context().dialect.name == "sqlite":
        _guard()


def _guard() -> None:
    op.execute(
        "CREATE TRIGGER trail_entry_stays BEFORE UPDATE ON trail_entry"
        " BEGIN SELECT RAISE(ABORT, 'entries of the trail are never changed'); END"
    )
    op.execute(
        "CREATE TRIGGER trail_entry_is_kept BEFORE DELETE ON trail_entry"
        " WHEN OLD.seq > coalesce((SELECT cut_seq FROM trail WHERE site_id = OLD.site_id), 0)"
        " BEGIN SELECT RAISE(ABORT, 'the trail is cut at its beginning only'); END"
    )
    op.execute(
        "CREATE TRIGGER trail_anchor_goes_on BEFORE UPDATE ON trail WHEN NEW.cut_seq < OLD.cut_seq"
        " BEGIN SELECT RAISE(ABORT, 'what was cut off does not come back'); END"
    )
