"""Tickets whose visitors said to come later."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Do the step."""
    op.create_table(
        "late_visitor",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id", "ticket_id"], ["ticket.site_id", "ticket.id"]),
        sa.PrimaryKeyConstraint("site_id", "ticket_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
