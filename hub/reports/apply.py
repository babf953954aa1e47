"""What a terminal tells by its outbox: each operation alone in a savepoint, applied once, answered for itself.

Operations of a lane keep their order: behind one that failed, the rest of the lane is not tried. An answer that had an
effect is kept with a fingerprint of its operation; a refusal had none and is looked at again when it is asked again.
"""

import hashlib
import logging
from collections.abc import Callable
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from hub.errors import Code, Refused, status_of
from hub.fleet import orders
from hub.fleet.terminals import Known
from hub.ledger import entries
from hub.log import event
from hub.reports import cancel, permissions
from hub.reports.permissions import Key
from hub.reports.reconcile import Reconciled, reconcile
from hub.reports.reported_tickets import ReportedTicket
from hub.reports.slips import take_slip
from hub.store.enums import Origin
from hub.store.sql import run
from kiosk.vocabulary.depth import shallow
from kiosk.vocabulary.labels import Label
from kiosk.wire import CancelFact, LedgerFact, Op, OpAnswer, OpKind, OrderFact, PaperFact, ScanFact, TicketFact

_TICKET = msgspec.json.Decoder(TicketFact)
_CANCEL = msgspec.json.Decoder(CancelFact)
_PAPER = msgspec.json.Decoder(PaperFact)
_SCAN = msgspec.json.Decoder(ScanFact)
_ORDER = msgspec.json.Decoder(OrderFact)
_LEDGER = msgspec.json.Decoder(LedgerFact)
LOGGER = logging.getLogger("hub.sync")


class Teller(NamedTuple):
    """Who tells, and when; ``draw`` makes tokens of visitors' pages (32 hex digits).

    ``generation`` is that of the terminal's database; "" = not said.
    """

    known: Known
    now_ms: int
    draw: Callable[[], str]
    generation: str = ""

    @property
    def key(self) -> Key:
        """Who it is to the rules of what a key may tell."""
        return Key(self.known.site, self.known.id, self.generation)


def apply_all(connection: Connection, teller: Teller, ops: tuple[Op, ...]) -> tuple[OpAnswer, ...]:
    """One answer for each operation, in their order."""
    failed: set[str] = set()
    answers: list[OpAnswer] = []
    for op in ops:
        if op.lane in failed:
            answer = OpAnswer(op.op, 424, "behind", "An earlier operation of this lane failed.")
        else:
            answer = _alone(connection, teller, op)
        if answer.status >= 400:
            failed.add(op.lane)
        answers.append(answer)
    return tuple(answers)


def _alone(connection: Connection, teller: Teller, op: Op) -> OpAnswer:
    """Apply one operation; what it cannot do whole it does not do. A guard of a table that breaks is a bug of ours."""
    run(connection, "SAVEPOINT op")
    try:
        answer = _once(connection, teller, op)
    except IntegrityError as fault:
        LOGGER.error("bug in operation %s (%s)", op.op, op.kind, exc_info=fault, extra=event("hub.bug"))
        answer = OpAnswer(op.op, 500, "bug", "The hub made a mistake; it is in its log.")
    if answer.status >= 500:
        run(connection, "ROLLBACK TO op")
    run(connection, "RELEASE op")
    return answer


def _once(connection: Connection, teller: Teller, op: Op) -> OpAnswer:
    """Its effect, or the answer that was given when it had its effect."""
    site, fingerprint = teller.known.site, hashlib.sha256(op.kind.encode() + b"\0" + bytes(op.body)).hexdigest()
    row = run(
        connection, "SELECT fingerprint, answer FROM applied WHERE site_id = ? AND op = ?", site, op.op
    ).fetchone()
    if row is not None and row[0] != fingerprint:
        return _refused(op, Refused(Code.ID_USED_OTHERWISE, "This id was already used for something else.", "op"))
    if row is not None:
        return msgspec.json.decode(row[1], type=OpAnswer)
    answer = _effect(connection, teller, op)
    if answer.status < 400:
        run(
            connection,
            "INSERT INTO applied (site_id, op, kind, fingerprint, answer, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
            site,
            op.op,
            f"sync.{op.kind}",
            fingerprint,
            msgspec.json.encode(answer).decode(),
            teller.now_ms,
        )
    return answer


