"""The core's inbox: what a worker answers is never lost, what is only the newest word on something is kept once.

An answer ends a state that waits for it, and there is one for each question of ours, so their number is bounded by what
we ask. Time, devices and the hub speak unasked, and only their newest word counts: a later one takes the place of the
one that still waits. Touches and codes may come without end (a cloth on the panel, a scanner gone mad): beyond
``VISITOR_LIMIT`` waiting ones they are dropped, and the visitor touches again.
"""

import threading
from collections.abc import Hashable
from typing import Self

from msgspec.structs import replace

from kiosk.vocabulary.events import (
    ClosureChanged,
    DeviceChanged,
    Event,
    HelpTaken,
    HubChanged,
    RestartOrdered,
    Scanned,
    Tick,
    Touched,
)

VISITOR_LIMIT = 200


class Merged(Event, frozen=True):
    """Events of which one that waits takes the newer one in. A field that stands at its default says nothing."""

    def merged_with(self, newer: Self) -> Self:
        """What the newer one says, and what only this one says."""
        fields = zip(newer.__struct_fields__, newer.__struct_defaults__, strict=True)
        said = {name: value for name, default in fields if (value := getattr(newer, name)) != default}
        return replace(self, **said)


class Inbox:
    """Any thread puts events in; the core's thread takes them out, oldest first."""

    def __init__(self) -> None:
        self._events: dict[Hashable, Event] = {}
        """In the order of arrival, by what a newer event takes the place of."""
        self._visitors = self._count = self._dropped = 0
        self._changed = threading.Condition()

    def put(self, event: Event) -> None:
        """Keep an event; never blocks. A touch or a code too many is dropped and counted."""
        with self._changed:
            if isinstance(event, Touched | Scanned):
                if self._visitors >= VISITOR_LIMIT:
                    self._dropped += 1
                    return
                self._visitors += 1
            self._keep(event)
            self._changed.notify()

    def get(self, timeout_s: float) -> Event | None:
        """The oldest event; None when there is none within the time."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._events), timeout_s):
                return None
            event = self._events.pop(next(iter(self._events)))
            self._visitors -= isinstance(event, Touched | Scanned)
            return event

    def dropped(self) -> int:
        """How many touches and codes were dropped since this was asked last."""
        with self._changed:
            count, self._dropped = self._dropped, 0
        return count

    def __len__(self) -> int:
        return len(self._events)

    def _keep(self, event: Event) -> None:
        self._count += 1
        subject = _subject(event) or self._count
        match self._events.get(subject), event:
            case Merged() as waiting, Merged():
                self._events[subject] = waiting.merged_with(event)
            case _:
                self._events[subject] = event


def _subject(event: Event) -> Hashable | None:
    """What the event is the newest word on; None = each one counts."""
    match event:
        case Tick() | HubChanged() | ClosureChanged() | RestartOrdered() | Merged():
            return type(event)
        case DeviceChanged(status=status):
            return DeviceChanged, status.device
        case HelpTaken(id=call):
            return HelpTaken, call
        case _:
            return None
