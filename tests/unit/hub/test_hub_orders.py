"""Orders to terminals: given by those who may, told until there is a result or time is up, the result kept once."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from hub.auth import people, sessions
from hub.auth.rights import RIGHTS, Right
from hub.errors import Code, Refused
from hub.fleet import orders, terminals
from hub.fleet.orders import Given
from hub.retention.periods import USUAL_MS
from hub.store.enums import Role
from kiosk import wire
from kiosk.wire import OrderFact, OrderKind

SITE = "rathaus"
ID = "0193bbbb-0000-7000-8000-{:012x}"


@pytest.fixture
def boss(hall: Any) -> Any:
    """A supervisor ``u1`` in the hall."""
    hall.do(people.add, SITE, "u1", "boss", "Bärbel", Role.SUPERVISOR, "$argon2id$x", hall.clock())
    return hall


def given(n: int, kind: OrderKind = OrderKind.CLOSE, message: str = "", role: str = "supervisor") -> Given:
    return Given(id=ID.format(n), kind=kind, message=message, role=role, user="u1")


def give(hall: Any, *args: Any, **named: Any) -> Refused | None:
    refused: Refused | None = hall.do(orders.give, SITE, "t1", given(*args, **named), hall.clock())
    return refused


def told(hall: Any) -> list[str]:
    return [f"{each.kind}:{int(each.id[-12:], 16)}" for each in hall.do(orders.due, SITE, "t1", hall.clock())]


def state(hall: Any, n: int) -> str:
    shown = hall.see(orders.recent, SITE, hall.clock()).get("t1", [])
    return next(each.state for each in shown if each.id == ID.format(n))


def result(hall: Any, n: int, word: str = "done", terminal: str = "t1") -> Refused | None:
    refused: Refused | None = hall.do(
        orders.record_result, SITE, terminal, OrderFact(id=ID.format(n), result=word, detail=""), hall.clock()
    )
    return refused


def test_an_order_is_told_again_and_again_until_its_result_is_known(boss: Any) -> None:
    assert give(boss, 1, message="Heute nur bis 12 Uhr") is None
    assert state(boss, 1) == "waiting"
    assert told(boss) == told(boss) == ["close:1"]
    (order,) = boss.do(orders.due, SITE, "t1", boss.clock())
    assert order.args == {"message": "Heute nur bis 12 Uhr"}
    assert (order.role, order.expires_ms) == ("supervisor", boss.clock() + orders.LIVES_MS)
    assert state(boss, 1) == "told"
    assert result(boss, 1) is None
    assert told(boss) == []
    assert state(boss, 1) == "done"


def test_the_first_result_stands_and_an_unknown_order_is_refused(boss: Any) -> None:
    give(boss, 1)
    assert result(boss, 1) is None
    assert result(boss, 1, "failed") is None
    assert state(boss, 1) == "done"
    refused = result(boss, 9)
    assert refused is not None
    assert refused.code is Code.UNKNOWN_ORDER


def test_a_result_is_taken_from_the_terminal_that_has_the_order_alone(boss: Any) -> None:
    boss.do(terminals.add_terminal, SITE, "t2", "Terminal 2", boss.clock())
    give(boss, 1)
    refused = result(boss, 1, terminal="t2")
    assert refused is not None
    assert refused.code is Code.UNKNOWN_ORDER
    assert told(boss) == ["close:1"], "it is still to be done"
    assert result(boss, 1) is None
    assert state(boss, 1) == "done"
    assert result(boss, 1, terminal="t2") is not None, "nor afterwards"


def test_a_double_click_gives_one_order(boss: Any) -> None:
    assert give(boss, 1, message="eins") is None
    assert give(boss, 1, message="zwei") is None
    (order,) = boss.do(orders.due, SITE, "t1", boss.clock())
    assert order.args == {"message": "eins"}


def test_an_order_runs_out(boss: Any) -> None:
    give(boss, 1)
    boss.clock.forward(orders.LIVES_MS - 1)
    assert told(boss) == ["close:1"]
    boss.clock.forward(1)
    assert told(boss) == []
    assert state(boss, 1) == "expired"
    assert result(boss, 1, "expired") is None, "a terminal that heard it in time may still report"


def test_of_close_and_open_only_the_newest_counts(boss: Any) -> None:
    give(boss, 1)
    give(boss, 2, OrderKind.RESTART)
    boss.clock.forward(1000)
    give(boss, 3, OrderKind.OPEN)
    assert told(boss) == ["restart:2", "open:3"]
    assert state(boss, 1) == "expired"


@pytest.mark.parametrize("role", [Role.CLERK, Role.CASH_OFFICE, Role.EDITOR])
def test_who_may_not_is_refused(boss: Any, role: Role) -> None:
    refused = give(boss, 1, role=role)
    assert refused is not None
    assert refused.code is Code.NOT_ALLOWED
    assert told(boss) == []


def test_the_page_and_the_terminal_agree_on_who_may() -> None:
    pages = {role for role, rights in RIGHTS.items() if Right.ORDERS in rights}
    page = set(OrderKind) - wire.PAYMENT_ORDERS
    assert all(wire.ORDER_ROLES[kind] == pages for kind in page)
    assert set(wire.ORDER_ROLES) == set(OrderKind)


def test_no_orders_to_a_terminal_that_is_gone(boss: Any) -> None:
    boss.do(terminals.revoke, SITE, "t1", boss.clock())
    refused = give(boss, 1)
    assert refused is not None
    assert refused.code is Code.UNKNOWN_TERMINAL


def test_the_page_shows_the_newest_three_and_old_ones_are_forgotten(boss: Any) -> None:
    for n in range(1, 6):
        give(boss, n, OrderKind.RESTART)
        boss.clock.forward(1000)
    shown = boss.see(orders.recent, SITE, boss.clock())["t1"]
    assert [int(each.id[-12:], 16) for each in shown] == [5, 4, 3]
    assert shown[0].given_by == "Bärbel"
    boss.clock.forward(USUAL_MS)
    boss.forget()
    assert boss.see(orders.recent, SITE, boss.clock()) == {}


def test_the_heartbeat_carries_orders_time_and_day(boss: Any, live: Any) -> None:
    boss.ticket()
    give(boss, 1)
    body = msgspec.to_builtins(wire.Heartbeat(version="1", catalogue_version=0))
    answer = msgspec.json.decode(live.post("/heartbeat", body).content, type=wire.HeartbeatAnswer)
    assert [each.id for each in answer.orders] == [ID.format(1)]
    assert answer.hub_ms == boss.clock()
    assert answer.business_day == "2026-11-24"
    result(boss, 1)
    answer = msgspec.json.decode(live.post("/heartbeat", body).content, type=wire.HeartbeatAnswer)
    assert answer.orders == ()


@pytest.fixture
def page(boss: Any, live: Any) -> Callable[..., Any]:
    """``page(path, fields)``: what the supervisor's browser gets."""
    live.http.cookies.set("hub_session", boss.do(sessions.begin, SITE, "u1", boss.clock()))

    def ask(path: str = "/terminals", fields: dict[str, str] | None = None) -> Any:
        if fields is None:
            return live.http.get(live.url + path, timeout=300)
        csrf = re.findall(r'name="csrf" value="([^"]+)"', live.http.get(f"{live.url}/terminals", timeout=300).text)[0]
        headers = {"Origin": live.url}
        return live.http.post(live.url + path, data={"csrf": csrf} | fields, headers=headers, timeout=300)

    return ask


