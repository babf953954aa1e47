"""The order of calling and the calls stand whole in their indexes; whoever did not come has one.

SQLite takes a partial index of a table without rowids only for what stands in it whole, its own condition included.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Do the step."""
    op.drop_index("waiting_in_order", "ticket")
    op.create_index(
        "waiting_in_order",
        "ticket",
        ["site_id", "queue_id", "priority", "arrival_ms", "slot", "n", "series"],
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_index("no_shows", "ticket", ["site_id", "day", "ended_ms"], sqlite_where=sa.text("state = 'no_show'"))
    calls = sa.text("kind IN ('call', 'recall')")
    for name, columns in (("calls", ["seq", "kind"]), ("calls_of_ticket", ["subject", "seq", "kind"])):
        op.drop_index(name, "event")
        op.create_index(name, "event", ["site_id", *columns], sqlite_where=calls)
