"""Adds the ledger up, and compares three sums of each end-of-day: the hub's, the terminal's, the payment terminal's."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from hub.store.sql import run
from kiosk.wire.ledger import LedgerFact, LedgerKind

_HANDED_IN = ("closed", "seen_closed")


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One end-of-day of one terminal, in cents."""

    id: str
    at_ms: int
    state: str
    hub_cents: int
    """Paid minus voided since the last one, from the entries."""
    terminal_cents: int | None
    """The same from the terminal's own records."""
    told_cents: int | None
    """What the payment terminal handed in; None = nobody knows."""
    payments: int
    voids: int

    @property
    def differences(self) -> tuple[str, ...]:
        """Every pair of sums that differs, as codes."""
        found = []
        if self.told_cents is None:
            found.append("not_told")
        elif self.told_cents != self.hub_cents:
            found.append("hub_and_payment_terminal")
        if self.terminal_cents is not None and self.terminal_cents != self.hub_cents:
            found.append("hub_and_terminal")
        return tuple(found)


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """Of a span of time."""

    paid: int = 0
    paid_cents: int = 0
    voided: int = 0
    voided_cents: int = 0


def days(connection: Connection, site: str, terminal: str) -> list[Day]:
    """Every end-of-day of a terminal, oldest first."""
    rows = run(
        connection,
        "SELECT body FROM ledger_entry WHERE site_id = ? AND terminal_id = ? ORDER BY seq",
        site,
        terminal,
    )
    return list(_days(msgspec.json.decode(body, type=LedgerFact) for (body,) in rows))


def _days(entries: Iterable[LedgerFact]) -> Iterator[Day]:
    standing: dict[str, int] = {}
    payments = voids = 0
    for fact in entries:
        if fact.kind == LedgerKind.PAYMENT:
            payments += fact.state == "paid"
            voids += fact.state == "voided"
            _move(standing, fact)
            continue
        told = fact.cents if fact.why != "not_told" else None
        yield Day(
            id=fact.id,
            at_ms=fact.at_ms,
            state=fact.state,
            hub_cents=sum(standing.values()),
            terminal_cents=fact.expected_cents,
            told_cents=told,
            payments=payments,
            voids=voids,
        )
        if fact.state in _HANDED_IN:
            standing.clear()
            payments = voids = 0


def _move(standing: dict[str, int], fact: LedgerFact) -> None:
    """What stands in the payment terminal by this entry."""
    if fact.state == "paid":
        standing[fact.id] = fact.cents
    elif fact.state in ("voided", "not_charged", "declined"):
        standing.pop(fact.id, None)


def sums(connection: Connection, site: str, from_ms: int, before_ms: int) -> dict[str, Sums]:
    """By terminal: what was paid and voided in this span of time, by the terminals' clocks."""
    rows = run(
        connection,
        "SELECT terminal_id, state, count(*), sum(cents) FROM ledger_entry WHERE site_id = ? AND kind = 'payment'"
        " AND state IN ('paid', 'voided') AND at_ms >= ? AND at_ms < ? GROUP BY terminal_id, state",
        site,
        from_ms,
        before_ms,
    ).fetchall()
    found: dict[str, Sums] = {}
    for terminal, state, count, cents in rows:
        before = found.get(str(terminal), Sums())
        if state == "paid":
            found[str(terminal)] = replace(before, paid=count, paid_cents=int(cents))
        else:
            found[str(terminal)] = replace(before, voided=count, voided_cents=int(cents))
    return found
