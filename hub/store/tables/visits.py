"""The visits: business days, tickets, their times, events, help calls."""

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from hub.store.enums import ACTIVE, AT_COUNTER, HELP_REASONS, INTERVALS, ORIGINS, STATES, Origin, sql_list
from hub.store.tables.base import (
    belongs,
    ident,
    known_words,
    maybe_moment,
    metadata,
    moment,
    number,
    of_site,
    one_of,
    words,
)

business_day = Table(
    "business_day",
    metadata,
    ident("site_id"),
    words("day"),
    moment("opened_ms"),
    maybe_moment("closed_ms"),
    number("opened_seq", 0),
    moment("arrival_ms", 0),
    PrimaryKeyConstraint("site_id", "day"),
    of_site(),
    Index("one_open_day", "site_id", unique=True, sqlite_where=text("closed_ms IS NULL")),
    sqlite_strict=True,
)
"""The token that resets numbers: made by the hub, later than the one before unless staff closed one that was ahead.

``opened_seq`` is the event it began with: what was called on it is later in the feed, whatever the clock said.
``arrival_ms``: nobody who gets a number of ours on it arrives before this moment.
"""

counter_seq = Table(
    "counter_seq",
    metadata,
    ident("site_id"),
    words("day"),
    words("series"),
    number("round"),
    number("n"),
    moment("arrival_ms", 0),
    PrimaryKeyConstraint("site_id", "day", "series"),
    ForeignKeyConstraint(["site_id", "day"], ["business_day.site_id", "business_day.day"]),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""The last number given in a series on a day, and its visitor's arrival; ``round`` counts the wrap-arounds."""

ticket = Table(
    "ticket",
    metadata,
    ident("site_id"),
    ident("id"),
    words("state"),
    words("day"),
    words("series"),
    number("slot"),
    number("round"),
    number("n"),
    ident("queue_id"),
    words("service_id"),
    ident("terminal_id", optional=True),
    words("lang"),
    number("priority"),
    number("ahead"),
    moment("arrival_ms"),
    moment("issued_ms"),
    words("tapped_at"),
    ident("counter_id", optional=True),
    number("calls", 0),
    maybe_moment("called_ms"),
    maybe_moment("ended_ms"),
    words("paper", "asked"),
    words("paper_problem", ""),
    words("token"),
    number("arrival_sure", 1),
    known_words("origin", ORIGINS, Origin.HUB),
    PrimaryKeyConstraint("site_id", "id"),
    UniqueConstraint("site_id", "day", "series", "slot", "round", "n"),
    UniqueConstraint("token"),
    ForeignKeyConstraint(["site_id", "day"], ["business_day.site_id", "business_day.day"]),
    belongs("queue", "queue_id"),
    belongs("terminal", "terminal_id"),
    belongs("counter", "counter_id"),
    one_of("state", STATES),
    one_of("paper", ("asked", "printed", "not_printed", "unconfirmed", "screen_only")),
    CheckConstraint("length(id) = 36", name="uuid"),
    CheckConstraint("n >= 1 AND slot >= 0 AND round >= 0", name="number_counts"),
    CheckConstraint(f"state NOT IN {sql_list(AT_COUNTER)} OR counter_id IS NOT NULL", name="called_to_counter"),
    Index(
        "never_given_while_it_waits",
        "site_id",
        "series",
        "slot",
        "n",
        unique=True,
        sqlite_where=text(f"slot = 0 AND state IN {sql_list(ACTIVE)}"),
    ),
    Index(
        "one_customer_per_counter",
        "site_id",
        "counter_id",
        unique=True,
        sqlite_where=text(f"state IN {sql_list(AT_COUNTER)}"),
    ),
    Index(
        "waiting_in_order",
        "site_id",
        "queue_id",
        "priority",
        "arrival_ms",
        "slot",
        "n",
        "series",
        sqlite_where=text("state = 'waiting'"),
    ),
    Index("no_shows", "site_id", "day", "ended_ms", sqlite_where=text("state = 'no_show'")),
    sqlite_strict=True,
)
"""A ticket. ``token`` opens the visitor's page; ``ahead`` is what the visitor was told; slot 0 = numbered here.

``day`` belongs to the number: a terminal that was away over night counts on under the day it heard of last.
``arrival_sure`` 0 = an estimate by a clock that nobody vouches for.
"""

late_visitor = Table(
    "late_visitor",
    metadata,
    ident("site_id"),
    ident("ticket_id"),
    moment("at_ms"),
    PrimaryKeyConstraint("site_id", "ticket_id"),
    belongs("ticket", "ticket_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Tickets whose visitors said to come later, and when. While such a ticket is parked, they or a desk have it wait
again, and it ends with the day."""

tombstone = Table(
    "tombstone",
    metadata,
    ident("site_id"),
    ident("id"),
    moment("at_ms"),
    PrimaryKeyConstraint("site_id", "id"),
    of_site(),
    CheckConstraint("length(id) = 36", name="uuid"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Ids cancelled before they were heard of: a late request must not raise a ghost."""

interval = Table(
    "interval",
    metadata,
    ident("site_id"),
    ident("ticket_id"),
    number("step"),
    words("kind"),
    ident("queue_id"),
    ident("counter_id", optional=True),
    moment("started_ms"),
    maybe_moment("ended_ms"),
    PrimaryKeyConstraint("site_id", "ticket_id", "step"),
    belongs("ticket", "ticket_id"),
    one_of("kind", INTERVALS),
    CheckConstraint("ended_ms IS NULL OR ended_ms >= started_ms", name="forward"),
    Index("one_open_interval", "site_id", "ticket_id", unique=True, sqlite_where=text("ended_ms IS NULL")),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Every wait, way and service time is a row of its own: statistics are sums of these."""

event = Table(
    "event",
    metadata,
    ident("site_id"),
    number("seq"),
    words("kind"),
    words("subject"),
    words("body"),
    moment("at_ms"),
    PrimaryKeyConstraint("site_id", "seq"),
    CheckConstraint("json_valid(body)", name="body_json"),
    Index("calls", "site_id", "seq", "kind", sqlite_where=text("kind IN ('call', 'recall')")),
    Index(
        "calls_of_ticket",
        "site_id",
        "subject",
        "seq",
        "kind",
        sqlite_where=text("kind IN ('call', 'recall')"),
    ),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""The only feed. ``seq`` grows by one per site; ``subject`` is the id the event is about."""

applied = Table(
    "applied",
    metadata,
    ident("site_id"),
    words("op"),
    words("kind"),
    words("fingerprint"),
    words("answer"),
    moment("at_ms"),
    PrimaryKeyConstraint("site_id", "op"),
    CheckConstraint("json_valid(answer)", name="answer_json"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Commands that had their effect, with the answer that was given: the same op, the same answer."""

help_call = Table(
    "help_call",
    metadata,
    ident("site_id"),
    ident("id"),
    ident("terminal_id"),
    words("reason"),
    words("lang"),
    words("label", ""),
    moment("opened_ms"),
    maybe_moment("acknowledged_ms"),
    ident("acknowledged_by", optional=True),
    maybe_moment("closed_ms"),
    PrimaryKeyConstraint("site_id", "id"),
    belongs("terminal", "terminal_id"),
    belongs("user", "acknowledged_by"),
    one_of("reason", HELP_REASONS),
    Index("standing_help", "site_id", "opened_ms", sqlite_where=text("closed_ms IS NULL")),
    sqlite_strict=True,
)
"""Calls for a person: open, then taken (``acknowledged``), then closed."""
