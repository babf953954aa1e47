"""Another word for alarms: a terminal's key told what it has no right to."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

COLUMNS = "site_id, kind, subject, terminal_id, detail, raised_ms, last_ms, noted_ms, noted_by"


def upgrade() -> None:
    """Do the step. The guard is part of the table, which nothing refers to: it is made anew with the rows it had."""
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
        sa.CheckConstraint("kind IN ('cloned_disk', 'label_taken', 'no_slot', 'not_its_own')", name="kind_known"),
        sa.ForeignKeyConstraint(["site_id", "noted_by"], ["user.site_id", "user.id"]),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "kind", "subject"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO alarm ({COLUMNS}) SELECT {COLUMNS} FROM alarm_before")
    op.drop_table("alarm_before")
    op.create_index(
        "open_alarms", "alarm", ["site_id", "raised_ms"], unique=False, sqlite_where=sa.text("noted_ms IS NULL")
    )
