"""Numbers of the terminal's own: slot of this database, business day, counters, drawing.

A label (day, series, slot, n) is given once because: the hub gives a slot to one database generation only; the counter
grows in the transaction that makes the ticket durable, before there is paper; it begins anew only when the hub names a
later business day, or one that was never open in the place of one it closed. No clock takes part. Every function works
inside the caller's transaction.
"""

import datetime

import apsw
import msgspec

from kiosk import wire
from kiosk.vocabulary.effects import CommitCancel, CommitNumber
from kiosk.vocabulary.events import NumberCommitted, StoreFailed
from kiosk.vocabulary.hardware.computer_id import is_same_machine, remembered
from kiosk.vocabulary.ids import TicketId
from kiosk.vocabulary.labels import Label, parse_label
from kiosk.vocabulary.slips import Slip, service_mark, slip_text
from kiosk.vocabulary.tickets import Numbered, TicketIntent
from offline_cache.store import outbox, tickets
from offline_cache.store.context import StoreContext
from offline_cache.store.hub_clock import Arrival, Offset
from offline_cache.store.participant import FactRule, Kept, NotKept, Participant, Published, Written

_CLOCK_MOVED_MS = 50
_UNTOLD = (
    "SELECT ticket.series FROM outbox JOIN ticket ON ticket.id = outbox.lane"
    " WHERE outbox.kind = 'ticket' AND ticket.slot > 0"
)


class SlotStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How this database stands with the hub."""

    generation: str
    """32 hex digits, drawn when the file was made."""
    slot: int = 0
    """0 = none, or given to another computer (a copied disk)."""
    business_day: str = ""
    hub_generation: str = ""
    slip_key: bytes = b""
    """Authenticates slips; b"" = no slot yet."""
    full: bool = False
    """The outbox takes no new work."""

    @property
    def own_numbers(self) -> bool:
        """True when the terminal can give numbers while the hub is silent."""
        return self.slot > 0 and self.business_day != "" and not self.full


def slot_status(db: apsw.Connection, outside: StoreContext) -> SlotStatus:
    """Read slot, business day and outbox state of this database. Runs on the storage thread."""
    row = db.execute(
        "SELECT lower(hex(generation)), coalesce(slot, 0), coalesce(slip_key, x''), machine, business_day,"
        " hub_generation FROM instance"
    ).fetchone()
    assert row is not None
    generation, slot, slip_key, machine, business_day, hub_generation = row
    assert isinstance(slip_key, bytes)
    is_here = is_same_machine(str(machine), outside.machine)
    return SlotStatus(
        generation=str(generation),
        slot=int(slot) if is_here else 0,
        business_day=str(business_day),
        hub_generation=str(hub_generation),
        slip_key=slip_key if is_here else b"",
        full=outbox.is_full(db, outside.outbox_limit),
    )


def take_slot(db: apsw.Connection, outside: StoreContext, generation: str, answer: wire.SlotAnswer) -> bool:
    """The hub gave this database a slot; False when the file is another one meanwhile."""
    if slot_status(db, outside).generation != generation:
        return False
    hear_day(db, answer.business_day)
    hear_hub(db, outside, answer.hub_generation)
    (machine,) = db.execute("SELECT machine FROM instance").fetchone() or ("",)
    db.execute(
        "UPDATE instance SET slot = ?, slip_key = ?, machine = ?",
        (answer.slot, bytes.fromhex(answer.slip_key), remembered(str(machine), outside.machine)),
    )
    return True


def drop_slot(db: apsw.Connection) -> None:
    """The hub gives this database no slot: no own numbers until it does."""
    db.execute("UPDATE instance SET slot = NULL, slip_key = NULL WHERE slot IS NOT NULL")


def hear_day(db: apsw.Connection, business_day: str, *, now: bool = False) -> bool:
    """The hub named the open business day: a later one begins the counters anew and closes the day before. ``now`` =
    in an answer about the present; else it may be a late word of a day that was closed since (``leave_closed``).

    A series with numbers that the hub has not heard goes on: after a night without the hub they belong to visitors who
    wait this morning (decision 0112), and nobody may get theirs again.
    """
    if not _is_day(business_day):
        return False
    db.execute(
        "UPDATE instance SET business_day = ?1 WHERE business_day < ?1 AND (?2 OR closed_day <> ?1)",
        (business_day, int(now)),
    )
    if not db.changes():
        return False
    _begin_counts(db)
    outbox.forget_refused(db, business_day)
    tickets.forget_before(db, business_day)
    return True


def leave_closed(db: apsw.Connection, closed_days: tuple[str, ...], business_day: str) -> bool:
    """The hub closed days because its clock had been wrong; one that we count under is left for ``business_day``.

    That one is earlier, and nobody gave a number under it yet. When the closed day comes after all, its counts go on
    where they were: its numbers are on paper.
    """
    (here,) = db.execute("SELECT business_day FROM instance").fetchone() or ("",)
    if here not in closed_days or not _is_day(business_day) or business_day in closed_days:
        return False
    db.execute(
        "UPDATE instance SET business_day = ?, closed_day = business_day,"
        " closed_n = max(coalesce((SELECT max(n) FROM slot_counter), 0),"
        " CASE WHEN closed_day = business_day THEN closed_n ELSE 0 END)",
        (business_day,),
    )
    _begin_counts(db)
    return True


def hear_hub(db: apsw.Connection, outside: StoreContext, hub_generation: str) -> int:
    """Another generation is a hub restored from its backup: every ticket of the day is sent to it again, and the slot
    counts no longer until it confirms it. The first generation heard of may be a restored hub too: numbers can have
    come before the first heartbeat. Returns how many tickets are sent again."""
    known = slot_status(db, outside)
    if hub_generation in ("", known.hub_generation):
        return 0
    db.execute("UPDATE instance SET hub_generation = ?", (hub_generation,))
    if known.hub_generation != "":
        drop_slot(db)
    return tickets.tell_again(db, outside, known.business_day)


def draw(
    db: apsw.Connection, outside: StoreContext, intent: TicketIntent, series: str, queue: str
) -> Numbered | NotKept:
    """The next number of our own for this intent; the one it has when it was numbered before."""
    if (known := tickets.read(db, intent.id)) is not None:
        return known
    now = slot_status(db, outside)
    if now.slot == 0 or now.business_day == "":
        return NotKept("no slot" if now.slot == 0 else "no business day heard of yet")
    if isinstance(kept := tickets.intend(db, outside, intent), NotKept):
        return kept
    label = Label(series, now.slot, _count(db, series))
    if parse_label(str(label)) != label:
        return NotKept(f"{label} is no number")
    arrival = _arrival(db, intent.id)
    ticket = Numbered(
        id=intent.id,
        label=label,
        service=intent.service,
        queue=queue,
        business_day=now.business_day,
        issued_at=datetime.datetime.fromtimestamp(arrival.ms // 1000, datetime.UTC).isoformat(),
        ahead=-1,
        slip_code=_slip(db, intent, label, now.business_day, arrival),
    )
    written = tickets.number(db, outside, ticket)
    return written if isinstance(written, NotKept) else ticket


def keep_number(db: apsw.Connection, outside: StoreContext, ticket: Numbered) -> Written:
    """Make a number durable, the hub's or one of our own; one of the hub's names the open business day."""
    written = tickets.number(db, outside, ticket)
    if isinstance(written, Kept) and ticket.label.slot == 0:
        hear_day(db, ticket.business_day)
    return tickets.answered(written, NumberCommitted(ticket.id))


def keep_offset(db: apsw.Connection, offset: Offset | None) -> None:
    """Keep what was learnt of the hub's clock; written only when it has moved."""
    if offset is not None:
        db.execute(
            "UPDATE instance SET boot_id = ?1, clock_offset_ms = ?2"
            " WHERE boot_id <> ?1 OR abs(clock_offset_ms - ?2) > ?3",
            (offset.boot_id, offset.ms, _CLOCK_MOVED_MS),
        )


