"""Slots: from which two digits a terminal's database numbers its visitors while we are away.

A slot belongs to one database (its ``generation``), never to two at once, and is not given to another on the business
day on which it was given back: its numbers may be on paper somewhere. So ``A 03-17`` is one ticket, without any clock.
"""

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection

from hub import alarms, hub_generation
from hub.errors import Code, Refused
from hub.store.enums import AlarmKind
from hub.store.sql import run
from hub.tickets.business_day import open_day, today
from kiosk.vocabulary.hardware.computer_id import is_same_machine, remembered

SLOTS = range(1, 100)
NEW_A_DAY = 20
"""Slots for one terminal on one business day: nobody puts in more disks, and no key uses up those of the others."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal's database asks for its slot; ``machine`` is the computer it runs on."""

    site: str
    terminal: str
    generation: str
    machine: str
    now_ms: int


class Grant(msgspec.Struct, frozen=True):
    """A row of ``slot_grant``."""

    slot: int
    terminal: str
    machine: str
    live: int


class Joined(msgspec.Struct, frozen=True):
    """What a terminal needs to number by itself; without an open business day one is opened."""

    slot: int
    slip_key: bytes
    day: str
    hub_generation: str


def join(connection: Connection, wanted: Wanted) -> Joined | Refused:
    """Give this database its slot: the one it has, else a free one; the terminal's older database loses its own.

    Refused with CLONED_DISK when the database is in use on another machine, NO_SLOT when all 99 are in use,
    TOO_MANY_SLOTS when the terminal had too many new databases on this business day.
    """
    day = today(connection, wanted.site, wanted.now_ms)
    slot = _slot(connection, wanted, day)
    if isinstance(slot, Refused):
        return slot
    life = hub_generation.of(connection, wanted.site)
    return Joined(slot, life.slip_key, day, life.generation)


def _slot(connection: Connection, wanted: Wanted, day: str) -> int | Refused:
    before = _of_generation(connection, wanted)
    live = next((each for each in before if each.live), None)
    if live is not None and not is_same_machine(live.machine, wanted.machine):
        return _cloned(connection, wanted)
    wanted = replace(wanted, machine=remembered(live.machine if live else "", wanted.machine))
    if live is not None and live.terminal == wanted.terminal:
        if live.machine != wanted.machine:
            _give(connection, wanted, live.slot, day)
        return live.slot
    if live is not None:
        retire(connection, wanted.site, live.terminal, wanted.now_ms)
    retire(connection, wanted.site, wanted.terminal, wanted.now_ms)
    slot = _own_again(connection, wanted, before, day)
    enough = slot is None and _granted_on(connection, wanted, day) >= NEW_A_DAY
    if slot is None and not enough:
        slot = _free(connection, wanted.site, day)
    if slot is None:
        about = wanted.terminal if enough else ""
        alarms.raise_alarm(connection, wanted.site, AlarmKind.NO_SLOT, about, wanted.now_ms, wanted.terminal)
        return _too_many() if enough else _all_in_use()
    _give(connection, wanted, slot, day)
    return slot


def _all_in_use() -> Refused:
    return Refused(Code.NO_SLOT, "All 99 slots are in use. Revoke terminals that are gone.", "generation")


def _too_many() -> Refused:
    text = f"This terminal had {NEW_A_DAY} new databases today; the next business day has a slot for another."
    return Refused(Code.TOO_MANY_SLOTS, text, "generation")


def retire(connection: Connection, site: str, terminal: str, now_ms: int) -> None:
    """The terminal's slot is given back; nobody gets it before the next business day."""
    run(
        connection,
        "UPDATE slot_grant SET retired_ms = ?, retired_day = ?"
        " WHERE site_id = ? AND terminal_id = ? AND retired_ms IS NULL",
        now_ms,
        open_day(connection, site) or "",
        site,
        terminal,
    )


def slots_now(connection: Connection, site: str) -> dict[str, int]:
    """The slot of each terminal that has one."""
    rows = run(
        connection, "SELECT terminal_id, slot FROM slot_grant WHERE site_id = ? AND retired_ms IS NULL", site
    ).fetchall()
    return dict(rows)


