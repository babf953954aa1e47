"""Staff enter a ticket by hand while its terminal is offline: the next number it must have given, a number that a
visitor says, or a slip that is scanned.

A number alone makes a placeholder: it waits, can be called, and becomes the terminal's ticket when that tells of it.
"""

import re

import msgspec
from sqlalchemy import Connection

from hub import hub_generation
from hub.counter import acts
from hub.counter.acts import Act
from hub.errors import Code, Refused
from hub.idempotency import Op, once
from hub.reports.reconcile import ReconcileResult, reconcile
from hub.reports.reported_tickets import ReportedTicket, insert, place
from hub.reports.slips import told_by_slip
from hub.store.enums import ACTIVE, Origin, TicketState, sql_list
from hub.store.sql import run
from hub.tickets import aliases, slots
from hub.tickets.business_day import today
from hub.tickets.model import FIELDS, Ticket, from_row
from kiosk.vocabulary.hardware.reader_texts import readings
from kiosk.vocabulary.labels import Label, parse_label
from kiosk.vocabulary.slips import Forged, Slip, find_slip

_PAGE = re.compile(r"/t/([0-9a-f]{32})\Z", re.IGNORECASE)
"""The end of the visitor's page, which is on slips of a hub with a base URL."""

DAYS_BACK = 8
"""Business days that a terminal may have missed while its visitors still wait with numbers of the one it knows."""


CAME = (TicketState.NO_SHOW, TicketState.DONE)
"""How a visit ends that came to a counter, though its terminal may have numbered it under the day before."""


class ManualEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody at a desk typed, read or pressed. ``op`` makes a double click one; ``id`` and ``token`` are drawn
    by the hub for a placeholder."""

    site: str
    op: str
    text: str
    id: str
    token: str
    now_ms: int
    origin: Origin = Origin.TYPED
    counter: str = ""
    """Where it can be undone; "" = nowhere."""


class Brought(msgspec.Struct, frozen=True, tag="brought"):
    """The ticket that was meant; ``fresh`` = it waits from now on, else it was there already.

    ``wrong_keyboard``: the reader at the desk is set to another keyboard than the computer.
    """

    ticket: Ticket
    fresh: bool
    wrong_keyboard: bool = False


def bring(connection: Connection, wish: ManualEntry) -> Brought | Refused:
    """Find the ticket, or bring it in. Refused with UNREADABLE, FORGED, WRONG_DAY, TICKET_CANCELLED, UNKNOWN_TICKET
    (a number of ours that nobody has), UNKNOWN_SLOT, UNKNOWN_SERIES.

    The second click on an expected number meets the next one on the button: the operation is the same all the same.
    """

    def do() -> Brought | Refused:
        found = _find(connection, wish)
        if isinstance(found, Brought) and found.fresh and wish.counter:
            act = Act(site=wish.site, counter=wish.counter, op=wish.op, now_ms=wish.now_ms)
            acts.keep(connection, act, acts.brought_in(connection, found.ticket))
        return found

    subject = wish.text[:200] if wish.origin is Origin.TYPED else "expected"
    return once(connection, Op(wish.site, wish.op, "bring", subject), wish.now_ms, Brought, do)


def expected(connection: Connection, site: str, day: str, slot: int, series: tuple[str, ...]) -> tuple[Label, ...]:
    """For each letter the next number that a terminal with this slot must have given, as far as we know."""
    last = {letter: _last_own(connection, site, day, slot, letter) for letter in series}
    return tuple(Label(letter, slot, n + 1) for letter, n in last.items())


def _last_own(connection: Connection, site: str, day: str, slot: int, series: str) -> int:
    """The last number of a slot in a series: one look into the index of numbers, where own ones have round 0."""
    row = run(
        connection,
        "SELECT max(n) FROM ticket WHERE site_id = ? AND day = ? AND series = ? AND slot = ? AND round = 0",
        site,
        day,
        series,
        slot,
    ).fetchone()
    return 0 if row is None or row[0] is None else int(row[0])


def _find(connection: Connection, wish: ManualEntry) -> Brought | Refused:
    day = today(connection, wish.site, wish.now_ms)
    if page := _PAGE.search(wish.text.strip()):
        return _there(_with_token(connection, page[1].lower()))
    found = find_slip(wish.text, hub_generation.of(connection, wish.site).slip_key)
    if isinstance(found, Forged):
        return Refused(Code.FORGED, "This slip was not made by this hall.", "text")
    if found is not None:
        return _with_note(_slip(connection, wish, found.slip), found.reading.wrong_keyboard)
    if (ticket := _of_other_keyboard(connection, wish.text.strip())) is not None:
        return Brought(ticket, fresh=False, wrong_keyboard=True)
    label = parse_label(wish.text)
    if label is None:
        return Refused(Code.UNREADABLE, "This is neither a number nor a slip of ours.", "text")
    return _number(connection, wish, label, day)


def _of_other_keyboard(connection: Connection, text: str) -> Ticket | None:
    """The ticket of a visitor's page that a reader typed with another keyboard: nobody guesses a token."""
    pages = {page[1].lower() for reading in readings(text) if (page := _PAGE.search(reading.text))}
    return next((ticket for token in pages if (ticket := _with_token(connection, token)) is not None), None)


