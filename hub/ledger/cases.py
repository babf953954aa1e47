"""Cases of payments: which are open, and how people close them.

One person proposes, with reason and evidence; another one who is signed in confirms. Where the town sets one person,
the same may confirm 24 hours later. Then the terminal gets the order; it looks at the same rules once more.
"""

import msgspec
from sqlalchemy import Connection

from hub.errors import Code, Refused
from hub.fleet import orders
from hub.store.sql import run
from kiosk.wire import OrderKind
from kiosk.wire.ledger import LedgerFact

DAY_MS = 86_400_000
TEXT_MAX = 500
VERDICTS = ("paid", "not_charged", "voided")


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A payment of which nobody knows yet, as its newest entry has it."""

    payment: str
    terminal: str
    state: str
    why: str
    cents: int
    currency: str
    at_ms: int
    receipt: int | None
    trace: int | None


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """How one person would close it."""

    payment: str
    verdict: str
    reason: str
    evidence: str
    user: str
    """The id of who proposes."""


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """Who confirms; ``order`` is the id under which the terminal is told."""

    payment: str
    user: str
    role: str
    order: str


def open_cases(connection: Connection, site: str) -> list[Case]:
    """Payments whose newest entry says unknown or manual, oldest first."""
    rows = run(
        connection,
        "SELECT terminal_id, body FROM ledger_entry e WHERE site_id = ? AND kind = 'payment'"
        " AND state IN ('unknown', 'manual') AND NOT EXISTS (SELECT 1 FROM ledger_entry l"
        "  WHERE l.site_id = e.site_id AND l.id = e.id AND l.terminal_id = e.terminal_id AND l.seq > e.seq)"
        " ORDER BY at_ms, seq",
        site,
    ).fetchall()
    return [_case(str(terminal), msgspec.json.decode(body, type=LedgerFact)) for terminal, body in rows]


def propose(connection: Connection, site: str, given: Proposal, now_ms: int) -> Refused | None:
    """Say how to close a case. A second proposal takes the place of the first, and must be confirmed anew."""
    case = _find(connection, site, given.payment)
    if case is None:
        return _no_case()
    if given.verdict not in VERDICTS:
        return Refused(Code.WRONG_STATE, "A case is closed as paid, not charged or voided.", "verdict")
    for place in ("reason", "evidence"):
        if not getattr(given, place).strip():
            return Refused(Code.WRONG_STATE, "Say why, and what shows it: a receipt, the turnover list.", place)
    run(
        connection,
        "INSERT INTO case_decision (site_id, payment_id, terminal_id, verdict, reason, evidence, proposed_by,"
        " proposed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (site_id, payment_id) DO UPDATE SET verdict = excluded.verdict, reason = excluded.reason,"
        " evidence = excluded.evidence, proposed_by = excluded.proposed_by, proposed_ms = excluded.proposed_ms,"
        " confirmed_by = NULL, confirmed_ms = NULL, order_id = NULL",
        site,
        given.payment,
        case.terminal,
        given.verdict,
        given.reason.strip()[:TEXT_MAX],
        given.evidence.strip()[:TEXT_MAX],
        given.user,
        now_ms,
    )
    return None


def confirm(connection: Connection, site: str, given: Confirmation, now_ms: int) -> Refused | None:
    """Confirm the proposal: the terminal is ordered to close the case so. The same order id again changes nothing."""
    case = _find(connection, site, given.payment)
    row = run(
        connection,
        "SELECT verdict, reason, evidence, proposed_by, proposed_ms, order_id FROM case_decision"
        " WHERE site_id = ? AND payment_id = ?",
        site,
        given.payment,
    ).fetchone()
    if case is None or row is None:
        return _no_case()
    verdict, reason, evidence, first, first_ms, order_id = row
    if order_id == given.order:
        return None
    one_person = lets_one_person(connection, site)
    if first == given.user and not (one_person and now_ms - first_ms >= DAY_MS):
        return _second_person(one_person=one_person)
    args = {
        "payment": given.payment,
        "verdict": verdict,
        "reason": reason,
        "evidence": evidence,
        "first": first,
        "first_ms": str(first_ms),
        "second": given.user,
        "second_ms": str(now_ms),
        "one_person": str(int(one_person)),
    }
    order = orders.Given(id=given.order, kind=OrderKind.CLOSE_CASE, args=args, role=given.role, user=given.user)
    if (refused := orders.give(connection, site, case.terminal, order, now_ms)) is not None:
        return refused
    run(
        connection,
        "UPDATE case_decision SET confirmed_by = ?, confirmed_ms = ?, order_id = ?"
        " WHERE site_id = ? AND payment_id = ?",
        given.user,
        now_ms,
        given.order,
        site,
        given.payment,
    )
    return None


def lets_one_person(connection: Connection, site: str) -> bool:
    """Whether the town lets one person close a case, a day later."""
    row = run(connection, "SELECT one_person FROM money_settings WHERE site_id = ?", site).fetchone()
    return row is not None and bool(row[0])


def let_one_person(connection: Connection, site: str, *, allowed: bool) -> None:
    """Set it."""
    run(
        connection,
        "INSERT INTO money_settings (site_id, one_person) VALUES (?, ?)"
        " ON CONFLICT (site_id) DO UPDATE SET one_person = excluded.one_person",
        site,
        int(allowed),
    )


def _find(connection: Connection, site: str, payment: str) -> Case | None:
    return next((case for case in open_cases(connection, site) if case.payment == payment), None)


def _case(terminal: str, fact: LedgerFact) -> Case:
    return Case(
        payment=fact.id,
        terminal=terminal,
        state=fact.state,
        why=fact.why,
        cents=fact.cents,
        currency=fact.currency,
        at_ms=fact.at_ms,
        receipt=fact.receipt,
        trace=fact.trace,
    )


def _no_case() -> Refused:
    return Refused(Code.UNKNOWN_CASE, "This case is not open, or nobody has proposed how to close it.", "payment")


def _second_person(*, one_person: bool) -> Refused:
    if one_person:
        return Refused(Code.TOO_EARLY, "Whoever proposed it may confirm it 24 hours later.", "user")
    return Refused(Code.SAME_PERSON, "Somebody else must confirm this.", "user")
