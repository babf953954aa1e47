"""The numbers thread: one POST for a number, answered within 400 ms; else a number of the terminal's own."""

import time
from collections.abc import Callable

from kiosk import wire
from kiosk.config import Hub
from kiosk.owner_thread import AnsweringLoop, OwnerThread
from kiosk.vocabulary.effects import AskNumber
from kiosk.vocabulary.events import Event, NumberGiven, NumberRefused, NumberSilent
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.labels import Label, parse_label
from kiosk.vocabulary.tickets import Numbered, TicketIntent
from offline_cache.http.answers import Answer, Away, AwayReason, Refused, Result
from offline_cache.http.breaker import Breaker
from offline_cache.http.clients import client_maker
from offline_cache.http.deadline_call import DeadlineCall
from offline_cache.store.notes import Note, deaths, ignore

DEADLINE_S = 0.4
"""From the asking to the answer; after it the visitor is not kept waiting."""

Fallback = Callable[[TicketIntent], Numbered | None]

_TEXT_MAX = 300
_NUMBERED_THERE = "numbered_there"
"""The hub has heard already that this visitor holds a number of ours (hub/errors.py)."""


class NumbersThread:
    """Takes ``AskNumber``; posts ``NumberGiven``, ``NumberSilent`` or ``NumberRefused``.

    ``fallback`` gives a number from the terminal's own slot, None when it has none to give. It is asked when the hub is
    silent, and at once while the breaker is open; ``probed`` tells the breaker what the heartbeat found.
    """

    def __init__(
        self,
        hub: Hub,
        post: Callable[[Event], None],
        *,
        fallback: Fallback | None = None,
        deadline_s: float = DEADLINE_S,
        note: Note = ignore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._post, self._fallback, self._note = post, fallback, note
        self._deadline_s, self._clock = deadline_s, clock
        self._breaker = Breaker()
        # The prompt keeps the deadline; a timer's thread for every number would cost more than the rest of the asking.
        make_client = client_maker(hub, deadline_s, deadline_s, float("inf"))
        self._deadline_call: DeadlineCall[wire.TicketRequest, Result[wire.TicketAnswer]] = DeadlineCall(
            "numbers-post",
            make_client,
            lambda client, request: client.ticket(request),
            note=note,
        )
        self._loop: AnsweringLoop[tuple[AskNumber, float]] = AnsweringLoop(self._do, self._fail)
        self.thread = OwnerThread("numbers", self._run, deaths(note))

    def start(self) -> None:
        """Open and warm the connection in the background."""
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the thread; a question under way is given up."""
        self._loop.end()
        self.thread.join(timeout_s)

    def submit(self, effect: AskNumber) -> None:
        """Ask; never blocks. The time starts now."""
        self._loop.put((effect, self._clock() + self._deadline_s))

    def probed(self, good: bool) -> None:
        """The hub answered something in time, or did not; from any thread."""
        if self._breaker.told(good):
            self._note("hub-slow" if self._breaker.is_open else "hub-prompt", {})

    def _run(self) -> None:
        self._deadline_call.warm()
        self._loop.run()
        self._deadline_call.close()

    def _do(self, job: tuple[AskNumber, float]) -> None:
        effect, until = job
        self._post(self._number(effect.ticket, until))
        self._deadline_call.warm()

    def _fail(self, job: tuple[AskNumber, float], place: str) -> None:
        """A bug, or the end of the thread: nobody knows whether there is a number."""
        self._note("network-bug", {"place": "numbers", "detail": place})
        self._post(NumberSilent(job[0].ticket.id, Problem.HUB_AWAY))

    def _number(self, intent: TicketIntent, until: float) -> Event:
        if self._breaker.is_open and (own := self._own(intent, "breaker_open")) is not None:
            return NumberGiven(own)
        return self._ask(intent, until - self._clock())

    def _ask(self, intent: TicketIntent, within_s: float) -> Event:
        request = wire.TicketRequest(id=intent.id, service=intent.service, lang=intent.lang, tapped_at=intent.tapped_at)
        result = self._deadline_call(request, within_s)
        given = numbered(result.value, intent) if isinstance(result, Answer) else None
        self.probed(given is not None or isinstance(result, Refused))
        match result:
            case Answer():
                return NumberGiven(given) if given else self._silent(intent, Away(AwayReason.GARBLED, "bad number"))
            case Refused() as refused:
                if refused.fault.code == _NUMBERED_THERE and (own := self._own(intent, _NUMBERED_THERE)) is not None:
                    return NumberGiven(own)
                self._note("number-refused", {"code": refused.fault.code, "status": str(refused.status)})
                return NumberRefused(intent.id, refused.fault.code)
            case Away() as away:
                return self._silent(intent, away)

    def _own(self, intent: TicketIntent, reason: str) -> Numbered | None:
        own = self._fallback(intent) if self._fallback else None
        if own is not None:
            self._note("number-own", {"reason": reason})
        return own

    def _silent(self, intent: TicketIntent, away: Away) -> Event:
        if (own := self._own(intent, away.reason)) is not None:
            return NumberGiven(own)
        self._note("number-silent", {"reason": away.reason, "detail": away.detail})
        late = away.reason is AwayReason.TIMED_OUT
        return NumberSilent(intent.id, Problem.TIMED_OUT if late else Problem.HUB_AWAY)


def numbered(answer: wire.TicketAnswer, intent: TicketIntent) -> Numbered | None:
    """The hub's answer as a ticket; None when it is not a number for this intent that could be called and printed."""
    label = Label(answer.series, 0, answer.n)
    texts = (answer.queue, answer.business_day, answer.issued_at, answer.slip_code, answer.url)
    sound = (
        answer.id == intent.id
        and answer.service == intent.service
        and parse_label(str(label)) == label
        and all(len(text) <= _TEXT_MAX for text in texts)
    )
    if not sound:
        return None
    return Numbered(
        id=intent.id,
        label=label,
        service=intent.service,
        queue=answer.queue,
        business_day=answer.business_day,
        issued_at=answer.issued_at,
        ahead=answer.ahead,
        slip_code=answer.slip_code,
        url=answer.url,
    )
