"""The standing thread: asks the hub how the ticket stands whose slip is held before the scanner."""

from collections.abc import Callable

from kiosk import wire
from kiosk.owner_thread import AnsweringLoop, OwnerThread
from kiosk.vocabulary.effects import LookUp
from kiosk.vocabulary.events import Event, StandingFound, StandingNotFound
from offline_cache.http.answers import Answer, Away, Refused, Result
from offline_cache.http.deadline_call import DeadlineCall, MakeClient
from offline_cache.store.notes import Note, deaths, ignore

DEADLINE_S = 2.0
"""After it the visitor reads what holds without the hub."""


class StandingThread:
    """Takes ``LookUp`` from the core; posts ``StandingFound`` or ``StandingNotFound`` within ``deadline_s`` seconds."""

    def __init__(
        self,
        make_client: MakeClient,
        post: Callable[[Event], None],
        *,
        deadline_s: float = DEADLINE_S,
        note: Note = ignore,
    ) -> None:
        self._post, self._deadline_s = post, deadline_s
        self._deadline_call: DeadlineCall[wire.StandingRequest, Result[wire.StandingAnswer]] = DeadlineCall(
            "standing-post", make_client, lambda client, request: client.standing(request), warm_s=None, note=note
        )
        self._note = note
        self._loop: AnsweringLoop[LookUp] = AnsweringLoop(lambda effect: self._post(self._ask(effect)), self._fail)
        self.thread = OwnerThread("standing", self._run, deaths(note))

    def start(self) -> None:
        """Wait for questions."""
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the thread."""
        self._loop.end()
        self.thread.join(timeout_s)

    def submit(self, effect: LookUp) -> None:
        """Ask; never blocks."""
        self._loop.put(effect)

    def _run(self) -> None:
        self._loop.run()
        self._deadline_call.close()

    def _fail(self, effect: LookUp, place: str) -> None:
        """A bug, or the end of the thread: the visitor reads what holds without the hub."""
        self._note("network-bug", {"place": "standing", "detail": place})
        self._post(StandingNotFound(effect.id))

    def _ask(self, effect: LookUp) -> StandingFound | StandingNotFound:
        match self._deadline_call(wire.StandingRequest(token=effect.token, slip=effect.slip), self._deadline_s):
            case Answer(value=answer):
                return StandingFound(effect.id, answer.standing())
            case Refused():
                return StandingNotFound(effect.id, answered=True)
            case Away():
                return StandingNotFound(effect.id)
