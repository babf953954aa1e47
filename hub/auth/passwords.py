"""Passwords: argon2id off the event loop, and what is too easy to be one."""

import base64
import os
import threading
from collections.abc import Iterable
from functools import partial

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.auth.weak import is_weak
from hub.worker_pool import WorkerPool

SHORTEST = 10
LONGEST = 200
FEWEST_CHARACTERS = 5
"""Different characters a password needs at least: "aaaaaaaaaa" is none."""

STRANGERS_NICER = 10
"""The thread that checks strangers' passwords has a nice value so much higher than the hub's."""


class Passwords:
    """Hashes and checks passwords with argon2id (OWASP: 19 MiB, two passes, one lane).

    At most two are worked on at once, each in a thread of its own, so that a storm of sign-ins cannot take the machine
    from the calls. One of the threads is for strangers, so that whoever is known does not stand in their queue; its
    priority is low. Unknown people cost the same work as known ones.

    ``pause_s``: a sign-in that fails is answered so many seconds later, so that one connection cannot try as fast as
    the hub can answer.
    """

    def __init__(self, memory_kib: int = 19 * 1024, passes: int = 2, pause_s: float = 0.5) -> None:
        self.pause_s = pause_s
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._workers = WorkerPool(1, "argon2")
        self._for_strangers = WorkerPool(1, "argon2-strangers", _give_way)
        self._nobody = _of_nobody(memory_kib, passes)

    @property
    def pools(self) -> tuple[WorkerPool, ...]:
        """Both, for the watch."""
        return self._workers, self._for_strangers

    async def hash(self, password: str) -> str:
        """The argon2id text to keep."""
        return await self._workers.run(partial(self._hasher.hash, password))

    async def fits(self, password: str, kept: str | None, *, known: bool = False) -> bool:
        """Whether the password belongs to the kept hash; None does the same work and says no.

        ``known``: whoever gives it is at a known device or signed in.
        """
        worker = self._workers if known else self._for_strangers
        fits = await worker.run(partial(self._verify, kept or self._nobody, password))
        return fits and kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether the hash was made with other settings than today's (hash it again at sign-in)."""
        return self._hasher.check_needs_rehash(kept)

    def close(self) -> None:
        """End the threads."""
        for each in self.pools:
            each.close()

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


def _of_nobody(memory_kib: int, passes: int) -> str:
    """An argon2id text that no password fits: checking against it costs what these settings cost. It is drawn and not
    hashed, so that a start of the hub does not pay for it (the form: github.com/P-H-C/phc-string-format).
    """
    salt, digest = (base64.b64encode(os.urandom(size)).rstrip(b"=").decode() for size in (16, 32))
    return f"$argon2id$v=19$m={memory_kib},t={passes},p=1${salt}${digest}"


def _give_way() -> None:
    """Lower the priority of the calling thread alone (Linux: setpriority(2), "C library/kernel differences")."""
    me = threading.get_native_id()
    os.setpriority(os.PRIO_PROCESS, me, min(19, os.getpriority(os.PRIO_PROCESS, me) + STRANGERS_NICER))


def complaint(password: str, context: Iterable[str]) -> str | None:
    """Why this cannot be a password, as a message key; None when it can. ``context``: login, name, town, town hall."""
    if len(password) < SHORTEST:
        return "password.short"
    if len(password) > LONGEST:
        return "password.long"
    if len(set(password.casefold())) < FEWEST_CHARACTERS or is_weak(password, context):
        return "password.easy"
    return None
