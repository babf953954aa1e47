"""When a visitor said to come later."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Do the step."""
    op.add_column("ticket", sa.Column("late_ms", sa.Integer(), nullable=True))
    op.create_index(
        "late_visitors",
        "ticket",
        ["site_id", "late_ms"],
        sqlite_where=sa.text("state = 'parked' AND late_ms IS NOT NULL"),
    )
