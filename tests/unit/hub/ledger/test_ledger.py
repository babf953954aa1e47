"""The hub's ledger: kept as told, gaps and changes found, sums compared; people close cases."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from hub.alarms import standing as alarms_standing
from hub.auth import people
from hub.errors import Code, Refused
from hub.fleet import orders
from hub.ledger import cases, checking, entries, totals
from hub.store.enums import AlarmKind, Role
from kiosk.wire import LedgerFact, Op, OrderKind
from kiosk.wire.ledger import sealed
from tests.unit.hub.sync_helpers import told, uuid

SITE, T1 = "rathaus", "t1"
ZERO = "0" * 64
DAY_MS = 86_400_000


class Book:
    """A terminal's ledger as its own store would write it."""

    def __init__(self) -> None:
        self.facts: list[LedgerFact] = []

    def add(self, ident: int, state: str, kind: str = "payment", cents: int = 4600, **more: Any) -> LedgerFact:
        before = self.facts[-1].digest if self.facts else ZERO
        fact = LedgerFact(
            seq=len(self.facts) + 1,
            id=uuid(ident),
            kind=kind,
            state=state,
            cents=cents,
            at_ms=1_000 * len(self.facts),
            before=before,
            digest=ZERO,
            **more,
        )
        self.facts.append(sealed(fact))
        return self.facts[-1]


def take(hall: Any, *facts: LedgerFact) -> list[str | Refused]:
    return [hall.do(entries.take, SITE, T1, fact, hall.clock()) for fact in facts]


def operation(fact: LedgerFact, n: int) -> Op:
    return Op(uuid(0xF0000 + n), fact.id, "ledger", msgspec.Raw(msgspec.json.encode(fact)))


def day_of_two() -> Book:
    book = Book()
    book.add(1, "paid", receipt_no=1)
    book.add(2, "declined")
    book.add(3, "paid", receipt_no=2, cents=1000)
    book.add(3, "void_wanted", cents=1000)
    book.add(3, "voided", receipt_no=3, cents=1000)
    book.add(4, "closed", "day", 4600, expected_cents=4600, why="balanced")
    return book


def test_entries_come_through_the_outbox_and_are_kept_once(hall: Any) -> None:
    book = day_of_two()
    ops = [operation(fact, n) for n, fact in enumerate(book.facts)]
    assert [answer.status for answer in told(hall, *ops)] == [200] * 6
    again = [operation(fact, 100 + n) for n, fact in enumerate(book.facts)]
    assert [answer.code for answer in told(hall, *again)] == ["known"] * 6
    checked = hall.see(checking.check, SITE, T1)
    assert checked.whole
    assert (checked.head.seq, checked.head.digest.hex()) == (6, book.facts[-1].digest)


def test_the_hub_says_how_far_it_is_and_where_the_first_gap_is(hall: Any) -> None:
    facts = day_of_two().facts
    take(hall, facts[0], facts[3], facts[1])
    now = hall.see(entries.standing, SITE, T1)
    assert (now.seq, now.whole, now.receipt_no, now.digest) == (4, 2, 1, facts[3].digest)
    assert hall.see(checking.check, SITE, T1).missing == (3,)
    take(hall, facts[2], facts[4])
    assert hall.see(entries.standing, SITE, T1).whole == 5
    assert hall.see(checking.check, SITE, T1).whole


def test_an_entry_whose_digest_is_not_its_own_is_refused(hall: Any) -> None:
    fact = replace(day_of_two().facts[0], cents=1)
    (refused,) = take(hall, fact)
    assert isinstance(refused, Refused)
    assert refused.code is Code.LEDGER_BROKEN
    assert hall.see(entries.standing, SITE, T1).seq == 0


def test_a_second_entry_of_one_number_is_kept_aside_and_staff_hear_of_it(hall: Any) -> None:
    first = Book().add(1, "paid", receipt_no=1)
    other = Book().add(2, "paid", receipt_no=1, cents=99)
    kept, refused = take(hall, first, other)
    assert kept == "kept"
    assert isinstance(refused, Refused)
    assert refused.code is Code.LEDGER_CONFLICT
    assert hall.see(checking.check, SITE, T1).conflicts == (1,)
    assert [alarm.kind for alarm in hall.see(alarms_standing, SITE)] == [AlarmKind.LEDGER]


def test_entries_cannot_be_changed_or_deleted_and_a_rewritten_one_is_found(hall: Any) -> None:
    take(hall, *day_of_two().facts)
    for statement in ("UPDATE ledger_entry SET cents = 1", "DELETE FROM ledger_entry"):
        with pytest.raises(IntegrityError, match="never"):
            hall.store.write_now(lambda c, statement=statement: c.exec_driver_sql(statement))
    hall.store.write_now(lambda c: c.exec_driver_sql("DROP TRIGGER ledger_entry_stays"))
    hall.store.write_now(
        lambda c: c.exec_driver_sql("UPDATE ledger_entry SET body = json_set(body, '$.cents', 1) WHERE seq = 3")
    )
    assert hall.see(checking.check, SITE, T1).changed == 3


