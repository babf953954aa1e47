"""Orders of the hub at the terminal: judged, kept durably with their result, then carried out - once.

The hub tells an order with every heartbeat until it has the result, so a crash before the keeping costs nothing, and
one after it repeats nothing: a closure is read back at the start, and a restart has happened anyway.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from kiosk import wire
from kiosk.payments.events import OrderTaken
from kiosk.payments.model import Decision, PaymentOrder, PaymentOrderKind
from kiosk.payments.states import AttemptState
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.events import ClosureChanged, Event, RestartOrdered
from kiosk.vocabulary.ids import PaymentId
from kiosk.wire import Order, OrderFact, OrderKind
from offline_cache.store.notes import Note, ignore


class OrderMemory(Protocol):
    """What outlives the program (``terminal.db``). Called on the sync thread, may wait for the disk."""

    def knows_order(self, order: str) -> bool:
        """This id was kept before."""

    def keep_order(self, fact: OrderFact, house: TerminalClosure | None, payment: PaymentOrder | None = None) -> bool:
        """In one transaction: the id, its result for the outbox (kind and lane of the order), and the town hall's state
        or the payment's order when one is given. False = nothing was kept, so nothing may be done."""

    def payment_order(self, order: PaymentOrder) -> PaymentOrder:
        """The same with the payment that it is about, as the store has it now."""

    def house(self) -> TerminalClosure:
        """The state kept last; open when none ever was."""


class Result(StrEnum):
    """What came of an order (``wire.OrderFact.result``)."""

    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"
    NOT_ALLOWED = "not_allowed"
    UNKNOWN_KIND = "unknown_kind"


class Orders:
    """Hears orders (``HeartbeatListeners.orders``) and posts what follows from them."""

    def __init__(self, memory: OrderMemory, post: Callable[[Event], None], note: Note = ignore) -> None:
        self._memory, self._post, self._note = memory, post, note

    def restore(self) -> None:
        """At the start: the closure is as the last order left it."""
        self._post(ClosureChanged(self._memory.house()))

    def hear(self, orders: tuple[Order, ...], hub_ms: int) -> None:
        """Those that are new, oldest first."""
        for order in orders:
            if not self._memory.knows_order(order.id):
                self._take(order, judge(order, hub_ms))

    def _take(self, order: Order, result: Result) -> None:
        house = house_after(order) if result is Result.DONE else None
        payment = payment_order(order) if result is Result.DONE else None
        if not self._memory.keep_order(OrderFact(id=order.id, result=result), house, payment):
            return  # the disk has failed, which the storage thread reports; the hub says the order again
        if result is not Result.DONE:
            self._note("order-refused", {"kind": order.kind[:40], "why": result.value})
            return
        self._note("order-applied", {"kind": order.kind, "role": order.role})
        if payment is not None:
            self._post(OrderTaken(self._memory.payment_order(payment)))
        else:
            self._post(RestartOrdered() if house is None else ClosureChanged(house))


def judge(order: Order, hub_ms: int) -> Result:
    """Whether an order is to be carried out; ``hub_ms`` is the hub's clock in the answer that carried it."""
    if order.kind not in tuple(OrderKind):
        return Result.UNKNOWN_KIND
    if order.role not in wire.ORDER_ROLES[OrderKind(order.kind)]:
        return Result.NOT_ALLOWED
    if order.expires_ms <= hub_ms:
        return Result.EXPIRED
    whole = order.kind not in wire.PAYMENT_ORDERS or payment_order(order) is not None
    return Result.DONE if whole else Result.FAILED


def house_after(order: Order) -> TerminalClosure | None:
    """The closure that an order leaves; None = it says nothing about that."""
    match OrderKind(order.kind):
        case OrderKind.CLOSE:
            return TerminalClosure(closed=True, message=clean(order.args.get("message", "")))
        case OrderKind.OPEN:
            return TerminalClosure()
        case _:
            return None


def payment_order(order: Order) -> PaymentOrder | None:
    """An order about payments in the machine's own words; None = it is none, or its fields make no sense."""
    if order.kind not in wire.PAYMENT_ORDERS:
        return None
    kind, args = PaymentOrderKind(order.kind), order.args
    payment = PaymentId(args.get("payment", ""))
    if kind is PaymentOrderKind.CLOSE_CASE:
        decision = _decision(args)
        return PaymentOrder(id=order.id, kind=kind, payment=payment, decision=decision) if decision else None
    return PaymentOrder(id=order.id, kind=kind, payment=payment)


def _decision(args: dict[str, str]) -> Decision | None:
    try:
        return Decision(
            verdict=AttemptState(args["verdict"]),
            reason=clean(args["reason"]),
            evidence=clean(args["evidence"]),
            first=args["first"],
            first_ms=int(args["first_ms"]),
            second=args["second"],
            second_ms=int(args["second_ms"]),
            one_person=args.get("one_person") == "1",
        )
    except (KeyError, ValueError):
        return None


def clean(message: str) -> str:
    """A message as the screen may show it: one line, no control characters, not longer than agreed."""
    printable = "".join(letter if letter.isprintable() else " " for letter in message[: 4 * wire.ORDER_MESSAGE_MAX])
    return " ".join(printable.split())[: wire.ORDER_MESSAGE_MAX]
