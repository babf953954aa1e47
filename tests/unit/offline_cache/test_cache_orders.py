"""Orders at the terminal: judged by the hub's time, kept before they are done, done once."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hub.auth import people
from hub.fleet import orders as given
from hub.store.enums import Role
from kiosk import wire
from kiosk.config import Hub
from kiosk.payments.events import OrderTaken
from kiosk.payments.model import PaymentOrder, PaymentOrderKind
from kiosk.payments.states import AttemptState
from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.events import ClosureChanged, Event, HubChanged, RestartOrdered
from kiosk.wire import Order, OrderFact, OrderKind
from offline_cache.store.outbox import Batch
from offline_cache.sync.heartbeat import HeartbeatListeners
from offline_cache.sync.orders import Orders, Result, clean, judge
from offline_cache.sync.sync_thread import SyncThread
from tests.unit.offline_cache.cache_helpers import Inbox, Notes, eventually
from tests.unit.offline_cache.peers import SITE, HubRoom, answer, new_id, now_ms, peer
from tests.unit.offline_cache.test_cache_sync import FAST, NO_CATALOGUE, STATES, scripted

NOON = 1_795_518_000_000
ID = "0193bbbb-0000-7000-8000-{:012x}"


class Memory:
    """What terminal.db keeps; ``broken`` is a disk that takes nothing."""

    def __init__(self) -> None:
        self.facts: dict[str, OrderFact] = {}
        self._house = TerminalClosure()
        self.broken = False
        self.payments: list[PaymentOrder] = []

    def knows_order(self, order: str) -> bool:
        return order in self.facts

    def keep_order(self, fact: OrderFact, house: TerminalClosure | None, payment: PaymentOrder | None = None) -> bool:
        if self.broken:
            return False
        self.facts[fact.id] = fact
        self.payments += [payment] if payment is not None else []
        self._house = house or self._house
        return True

    def house(self) -> TerminalClosure:
        return self._house

    def payment_order(self, order: PaymentOrder) -> PaymentOrder:
        return order


class Desk:
    def __init__(self) -> None:
        self.memory, self.notes, self.posted = Memory(), Notes(), list[Event]()
        self.orders = Orders(self.memory, self.posted.append, self.notes)


def order(
    n: int = 1, kind: str = "close", message: str = "", role: str = "supervisor", expires: int = NOON + 1
) -> Order:
    return Order(id=ID.format(n), kind=kind, args={"message": message}, expires_ms=expires, role=role)


@pytest.mark.parametrize(
    ("told", "result"),
    [
        (order(), Result.DONE),
        (order(kind="open", role="technician"), Result.DONE),
        (order(kind="restart", role="administrator"), Result.DONE),
        (order(expires=NOON), Result.EXPIRED),
        (order(kind="explode"), Result.UNKNOWN_KIND),
        (order(kind=""), Result.UNKNOWN_KIND),
        (order(role="clerk"), Result.NOT_ALLOWED),
        (order(role=""), Result.NOT_ALLOWED),
    ],
)
def test_judgement(told: Order, result: Result) -> None:
    desk = Desk()
    assert judge(told, NOON) is result
    desk.orders.hear((told,), NOON)
    assert desk.memory.facts[told.id].result == result.value
    assert bool(desk.posted) is (result is Result.DONE)


def test_an_order_is_done_once_however_often_it_is_heard() -> None:
    desk = Desk()
    for _ in range(3):
        desk.orders.hear((order(1, message="eins"), order(2, "restart")), NOON)
    assert desk.posted == [ClosureChanged(TerminalClosure(True, "eins")), RestartOrdered()]
    assert desk.notes.ids == ["order-applied"] * 2


def test_orders_are_done_in_their_order() -> None:
    desk = Desk()
    desk.orders.hear((order(1), order(2, "open"), order(3, message="zu")), NOON)
    assert desk.memory.house() == TerminalClosure(True, "zu")
    assert desk.posted[-1] == ClosureChanged(TerminalClosure(True, "zu"))


def test_order_is_carried_out_only_once_it_is_durable() -> None:
    desk = Desk()
    desk.memory.broken = True
    desk.orders.hear((order(1), order(2, "restart")), NOON)
    assert desk.posted == []
    desk.memory.broken = False
    desk.orders.hear((order(1), order(2, "restart")), NOON)
    assert len(desk.posted) == 2


def test_a_closed_house_is_still_closed_after_a_restart() -> None:
    desk = Desk()
    desk.orders.hear((order(1, message="zu"), order(2, "restart")), NOON)
    after: list[Event] = []
    Orders(desk.memory, after.append).restore()
    assert after == [ClosureChanged(TerminalClosure(True, "zu"))]


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("  Heute  nur\nbis 12 ", "Heute nur bis 12"),
        ("a\x00b\x1b[31m\u202ec", "a b [31m c"),
        ("[b]fett[/b]", "[b]fett[/b]"),
        ("x" * 100_000, "x" * 200),
        ("", ""),
    ],
)
def test_a_message_is_one_clean_line(message: str, shown: str) -> None:
    assert clean(message) == shown


def test_no_message_at_all_is_an_empty_one() -> None:
    desk = Desk()
    desk.orders.hear((Order(id=ID.format(1), kind="close", expires_ms=NOON + 1, role="supervisor"),), NOON)
    assert desk.posted == [ClosureChanged(TerminalClosure(True, ""))]


@contextlib.contextmanager
def syncing(link: Hub, hearers: HeartbeatListeners, inbox: Inbox, notes: Notes) -> Iterator[SyncThread]:
    class Nothing:
        standing = None

        def heard(self, answer: wire.HeartbeatAnswer) -> None:
            return None

        def reached(self) -> None:
            return None

        def batch(self, limit: int = 100) -> Batch:
            return Batch()

    one = SyncThread(
        link,
        inbox.post,
        debts=Nothing(),  # type: ignore[arg-type]
        catalogue=Nothing(),
        status=lambda: wire.Heartbeat(version="0.1", catalogue_version=0),
        queues=lambda states: None,
        hearers=hearers,
        note=notes,
        rhythm=FAST,
    )
    one.start()
    try:
        yield one
    finally:
        one.stop()


def test_from_the_real_hub_to_the_terminal_and_back(tmp_path: Path) -> None:
    hub = HubRoom(tmp_path / "hub")
    link = hub.enrolled()
    ident = new_id()

    def give(connection: object) -> None:
        people.add(connection, SITE, "u1", "boss", "Bärbel", Role.SUPERVISOR, "$argon2id$x", now_ms())  # type: ignore[arg-type]
        wanted = given.Given(id=ident, kind=OrderKind.CLOSE, message="zu", role="supervisor", user="u1")
        assert given.give(connection, SITE, link.terminal, wanted, now_ms()) is None  # type: ignore[arg-type]

    hub.store.write_now(give)
    inbox, notes, memory = Inbox(), Notes(), Memory()
    with syncing(link, HeartbeatListeners(orders=Orders(memory, inbox.post, notes).hear), inbox, notes):
        inbox.wait(ClosureChanged(TerminalClosure(True, "zu")))
        fact = memory.facts[ident]
        assert hub.store.write_now(lambda c: given.record_result(c, SITE, link.terminal, fact, now_ms())) is None
    assert hub.rows("SELECT result FROM terminal_order") == [("done",)]
    assert [event for event in inbox.events if isinstance(event, ClosureChanged)] == [
        ClosureChanged(TerminalClosure(True, "zu"))
    ]
    hub.close()


def test_bug_in_an_order_ends_neither_heartbeat_nor_terminal() -> None:
    inbox, notes = Inbox(), Notes()

    def explode(_orders: object, _hub_ms: int) -> None:
        raise RuntimeError("bug")

    beat = answer("200 OK", msgspec.json.encode(wire.HeartbeatAnswer(hub_ms=NOON, orders=(order(),))))
    script = scripted({b"heartbeat": beat, b"queues": STATES, b"catalogue": NO_CATALOGUE})
    with peer(script) as other, syncing(Hub(url=other.url), HeartbeatListeners(orders=explode), inbox, notes):
        inbox.wait(HubChanged(True))
        eventually(lambda: notes.ids.count("network-bug") >= 2)
        assert HubChanged(False) not in inbox.events


DECISION = {
    "payment": ID.format(7),
    "verdict": "not_charged",
    "reason": "Umsatzliste",
    "evidence": "kein Beleg",
    "first": "u1",
    "first_ms": "1",
    "second": "u2",
    "second_ms": "2",
}


def money(kind: str, role: str = "cash_office", **changed: str) -> Order:
    args = {**DECISION, **changed}
    return Order(id=ID.format(9), kind=kind, args=args, expires_ms=NOON + 1, role=role)


@pytest.mark.parametrize("kind", ["close_case", "void", "end_day"])
def test_an_order_of_the_cash_office_is_kept_and_told_to_the_machine(kind: str) -> None:
    desk = Desk()
    desk.orders.hear((money(kind),), NOON)
    (event,) = desk.posted
    assert isinstance(event, OrderTaken)
    assert event.order.kind is PaymentOrderKind(kind)
    assert desk.memory.payments == [event.order]
    if kind == "close_case":
        assert event.order.decision is not None
        assert event.order.decision.verdict is AttemptState.NOT_CHARGED


@pytest.mark.parametrize("wrong", [{"verdict": "perhaps"}, {"first_ms": "soon"}])
def test_a_decision_that_makes_no_sense_is_refused(wrong: dict[str, str]) -> None:
    assert judge(money("close_case", **wrong), NOON) is Result.FAILED


@pytest.mark.parametrize("role", ["clerk", "technician", "supervisor"])
def test_money_is_ordered_by_the_cash_office_only(role: str) -> None:
    assert judge(money("void", role=role), NOON) is Result.NOT_ALLOWED
