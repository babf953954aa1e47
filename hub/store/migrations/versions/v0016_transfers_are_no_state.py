"""A transfer is an event: whoever the first version may have left as "transferred" waits in the queue they are in.

Where somebody else has the number by now, the visit is over: a number is never two people's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_HELD = "('issued', 'waiting', 'called', 'in_service', 'parked', 'pending_pickup', 'transferred')"
_OTHER_HAS_IT = f"""EXISTS (
    SELECT 1 FROM ticket o WHERE o.site_id = ticket.site_id AND o.series = ticket.series AND o.slot = 0
    AND o.n = ticket.n AND o.id <> ticket.id AND o.state IN {_HELD})"""
_LAST_KNOWN = """(
    SELECT max(i.started_ms) FROM interval i WHERE i.site_id = ticket.site_id AND i.ticket_id = ticket.id)"""
STEPS = (
    f"UPDATE ticket SET state = 'expired', ended_ms = coalesce({_LAST_KNOWN}, issued_ms)"
    f" WHERE state = 'transferred' AND slot = 0 AND {_OTHER_HAS_IT}",
    """UPDATE interval SET ended_ms = started_ms WHERE ended_ms IS NULL AND EXISTS (SELECT 1 FROM ticket t
       WHERE t.site_id = interval.site_id AND t.id = interval.ticket_id AND t.state = 'expired')""",
    "UPDATE ticket SET state = 'waiting' WHERE state = 'transferred'",
    """UPDATE queue SET waiting = (SELECT count(*) FROM ticket t WHERE t.site_id = queue.site_id
       AND t.queue_id = queue.id AND t.state = 'waiting')""",
)


def upgrade() -> None:
    """Do the step."""
    for step in STEPS:
        op.execute(sa.text(step))
