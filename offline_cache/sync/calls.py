"""The calls thread: who is called where, as it happens, for the sign on this terminal."""

import random
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from kiosk import wire
from kiosk.config import Hub
from kiosk.owner_thread import OwnerThread
from kiosk.vocabulary.depth import shallow
from offline_cache.http.answers import Answer, Away, Refused
from offline_cache.http.clients import client_maker
from offline_cache.http.sse import EventParser, ServerEvent
from offline_cache.store.notes import Note, deaths, ignore

if TYPE_CHECKING:
    from offline_cache.http.hub_client import HubClient, Stream

SILENT_S = 17.0
"""The hub sends a sign of life every 5 s (one of before: every 15 s); after this long a half-open connection is given
up. The next one begins with what was called meanwhile."""
_POLLS_PER_TRY = 4


class Called(Protocol):
    """Who shows calls. ``whole`` = these are all there are, what was called before is over."""

    def __call__(self, calls: wire.Calls, *, whole: bool) -> None:
        """Take what the hub says."""
        ...


class CallsThread:
    """Subscribes to the stream of calls, polls where streams do not get through.

    ``called`` gets every change once. What a hub says is whole: all calls there are. An older hub (wire before 2.1)
    says only what is new; of that the first is whole, the one that begins a business day, and the first of a hub that
    begins anew.
    """

    def __init__(
        self,
        hub: Hub,
        called: Called,
        *,
        note: Note = ignore,
        poll_s: float = 1.5,
        silent_s: float = SILENT_S,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._make_client = client_maker(hub, 3.0, silent_s, 10.0)
        self._called, self._note, self._poll_s, self._jitter = called, note, poll_s, jitter
        self._seq = 0
        self._day = ""
        self._told: tuple[str, tuple[wire.Call, ...]] | None = None
        """The last whole answer: its day and its calls."""
        self._stopping = threading.Event()
        self._client: HubClient | None = None
        self.thread = OwnerThread("calls", self._run, deaths(note))

    def start(self) -> None:
        """Subscribe in the background."""
        self.thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Leave the stream and end the thread."""
        self._stopping.set()
        if self._client is not None:
            self._client.abandon()
        self.thread.join(timeout_s)

    def _run(self) -> None:
        self._client = client = self._make_client()
        tries = 0
        while not self._stopping.is_set():
            tries = self._turn(client, tries) + 1
            self._stopping.wait(self._poll_s * self._jitter(0.75, 1.25))
        client.close()

    def _turn(self, client: "HubClient", tries: int) -> int:
        """Listen when it is time to try, then poll once; the tries since there was a stream."""
        try:
            if tries % _POLLS_PER_TRY == 0 and self._listen(client):
                tries = 0
            self._poll(client)
        except Exception as error:  # noqa: BLE001 - the edge: a bug ends this turn, not the thread
            self._note("network-bug", {"place": "calls", "detail": type(error).__name__})
        return tries

    def _listen(self, client: "HubClient") -> bool:
        """Read the stream until it ends; True when there was one."""
        stream = client.stream(self._seq)
        if isinstance(stream, Away | Refused):
            return False
        try:
            self._follow(stream)
        finally:
            stream.close()
        return True

    def _follow(self, stream: "Stream") -> None:
        parser = EventParser()
        while not self._stopping.is_set():
            received = stream.read()
            if isinstance(received, Away):
                return
            for event in parser.feed(received):
                self._take(event)

    def _take(self, event: ServerEvent) -> None:
        if event.kind != "calls":
            return
        try:
            calls = msgspec.json.decode(shallow(event.data.encode()), type=wire.Calls)
        except msgspec.MsgspecError as error:
            self._note("hub-garbled", {"place": wire.CALLS_STREAM, "detail": str(error)})
            return
        self._hand_over(calls)

    def _poll(self, client: "HubClient") -> None:
        if self._stopping.is_set():
            return
        answer = client.calls(self._seq)
        if isinstance(answer, Answer):
            self._hand_over(answer.value)

    def _hand_over(self, calls: wire.Calls) -> None:
        """Pass on what is new."""
        if not calls.whole:
            self._hand_over_news(calls)
        elif self._told != (calls.business_day, calls.calls):
            self._told = (calls.business_day, calls.calls)
            self._show(calls, whole=True)

    def _hand_over_news(self, calls: wire.Calls) -> None:
        """Of an older hub. A seq that goes back is another hub (or one restored): begin anew."""
        if calls.seq < self._seq:
            self._seq = 0
            if not calls.calls:
                return
        fresh = tuple(call for call in calls.calls if call.seq > self._seq)
        whole = self._seq == 0 or calls.business_day != self._day
        self._seq, self._day = max(self._seq, calls.seq), calls.business_day
        if fresh or whole:
            self._show(msgspec.structs.replace(calls, calls=fresh), whole=whole)

    def _show(self, calls: wire.Calls, *, whole: bool) -> None:
        try:
            self._called(calls, whole=whole)
        except Exception as error:  # noqa: BLE001 - the edge: a bug in showing a call must not end the listening
            self._note("network-bug", {"place": "calls", "detail": type(error).__name__})
