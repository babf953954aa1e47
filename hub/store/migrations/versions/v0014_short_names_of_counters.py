"""A counter's short name, for displays with little room."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Do the step."""
    op.add_column("counter", sa.Column("short", sa.Text(), server_default="", nullable=False))
