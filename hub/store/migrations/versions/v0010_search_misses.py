"""What visitors searched for and did not find."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Do the step."""
    op.create_table(
        "search_miss",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 3 AND 40", name="short_text"),
        sa.CheckConstraint("visits >= 5", name="several_visits"),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "day", "terminal_id", "text"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
