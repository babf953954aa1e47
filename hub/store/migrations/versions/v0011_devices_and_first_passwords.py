"""Known devices, passwords that were handed out, and the steady clock's part of what is kept of the clock."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

COLUMNS = (
    ("user", "handed_out INTEGER DEFAULT '0' NOT NULL"),
    ("instance", "clock_steady_ms INTEGER DEFAULT '0' NOT NULL"),
    ("instance", "clock_boot_ms INTEGER DEFAULT '0' NOT NULL"),
)


def upgrade() -> None:
    """Do the step. Passwords of before are not marked: who handed them out is not known."""
    for table, column in COLUMNS:
        op.execute(f'ALTER TABLE "{table}" ADD COLUMN {column}')
    op.create_table(
        "device",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("seen_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id", "user_id"], ["user.site_id", "user.id"]),
        sa.PrimaryKeyConstraint("site_id", "token_hash"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("device_of_user", "device", ["site_id", "user_id"])
