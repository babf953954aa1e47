"""Who sits at a counter, what it did last (so that it can be undone)."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Do the step. Whoever looked at a counter's page last sits there."""
    _seats()
    _acts()
    op.create_index(
        "calls_of_ticket",
        "event",
        ["site_id", "subject"],
        unique=False,
        sqlite_where=sa.text("kind IN ('call', 'recall')"),
    )


def _seats() -> None:
    op.create_table(
        "seat",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.Integer(), nullable=False),
        sa.Column("paused_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["site_id", "counter_id"], ["counter.site_id", "counter.id"]),
        sa.ForeignKeyConstraint(
            ["site_id", "token_hash"], ["session.site_id", "session.token_hash"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", "counter_id"),
        sa.UniqueConstraint("site_id", "token_hash"),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO seat (site_id, counter_id, token_hash, since_ms)"
        " SELECT s.site_id, s.counter_id, s.token_hash, s.created_ms FROM session s"
        " WHERE s.counter_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM session o WHERE o.site_id = s.site_id"
        " AND o.counter_id = s.counter_id AND (o.seen_ms, o.token_hash) > (s.seen_ms, s.token_hash))"
    )


def _acts() -> None:
    op.create_table(
        "counter_act",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("undone_ms", sa.Integer(), nullable=True),
        sa.CheckConstraint("json_valid(changes)", name="changes_json"),
        sa.ForeignKeyConstraint(["site_id", "counter_id"], ["counter.site_id", "counter.id"]),
        sa.PrimaryKeyConstraint("site_id", "counter_id", "n"),
        sa.UniqueConstraint("site_id", "op"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
