"""What the desk shows of help calls: one card for each terminal and cause, and none whose cause is gone.

Whether a cause is gone is looked up, not remembered: a slip came out, its visitor was called or gave the number back; a
terminal without numbers gave one since; a flood of numbers is over. So no act elsewhere has to think of closing a card.
"""

from itertools import groupby

import msgspec
from sqlalchemy import Connection

from hub.fleet.help_calls import HelpCall, standing_calls
from hub.store.enums import TicketState
from hub.store.sql import run
from hub.tickets import aliases
from hub.tickets.business_day import open_day
from hub.tickets.model import Ticket
from kiosk.vocabulary.labels import Label, parse_label
from kiosk.vocabulary.tickets import PaperState

FLOOD_MS = 5 * 60_000
"""After the last call a flood of numbers is over."""
PAPER_UNCLEAR = "paper_unclear"
"""What a card says where no slip is known to be missing, but some are not known to have come."""
PERSON = "asked"
"""The reason of a visitor who asks for a person."""


class HelpCard(msgspec.Struct, frozen=True, kw_only=True):
    """One terminal, one cause. ``call`` is the newest one: what its buttons are about."""

    call: HelpCall
    calls: tuple[HelpCall, ...]
    labels: tuple[Label, ...]
    """Numbers without a slip, in their order,"""
    unclear: tuple[Label, ...] = ()
    """and those of which nobody knows whether their slip came."""

    @property
    def person(self) -> bool:
        """A visitor asks for somebody to come."""
        return self.call.reason == PERSON

    @property
    def since_ms(self) -> int:
        """When the first of the calls came."""
        return self.calls[0].opened_ms

    @property
    def reason(self) -> str:
        """What the card says: the calls' reason, or that it is not sure."""
        return PAPER_UNCLEAR if self.unclear and not self.labels else self.call.reason

    @property
    def spans(self) -> tuple[str, ...]:
        """The numbers without a slip in short: ``A 004-006``, ``B 002``."""
        return tuple(_spans(self.labels))

    @property
    def unclear_spans(self) -> tuple[str, ...]:
        """The same of the unclear ones."""
        return tuple(_spans(self.unclear))


def cards(connection: Connection, site: str, now_ms: int) -> tuple[HelpCard, ...]:
    """The cards in the order in which staff should look: who asks first, what nobody took yet, the oldest."""
    day = open_day(connection, site) or ""
    standing = [
        call for call in standing_calls(connection, site, now_ms) if _stands(connection, site, day, call, now_ms)
    ]
    standing.sort(key=_cause)
    found = [_card(connection, site, day, tuple(calls)) for _, calls in groupby(standing, key=_cause)]
    return tuple(sorted(found, key=lambda card: (bool(card.call.taken_by), not card.person, card.since_ms)))


def _cause(call: HelpCall) -> tuple[str, str]:
    return (call.terminal, call.reason)


def _card(connection: Connection, site: str, day: str, calls: tuple[HelpCall, ...]) -> HelpCard:
    """One card of the calls for one cause. What was called after somebody went there is open again."""
    waiting = tuple(call for call in calls if not call.taken_by)
    labels = {label for call in calls if (label := parse_label(call.label)) is not None}
    unclear = {label for label in labels if _is_unclear(connection, site, day, calls[0].reason, label)}
    shown = waiting or calls
    return HelpCard(call=shown[-1], calls=shown, labels=tuple(sorted(labels - unclear)), unclear=tuple(sorted(unclear)))


def _stands(connection: Connection, site: str, day: str, call: HelpCall, now_ms: int) -> bool:
    """Whether the reason of a call still holds."""
    match call.reason:
        case "no_paper":
            return _without_slip(connection, site, day, call)
        case "no_number":
            return not _numbered_since(connection, site, day, call)
        case "flood":
            return now_ms - call.opened_ms < FLOOD_MS
        case _:
            return True


def _without_slip(connection: Connection, site: str, day: str, call: HelpCall) -> bool:
    """Its visitor still waits without a slip and was never called: whoever was called has met somebody of the staff.

    A number that the hub does not know yet is on its way to it.
    """
    label = parse_label(call.label)
    ticket = _ticket(connection, site, day, label) if label is not None else None
    if ticket is None:
        return True
    waits = ticket.state in (TicketState.ISSUED, TicketState.WAITING) and ticket.calls == 0
    return waits and ticket.paper != "printed"


def _is_unclear(connection: Connection, site: str, day: str, reason: str, label: Label) -> bool:
    """The printer could not say whether the slip came out."""
    ticket = _ticket(connection, site, day, label) if reason == "no_paper" else None
    return ticket is not None and ticket.paper == PaperState.UNCONFIRMED


def _ticket(connection: Connection, site: str, day: str, label: Label) -> Ticket | None:
    in_use = aliases.in_use(connection, site, label) if label.slot == 0 else None
    return in_use or aliases.with_number(connection, site, day, label)


def _numbered_since(connection: Connection, site: str, day: str, call: HelpCall) -> bool:
    row = run(
        connection,
        "SELECT EXISTS (SELECT 1 FROM ticket WHERE site_id = ? AND day = ? AND terminal_id = ? AND issued_ms > ?)",
        site,
        day,
        call.terminal,
        call.opened_ms,
    ).fetchone()
    assert row is not None
    return bool(row[0])


def _spans(labels: tuple[Label, ...]) -> list[str]:
    """``A 004, A 005, A 006`` as ``A 004-006``."""
    spans: list[list[Label]] = []
    for label in labels:
        last = spans[-1][-1] if spans else None
        if last is not None and (last.series, last.slot, last.n + 1) == (label.series, label.slot, label.n):
            spans[-1].append(label)
        else:
            spans.append([label])
    return [_span(span[0], span[-1]) for span in spans]


def _span(first: Label, last: Label) -> str:
    if first == last:
        return str(first)
    end = f"{last.n:02d}" if last.slot else f"{last.n:03d}"
    return f"{first}\N{EN DASH}{end}"
