"""Terminals: enrolment by a one-time code, keys that can be revoked, and what they tell of themselves."""

import hashlib
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from hub import events
from hub.errors import Code, Refused
from hub.store import tables as t
from hub.store.sql import run
from hub.tickets import slots
from kiosk.vocabulary.enrolment import CODE_LENGTH, LETTERS, plain
from kiosk.vocabulary.hardware.devices import DeviceStatus
from kiosk.wire import Heartbeat, OutboxState

CODE_LIVES_MS = 30 * 60 * 1000
SLOW_MS = 7_000
"""A terminal that was not heard for this long is slow (it reports every 5 s),"""
LATE_MS = 15_000
"""and after this long it is away. So it is when it was heard in the future: the clock was set back since."""


class Known(msgspec.Struct, frozen=True):
    """Who a key belongs to."""

    site: str
    id: str
    name: str


class TerminalNow(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal as desk and terminals page see it; ``seen_ms`` None = never heard."""

    id: str
    name: str
    place: str
    enrolled: bool
    revoked: bool
    seen_ms: int | None
    away: bool
    version: str
    catalogue_version: int
    devices: tuple[DeviceStatus, ...]
    notes: tuple[str, ...]
    slow: bool = False
    """Not heard for a little too long."""
    slot: int = 0
    """The slot it told last; 0 = it has none."""
    clock_skew_ms: int | None = None
    """Its wall clock minus ours."""
    outbox: OutboxState = OutboxState()
    """What we had not heard yet, as it told last."""
    catalogue_fault: str = ""
    """Why it does not take the newest catalogue, with place and remedy."""


def secret_hash(secret: str) -> str:
    """How keys and codes are kept: SHA-256. They are random, so a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make_code(draw: Callable[[int], int]) -> str:
    """A new code: 40 bits that work once, for minutes, behind a limit on tries. ``draw(n)``: a random number < n."""
    return "".join(LETTERS[draw(len(LETTERS))] for _ in range(CODE_LENGTH))


def add_terminal(
    connection: Connection, site: str, terminal: str, name: str, now_ms: int, place: str = ""
) -> Refused | None:
    """Add a terminal by name; it needs a code to enrol with."""
    try:
        with connection.begin_nested():
            connection.execute(
                insert(t.terminal).values(site_id=site, id=terminal, name=name, place=place, created_ms=now_ms)
            )
    except IntegrityError:
        return Refused(Code.NAME_TAKEN, f"There is a terminal {name} already.", "name")
    _tell(connection, site, terminal, name, now_ms)
    return None


def add_code(connection: Connection, site: str, terminal: str, code: str, now_ms: int) -> Refused | None:
    """Give a terminal a one-time code; codes it had before are revoked."""
    row = run(
        connection,
        "SELECT 1 FROM terminal WHERE site_id = ? AND id = ? AND revoked_ms IS NULL",
        site,
        terminal,
    ).fetchone()
    if row is None:
        return Refused(Code.UNKNOWN_TERMINAL, "This terminal does not exist or was revoked.", "terminal")
    revoke_codes(connection, site, terminal, now_ms)
    connection.execute(
        insert(t.enrolment).values(
            site_id=site,
            code_hash=secret_hash(plain(code)),
            terminal_id=terminal,
            created_ms=now_ms,
            expires_ms=now_ms + CODE_LIVES_MS,
        )
    )
    return None


def revoke_codes(connection: Connection, site: str, terminal: str, now_ms: int) -> None:
    """Make the terminal's open codes worthless."""
    run(
        connection,
        "UPDATE enrolment SET revoked_ms = ?"
        " WHERE site_id = ? AND terminal_id = ? AND used_ms IS NULL AND revoked_ms IS NULL",
        now_ms,
        site,
        terminal,
    )


def enrol(connection: Connection, code: str, key_hash: str, machine: str, now_ms: int) -> Known | Refused:
    """Use a code up: the terminal has this key from now on, its older key is worthless."""
    row = run(
        connection,
        "UPDATE enrolment SET used_ms = ?, machine = ?"
        " WHERE code_hash = ? AND used_ms IS NULL AND revoked_ms IS NULL AND expires_ms > ? AND created_ms < ?"
        " RETURNING site_id, terminal_id",
        now_ms,
        machine,
        secret_hash(plain(code)),
        now_ms,
        now_ms + CODE_LIVES_MS,
    ).fetchone()
    if row is None:
        return Refused(Code.WRONG_CODE, "This code is wrong, used or too old. Make a new one on the hub.", "code")
    site, terminal = row
    named = run(
        connection,
        "UPDATE terminal SET key_hash = ?, enrolled_ms = ? WHERE site_id = ? AND id = ? AND revoked_ms IS NULL"
        " RETURNING name",
        key_hash,
        now_ms,
        site,
        terminal,
    ).fetchone()
    if named is None:
        return Refused(Code.UNKNOWN_TERMINAL, "This terminal was revoked.", "code")
    _tell(connection, site, terminal, named[0], now_ms)
    return Known(site, terminal, named[0])


def revoke(connection: Connection, site: str, terminal: str, now_ms: int) -> None:
    """The terminal's key is worthless from now on and its slot given back; its tickets and reports stay."""
    slots.retire(connection, site, terminal, now_ms)
    revoke_codes(connection, site, terminal, now_ms)
    row = run(
        connection,
        "UPDATE terminal SET key_hash = NULL, revoked_ms = ? WHERE site_id = ? AND id = ? AND revoked_ms IS NULL"
        " RETURNING name",
        now_ms,
        site,
        terminal,
    ).fetchone()
    if row is not None:
        _tell(connection, site, terminal, row[0], now_ms)


def keys(connection: Connection) -> dict[str, Known]:
    """Every key that is worth something, by its hash."""
    rows = run(connection, "SELECT key_hash, site_id, id, name FROM terminal WHERE key_hash IS NOT NULL").fetchall()
    return {key_hash: Known(site, ident, name) for key_hash, site, ident, name in rows}


def heard(connection: Connection, known: Known, beat: Heartbeat, now_ms: int) -> None:
    """Keep a heartbeat; an event tells when anything but times and running counts is another than before."""
    devices = msgspec.json.encode(beat.devices).decode()
    notes = msgspec.json.encode(beat.notes).decode()
    told = (beat.version, beat.catalogue_version, devices, notes, beat.generation, beat.slot, beat.catalogue_fault)
    before = run(
        connection,
        "SELECT version, catalogue_version, devices, notes, generation, slot, catalogue_fault, outbox, seen_ms"
        " FROM terminal_status WHERE site_id = ? AND terminal_id = ?",
        known.site,
        known.id,
    ).fetchone()
    run(
        connection,
        "INSERT OR REPLACE INTO terminal_status (site_id, terminal_id, seen_ms, version, catalogue_version, devices,"
        " notes, generation, slot, catalogue_fault, manifest_seq, clock_skew_ms, outbox)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        known.site,
        known.id,
        now_ms,
        *told,
        beat.manifest_seq,
        beat.clock_ms - now_ms if beat.clock_ms else None,
        msgspec.json.encode(beat.outbox).decode(),
    )
    if before is None or before[:7] != told or _owed(before[7], beat.outbox) or abs(now_ms - before[8]) > LATE_MS:
        _tell(connection, known.site, known.id, known.name, now_ms)


def _owed(before: str, now: OutboxState) -> bool:
    """Whether what staff see of the outbox is another than before."""
    was = msgspec.json.decode(before, type=OutboxState)
    return (was.quarantined, was.aside, was.own_numbers) != (now.quarantined, now.aside, now.own_numbers)


def terminals_now(connection: Connection, site: str, now_ms: int) -> list[TerminalNow]:
    """Every terminal with what it told last, by name; revoked ones last, whoever was revoked last first."""
    status = t.terminal_status
    joined = t.terminal.outerjoin(
        status, (status.c.site_id == t.terminal.c.site_id) & (status.c.terminal_id == t.terminal.c.id)
    )
    rows = connection.execute(
        select(
            t.terminal,
            status.c.seen_ms,
            status.c.version,
            status.c.catalogue_version,
            status.c.devices,
            status.c.notes,
            status.c.slot,
            status.c.clock_skew_ms,
            status.c.outbox,
            status.c.catalogue_fault,
        )
        .select_from(joined)
        .where(t.terminal.c.site_id == site)
        .order_by(t.terminal.c.revoked_ms.is_not(None), t.terminal.c.revoked_ms.desc(), t.terminal.c.name)
    ).mappings()
    return [
        TerminalNow(
            id=row["id"],
            name=row["name"],
            place=row["place"],
            enrolled=row["key_hash"] is not None,
            revoked=row["revoked_ms"] is not None,
            seen_ms=row["seen_ms"],
            away=row["seen_ms"] is None or abs(now_ms - row["seen_ms"]) > LATE_MS,
            version=row["version"] or "",
            catalogue_version=row["catalogue_version"] or 0,
            devices=msgspec.json.decode(row["devices"] or "[]", type=tuple[DeviceStatus, ...]),
            notes=msgspec.json.decode(row["notes"] or "[]", type=tuple[str, ...]),
            slow=row["seen_ms"] is not None and abs(now_ms - row["seen_ms"]) > SLOW_MS,
            slot=row["slot"] or 0,
            clock_skew_ms=row["clock_skew_ms"],
            outbox=msgspec.json.decode(row["outbox"] or "{}", type=OutboxState),
            catalogue_fault=row["catalogue_fault"] or "",
        )
        for row in rows
    ]


def _tell(connection: Connection, site: str, terminal: str, name: str, now_ms: int) -> None:
    events.append(connection, site, events.Kind.TERMINAL, terminal, {"name": name}, now_ms)
