"""What is kept of the hub's clock: the time that was believed last, the last arrival, where a business day begins."""

from alembic import op

revision = "0011"
down_revision = "0004"

COLUMNS = (
    ("instance", "clock_ms INTEGER DEFAULT '0' NOT NULL"),
    ("instance", "clock_boot TEXT DEFAULT '' NOT NULL"),
    ("instance", "clock_offset_ms INTEGER DEFAULT '0' NOT NULL"),
    ("instance", "leap_since_ms INTEGER DEFAULT '0' NOT NULL"),
    ("instance", "leap_until_ms INTEGER DEFAULT '0' NOT NULL"),
    ("instance", "leap_by_ms INTEGER DEFAULT '0' NOT NULL"),
    ("business_day", "opened_seq INTEGER DEFAULT '0' NOT NULL"),
    ("business_day", "arrival_ms INTEGER DEFAULT '0' NOT NULL"),
    ("counter_seq", "arrival_ms INTEGER DEFAULT '0' NOT NULL"),
)


def upgrade() -> None:
    """Do the step. Columns are added in place: a copy of a table that others refer to would break their keys."""
    for table, column in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.execute(
        "UPDATE business_day SET opened_seq = coalesce((SELECT max(e.seq) FROM event e"
        " WHERE e.site_id = business_day.site_id AND e.kind = 'day' AND e.subject = business_day.day), 0)"
    )
