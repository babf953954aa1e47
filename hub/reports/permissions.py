"""What a terminal's key may report: numbers of slots that it was granted, and the fate of its own tickets.

A terminal is known by its key and by the generation of its database, which nobody else knows: a database that enrols
again under another name still tells of what it numbered before. A refusal has a code for the terminal, and staff get
one alarm for each terminal (decision 0265).

A hub that was restored has forgotten grants and numbers of the generation before. For business days up to that of the
restore it takes what may be of that generation; from the next day on nothing but what it knows.
"""

from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub import alarms, hub_generation
from hub.clock import DAY_MS
from hub.errors import Code, Refused
from hub.reports.reported_tickets import ReportedTicket, is_no_longer_kept, leapt, unknown_series
from hub.site_time import zone_of
from hub.store.enums import AlarmKind
from hub.store.sql import run
from hub.tickets import aliases
from hub.tickets.business_day import last_arrival, open_day
from hub.tickets.model import Ticket

SLACK_MS = 5 * 60_000
"""A visitor may tap before midnight and get the number of the day that began meanwhile."""
AHEAD_MS = DAY_MS
"""The hub follows its own clock so far forward (``hub.clock``): an arrival may be of such a time, set back since."""
FORGOTTEN_DAYS = 31
"""A restored hub takes facts of business days that it does not know for so long before the restore."""
OVERSTEPS = (Code.NOT_ITS_OWN, Code.NO_SUCH_DAY, Code.WRONG_ARRIVAL, Code.FUTURE_DAY)
"""Refusals that staff hear of by an alarm."""


class Key(NamedTuple):
    """Who tells: the terminal of the key and, where it says so, the generation of its database ("" = not said)."""

    site: str
    terminal: str
    generation: str = ""


def may_number(connection: Connection, key: Key, told: ReportedTicket) -> Refused | None:
    """Whether this terminal can have given the ticket this number, on that day and at that time.

    An arrival that the terminal itself is not sure of is no offence: ``arrivals.place`` estimates it.
    """
    known = aliases.find(connection, key.site, told.id)
    if known is not None and not (owns(connection, key, known) or _is_nobodys(connection, known)):
        return _not_its_own(f"Ticket {known.label} belongs to another terminal.", "id")
    if not _may_label(connection, key, told, known):
        refused: Refused | None = _not_its_own(f"Number {told.label} was not given by this terminal.", "slot")
    else:
        refused = _no_series(connection, told) or _no_day(connection, told) or _no_arrival(connection, told)
    return None if refused and known is None and is_no_longer_kept(connection, told) else refused


def may_show(connection: Connection, told: ReportedTicket) -> Refused | None:
    """Whether a slip that a terminal read can be of this town hall, beyond its MAC: every terminal has that key."""
    if aliases.find(connection, told.site, told.id) is not None:
        return None
    if aliases.is_buried(connection, told.site, told.id) or is_no_longer_kept(connection, told):
        return None
    restored = _restored(connection, told.site, told.day)
    slot = told.label.slot
    if not restored and (slot == 0 or not _was_granted(connection, told.site, slot)):
        return _not_its_own(
            f"This hall gave no number {told.label} to this ticket. Show the slip at a counter.", "slip"
        )
    return _no_day(connection, told)


def may_report(connection: Connection, key: Key, ident: str) -> Refused | None:
    """Whether the terminal may say what became of the ticket's paper. Nobody owns an unknown id."""
    known = aliases.find(connection, key.site, ident)
    if known is None or owns(connection, key, known):
        return None
    return _not_its_own(f"Ticket {known.label} belongs to another terminal.", "id")


def may_cancel(connection: Connection, key: Key, ident: str) -> Refused | None:
    """Whether the terminal may give the ticket back: its own, or one whose slip was held before its reader."""
    known = aliases.find(connection, key.site, ident)
    if known is None or _was_shown(connection, key, known) or _restored(connection, key.site, known.day):
        return None
    return may_report(connection, key, ident)


def owns(connection: Connection, key: Key, ticket: Ticket) -> bool:
    """Whether the ticket was drawn at this terminal, or with this database when it had another name."""
    row = run(
        connection,
        "SELECT 1 FROM ticket k WHERE k.site_id = ?1 AND k.id = ?2 AND (k.terminal_id = ?3 OR ?4 <> '' AND ("
        " EXISTS (SELECT 1 FROM slot_grant g"
        "  WHERE g.site_id = ?1 AND g.generation = ?4 AND g.terminal_id = k.terminal_id)"
        " OR EXISTS (SELECT 1 FROM terminal_status s"
        "  WHERE s.site_id = ?1 AND s.generation = ?4 AND s.terminal_id = k.terminal_id)))",
        key.site,
        ticket.id,
        key.terminal,
        key.generation,
    ).fetchone()
    return row is not None


def claim(connection: Connection, key: Key, ticket: Ticket) -> None:
    """A ticket that nobody owned (its slip was read before its terminal told of it) is this terminal's."""
    run(
        connection,
        "UPDATE ticket SET terminal_id = ? WHERE site_id = ? AND id = ? AND terminal_id IS NULL",
        key.terminal,
        ticket.site_id,
        ticket.id,
    )


def note_shown(connection: Connection, key: Key, ident: str, now_ms: int) -> None:
    """The slip or page of this ticket was held before the terminal's reader: it may give the ticket back."""
    known = aliases.find(connection, key.site, ident)
    if known is None or owns(connection, key, known):
        return
    run(
        connection,
        "INSERT INTO applied (site_id, op, kind, fingerprint, answer, at_ms) VALUES (?, ?, 'shown', '', '{}', ?)"
        " ON CONFLICT DO NOTHING",
        key.site,
        _shown(key, known),
        now_ms,
    )


