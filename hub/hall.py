"""What every request handler has at hand: store, feed, keys, clock. Handlers take it as ``hall: Hall``."""

import asyncio
import secrets
import ssl
import time
from collections.abc import Callable

from litestar.di import NamedDependency

from hub.api.keys import KeyRing
from hub.api.tokens import Tokens
from hub.api.tries import Tries
from hub.auth.passwords import Passwords
from hub.auth.signing_in import Doorman
from hub.called import CalledNow
from hub.catalogue.showcase import Showcase
from hub.clock import HallClock, SureClock, Verdict
from hub.feed import Feed
from hub.queues.clock_set import leap
from hub.store.engine import Store
from kiosk.vocabulary.enrolment import fingerprint, grouped
from kiosk.vocabulary.ids import IdMaker


class TheHall:
    """One per app. ``now_ms`` is the hub's time, Unix ms; ``new_id`` makes UUIDv7. ``clock`` is asked whether that time
    is believed; a plain function (tests hold one) always is.

    ``ca`` is the certificate (PEM) of the authority that vouches for this hub, "" without encryption.
    ``public_certificate``: browsers know that authority, so they are asked never to come without encryption again.
    """

    def __init__(
        self,
        store: Store,
        feed: Feed,
        clock: Callable[[], int],
        ca: str = "",
        passwords: Passwords | None = None,
        *,
        public_certificate: bool = False,
    ) -> None:
        self.store = store
        self.feed = feed
        self.clock = clock if isinstance(clock, HallClock) else SureClock(clock)
        self.now_ms = now_ms = self.clock
        self.setting_clock = asyncio.Lock()
        self.new_id = IdMaker(now_ms, secrets.randbits)
        self.tokens = Tokens()
        self.called = CalledNow(store, now_ms)
        self.showcase = Showcase(store, now_ms)
        self.keys = KeyRing(store, time.monotonic)
        self.enrol_tries = Tries(time.monotonic)
        self.passwords = passwords or Passwords()
        self.doorman = Doorman(store, self.passwords, now_ms)
        self.ca = ca
        self.public_certificate = public_certificate
        self._mark = fingerprint(ssl.PEM_cert_to_DER_cert(ca)) if ca else ""

    def shown_code(self, code: str) -> str:
        """An enrolment code as it is typed at the terminal: with encryption our fingerprint is its end."""
        return grouped(code + self._mark) if code else ""


Hall = NamedDependency[TheHall]
"""``TheHall`` as handlers ask for it, so that Litestar knows it is a dependency and no query parameter."""


async def believe(hall: TheHall) -> None:
    """The machine's clock is right though it is days ahead: first the store goes on to its time, then the hub.

    Tickets that are drawn between the two are of the new day, and the day knows the last arrival.
    """
    async with hall.setting_clock:
        if hall.clock.verdict() is Verdict.NOTHING:
            return
        jump = hall.clock.jump()
        await hall.store.write(lambda connection: leap(connection, jump))
        hall.clock.believe()


def system_ms() -> int:
    """The system's clock, Unix ms."""
    return time.time_ns() // 1_000_000