def test_a_supervisor_closes_a_terminal_and_reads_what_came_of_it(boss: Any, page: Callable[..., Any]) -> None:
    first = page().text
    assert "Neu starten" in first
    assert "Code erzeugen" not in first, "keys are the technician's"
    order = re.findall(r'name="order" value="([^"]+)"', first)[0]
    answer = page("/terminals/t1/order", {"order": order, "kind": "close", "message": "Heute < 12 Uhr & nur kurz"})
    assert "Heute &lt; 12 Uhr &amp; nur kurz" in answer.text
    assert "noch nicht gehört" in answer.text
    boss.do(orders.record_result, SITE, "t1", OrderFact(id=order, result="done"), boss.clock())
    assert "erledigt 12:00" in page().text


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "explode"},
        {"order": "x"},
        {"order": ""},
        {"message": "x" * 201},
        {"message": "a\u202eb"},
        {"message": "Heute nur <b>bis</b> 12"},
        {"message": "Bis gleich 🙂"},
    ],
)
def test_a_wrong_order_is_not_given(boss: Any, page: Callable[..., Any], wrong: dict[str, str]) -> None:
    fields = {"order": ID.format(1), "kind": "close", "message": ""} | wrong
    answer = page("/terminals/t1/order", fields)
    assert answer.status_code == 422
    assert told(boss) == []
    if "message" in wrong:
        assert 'id="message-t1-fault"' in answer.text, "it stands at the field"


def test_a_supervisor_makes_no_codes(page: Callable[..., Any]) -> None:
    assert page("/terminals/t1/code", {}).status_code == 403
