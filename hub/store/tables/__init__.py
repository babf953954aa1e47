"""The tables of the hub. Every key starts with ``site_id``; what must never happen is forbidden here, not by care.

Times are Unix milliseconds in UTC (columns ``*_ms``), ids are UUID texts made by whoever asks, secrets are kept as
hashes only. A change here needs a migration in ``hub/store/migrations/versions``; a test compares the two.
"""

from hub.store.tables.base import metadata
from hub.store.tables.catalogue import (
    catalogue_import,
    catalogue_record,
    catalogue_state,
    search_miss,
    signing_key,
    tile,
)
from hub.store.tables.counters import counter_act, seat
from hub.store.tables.ledger import case_decision, ledger_conflict, ledger_entry, ledger_head, money_settings
from hub.store.tables.numbers import alarm, instance, label_alias, slot_grant, ticket_alias
from hub.store.tables.orders import terminal_order
from hub.store.tables.past import past_interval
from hub.store.tables.site import (
    counter,
    counter_queue,
    device,
    enrolment,
    queue,
    service_queue,
    session,
    setup_token,
    sign_in_try,
    site,
    terminal,
    terminal_status,
    user,
)
from hub.store.tables.trail import trail, trail_entry
from hub.store.tables.visits import applied, business_day, counter_seq, event, help_call, interval, ticket, tombstone

__all__ = [
    "alarm",
    "applied",
    "business_day",
    "case_decision",
    "catalogue_import",
    "catalogue_record",
    "catalogue_state",
    "counter",
    "counter_act",
    "counter_queue",
    "counter_seq",
    "device",
    "enrolment",
    "event",
    "help_call",
    "instance",
    "interval",
    "label_alias",
    "ledger_conflict",
    "ledger_entry",
    "ledger_head",
    "metadata",
    "money_settings",
    "past_interval",
    "queue",
    "search_miss",
    "seat",
    "service_queue",
    "session",
    "setup_token",
    "sign_in_try",
    "signing_key",
    "site",
    "slot_grant",
    "terminal",
    "terminal_order",
    "terminal_status",
    "ticket",
    "ticket_alias",
    "tile",
    "tombstone",
    "trail",
    "trail_entry",
    "user",
]