def _effect(connection: Connection, teller: Teller, op: Op) -> OpAnswer:
    do = _DO.get(op.kind)
    if do is None:
        return OpAnswer(op.op, 501, "unknown_kind", f"This hub does not know {op.kind}; update it.")
    try:
        word = do(connection, teller, msgspec.Raw(shallow(bytes(op.body))))
    except msgspec.ValidationError as fault:
        return OpAnswer(op.op, 400, "bad_field", str(fault))
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        return OpAnswer(op.op, 400, "bad_json", str(fault))
    if not isinstance(word, Refused):
        return OpAnswer(op.op, 200, word)
    permissions.tell_staff(connection, teller.key, word, teller.now_ms)
    return _refused(op, word)


def _refused(op: Op, refused: Refused) -> OpAnswer:
    return OpAnswer(op.op, status_of(refused.code), refused.code, refused.message)


def _ticket(connection: Connection, teller: Teller, body: msgspec.Raw) -> str | Refused:
    fact = _TICKET.decode(body)
    told = ReportedTicket(
        site=teller.known.site,
        id=fact.id,
        label=Label(fact.series, fact.slot, fact.n),
        day=fact.business_day,
        arrival_ms=fact.arrival_ms,
        arrival_sure=fact.arrival_sure,
        origin=Origin.TERMINAL if fact.slot else Origin.HUB,
        token=teller.draw(),
        now_ms=teller.now_ms,
        service=fact.service,
        lang=fact.lang,
        terminal=teller.known.id,
        tapped_at=fact.tapped_at[:40],
    )
    if refused := permissions.may_number(connection, teller.key, told):
        return refused
    taken = reconcile(connection, told)
    if isinstance(taken, Reconciled) and taken.ticket is not None:
        permissions.claim(connection, teller.key, taken.ticket)
    return _news(taken)


def _cancel(connection: Connection, teller: Teller, body: msgspec.Raw) -> str | Refused:
    fact = _CANCEL.decode(body)
    if refused := permissions.may_cancel(connection, teller.key, fact.id):
        return refused
    return cancel.cancel(connection, teller.known.site, fact.id, teller.now_ms)


def _paper(connection: Connection, teller: Teller, body: msgspec.Raw) -> str | Refused:
    fact = _PAPER.decode(body)
    if refused := permissions.may_report(connection, teller.key, fact.id):
        return refused
    refused = cancel.report_paper(connection, teller.known.site, fact.id, fact.outcome, fact.problem, teller.now_ms)
    return refused or fact.outcome


def _scan(connection: Connection, teller: Teller, body: msgspec.Raw) -> str | Refused:
    fact = _SCAN.decode(body)
    taken = take_slip(connection, teller.known.site, fact.slip, teller.draw(), teller.now_ms)
    if isinstance(taken, Reconciled) and taken.ticket is not None:
        permissions.note_shown(connection, teller.key, taken.ticket.id, teller.now_ms)
    return _news(taken)


def _news(taken: Reconciled | Refused) -> str | Refused:
    """What is no longer kept is settled too: the terminal must not tell it again."""
    if isinstance(taken, Refused):
        return str(taken.code) if taken.code is Code.NO_LONGER_KEPT else taken
    return taken.news


def _order(connection: Connection, teller: Teller, body: msgspec.Raw) -> str | Refused:
    fact = _ORDER.decode(body)
    return orders.record_result(connection, teller.known.site, teller.known.id, fact, teller.now_ms) or fact.result


def _ledger(connection: Connection, teller: Teller, body: msgspec.Raw) -> str | Refused:
    return entries.take(connection, teller.known.site, teller.known.id, _LEDGER.decode(body), teller.now_ms)


_DO: dict[str, Callable[[Connection, Teller, msgspec.Raw], str | Refused]] = {
    OpKind.TICKET: _ticket,
    OpKind.CANCEL: _cancel,
    OpKind.PAPER: _paper,
    OpKind.SCAN: _scan,
    OpKind.ORDER: _order,
    OpKind.LEDGER: _ledger,
}