def test_receipts_missing_or_given_twice_are_named(hall: Any) -> None:
    book = Book()
    book.add(1, "paid", receipt_no=1)
    book.add(2, "paid", receipt_no=3)
    book.add(3, "paid", receipt_no=3)
    take(hall, *book.facts)
    checked = hall.see(checking.check, SITE, T1)
    assert (checked.receipts_missing, checked.receipts_twice) == ((2,), (3,))


@pytest.mark.parametrize(
    ("told_cents", "expected", "why", "differences"),
    [
        (4600, 4600, "balanced", ()),
        (4700, 4600, "differs", ("hub_and_payment_terminal",)),
        (4600, 4500, "differs", ("hub_and_terminal",)),
        (0, 4600, "not_told", ("not_told",)),
    ],
)
def test_three_sums_of_a_day_are_compared(
    hall: Any, told_cents: int, expected: int, why: str, differences: tuple[str, ...]
) -> None:
    book = day_of_two()
    book.facts.pop()
    book.add(4, "closed", "day", told_cents, expected_cents=expected, why=why)
    book.add(5, "paid", receipt_no=4, cents=500)
    book.add(6, "closed", "day", 500, expected_cents=500, why="balanced")
    take(hall, *book.facts)
    first, second = hall.see(totals.days, SITE, T1)
    assert (first.hub_cents, first.payments, first.voids) == (4600, 2, 1)
    assert first.differences == differences
    assert (second.hub_cents, second.differences) == (500, ())
    assert bool(hall.see(alarms_standing, SITE)) == bool(differences)
    sums = hall.see(totals.sums, SITE, 0, 10**15)[T1]
    assert (sums.paid, sums.paid_cents, sums.voided, sums.voided_cents) == (3, 6100, 1, 1000)


@pytest.fixture
def office(hall: Any) -> Any:
    """Two people of the cash office, and a case."""
    for n, login in enumerate(("anna", "bert")):
        hall.do(people.add, SITE, f"u{n}", login, login.title(), Role.CASH_OFFICE, "$argon2id$x", hall.clock())
    book = Book()
    book.add(7, "unknown", why="silent")
    book.add(7, "manual", why="no_last")
    take(hall, *book.facts)
    return hall


def propose(
    hall: Any, verdict: str = "paid", reason: str = "gesehen", evidence: str = "Beleg 12", user: str = "u0"
) -> Any:
    given = cases.Proposal(payment=uuid(7), verdict=verdict, reason=reason, evidence=evidence, user=user)
    return hall.do(cases.propose, SITE, given, hall.clock())


def confirm(hall: Any, user: str, order: int = 1) -> Any:
    given = cases.Confirmation(payment=uuid(7), user=user, role="cash_office", order=uuid(0xE0 + order))
    return hall.do(cases.confirm, SITE, given, hall.clock())


def ordered(hall: Any) -> list[Any]:
    return list(hall.do(orders.due, SITE, T1, hall.clock()))


def test_a_case_is_closed_by_two_people(office: Any) -> None:
    (case,) = office.see(cases.open_cases, SITE)
    assert (case.payment, case.state, case.why) == (uuid(7), "manual", "no_last")
    assert [alarm.kind for alarm in office.see(alarms_standing, SITE)] == [AlarmKind.PAYMENT_CASE]
    assert confirm(office, "u1").code is Code.UNKNOWN_CASE
    assert propose(office) is None
    assert confirm(office, "u0").code is Code.SAME_PERSON
    assert ordered(office) == []
    assert confirm(office, "u1") is None
    assert confirm(office, "u1") is None
    (order,) = ordered(office)
    assert order.kind == OrderKind.CLOSE_CASE
    assert (order.args["first"], order.args["second"], order.args["verdict"]) == ("u0", "u1", "paid")


def test_where_the_town_allows_it_one_person_closes_a_case_a_day_later(office: Any) -> None:
    office.do(lambda c: cases.let_one_person(c, SITE, allowed=True))
    propose(office)
    assert confirm(office, "u0").code is Code.TOO_EARLY
    office.clock.forward(DAY_MS)
    assert confirm(office, "u0") is None
    (order,) = ordered(office)
    assert order.args["one_person"] == "1"
    office.do(lambda c: cases.let_one_person(c, SITE, allowed=False))
    propose(office)
    office.clock.forward(2 * DAY_MS)
    assert confirm(office, "u0", 2).code is Code.SAME_PERSON


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"evidence": ""}, {"verdict": "perhaps"}])
def test_a_case_is_not_closed_without_reason_evidence_and_verdict(office: Any, wrong: dict[str, str]) -> None:
    assert isinstance(propose(office, **wrong), Refused)


def test_a_case_that_was_closed_is_open_no_more(office: Any) -> None:
    book = Book()
    book.facts = [msgspec.json.decode(b, type=LedgerFact) for b in bodies(office)]
    take(office, book.add(7, "paid", why="decided", receipt_no=1, first="u0", second="u1"))
    assert office.see(cases.open_cases, SITE) == []
    assert propose(office).code is Code.UNKNOWN_CASE


def bodies(hall: Any) -> list[str]:
    def read(connection: Any) -> list[str]:
        rows = connection.exec_driver_sql("SELECT body FROM ledger_entry ORDER BY seq").fetchall()
        return [body for (body,) in rows]

    found: list[str] = hall.see(read)
    return found