def may_number(connection: Connection, site: str, slot: int) -> bool:
    """Whether paper with this slot may be in the lobby: it is given, was today, or may have been before a restore."""
    row = run(
        connection,
        "SELECT 1 FROM slot_grant WHERE site_id = ? AND slot = ? AND (retired_ms IS NULL OR retired_day = ?) LIMIT 1",
        site,
        slot,
        open_day(connection, site) or "",
    ).fetchone()
    return row is not None or slot <= hub_generation.of(connection, site).slot_floor


def _of_generation(connection: Connection, wanted: Wanted) -> list[Grant]:
    rows = run(
        connection,
        "SELECT slot, terminal_id, machine, retired_ms IS NULL FROM slot_grant WHERE site_id = ? AND generation = ?"
        " ORDER BY granted_ms DESC",
        wanted.site,
        wanted.generation,
    ).fetchall()
    return [Grant(*row) for row in rows]


def _cloned(connection: Connection, wanted: Wanted) -> Refused:
    detail = f"{wanted.machine} runs with the database of another machine"
    alarms.raise_alarm(
        connection, wanted.site, AlarmKind.CLONED_DISK, wanted.generation, wanted.now_ms, wanted.terminal, detail
    )
    text = "This disk is a copy of another terminal's. Delete its terminal.db and enrol it as a terminal of its own."
    return Refused(Code.CLONED_DISK, text, "machine")


def _own_again(connection: Connection, wanted: Wanted, before: list[Grant], day: str) -> int | None:
    """The slot that this very database had on this machine, unless another one numbers from it or did today.

    On another machine it may be an older copy of the database, whose counters lag behind: it gets a new slot.
    """
    for each in [each for each in before if is_same_machine(each.machine, wanted.machine)]:
        row = run(
            connection,
            "SELECT 1 FROM slot_grant WHERE site_id = ? AND slot = ? AND generation <> ?"
            " AND (retired_ms IS NULL OR retired_day = ?) LIMIT 1",
            wanted.site,
            each.slot,
            wanted.generation,
            day,
        ).fetchone()
        if row is None:
            return each.slot
    return None


def _granted_on(connection: Connection, wanted: Wanted, day: str) -> int:
    row = run(
        connection,
        "SELECT count(*) FROM slot_grant WHERE site_id = ? AND terminal_id = ? AND granted_day = ?",
        wanted.site,
        wanted.terminal,
        day,
    ).fetchone()
    assert row is not None
    return int(row[0])


def _free(connection: Connection, site: str, day: str) -> int | None:
    """A slot for a new database: one that nobody ever had, above those that an earlier generation may have given; else
    the one that has rested longest."""
    floor = hub_generation.of(connection, site).slot_floor
    rows = run(
        connection,
        "SELECT slot, max(retired_ms IS NULL OR retired_day = ?), max(retired_ms) FROM slot_grant"
        " WHERE site_id = ? GROUP BY slot",
        day,
        site,
    ).fetchall()
    known = {slot: (blocked, rested) for slot, blocked, rested in rows}
    fresh = [slot for slot in SLOTS if slot > floor and slot not in known]
    if fresh:
        return fresh[0]
    unknown = [slot for slot in SLOTS if slot not in known]
    rested = sorted((since, slot) for slot, (blocked, since) in known.items() if not blocked)
    return rested[0][1] if rested else next(iter(unknown), None)


def _give(connection: Connection, wanted: Wanted, slot: int, day: str) -> None:
    run(
        connection,
        "INSERT INTO slot_grant (site_id, generation, slot, terminal_id, machine, granted_ms, granted_day)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site_id, generation, slot) DO UPDATE SET"
        " terminal_id = excluded.terminal_id, machine = excluded.machine, retired_ms = NULL, retired_day = NULL",
        wanted.site,
        wanted.generation,
        slot,
        wanted.terminal,
        wanted.machine,
        wanted.now_ms,
        day,
    )
