"""Attempts in the store: where each may go, what its status information counts. Inside the caller's transaction."""

from collections.abc import Iterator

import apsw
import msgspec
from msgspec.structs import replace

from kiosk.payments.model import Attempt, Ending, PaymentOrder, PaymentOrderKind
from kiosk.payments.states import OPEN, AttemptState
from kiosk.vocabulary.payments import CardRecord

S = AttemptState
_BEFORE_THE_END = frozenset({S.INTENT, S.AUTHORISED, S.UNKNOWN})
_ENDS = frozenset({S.PAID, S.DECLINED, S.NOT_CHARGED, S.VOIDED})
MAY_GO: dict[AttemptState | None, frozenset[AttemptState]] = {
    None: frozenset({S.INTENT, S.NOT_CHARGED, S.MANUAL}),
    **dict.fromkeys(_BEFORE_THE_END, frozenset({S.UNKNOWN, S.MANUAL, S.VOID_WANTED, *_ENDS})),
    S.MANUAL: frozenset({S.UNKNOWN, S.VOID_WANTED, S.PAID, S.NOT_CHARGED, S.VOIDED}),
    S.VOID_WANTED: frozenset({S.VOIDED, S.MANUAL, S.UNKNOWN}),
    S.PAID: frozenset({S.VOID_WANTED}),
    S.DECLINED: frozenset({S.MANUAL}),
    S.NOT_CHARGED: frozenset({S.MANUAL}),
    S.VOIDED: frozenset(),
}
"""Ends are final, but for a reversal that was asked for and a capture that shows up after all."""
KNOWS_ALL = frozenset({S.PAID, S.DECLINED, S.NOT_CHARGED})
"""Ends that must know of every status information that is stored."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt as the store has it."""

    attempt: Attempt
    state: AttemptState
    receipt_no: int = 0
    void_no: int = 0
    """Of the slip of its reversal."""
    day: str = ""
    """The end-of-day that it was handed in with; "" = none yet."""


def read(db: apsw.Connection, payment: str) -> Stored | None:
    """One attempt; None when it is not known."""
    return next(_stored(db, "WHERE id = ?", payment), None)


def open_one(db: apsw.Connection) -> Stored | None:
    """The attempt that is open; None when none is."""
    states = ", ".join(f"'{state.value}'" for state in sorted(OPEN))
    return next(_stored(db, f"WHERE state IN ({states})"), None)


def newest(db: apsw.Connection) -> Stored | None:
    """The attempt that was begun last."""
    return next(_stored(db, "ORDER BY begun DESC LIMIT 1"), None)


def has_paid(db: apsw.Connection, charge: str) -> bool:
    """Whether this charge is paid."""
    row = db.execute(
        "SELECT 1 FROM payment_attempt WHERE charge = ? AND charge <> '' AND state = 'paid'", (charge,)
    ).fetchone()
    return row is not None


def insert(db: apsw.Connection, attempt: Attempt, state: AttemptState, begun: int) -> None:
    """A new one. Raises apsw.ConstraintError when another one is open."""
    db.execute(
        "INSERT INTO payment_attempt(id, begun, charge, state, cents, body) VALUES (?, ?, ?, ?, ?, ?)",
        (attempt.id, begun, attempt.charge, state.value, attempt.amount.cents, _text(attempt)),
    )


def move(db: apsw.Connection, attempt: Attempt, to: AttemptState) -> None:
    """Where it stands now, with what is known of it. What was counted and withdrawn here stays."""
    known = read(db, attempt.id)
    assert known is not None
    body = replace(attempt, approvals=known.attempt.approvals, wanted=attempt.wanted and known.attempt.wanted)
    db.execute("UPDATE payment_attempt SET state = ?, body = ? WHERE id = ?", (to.value, _text(body), attempt.id))


def count(db: apsw.Connection, known: Stored, record: CardRecord) -> Attempt:
    """One more status information with result 0."""
    attempt = replace(known.attempt, approvals=known.attempt.approvals + 1, record=record)
    state = S.AUTHORISED if known.state is S.INTENT else known.state
    db.execute(
        "UPDATE payment_attempt SET state = ?, approvals = ?, body = ? WHERE id = ?",
        (state.value, attempt.approvals, _text(attempt), attempt.id),
    )
    return attempt


def drop(db: apsw.Connection, payment: str) -> None:
    """What was paid for is gone: if it is charged all the same, it is to be taken back."""
    if (known := read(db, payment)) is not None:
        body = _text(replace(known.attempt, wanted=False))
        db.execute("UPDATE payment_attempt SET body = ? WHERE id = ?", (body, payment))


def give_receipt(db: apsw.Connection, payment: str, number: int) -> None:
    """Its number among the receipts of this terminal."""
    db.execute("UPDATE payment_attempt SET receipt_no = ? WHERE id = ?", (number, payment))


def give_void_slip(db: apsw.Connection, payment: str, number: int) -> None:
    """The number of the slip of its reversal, among the receipts of this terminal."""
    db.execute("UPDATE payment_attempt SET void_no = ? WHERE id = ?", (number, payment))


def expected_cents(db: apsw.Connection) -> int:
    """Paid and not voided since the last end-of-day: what the payment terminal must hand in."""
    row = db.execute(
        "SELECT coalesce(sum(cents), 0) FROM payment_attempt WHERE state = 'paid' AND day IS NULL"
    ).fetchone()
    assert row is not None
    return int(row[0])


def hand_in(db: apsw.Connection, day: str) -> None:
    """Everything that has ended belongs to this end-of-day."""
    db.execute(
        "UPDATE payment_attempt SET day = ? WHERE day IS NULL AND state IN"
        " ('paid', 'declined', 'not_charged', 'voided')",
        (day,),
    )


def with_paid(db: apsw.Connection, order: PaymentOrder) -> PaymentOrder:
    """An order to void with the payment it is about, when that can still be reversed."""
    if order.kind is not PaymentOrderKind.VOID:
        return order
    known = read(db, order.payment)
    can = known is not None and known.state is S.PAID and known.day == ""
    return replace(order, paid=known.attempt if known is not None and can else None)


def why_refused(known: Stored | None, ending: Ending, attempt: Attempt) -> str:
    """Why the attempt may not go there: a code; "" = it may. "stale": it does not know of all that is stored."""
    if ending.to not in MAY_GO[known.state if known is not None else None]:
        return f"{known.state.value if known is not None else 'nothing'} never becomes {ending.to.value}"
    if known is not None and known.state is S.PAID and known.day:
        return "handed in"
    stale = known is not None and known.state is not S.PAID and known.attempt.approvals != attempt.approvals
    return "stale" if stale and ending.to in KNOWS_ALL else ""


def _stored(db: apsw.Connection, where: str, *values: str) -> Iterator[Stored]:
    for state, body, receipt_no, void_no, day in db.execute(
        f"SELECT state, body, receipt_no, void_no, day FROM payment_attempt {where}",
        values,
    ):
        yield Stored(
            attempt=msgspec.json.decode(str(body), type=Attempt),
            state=AttemptState(str(state)),
            receipt_no=int(receipt_no or 0),
            void_no=int(void_no or 0),
            day=str(day or ""),
        )


def _text(attempt: Attempt) -> str:
    return msgspec.json.encode(attempt).decode()
