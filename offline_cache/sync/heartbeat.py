"""The heartbeat: tells the hub how the terminal is, hears time, day and orders, and says whether there is a hub.

Nothing here asks the wall clock: pauses and the round trip are measured on the monotonic one, and an order's expiry is
compared with the hub's own time in the same answer.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from kiosk import wire
from kiosk.vocabulary.hardware.problems import Problem
from offline_cache.http.answers import Answer, Away, AwayReason, Refused, Result
from offline_cache.store.notes import Note

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient

PROBLEMS = {
    AwayReason.WRONG_CERTIFICATE: ("hub-wrong-certificate", Problem.WRONG_CERTIFICATE),
    AwayReason.PLAIN_REFUSED: ("hub-plain-refused", Problem.PLAIN_HUB),
}
"""Reasons that waiting does not mend: the line in the log, and what stands in the terminal's health."""
MISSES = 2
"""Lost answers in a row until the hub counts as away; at the start one is enough."""


def _unheard(*_said: object) -> None:
    """Nobody listens."""


class HeartbeatListeners(msgspec.Struct, frozen=True):
    """Callbacks for parts of a heartbeat response. Called on the sync thread; each must return soon."""

    clock: Callable[[int, float], None] = _unheard
    """``(hub_ms, round_trip_s)``: the hub's clock while it answered, and how long question and answer took."""
    day: Callable[[str, str], None] = _unheard
    """``(business_day, hub_generation)``, each "" when the hub does not say."""
    closed: Callable[[tuple[str, ...], str], None] = _unheard
    """``(closed_days, business_day)``: days that staff closed because the hub's clock had been wrong."""
    probe: Callable[[bool, float], None] = _unheard
    """``(answered, round_trip_s)`` after every heartbeat, the lost ones too."""
    taken: Callable[[], None] = _unheard
    """The hub has taken what the heartbeat said."""
    orders: Callable[[tuple[wire.Order, ...], int], None] = _unheard
    """``(orders, hub_ms)``: all that are open, again and again until their result is known."""
    help: Callable[[tuple[wire.HelpTaken, ...]], None] = _unheard
    """Who is coming because of which help call, again and again until the call is closed."""
    ledger: Callable[[wire.LedgerStanding], None] = _unheard
    """How far the hub has this terminal's ledger of payments, with every answer."""
    trail: Callable[[str], None] = _unheard
    """The head of the hub's trail as of today, with every answer."""


class HeartbeatSender:
    """One heartbeat after another. ``reach`` is called after each with whether there is a hub, and what keeps it away;
    ``answered`` gets every answer."""

    def __init__(
        self,
        status: Callable[[], wire.Heartbeat],
        hearers: HeartbeatListeners,
        *,
        reach: Callable[[bool, Problem | None], None],
        answered: Callable[[wire.HeartbeatAnswer], None],
        note: Note,
        clock: Callable[[], float],
    ) -> None:
        self._status, self._hearers, self._reach = status, hearers, reach
        self._answered, self._note, self._clock = answered, note, clock
        self._misses = 0
        self._beaten = False
        self._said: AwayReason | None = None

    def __call__(self, client: "HubClient") -> bool:
        """Beat once; True when there was an answer, whatever it was."""
        begun = self._clock()
        result = client.heartbeat(self._status())
        return self._take(result, self._clock() - begun)

    def _take(self, result: Result[wire.HeartbeatAnswer], round_trip_s: float) -> bool:
        known, self._beaten = self._beaten, True
        self._hearers.probe(not isinstance(result, Away), round_trip_s)
        match result:
            case Answer(value=answer):
                self._misses, self._said = 0, None
                self._reach(True, None)
                self._tell(answer, round_trip_s)
                return True
            case Refused() as refused:
                self._note("hub-refused", {"status": str(refused.status), "code": refused.fault.code})
                self._reach(False, Problem.REFUSED_BY_HUB)
                return True
            case Away() as away:
                self._misses += 1
                self._miss(away, certain=away.reason in PROBLEMS or self._misses >= MISSES or not known)
                return False

    def _miss(self, away: Away, *, certain: bool) -> None:
        event, problem = PROBLEMS.get(away.reason, ("", None))
        if event and away.reason is not self._said:
            self._note(event, {"detail": away.detail})
        self._said = away.reason
        if certain:
            self._reach(False, problem)

    def _tell(self, answer: wire.HeartbeatAnswer, round_trip_s: float) -> None:
        self._answered(answer)
        self._hearers.taken()
        if answer.hub_ms:
            self._hearers.clock(answer.hub_ms, round_trip_s)
        if answer.closed_days and answer.business_day:
            self._hearers.closed(answer.closed_days, answer.business_day)
        if answer.business_day or answer.hub_generation:
            self._hearers.day(answer.business_day, answer.hub_generation)
        if answer.orders:
            self._hearers.orders(answer.orders, answer.hub_ms)
        if answer.ledger is not None:
            self._hearers.ledger(answer.ledger)
        if answer.trail_head:
            self._hearers.trail(answer.trail_head)
        if answer.help:
            self._hearers.help(answer.help)
