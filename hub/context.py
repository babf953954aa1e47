"""What every request handler has at hand: store, feed, keys, clock. Handlers take it as ``hub: Hub``."""

import asyncio
import secrets
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime

from litestar.di import NamedDependency
from sqlalchemy import Connection

from hub.access.keys import KeyRing
from hub.access.rate_limit import Tries
from hub.access.tokens import Tokens
from hub.auth.passwords import Passwords
from hub.auth.sign_in import SignInService
from hub.catalogue.face.maker import PictureMaker
from hub.catalogue.face.shown import ShownFaces
from hub.catalogue.import_runs.runs import Runs
from hub.catalogue.publication.published import PublishedCatalogue
from hub.clock import HallClock, Jump, SureClock, Verdict
from hub.live.called_now import CalledNow
from hub.live.feed import Feed
from hub.sites import sites
from hub.store.engine import Store
from hub.tickets.clock_change import leap
from hub.trail.checking import Checker
from hub.trail.entries import NOBODY, Note, Who, append
from hub.trail.heads import DailyHeads
from hub.trail.words import What
from hub.uploads import Uploads
from kiosk.vocabulary.enrolment import fingerprint, grouped
from kiosk.vocabulary.ids import IdMaker


class HubContext:
    """One per app. ``now_ms`` is the hub's time, Unix ms; ``new_id`` makes UUIDv7. ``clock`` is asked whether that time
    is believed; a plain function (tests hold one) always is.

    ``ca`` is the certificate (PEM) of the authority that vouches for this hub, "" without encryption.
    ``public_certificate``: browsers know that authority, so they are asked never to come without encryption again.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], int],
        heartbeat_s: float,
        ca: str = "",
        passwords: Passwords | None = None,
        *,
        public_certificate: bool = False,
    ) -> None:
        self.store = store
        self.clock = clock if isinstance(clock, HallClock) else SureClock(clock)
        self.now_ms = now_ms = self.clock
        self.setting_clock = asyncio.Lock()
        self.new_id = IdMaker(now_ms, secrets.randbits)
        self.tokens = Tokens()
        self.called = CalledNow(store, now_ms)
        self.feed = Feed(store, self.called, heartbeat_s)
        self.published = PublishedCatalogue(store, now_ms)
        self.trail_heads = DailyHeads(store)
        self.trail_checker = Checker(store, now_ms)
        self.keys = KeyRing(store, time.monotonic)
        self.enrol_tries = Tries(time.monotonic)
        self.visitor_acts = Tries(time.monotonic)
        """By ticket: many visitors share the address of the lobby's Wi-Fi."""
        self.passwords = passwords or Passwords()
        self.sign_ins = SignInService(store, self.passwords, self.clock.steady_ms, self.clock)
        self.uploads = Uploads(store.path.parent / "uploads")
        self.faces = ShownFaces(store)
        self.pictures = PictureMaker(self.uploads)
        self.imports = Runs(self.uploads, store.path.parent, now_ms)
        self.ca = ca
        self.public_certificate = public_certificate
        self._mark = fingerprint(ssl.PEM_cert_to_DER_cert(ca)) if ca else ""

    def shown_code(self, code: str) -> str:
        """An enrolment code as it is typed at the terminal: with encryption our fingerprint is its end."""
        return grouped(code + self._mark) if code else ""


Hub = NamedDependency[HubContext]
"""``HubContext`` as handlers ask for it, so that Litestar knows it is a dependency and no query parameter."""


async def believe(hub: HubContext, by: Who = NOBODY) -> None:
    """The machine's clock is right though it is days ahead: first the store goes on to its time, then the hub.

    Tickets that are drawn between the two are of the new day, and the day knows the last arrival. ``by``: who said so;
    NOBODY = the terminals' clocks, or there was no other to ask.
    """
    async with hub.setting_clock:
        if hub.clock.verdict() is Verdict.NOTHING:
            return
        jump = hub.clock.jump()
        await hub.store.write(lambda connection: _leap(connection, jump, by))
        hub.clock.believe()


def _leap(connection: Connection, jump: Jump, by: Who) -> None:
    leap(connection, jump)
    before, after = (
        {"clock": f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"}
        for ms in (jump.to_ms - jump.by_ms, jump.to_ms)
    )
    for site in sites(connection):
        append(connection, Note(site=site.id, who=by, what=What.CLOCK_SET, now_ms=jump.to_ms), "", before, after)
