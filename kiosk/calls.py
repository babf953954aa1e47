"""What is called and in which words: from the hub's calls to the frame of every display of this terminal.

A display that was away gets the frame again.
"""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from kiosk.i18n.texts import Texts
from kiosk.vocabulary.hardware.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.vocabulary.hardware.display_frame import Frame, Row
from kiosk.vocabulary.ids import JobId
from kiosk.vocabulary.short_names import short_name
from kiosk.wire import Call, Calls, CallState

ROWS = 8
"""So many calls are kept: a display shows as many as it has lines, and each new one in its turn."""
FRESH = timedelta(seconds=15)
"""A call older than this (by the hub's own clock) is news no more: after a gap nobody is startled by old calls."""
_KEPT = 32
_READY = frozenset({DeviceState.READY, DeviceState.BUSY, DeviceState.NEEDS_ATTENTION})

Show = Callable[[str, JobId, Frame], None]
"""Device, job id, frame: hands the frame to the display's driver."""


class CallDisplay:
    """The wanted frame of a terminal's displays. Any thread may call it.

    Give it what the hub says (``show``) and what the hosts say (``device_changed``); it hands out frames.
    """

    def __init__(self, show: Show, texts: Texts, lang: str = "de") -> None:
        self._show = show
        self._texts = texts
        self._lang = lang
        self._lock = threading.Lock()
        self._calls: dict[int, Call] = {}
        self._generations: dict[str, int] = {}
        self._jobs = 0
        self._frame = frame_of((), texts, lang)

    def show(self, calls: Calls, *, whole: bool = False) -> None:
        """Take calls from the hub; ``whole`` = these are all there are: what is missing was taken back or is over."""
        with self._lock:
            if whole:
                self._calls.clear()
            self._calls.update((call.seq, call) for call in calls.calls)
            self._calls = dict(sorted(self._calls.items())[-_KEPT:])
            frame = frame_of(self._calls.values(), self._texts, self._lang, _news(calls.at, self._calls.values()))
            if frame == self._frame:
                return
            self._frame = frame
            devices = tuple(self._generations)
        for device in devices:
            self._send(device, frame)

    @property
    def last_called(self) -> str:
        """The number that was called last; "" = none."""
        with self._lock:
            return next((call.label for call in reversed(self._calls.values())), "")

    def device_changed(self, status: DeviceStatus) -> None:
        """Send the frame to a display that has (again) become ready; not as news, it was called before."""
        if status.kind is not DeviceKind.QUEUE_DISPLAY:
            return
        with self._lock:
            known = self._generations.get(status.device)
            if status.state not in _READY:
                self._generations.pop(status.device, None)
                return
            self._generations[status.device] = status.generation
            frame = self._frame
        if known != status.generation:
            self._send(status.device, _no_news(frame))

    def _send(self, device: str, frame: Frame) -> None:
        with self._lock:
            self._jobs += 1
            job = JobId(f"frame-{self._jobs}")
        self._show(device, job, frame)


def frame_of(calls: Iterable[Call], texts: Texts, lang: str, news: frozenset[int] = frozenset()) -> Frame:
    """The frame for these calls (any order): each number once, newest first. ``news``: seqs of those that are."""
    newest: dict[str, Call] = {}
    for call in sorted(calls, key=lambda one: one.seq):
        newest.pop(call.label, None)
        newest[call.label] = call
    shown = [call for call in reversed(newest.values()) if call.state is CallState.NOW or _ends(call, news)]
    return Frame(
        rows=tuple(_row(call, texts, lang, call.seq in news) for call in shown[:ROWS]),
        idle=texts.say(lang, "display.idle").text,
    )


def _ends(call: Call, news: frozenset[int]) -> bool:
    """The visitor came at once; others have not read yet whose call it was."""
    return call.state is CallState.OVER and call.seq in news


def _row(call: Call, texts: Texts, lang: str, news: bool) -> Row:
    name = " ".join(call.counter.split())
    return Row(
        label=call.label,
        place=_place(name, texts, lang),
        short=call.short or short_name(name),
        mark=call.seq,
        news=news,
        over=call.state is CallState.OVER,
    )


def _place(name: str, texts: Texts, lang: str) -> str:
    """A counter called "4" becomes "Platz 4"; one that has a name of its own keeps it."""
    return texts.say(lang, "display.place", counter=name).text if name.isdigit() else name


def _news(at: str, calls: Iterable[Call]) -> frozenset[int]:
    """The seqs of calls that were made just before the hub said so, by its own clock."""
    now = datetime.fromisoformat(at)
    return frozenset(call.seq for call in calls if now - datetime.fromisoformat(call.at) <= FRESH)


def _no_news(frame: Frame) -> Frame:
    return msgspec.structs.replace(frame, rows=tuple(msgspec.structs.replace(row, news=False) for row in frame.rows))
