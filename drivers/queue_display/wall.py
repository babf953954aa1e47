"""From the hub's calls to every display of this terminal, and again to one that was away."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from drivers.queue_display.frame import Frame, ShowFrame, frame_of
from kiosk.i18n.texts import Texts
from kiosk.vocabulary.devices import DeviceKind, DeviceState, DeviceStatus
from kiosk.wire import Call, Calls

FRESH = timedelta(seconds=15)
"""A call older than this (by the hub's own clock) is news no more: after a gap nobody is startled by old calls."""
_KEPT = 32
_READY = frozenset({DeviceState.READY, DeviceState.BUSY, DeviceState.NEEDS_ATTENTION})

Submit = Callable[[str, str, ShowFrame], None]
"""Device, job id, command: ``Hosts.submit``."""


class CallWall:
    """The wanted frame of a terminal's displays. Any thread may call it.

    Give it what the hub says (``show``) and what the hosts say (``device_changed``); it submits frames.
    """

    def __init__(self, submit: Submit, texts: Texts, lang: str = "de") -> None:
        self._submit = submit
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
            job = f"frame-{self._jobs}"
        self._submit(device, job, ShowFrame(frame))


def _news(at: str, calls: Iterable[Call]) -> frozenset[int]:
    """The seqs of calls that were made just before the hub said so, by its own clock."""
    now = datetime.fromisoformat(at)
    return frozenset(call.seq for call in calls if now - datetime.fromisoformat(call.at) <= FRESH)


def _no_news(frame: Frame) -> Frame:
    return msgspec.structs.replace(frame, rows=tuple(msgspec.structs.replace(row, news=False) for row in frame.rows))