def tell_staff(connection: Connection, key: Key, refused: Refused, now_ms: int) -> None:
    """Raise the alarm for what the key has no right to; it stands once for each terminal."""
    if refused.code in OVERSTEPS:
        alarms.raise_alarm(
            connection, key.site, AlarmKind.NOT_ITS_OWN, key.terminal, now_ms, key.terminal, refused.message
        )


def _may_label(connection: Connection, key: Key, told: ReportedTicket, known: Ticket | None) -> bool:
    slot = told.label.slot
    if slot == 0 and known is not None and known.slot == 0 and known.number == told.label:
        return True
    if slot and _was_granted_to(connection, key, slot):
        return True
    return _restored(connection, key.site, told.day) and not (slot and _is_of_another(connection, key, slot))


def _was_granted_to(connection: Connection, key: Key, slot: int) -> bool:
    row = run(
        connection,
        "SELECT 1 FROM slot_grant WHERE site_id = ? AND slot = ? AND (terminal_id = ? OR generation = ?) LIMIT 1",
        key.site,
        slot,
        key.terminal,
        key.generation,
    ).fetchone()
    return row is not None


def _was_granted(connection: Connection, site: str, slot: int) -> bool:
    row = run(connection, "SELECT 1 FROM slot_grant WHERE site_id = ? AND slot = ? LIMIT 1", site, slot).fetchone()
    return row is not None


def _is_of_another(connection: Connection, key: Key, slot: int) -> bool:
    """Whether the slot is another terminal's now, or above those that the generation before may have given."""
    row = run(
        connection,
        "SELECT 1 FROM slot_grant WHERE site_id = ? AND slot = ? AND retired_ms IS NULL AND terminal_id <> ? LIMIT 1",
        key.site,
        slot,
        key.terminal,
    ).fetchone()
    return row is not None or slot > hub_generation.of(connection, key.site).slot_floor


def _restored(connection: Connection, site: str, day: str) -> bool:
    """Whether an earlier generation may have known more of this business day."""
    return day <= hub_generation.restored_on(connection, site)


def _is_nobodys(connection: Connection, ticket: Ticket) -> bool:
    """Its slip was read before its terminal told of it: the slot says whose it is."""
    row = run(
        connection,
        "SELECT 1 FROM ticket WHERE site_id = ? AND id = ? AND terminal_id IS NULL",
        ticket.site_id,
        ticket.id,
    ).fetchone()
    return row is not None


def _no_series(connection: Connection, told: ReportedTicket) -> Refused | None:
    """Letters are never changed and never forgotten, but by a restore. A service may have gone meanwhile: its visitors
    wait in the queue with the letter."""
    if _restored(connection, told.site, told.day):
        return None
    series = told.label.series
    row = run(connection, "SELECT 1 FROM queue WHERE site_id = ? AND series = ? LIMIT 1", told.site, series).fetchone()
    return unknown_series(series) if row is None else None


def _no_day(connection: Connection, told: ReportedTicket) -> Refused | None:
    """Terminals know business days from the hub alone. A day to come is left to ``arrivals.place``."""
    try:
        day = date.fromisoformat(told.day)
    except ValueError:
        return Refused(Code.NO_SUCH_DAY, f"{told.day} is no date.", "business_day")
    row = run(connection, "SELECT 1 FROM business_day WHERE site_id = ? AND day = ?", told.site, told.day).fetchone()
    if row is not None or told.day > (open_day(connection, told.site) or ""):
        return None
    restored = hub_generation.restored_on(connection, told.site)
    if restored and 0 <= (date.fromisoformat(restored) - day).days <= FORGOTTEN_DAYS:
        return None
    return Refused(Code.NO_SUCH_DAY, f"This hub never had a business day {told.day}.", "business_day")


def _no_arrival(connection: Connection, told: ReportedTicket) -> Refused | None:
    """An arrival that is said to be sure lies within its business day and is not to come.

    While the hub's own clock has not reached that day (it was set back) it is no judge.
    """
    begins_ms = _begins_ms(told.day, zone_of(connection, told.site))
    if not told.arrival_sure or told.now_ms < begins_ms:
        return None
    came_ms = told.arrival_ms + leapt(connection, told)
    if came_ms < begins_ms - SLACK_MS:
        return Refused(Code.WRONG_ARRIVAL, f"Nobody came for {told.day} before it began.", "arrival_ms")
    if came_ms > max(told.now_ms, last_arrival(connection, told.site)) + AHEAD_MS:
        return Refused(Code.WRONG_ARRIVAL, "Nobody came at a time that has not come.", "arrival_ms")
    return None


def _begins_ms(day: str, timezone: str) -> int:
    return round(datetime.combine(date.fromisoformat(day), time(), ZoneInfo(timezone)).timestamp() * 1000)


def _was_shown(connection: Connection, key: Key, ticket: Ticket) -> bool:
    row = run(
        connection, "SELECT 1 FROM applied WHERE site_id = ? AND op = ?", key.site, _shown(key, ticket)
    ).fetchone()
    return row is not None


def _shown(key: Key, ticket: Ticket) -> str:
    return f"shown {key.terminal} {ticket.id}"


def _not_its_own(message: str, place: str) -> Refused:
    return Refused(Code.NOT_ITS_OWN, message, place)