def _with_note(result: Brought | Refused, wrong_keyboard: bool) -> Brought | Refused:
    if isinstance(result, Refused) or not wrong_keyboard:
        return result
    return msgspec.structs.replace(result, wrong_keyboard=True)


def _there(ticket: Ticket | None) -> Brought | Refused:
    if ticket is None:
        return Refused(Code.UNKNOWN_TICKET, "Nobody has this number.", "text")
    return Brought(ticket, fresh=False)


def _slip(connection: Connection, wish: ManualEntry, slip: Slip) -> Brought | Refused:
    told = told_by_slip(connection, wish.site, slip, wish.token, wish.now_ms)
    if aliases.find(connection, wish.site, slip.id) is None:
        where = place(connection, told)
        if isinstance(where, Refused) and where.code is not Code.NO_LONGER_KEPT:
            return where
        if isinstance(where, Refused) or not where.waits:
            return Refused(Code.WRONG_DAY, f"This slip is of {slip.business_day}.", "text")
    taken = reconcile(connection, told)
    if isinstance(taken, Refused):
        return taken
    if taken.ticket is None:
        return Refused(Code.TICKET_CANCELLED, "This number was given back.", "text")
    return Brought(taken.ticket, fresh=taken.news is ReconcileResult.NEW)


def _number(connection: Connection, wish: ManualEntry, label: Label, day: str) -> Brought | Refused:
    known = _with_number(connection, wish.site, day, label)
    if known is not None or label.slot == 0:
        return _there(known)
    if not slots.may_number(connection, wish.site, label.slot):
        return Refused(Code.UNKNOWN_SLOT, f"No terminal gives numbers with {label.slot:02d}.", "text")
    told = ReportedTicket(
        site=wish.site,
        id=wish.id,
        label=label,
        day=day,
        arrival_ms=_earliest(connection, wish, label, day),
        arrival_sure=False,
        origin=wish.origin,
        token=wish.token,
        now_ms=wish.now_ms,
    )
    where = place(connection, told)
    return where if isinstance(where, Refused) else Brought(insert(connection, told, where), fresh=True)


def _with_number(connection: Connection, site: str, day: str, label: Label) -> Ticket | None:
    """Whoever waits with this number, on whatever day it was given; else who had it today, or ended with it today."""
    if label.slot == 0:
        return aliases.in_use(connection, site, label) or aliases.with_number(connection, site, day, label)
    return (
        _lately(connection, site, label, f"state IN {sql_list(ACTIVE)}")
        or aliases.with_number(connection, site, day, label)
        or _lately(connection, site, label, f"state IN {sql_list(CAME)} AND ended_ms >= {_OPENED}")
    )


_OPENED = "(SELECT d.opened_ms FROM business_day d WHERE d.site_id = ticket.site_id AND d.closed_ms IS NULL)"


def _lately(connection: Connection, site: str, label: Label, how: str) -> Ticket | None:
    """The latest ticket with a terminal's own number that stands so, of the last business days."""
    row = run(
        connection,
        f"SELECT {FIELDS} FROM ticket WHERE site_id = ? AND day IN"
        " (SELECT day FROM business_day WHERE site_id = ? ORDER BY day DESC LIMIT ?)"
        f" AND series = ? AND slot = ? AND round = 0 AND n = ? AND {how} ORDER BY day DESC LIMIT 1",
        site,
        site,
        DAYS_BACK,
        label.series,
        label.slot,
        label.n,
    ).fetchone()
    return None if row is None else from_row(row)


def _with_token(connection: Connection, token: str) -> Ticket | None:
    row = run(connection, f"SELECT {FIELDS} FROM ticket WHERE token = ?", token).fetchone()
    return None if row is None else from_row(row)


def _earliest(connection: Connection, wish: ManualEntry, label: Label, day: str) -> int:
    """The earliest moment at which the number can have been given: after the one before it, after its terminal was
    heard last, on this business day. Whoever was cut off is not put behind those who were not."""
    row = run(
        connection,
        """SELECT max(
            (SELECT opened_ms FROM business_day WHERE site_id = ?1 AND day = ?2),
            coalesce((SELECT max(arrival_ms) FROM ticket
                      WHERE site_id = ?1 AND day = ?2 AND series = ?3 AND slot = ?4 AND n < ?5), 0),
            coalesce((SELECT coalesce(g.retired_ms, s.seen_ms) FROM slot_grant g LEFT JOIN terminal_status s
                      ON s.site_id = g.site_id AND s.terminal_id = g.terminal_id
                      WHERE g.site_id = ?1 AND g.slot = ?4
                      ORDER BY g.retired_ms IS NOT NULL, g.retired_ms DESC LIMIT 1), ?6))""",
        wish.site,
        day,
        label.series,
        label.slot,
        label.n,
        wish.now_ms,
    ).fetchone()
    assert row is not None
    return int(row[0])
