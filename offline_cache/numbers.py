"""The numbers thread: one POST for a number, answered within 400 ms or not at all."""

import queue
import threading
import time
from collections.abc import Callable

from kiosk import wire
from kiosk.config import Hub
from kiosk.vocabulary.effects import AskNumber
from kiosk.vocabulary.events import Event, NumberGiven, NumberRefused, NumberSilent
from kiosk.vocabulary.labels import Label, parse_label
from kiosk.vocabulary.problems import Problem
from kiosk.vocabulary.tickets import Numbered, TicketIntent
from offline_cache.answers import Answer, Away, AwayReason, Refused, Result
from offline_cache.clients import client_maker
from offline_cache.notes import Note, ignore
from offline_cache.prompt import Prompt

DEADLINE_S = 0.4
"""From the asking to the answer; after it the visitor is not kept waiting."""

Fallback = Callable[[TicketIntent], Numbered | None]

_TEXT_MAX = 300


class NumbersThread:
    """Takes ``AskNumber``; posts ``NumberGiven``, ``NumberSilent`` or ``NumberRefused``.

    ``fallback`` is the seam for numbers from the terminal's own slot: asked when the hub is silent.
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
        # The prompt keeps the deadline; a timer's thread for every number would cost more than the rest of the asking.
        make_client = client_maker(hub, deadline_s, deadline_s, float("inf"))
        self._prompt: Prompt[wire.TicketRequest, Result[wire.TicketAnswer]] = Prompt(
            "numbers-post",
            make_client,
            lambda client, request: client.ticket(request),
            note=note,
        )
        self._inbox: queue.SimpleQueue[tuple[AskNumber, float] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="numbers", daemon=True)

    def start(self) -> None:
        """Open and warm the connection in the background."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the thread; a question under way is given up."""
        self._inbox.put(None)
        self._thread.join(timeout_s)

    def submit(self, effect: AskNumber) -> None:
        """Ask; never blocks. The time starts now."""
        self._inbox.put((effect, self._clock() + self._deadline_s))

    def _run(self) -> None:
        self._prompt.warm()
        while (job := self._inbox.get()) is not None:
            effect, until = job
            self._post(self._ask(effect.ticket, until - self._clock()))
            self._prompt.warm()
        self._prompt.close()

    def _ask(self, intent: TicketIntent, within_s: float) -> Event:
        request = wire.TicketRequest(id=intent.id, service=intent.service, lang=intent.lang, tapped_at=intent.tapped_at)
        match self._prompt(request, within_s):
            case Answer(value=answer):
                given = numbered(answer, intent)
                return NumberGiven(given) if given else self._silent(intent, Away(AwayReason.GARBLED, "bad number"))
            case Refused() as refused:
                self._note("number-refused", {"code": refused.fault.code, "status": str(refused.status)})
                return NumberRefused(intent.id, refused.fault.code)
            case Away() as away:
                return self._silent(intent, away)

    def _silent(self, intent: TicketIntent, away: Away) -> Event:
        self._note("number-silent", {"reason": away.reason, "detail": away.detail})
        own = self._fallback(intent) if self._fallback else None
        if own is not None:
            return NumberGiven(own)
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
        ahead=max(-1, answer.ahead),
        slip_code=answer.slip_code,
        url=answer.url,
    )