def set_clock(db: apsw.Connection, outside: StoreContext) -> None:
    """At the opening of the file: what an earlier run knew of the hub's clock, and the newest arrivals."""
    for boot_id, ms in db.execute("SELECT boot_id, clock_offset_ms FROM instance"):
        outside.clock.restore(Offset(str(boot_id), int(ms)))
    newest = [0, 0]
    for sure in (0, 1):
        row = db.execute("SELECT max(arrival_ms) FROM ticket WHERE arrival_sure = ?", (sure,)).fetchone()
        newest[sure] = int(row[0]) if row and row[0] else 0
    outside.clock.not_before(newest[1], max(newest))


def _begin_counts(db: apsw.Connection) -> None:
    db.execute("DELETE FROM slot_counter WHERE series NOT IN (" + _UNTOLD + ")")


def _count(db: apsw.Connection, series: str) -> int:
    row = db.execute(
        "INSERT INTO slot_counter(series, n)"
        " SELECT ?, 1 + CASE WHEN business_day = closed_day THEN closed_n ELSE 0 END FROM instance WHERE true"
        " ON CONFLICT(series) DO UPDATE SET n = max(n + 1, excluded.n) RETURNING n",
        (series,),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _arrival(db: apsw.Connection, ticket: TicketId) -> Arrival:
    """Of the tap: the intent has kept it."""
    row = db.execute("SELECT arrival_ms, arrival_sure FROM ticket WHERE id = ?", (ticket,)).fetchone()
    assert row is not None
    return Arrival(int(row[0]), bool(row[1]))


def _slip(db: apsw.Connection, intent: TicketIntent, label: Label, business_day: str, arrival: Arrival) -> str:
    row = db.execute("SELECT slip_key FROM instance").fetchone()
    assert row is not None
    assert isinstance(row[0], bytes)
    slip = Slip(
        id=intent.id,
        label=label,
        business_day=business_day,
        arrival_s=arrival.ms // 1000,
        service=service_mark(intent.service),
    )
    return slip_text(slip, row[0])


def _is_day(text: str) -> bool:
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


PARTICIPANT = Participant(
    name="own_numbers",
    facts=(
        FactRule(
            kind=CommitNumber,
            write=lambda db, outside, fact: keep_number(db, outside, fact.ticket),
            failed=lambda fact, reason: StoreFailed(fact.ticket.id, reason),
            redo=lambda fact: CommitCancel(fact.ticket.id),  # the visitor was told that there is no number
            subject=lambda fact: fact.ticket.id,
        ),
    ),
    publishes=(Published(SlotStatus, slot_status),),
    opened=set_clock,
)
