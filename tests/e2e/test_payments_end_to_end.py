"""A payment from the core to the hub's ledger: real core, workers, store, driver and hub, and a simulated terminal.

In one process, pumped by hand; the program "ends" by letting its workers go and building others over the same folder.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from hub.auth import people
from hub.errors import Code, Refused
from hub.fleet import orders
from hub.ledger import cases, checking, totals
from hub.store.enums import Role
from kiosk.config import Device, Hub, Payment, Site, TerminalConfig, Timing
from kiosk.core import Core
from kiosk.eventlog import EventLog
from kiosk.i18n.texts import Texts
from kiosk.main.workers import Workers
from kiosk.payments import events as it
from kiosk.payments.machine import machine
from kiosk.payments.model import Payments, Refusal
from kiosk.payments.states import AttemptState, PayState
from kiosk.session.lasting import known
from kiosk.vocabulary.effects import Effect, SessionOver
from kiosk.vocabulary.events import Tick
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.ids import ChargeId, IdMaker
from kiosk.vocabulary.payments import Money
from kiosk.wire import LedgerFact, OrderKind
from tests.unit.offline_cache.peers import SITE, HubRoom, now_ms

PATIENCE_S = 120.0
ZONE = ZoneInfo("Europe/Berlin")


class Life:
    """One run of the terminal's program."""

    def __init__(self, folder: Path, hub: Hub, device: str) -> None:
        devices = {
            "pt": Device(
                kind=DeviceKind.PAYMENT_TERMINAL, model="zvt", url=device, settings={"password": "123456", "t3_s": 2.0}
            )
        }
        config = TerminalConfig(
            hub=hub, devices=devices, site=Site(town="M", name="R"), payment=Payment(quiet_s=0.5, limit_cents=10_000)
        )
        log, texts = EventLog("terminal"), Texts.load("terminal")
        ids = IdMaker(lambda: time.time_ns() // 1_000_000, secrets.randbits)
        self.core = Core(
            texts=texts,
            site=config.site,
            terminal="T1",
            timing=Timing(),
            languages=("de",),
            now=lambda: datetime.now(ZONE),
            mono=time.monotonic,
            make_id=ids,
            perform=self._perform,
            show=lambda view: None,
            log=log,
            lasting=(machine(),),
        )
        self.workers = Workers(config, folder, self.core, texts, ids, log)
        self.workers.start()

    def _perform(self, effect: Effect) -> None:
        if not isinstance(effect, SessionOver):
            self.workers.perform(effect)

    @property
    def payments(self) -> Payments:
        return known(self.core.facts(), Payments)

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"{self.payments.state}, refused {self.payments.refused}"
            self.core.handle(self.core._inbox.get(0.05) or Tick())

    def ready(self) -> None:
        payments = lambda: self.payments  # noqa: E731
        self.until(lambda: payments().numbers_sure and payments().condition == "ready" and not payments().busy)

    def start(self, charge: str) -> None:
        self.core.handle(it.StartPayment(ChargeId(charge), Money(4600)))

    def pay(self, charge: str) -> AttemptState:
        self.ready()
        self.start(charge)
        self.until(lambda: self.payments.state is PayState.IDLE and self.payments.finished is not None)
        assert self.payments.finished is not None
        return self.payments.finished.to


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubRoom]:
    room = HubRoom(tmp_path / "hub")
    yield room
    room.close()


@pytest.fixture
def device() -> Iterator[PaymentTerminalPeer]:
    peer = PaymentTerminalPeer("tcp")
    yield peer
    peer.stop()


def order(hub: HubRoom, terminal: str, kind: OrderKind, **args: str) -> None:
    given = orders.Given(
        id=str(IdMaker(now_ms, secrets.randbits)()), kind=kind, args=args, role="cash_office", user="u1"
    )
    refused = hub.store.write_now(lambda c: orders.give(c, SITE, terminal, given, now_ms()))
    assert refused is None


