"""Signing in: the try is counted and durable before the password is looked at, so a crash forgives nothing."""

import hashlib
from collections.abc import Callable

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from hub.auth import people, sessions
from hub.auth.passwords import Passwords
from hub.auth.throttle import PER_ADDRESS, PER_NAME, Rule, Tries, by_this_clock, failed, wait_ms
from hub.store import tables as t
from hub.store.engine import Store
from hub.trail import sign_ins

FORGET_MS = 7 * 24 * 3_600_000
"""Rows nobody touched for so long are swept out."""


class SignedIn(msgspec.Struct, frozen=True):
    """Come in; the token goes into the cookie."""

    token: str


class WrongPassword(msgspec.Struct, frozen=True):
    """Name and password do not belong together (nothing says which is wrong)."""


class TooManyTries(msgspec.Struct, frozen=True):
    """Wait so many seconds; the password was not looked at."""

    seconds: int


Answer = SignedIn | WrongPassword | TooManyTries


class Doorman:
    """Looks at names and passwords for one hub."""

    def __init__(self, store: Store, passwords: Passwords, now_ms: Callable[[], int]) -> None:
        self._store = store
        self._passwords = passwords
        self._now_ms = now_ms

    async def sign_in(self, site: str, login: str, password: str, address: str) -> Answer:
        """Let a person in, or say how it failed."""
        keys = ((_whose("name", login.strip().lower()), PER_NAME), (_whose("address", address), PER_ADDRESS))
        wait = await self._store.write(lambda connection: _count(connection, site, keys, self._now_ms()))
        if wait:
            return TooManyTries(-(-wait // 1000))
        known = await self._store.read(lambda connection: people.by_login(connection, site, login))
        if not await self._passwords.fits(password, known[1] if known else None) or known is None:
            await self._store.write(lambda connection: self._note_wrong(connection, site, login, address, keys))
            return WrongPassword()
        user, kept = known
        fresh = await self._passwords.hash(password) if self._passwords.outdated(kept) else None
        return await self._store.write(lambda connection: self._welcome(connection, site, user, keys, fresh, address))

    def _welcome(
        self, connection: Connection, site: str, user: str, keys: "_Keys", fresh: str | None, address: str
    ) -> SignedIn:
        now_ms = self._now_ms()
        if fresh is not None:
            people.change_password(connection, site, user, fresh)
        _forgive(connection, site, keys)
        sign_ins.right(connection, site, user, address, now_ms)
        return SignedIn(sessions.begin(connection, site, user, now_ms))

    def _note_wrong(self, connection: Connection, site: str, login: str, address: str, keys: "_Keys") -> None:
        """Written to the trail: the wrong try, and that the next one has to wait."""
        now_ms = self._now_ms()
        sign_ins.wrong(connection, site, login, address, now_ms)
        if wait := max(wait_ms(rule, _tries(connection, site, whose, now_ms), now_ms) for whose, rule in keys):
            sign_ins.locked(connection, site, login, address, -(-wait // 1000), now_ms)


_Keys = tuple[tuple[str, Rule], ...]


def _whose(kind: str, text: str) -> str:
    """A typed name may be a password by mistake, so it is kept as a hash only."""
    return f"{kind}:{hashlib.sha256(text.encode()).hexdigest()}"


def _count(connection: Connection, site: str, keys: _Keys, now_ms: int) -> int:
    """Milliseconds to wait; when it is 0 the try is counted as failed until it proves right."""
    before = [(whose, rule, _tries(connection, site, whose, now_ms)) for whose, rule in keys]
    if wait := max(wait_ms(rule, tries, now_ms) for _, rule, tries in before):
        return wait
    connection.execute(delete(t.sign_in_try).where(t.sign_in_try.c.last_ms < now_ms - FORGET_MS))
    for whose, rule, tries in before:
        after = msgspec.structs.asdict(failed(rule, tries, now_ms))
        row = insert(t.sign_in_try).values(site_id=site, whose=whose, **after)
        connection.execute(row.on_conflict_do_update(index_elements=["site_id", "whose"], set_=after))
    return 0


def _forgive(connection: Connection, site: str, keys: _Keys) -> None:
    """It was right: forget the name's failures, take this one try back from the address."""
    (name, _), (address, _) = keys
    rows = t.sign_in_try
    connection.execute(delete(rows).where(rows.c.site_id == site, rows.c.whose == name))
    less = {"failures": rows.c.failures - 1}
    connection.execute(update(rows).where(rows.c.site_id == site, rows.c.whose == address).values(less))


def _tries(connection: Connection, site: str, whose: str, now_ms: int) -> Tries:
    rows = t.sign_in_try
    mine = (rows.c.site_id == site) & (rows.c.whose == whose)
    row = connection.execute(select(rows.c.failures, rows.c.last_ms).where(mine)).first()
    kept = Tries() if row is None else Tries(*row)
    tries = by_this_clock(kept, now_ms)
    if tries != kept:
        connection.execute(update(rows).where(mine).values(last_ms=tries.last_ms))
    return tries
