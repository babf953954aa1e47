"""Orders to terminals."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Do the step."""
    op.create_table(
        "terminal_order",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("args", sa.Text(), server_default="{}", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_ms", sa.Integer(), nullable=False),
        sa.Column("expires_ms", sa.Integer(), nullable=False),
        sa.Column("told_ms", sa.Integer(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("result_detail", sa.Text(), server_default="", nullable=False),
        sa.Column("result_ms", sa.Integer(), nullable=True),
        sa.CheckConstraint("(result IS NULL) = (result_ms IS NULL)", name="result_has_its_time"),
        sa.CheckConstraint("json_valid(args)", name="args_json"),
        sa.CheckConstraint("length(id) = 36", name="uuid"),
        sa.CheckConstraint(
            "result IN ('done', 'failed', 'expired', 'not_allowed', 'unknown_kind')", name="result_known"
        ),
        sa.ForeignKeyConstraint(["site_id", "given_by"], ["user.site_id", "user.id"]),
        sa.ForeignKeyConstraint(["site_id", "terminal_id"], ["terminal.site_id", "terminal.id"]),
        sa.PrimaryKeyConstraint("site_id", "id"),
        sqlite_strict=True,
    )
    op.create_index(
        "open_orders",
        "terminal_order",
        ["site_id", "terminal_id"],
        unique=False,
        sqlite_where=sa.text("result IS NULL"),
    )
