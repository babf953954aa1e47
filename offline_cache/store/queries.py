"""Queries of other threads to ``terminal.db``: each is one transaction of the storage thread."""

import random
import time
from collections.abc import Callable

import apsw

from kiosk import wire
from kiosk.payments.model import PaymentOrder
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.tickets import Numbered, TicketIntent
from offline_cache.store import applied_orders, outbox, own_numbers
from offline_cache.store.applied_orders import OrderTaken
from offline_cache.store.outbox import Batch, Settled, Uniform
from offline_cache.store.own_numbers import SlotStatus
from offline_cache.store.participant import Kept
from offline_cache.store.payments import attempts, ledger
from offline_cache.store.storage import StorageThread


class StoreQueries:
    """For the sync thread (outbox, slot, business day, orders) and the numbers thread (own numbers).

    None or nothing comes back while the store is away; it says so itself.
    """

    def __init__(
        self,
        storage: StorageThread,
        *,
        clock: Callable[[], float] = time.monotonic,
        uniform: Uniform = random.uniform,
    ) -> None:
        self._storage, self._outside = storage, storage.outside
        self._clock, self._uniform = clock, uniform

    @property
    def standing(self) -> SlotStatus | None:
        """Slot, business day and generations as of the last commit; None while nothing was opened yet."""
        return self._storage.latest(SlotStatus)

    @property
    def machine(self) -> str:
        """Which computer this is."""
        return self._outside.machine

    def batch(self, limit: int = wire.BATCH_MAX) -> Batch:
        """What the hub must hear now."""
        return self._storage.ask(lambda db: outbox.batch(db, self._now_ms(), limit)) or Batch()

    def settle(self, answers: tuple[wire.OpAnswer, ...]) -> Settled | None:
        """The hub's answers; None when they could not be kept (the same operations go again)."""
        return self._storage.ask(lambda db: outbox.settle(db, answers, self._now_ms(), self._uniform))

    def outbox_state(self) -> wire.OutboxState:
        """For the heartbeat."""
        now_ms = self._outside.clock.now().ms
        return self._storage.ask(lambda db: outbox.told(db, now_ms)) or wire.OutboxState()

    def take_slot(self, generation: str, answer: wire.SlotAnswer) -> bool:
        """The hub gave the database of this generation a slot."""
        return bool(self._storage.ask(lambda db: own_numbers.take_slot(db, self._outside, generation, answer)))

    def drop_slot(self) -> None:
        """The hub refuses this database a slot."""
        self._storage.ask(own_numbers.drop_slot)

    def heard(self, business_day: str, hub_generation: str = "") -> None:
        """The hub said which day is open, and which hub it is; what was learnt of its clock is kept with it."""
        offset = self._outside.clock.offset()

        def keep(db: apsw.Connection) -> None:
            own_numbers.keep_offset(db, offset)
            own_numbers.hear_day(db, business_day, now=True)
            own_numbers.hear_hub(db, self._outside, hub_generation)

        self._storage.ask(keep)

    def closed(self, closed_days: tuple[str, ...], business_day: str) -> None:
        """The hub closed business days that were ahead of the right clock, and goes on with this one."""
        self._storage.ask(lambda db: own_numbers.leave_closed(db, closed_days, business_day))

    def draw_own(self, intent: TicketIntent, series: str, queue: str, within_s: float = 2.0) -> Numbered | None:
        """A number of the terminal's own, durable when it comes back; the same intent has the same number."""
        drawn = self._storage.ask(lambda db: own_numbers.draw(db, self._outside, intent, series, queue), within_s)
        return drawn if isinstance(drawn, Numbered) else None

    def knows_order(self, order: str) -> bool:
        """This order was kept before."""
        return bool(self._storage.ask(lambda db: applied_orders.is_known(db, order)))

    def keep_order(
        self, fact: wire.OrderFact, house: TerminalClosure | None, payment: PaymentOrder | None = None
    ) -> bool:
        """Keep an order, the closure that it leaves, what it wants of a payment, and its result for the hub; False:
        nothing was kept."""
        return isinstance(self._storage.keep(OrderTaken(fact, house, payment)), Kept)

    def payment_order(self, order: PaymentOrder) -> PaymentOrder:
        """The same with the payment that it is about."""
        return self._storage.ask(lambda db: attempts.with_paid(db, order)) or order

    def hear_ledger(self, told: wire.LedgerStanding) -> bool:
        """The hub said how far it has the ledger; True when that made the receipt numbers sure."""
        return bool(self._storage.ask(lambda db: ledger.hear(db, self._outside, told)))

    def house(self) -> TerminalClosure:
        """As the last order left it."""
        return self._storage.ask(applied_orders.house) or TerminalClosure()

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)
