"""A help call that was taken stays until it is closed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Do the step: what was taken before counts as closed."""
    op.add_column("help_call", sa.Column("closed_ms", sa.Integer(), nullable=True))
    op.execute("UPDATE help_call SET closed_ms = acknowledged_ms")
    op.drop_index("open_help", "help_call")
    op.create_index(
        "standing_help",
        "help_call",
        ["site_id", "opened_ms"],
        unique=False,
        sqlite_where=sa.text("closed_ms IS NULL"),
    )
