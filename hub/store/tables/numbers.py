"""Numbers that terminals give themselves: slots, second names of tickets, what staff must know, the hub's
generation."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from hub.store.enums import ALARMS
from hub.store.tables.base import belongs, ident, maybe_moment, metadata, moment, number, of_site, one_of, words

instance = Table(
    "instance",
    metadata,
    ident("site_id"),
    words("generation"),
    Column("slip_key", LargeBinary, nullable=False),
    number("slot_floor", 0),
    moment("since_ms"),
    moment("clock_ms", 0),
    words("clock_boot", ""),
    moment("clock_offset_ms", 0),
    moment("leap_since_ms", 0),
    moment("leap_until_ms", 0),
    moment("leap_by_ms", 0),
    moment("clock_steady_ms", 0),
    moment("clock_boot_ms", 0),
    PrimaryKeyConstraint("site_id"),
    of_site(),
    CheckConstraint("length(generation) = 32", name="generation_128_bits"),
    CheckConstraint("length(slip_key) = 32", name="slip_key_256_bits"),
    sqlite_strict=True,
)
"""This generation of the hub: ``generation`` is drawn anew when a backup is restored, ``slip_key`` authenticates slips.

Slots up to ``slot_floor`` may have been given out by the generation before, after its backup. ``clock_*`` is what the
last run of the hub believed (``hub.stored_clock``). ``leap_*``: when the hub's time went forward by days, and by how
much (``hub.tickets.clock_change``): whoever came between ``since`` and ``until`` came ``by`` later than was said.
"""

slot_grant = Table(
    "slot_grant",
    metadata,
    ident("site_id"),
    words("generation"),
    number("slot"),
    ident("terminal_id"),
    words("machine"),
    moment("granted_ms"),
    words("granted_day"),
    maybe_moment("retired_ms"),
    Column("retired_day", Text, nullable=True),
    PrimaryKeyConstraint("site_id", "generation", "slot"),
    belongs("terminal", "terminal_id"),
    CheckConstraint("slot BETWEEN 1 AND 99", name="slot_two_digits"),
    CheckConstraint("length(generation) = 32", name="generation_128_bits"),
    CheckConstraint("(retired_ms IS NULL) = (retired_day IS NULL)", name="retired_whole"),
    Index("slot_once", "site_id", "slot", unique=True, sqlite_where=text("retired_ms IS NULL")),
    Index("one_slot_per_terminal", "site_id", "terminal_id", unique=True, sqlite_where=text("retired_ms IS NULL")),
    Index("one_slot_per_generation", "site_id", "generation", unique=True, sqlite_where=text("retired_ms IS NULL")),
    sqlite_strict=True,
)
"""Which database of a terminal numbers from which slot. Days are business days ("" before the first)."""

ticket_alias = Table(
    "ticket_alias",
    metadata,
    ident("site_id"),
    ident("id"),
    ident("ticket_id"),
    moment("at_ms"),
    PrimaryKeyConstraint("site_id", "id"),
    belongs("ticket", "ticket_id"),
    CheckConstraint("length(id) = 36 AND id <> ticket_id", name="another_uuid"),
    Index("ids_of_ticket", "site_id", "ticket_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Another id of a ticket: its terminal made it, while staff had brought the ticket in by hand."""

label_alias = Table(
    "label_alias",
    metadata,
    ident("site_id"),
    words("day"),
    words("series"),
    number("slot"),
    number("n"),
    ident("ticket_id"),
    moment("at_ms"),
    PrimaryKeyConstraint("site_id", "day", "series", "slot", "n"),
    belongs("ticket", "ticket_id"),
    Index("labels_of_ticket", "site_id", "ticket_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""A number that a ticket had before: void, and not given again on that day."""

alarm = Table(
    "alarm",
    metadata,
    ident("site_id"),
    words("kind"),
    words("subject"),
    ident("terminal_id", optional=True),
    words("detail", ""),
    moment("raised_ms"),
    moment("last_ms"),
    maybe_moment("noted_ms"),
    ident("noted_by", optional=True),
    PrimaryKeyConstraint("site_id", "kind", "subject"),
    belongs("terminal", "terminal_id"),
    belongs("user", "noted_by"),
    one_of("kind", ALARMS),
    Index("open_alarms", "site_id", "raised_ms", sqlite_where=text("noted_ms IS NULL")),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""What must not happen and did; it stands on the staff's pages until somebody has noted it."""