def test_payment_void_and_end_of_day_reach_the_ledger_over_a_restart(
    tmp_path: Path, hub: HubRoom, device: PaymentTerminalPeer
) -> None:
    key, url = hub.enrolled(), device.start()
    hub.store.write_now(lambda c: people.add(c, SITE, "u1", "anna", "Anna", Role.CASH_OFFICE, "$argon2id$x", now_ms()))
    first = Life(tmp_path / "t", key, url)
    device.switch(pays_by_itself=True)
    assert first.pay("a") is AttemptState.PAID
    paid = first.payments.finished
    assert paid is not None

    device.switch(pays_by_itself=False)
    first.ready()
    first.start("b")
    first.until(lambda: first.payments.state is PayState.RUNNING)
    first.start("c")
    assert first.payments.refused is not None
    assert first.payments.refused.why is Refusal.OPEN_ATTEMPT
    first.workers.stop()  # in the middle: nobody has put a card in yet

    second = Life(tmp_path / "t", key, url)
    second.until(lambda: second.payments.finished is not None)
    assert second.payments.finished is not None
    assert (second.payments.finished.attempt.charge, second.payments.finished.to) == ("b", AttemptState.NOT_CHARGED)
    device.switch(pays_by_itself=True)
    assert second.pay("b") is AttemptState.PAID

    order(hub, key.terminal, OrderKind.VOID, payment=paid.attempt.id)
    second.until(lambda: second.payments.finished is not None and second.payments.finished.to is AttemptState.VOIDED)
    assert device.report()["balance"] == 4600
    order(hub, key.terminal, OrderKind.END_DAY)

    def days() -> list[totals.Day]:
        return hub.store.read_now(lambda c: totals.days(c, SITE, key.terminal))

    second.until(lambda: bool(days()))
    second.workers.stop()
    (day,) = days()
    assert (day.state, day.hub_cents, day.terminal_cents, day.told_cents) == ("closed", 4600, 4600, 4600)
    assert (day.payments, day.voids, day.differences) == (2, 1, ())
    checked = hub.store.read_now(lambda c: checking.check(c, SITE, key.terminal))
    assert checked.whole, checked


def test_a_case_is_closed_by_two_people_at_the_hub(tmp_path: Path, hub: HubRoom, device: PaymentTerminalPeer) -> None:
    key, url = hub.enrolled(), device.start()
    for user in ("anna", "bert"):
        hub.store.write_now(
            lambda c, user=user: people.add(c, SITE, user, user, user, Role.CASH_OFFICE, "$argon2id$x", now_ms())
        )
    life = Life(tmp_path / "t", key, url)
    device.switch(pays_by_itself=True, lookup_none=True)
    device.act({"act": "message_faults", "faults": [{"at": 6, "what": "drop"}]})
    life.ready()
    life.start("a")
    life.until(lambda: life.payments.state is PayState.MANUAL)
    life.start("b")
    assert life.payments.refused is not None
    assert life.payments.refused.why is Refusal.LOCKED

    def found() -> list[cases.Case]:
        return [case for case in hub.store.read_now(lambda c: cases.open_cases(c, SITE)) if case.state == "manual"]

    life.until(lambda: bool(found()))
    (case,) = found()
    proposal = cases.Proposal(
        payment=case.payment, verdict="not_charged", reason="Umsatzliste gesehen", evidence="Liste 7", user="anna"
    )
    assert hub.store.write_now(lambda c: cases.propose(c, SITE, proposal, now_ms())) is None

    def confirmed_by(user: str) -> Refused | None:
        order = str(IdMaker(now_ms, secrets.randbits)())
        said = cases.Confirmation(payment=case.payment, user=user, role="cash_office", order=order)
        return hub.store.write_now(lambda c: cases.confirm(c, SITE, said, now_ms()))

    refused = confirmed_by("anna")
    assert refused is not None
    assert refused.code is Code.SAME_PERSON
    assert confirmed_by("bert") is None
    life.until(lambda: life.payments.finished is not None)
    assert life.payments.finished is not None
    assert life.payments.finished.to is AttemptState.NOT_CHARGED
    assert life.pay("b") is AttemptState.PAID
    life.until(lambda: not hub.store.read_now(lambda c: cases.open_cases(c, SITE)))
    life.workers.stop()
    assert device.report()["balance"] == 4600
    rows = hub.rows(f"SELECT body FROM ledger_entry WHERE id = '{case.payment}' ORDER BY seq")
    closed = [msgspec.json.decode(str(body), type=LedgerFact) for (body,) in rows]
    assert [(one.state, one.first, one.second) for one in closed] == [
        ("unknown", "", ""),
        ("manual", "", ""),
        ("not_charged", "anna", "bert"),
    ]
