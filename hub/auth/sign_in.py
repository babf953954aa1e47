"""Signing in: the try is counted and durable before the password is looked at, so a crash forgives nothing.

A known device of the person has a count and a lock of its own; unknown devices share the count of the name and that of
their address (S43, S52).
"""

from collections.abc import Callable
from functools import partial

import msgspec
from sqlalchemy import Connection

from hub.auth import devices, people, sessions, tries
from hub.auth.passwords import Passwords
from hub.auth.tries import Counted, Keys, Wait
from hub.store.engine import Store
from hub.trail import sign_ins

SWEEP_MS = 3_600_000
"""Old counts are swept out no more often, at a sign-in."""


class Caller(msgspec.Struct, frozen=True):
    """From where somebody gives a password.

    ``device`` is the token that the browser shows for this name ("" = none), ``session`` the token hash of whoever is
    signed in already ("" = nobody is).
    """

    address: str
    device: str = ""
    session: str = ""


class SignedIn(msgspec.Struct, frozen=True):
    """Come in; both tokens go into cookies. ``device`` "" = it was known before and stays as it is."""

    token: str
    device: str = ""


class RightPassword(msgspec.Struct, frozen=True):
    """It is this person's; ``kept`` is the hash. ``device`` is the token hash of the known device, "" = there was none.
    The try counts as failed until whoever acts on this calls ``settle`` in the transaction of the act."""

    site: str
    user: str
    login: str
    kept: str
    device: str
    keys: Keys


class WrongPassword(msgspec.Struct, frozen=True):
    """Name and password do not belong together; nothing says which. The next is looked at after ``seconds``."""

    seconds: int = 0


class TooManyTries(msgspec.Struct, frozen=True):
    """Wait so many seconds; the password was not looked at."""

    seconds: int


class Locked(msgspec.Struct, frozen=True):
    """Fifteen were wrong, none is looked at any more. ``device``: this known device is locked; else the name is, for
    devices that are not known."""

    device: bool


class _Whose(msgspec.Struct, frozen=True):
    """Whose counts a try belongs to; ``device`` as in ``RightPassword``, ``own`` = strangers do not share them."""

    device: str
    own: bool
    keys: Keys


Refusal = WrongPassword | TooManyTries | Locked
Answer = SignedIn | Refusal


class SignInService:
    """Looks at names and passwords for one hub. ``steady_ms`` is its steady clock, ``now_ms`` dates the trail."""

    def __init__(
        self, store: Store, passwords: Passwords, steady_ms: Callable[[], int], now_ms: Callable[[], int]
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._steady_ms, self._now_ms = steady_ms, now_ms
        self._swept_ms = 0

    async def sign_in(self, site: str, login: str, password: str, address: str, device: str = "") -> Answer:
        """Let a person in, or say how it failed. ``device`` is the token that the browser shows for this name."""
        found = await self.check(site, login, password, Caller(address, device))
        if not isinstance(found, RightPassword):
            return found
        fresh = await self._passwords.hash(password) if self._passwords.outdated(found.kept) else ""
        return await self._store.write(lambda connection: self._welcome(connection, found, fresh, address))

    async def check(self, site: str, login: str, password: str, caller: Caller) -> RightPassword | Refusal:
        """Whether this is the person's password. It counts as a try, whoever asks, somebody signed in too."""
        login = login.strip().lower()
        whose, wait = await self._store.read(lambda connection: self._look(connection, site, login, caller))
        if not wait.over:
            return _refused(wait, whose.device)
        counted = await self._store.write(lambda connection: self._count(connection, site, whose.keys))
        if not counted.before.over:
            return _refused(counted.before, whose.device)
        known = await self._store.read(lambda connection: people.by_login(connection, site, login))
        fits = await self._passwords.fits(password, known[1] if known else None, known=whose.own)
        if fits and known is not None:
            return RightPassword(site, known[0], login, known[1], whose.device, whose.keys)
        noted = partial(self._note_wrong, site=site, login=login, address=caller.address, after=counted.after)
        await self._store.write(noted)
        return Locked(bool(whose.device)) if counted.after.locked else WrongPassword(counted.after.seconds)

    def _look(self, connection: Connection, site: str, login: str, caller: Caller) -> tuple[_Whose, Wait]:
        """Whose counts the try belongs to, and how long to wait: who must is refused without a write."""
        steady_ms = self._steady_ms()
        device = devices.known(connection, site, login, caller.device, steady_ms) or ""
        own = device or caller.session
        keys = tries.keys_of_device(own) if own else tries.keys_of_stranger(login, caller.address)
        return _Whose(device, bool(own), keys), tries.look(connection, site, keys, steady_ms)

    def _count(self, connection: Connection, site: str, keys: Keys) -> Counted:
        steady_ms = self._steady_ms()
        if steady_ms - self._swept_ms >= SWEEP_MS:
            self._swept_ms = steady_ms
            tries.sweep(connection, steady_ms)
        return tries.count(connection, site, keys, steady_ms)

    def _note_wrong(self, connection: Connection, site: str, login: str, address: str, after: Wait) -> None:
        """Write to the trail: the wrong try, and what stands before the next one."""
        now_ms = self._now_ms()
        sign_ins.wrong(connection, site, login, address, now_ms)
        if not after.over:
            sign_ins.locked(connection, site, login, address, after.seconds, now_ms)

    def _welcome(self, connection: Connection, right: RightPassword, fresh: str, address: str) -> Answer:
        if not settle(connection, right):
            return WrongPassword()
        if fresh:
            people.keep_hash(connection, right.site, right.user, fresh)
        sign_ins.right(connection, right.site, right.user, address, self._now_ms())
        steady_ms = self._steady_ms()
        token = sessions.begin(connection, right.site, right.user, steady_ms)
        if right.device:
            devices.used(connection, right.site, right.device, steady_ms)
            return SignedIn(token)
        return SignedIn(token, devices.remember(connection, right.site, right.user, steady_ms))


def _refused(wait: Wait, device: str) -> Refusal:
    return Locked(bool(device)) if wait.locked else TooManyTries(wait.seconds)


def settle(connection: Connection, right: RightPassword) -> bool:
    """Take the try back, for the password was right; False when it was changed, or the person disabled, meanwhile."""
    if people.by_login(connection, right.site, right.login) != (right.user, right.kept):
        return False
    tries.forgive(connection, right.site, right.keys)
    return True
