"""The features that keep something in ``terminal.db``: the one list. Its order is that of opening and settling."""

from offline_cache.store import applied_orders, outbox, own_numbers, scans, tickets
from offline_cache.store.participant import Participant
from offline_cache.store.payments import participant as payments

PARTICIPANTS: tuple[Participant, ...] = (
    outbox.PARTICIPANT,
    own_numbers.PARTICIPANT,  # before those that owe the hub something: it sets the clock
    tickets.PARTICIPANT,
    scans.PARTICIPANT,
    payments.PARTICIPANT,
    applied_orders.PARTICIPANT,
)
