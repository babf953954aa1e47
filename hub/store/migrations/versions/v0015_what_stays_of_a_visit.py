"""What stays of a visit, and for how long a site keeps visits."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Do the step."""
    op.add_column(
        "site",
        sa.Column(
            "kept_days",
            sa.Integer(),
            sa.CheckConstraint("kept_days BETWEEN 1 AND 730"),
            server_default="30",
            nullable=False,
        ),
    )
    op.create_index("ids_of_ticket", "ticket_alias", ["site_id", "ticket_id"])
    op.create_index("labels_of_ticket", "label_alias", ["site_id", "ticket_id"])
    op.create_table(
        "past_interval",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("service_id", sa.Text(), nullable=False),
        sa.Column("counter_id", sa.Text(), nullable=True),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('wait', 'way', 'service', 'pause')", name="kind_known"),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439 AND seconds >= 0", name="within_the_day"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"]),
        sa.ForeignKeyConstraint(["site_id", "queue_id"], ["queue.site_id", "queue.id"]),
        sa.ForeignKeyConstraint(["site_id", "counter_id"], ["counter.site_id", "counter.id"]),
        sa.PrimaryKeyConstraint("site_id", "day", "visit", "step"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
