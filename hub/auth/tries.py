"""The counts of wrong passwords in the store: a try is counted before the password is looked at, and taken back when it
was right. Names and addresses are kept as hashes only, because a typed name may be a password by mistake.
"""

import hashlib

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from hub.auth import devices
from hub.auth.throttle import LOCK_AT, PER_ADDRESS, PER_NAME, Rule, Tries, by_this_clock, failed, is_locked, wait_ms
from hub.store import tables as t

FORGET_MS = 7 * 24 * 3_600_000
"""Counts nobody touched for so long are swept out. A lock of a name or of a device that is still known stays."""
MOST = 100_000
"""Counts that are kept of strangers; a flood of names from everywhere shall not fill the disk."""
SECOND_MS = 1_000


class Wait(msgspec.Struct, frozen=True):
    """What stands between somebody and the next look at a password: a lock, so many seconds, or nothing."""

    seconds: int = 0
    locked: bool = False

    @property
    def over(self) -> bool:
        """Whether the next password is looked at now."""
        return not self.locked and self.seconds == 0


class Counted(msgspec.Struct, frozen=True):
    """What stands before the try, and what stands before the next one if it proves wrong."""

    before: Wait
    after: Wait


Keys = tuple[tuple[str, Rule], ...]
"""Whose counts a try belongs to, with the rule of each."""


def keys_of_stranger(login: str, address: str) -> Keys:
    """Somebody at a device that is not known for this name."""
    return (_whose("name", login), PER_NAME), (_whose("address", address), PER_ADDRESS)


def keys_of_device(token_hash: str) -> Keys:
    """Somebody at a known device of the person, or in a session of theirs: nobody else's tries count there."""
    return ((devices.count_key(token_hash), PER_NAME),)


def look(connection: Connection, site: str, keys: Keys, steady_ms: int) -> Wait:
    """How long to wait. Changes nothing, so that refusing needs no write; ``count`` has the last word."""
    found = [(rule, _kept(connection, site, whose)) for whose, rule in keys]
    if any(tries.last_ms > steady_ms for _, tries in found):
        return Wait()
    return _wait(found, steady_ms)


def count(connection: Connection, site: str, keys: Keys, steady_ms: int) -> Counted:
    """How long to wait; when that is over, the try is counted as failed until it proves right."""
    before = [(whose, rule, _tries(connection, site, whose, steady_ms)) for whose, rule in keys]
    wait = _wait([(rule, tries) for _, rule, tries in before], steady_ms)
    if not wait.over:
        return Counted(wait, wait)
    after = [(whose, rule, failed(rule, tries, steady_ms)) for whose, rule, tries in before]
    for whose, _, tries in after:
        values = msgspec.structs.asdict(tries)
        row = insert(t.sign_in_try).values(site_id=site, whose=whose, **values)
        connection.execute(row.on_conflict_do_update(index_elements=["site_id", "whose"], set_=values))
    return Counted(wait, _wait([(rule, tries) for _, rule, tries in after], steady_ms))


def forgive(connection: Connection, site: str, keys: Keys) -> None:
    """The password was right: forget the failures of the name or device, take this one try back from the address."""
    rows = t.sign_in_try
    for whose, rule in keys:
        if rule is PER_ADDRESS:
            connection.execute(update(rows).where(_row(site, whose)).values(failures=rows.c.failures - 1))
        else:
            connection.execute(delete(rows).where(_row(site, whose)))


def forget_name(connection: Connection, site: str, login: str) -> None:
    """Strangers may try this name anew."""
    connection.execute(delete(t.sign_in_try).where(_row(site, _whose("name", login))))


def forget_person(connection: Connection, site: str, user: str, login: str) -> None:
    """End every wait and lock of this person: the one of the name and those of the known devices."""
    forget_name(connection, site, login)
    own = [devices.count_key(each.token_hash) for each in devices.of_person(connection, site, user)]
    connection.execute(delete(t.sign_in_try).where(t.sign_in_try.c.site_id == site, t.sign_in_try.c.whose.in_(own)))


def forget_everything(connection: Connection) -> None:
    """Nobody waits, nothing is locked; all of it, for nobody at the machine knows a locked-out person's address."""
    connection.execute(delete(t.sign_in_try))


def sweep(connection: Connection, steady_ms: int) -> None:
    """Forget old counts, but no lock: those of names end by hand, those of devices with the device.

    Of names that nobody has and of addresses the newest MOST counts stay.
    """
    rows, d = t.sign_in_try.c, t.device.c
    known = select(d.token_hash).where(d.site_id == rows.site_id, devices.COUNT + d.token_hash == rows.whose).exists()
    locked = and_(rows.failures >= LOCK_AT, or_(rows.whose.like("name:%"), known))
    connection.execute(delete(t.sign_in_try).where(rows.last_ms < steady_ms - FORGET_MS, ~locked))
    names = [_whose("name", login) for login in connection.execute(select(t.user.c.login)).scalars()]
    strangers = and_(rows.whose.not_in(names), ~known)
    last = select(rows.last_ms).where(strangers).order_by(rows.last_ms.desc()).offset(MOST).limit(1)
    if (oldest := connection.execute(last).scalar()) is not None:
        connection.execute(delete(t.sign_in_try).where(strangers, rows.last_ms <= oldest))


def of_people(connection: Connection, site: str) -> dict[str, int]:
    """The people for whom somebody must wait, by id, with how many wrong passwords there were.

    Those for the name, or those at one of their devices, whichever is more.
    """
    rows, d, u = t.sign_in_try.c, t.device.c, t.user.c
    waiting = rows.site_id == site, rows.failures >= PER_NAME.free, rows.whose.not_like("address:%")
    counts = dict(connection.execute(select(rows.whose, rows.failures).where(*waiting)).all())
    names = connection.execute(select(u.id, u.login).where(u.site_id == site))
    known = connection.execute(select(d.user_id, d.token_hash).where(d.site_id == site))
    keys = [(ident, _whose("name", login)) for ident, login in names]
    keys += [(ident, devices.count_key(token_hash)) for ident, token_hash in known]
    found: dict[str, int] = {}
    for ident, whose in keys:
        if whose in counts:
            found[ident] = max(found.get(ident, 0), counts[whose])
    return found


def _whose(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()}"


def _wait(found: list[tuple[Rule, Tries]], steady_ms: int) -> Wait:
    longest = max(wait_ms(rule, tries, steady_ms) for rule, tries in found)
    return Wait(-(-longest // SECOND_MS), any(is_locked(rule, tries) for rule, tries in found))


def _kept(connection: Connection, site: str, whose: str) -> Tries:
    row = connection.execute(select(t.sign_in_try.c.failures, t.sign_in_try.c.last_ms).where(_row(site, whose))).first()
    return Tries() if row is None else Tries(*row)


def _tries(connection: Connection, site: str, whose: str, steady_ms: int) -> Tries:
    kept = _kept(connection, site, whose)
    tries = by_this_clock(kept, steady_ms)
    if tries != kept:
        connection.execute(update(t.sign_in_try).where(_row(site, whose)).values(last_ms=tries.last_ms))
    return tries


def _row(site: str, whose: str) -> ColumnElement[bool]:
    return (t.sign_in_try.c.site_id == site) & (t.sign_in_try.c.whose == whose)
