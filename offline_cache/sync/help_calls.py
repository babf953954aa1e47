"""The help thread: calls a person to this terminal, beside everything else that is under way."""

from collections.abc import Callable
from typing import assert_never

from kiosk import wire
from kiosk.owner_thread import AnsweringLoop, OwnerThread
from kiosk.vocabulary.effects import CancelHelp, SendHelp
from kiosk.vocabulary.events import Event, HelpNotSent, HelpSent
from offline_cache.http.answers import Answer, Result
from offline_cache.http.deadline_call import DeadlineCall, MakeClient
from offline_cache.store.notes import Note, deaths, ignore

DEADLINE_S = 3.0
"""After it the page sends the visitor to the counter."""


CANCEL_TRIES = 3
"""A call that is not taken back sends somebody in vain: no harm, so it is not tried for ever."""


class HelpThread:
    """Takes ``SendHelp`` and posts ``HelpSent`` or ``HelpNotSent``; takes ``CancelHelp`` behind it."""

    def __init__(
        self,
        make_client: MakeClient,
        post: Callable[[Event], None],
        *,
        deadline_s: float = DEADLINE_S,
        note: Note = ignore,
    ) -> None:
        self._post, self._deadline_s = post, deadline_s
        self._deadline_call: DeadlineCall[wire.HelpRequest, Result[object]] = DeadlineCall(
            "help-post", make_client, lambda client, request: client.help(request), warm_s=None, note=note
        )
        self._note = note
        self._loop: AnsweringLoop[SendHelp | CancelHelp] = AnsweringLoop(self._do, self._fail)
        self.thread = OwnerThread("help", self._run, deaths(note))

    def start(self) -> None:
        """Wait for calls."""
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the thread."""
        self._loop.end()
        self.thread.join(timeout_s)

    def submit(self, effect: SendHelp | CancelHelp) -> None:
        """Call, or take a call back; never blocks."""
        self._loop.put(effect)

    def _run(self) -> None:
        self._loop.run()
        self._deadline_call.close()

    def _do(self, effect: SendHelp | CancelHelp) -> None:
        match effect:
            case SendHelp():
                self._call(effect)
            case CancelHelp():
                self._cancel(effect)
            case _:
                assert_never(effect)

    def _fail(self, effect: SendHelp | CancelHelp, place: str) -> None:
        """A bug, or the end of the thread: the page sends the visitor to the counter."""
        self._note("network-bug", {"place": "help", "detail": place})
        if isinstance(effect, SendHelp):
            self._post(HelpNotSent(effect.id))

    def _call(self, effect: SendHelp) -> None:
        request = wire.HelpRequest(id=effect.id, lang=effect.lang, reason=effect.reason, label=effect.label)
        sent = isinstance(self._deadline_call(request, self._deadline_s), Answer)
        self._post(HelpSent(effect.id) if sent else HelpNotSent(effect.id))

    def _cancel(self, effect: CancelHelp) -> None:
        """Until the hub has it, or somebody else wants something of this thread."""
        request = wire.HelpRequest(id=effect.id, withdrawn=True)
        for _ in range(CANCEL_TRIES):
            if isinstance(self._deadline_call(request, self._deadline_s), Answer) or self._loop.waiting():
                return
