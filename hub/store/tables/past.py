"""What stays of a visit when its ticket is deleted (``hub.retention.past_visits``)."""

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, Table

from hub.store.enums import INTERVALS
from hub.store.tables.base import belongs, ident, metadata, number, of_site, one_of, words

past_interval = Table(
    "past_interval",
    metadata,
    ident("site_id"),
    words("day"),
    number("visit"),
    number("step"),
    words("kind"),
    ident("queue_id"),
    words("service_id"),
    ident("counter_id", optional=True),
    number("minute"),
    number("seconds"),
    PrimaryKeyConstraint("site_id", "day", "visit", "step"),
    of_site(),
    belongs("queue", "queue_id"),
    belongs("counter", "counter_id"),
    one_of("kind", INTERVALS),
    CheckConstraint("minute BETWEEN 0 AND 1439 AND seconds >= 0", name="within_the_day"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""An interval of a visit that is no longer kept. ``day`` and ``minute`` (of the day) are local, of its start.

``visit`` is drawn at random for each visit and day: it says which intervals of a day belong together and nothing else.
``step`` is their order. Figures are sums of these rows.
"""
