"""Small makers shared by the tests of what a terminal remembers."""

import threading
import time
from collections.abc import Callable

from kiosk.vocabulary.events import Event
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import Numbered, TicketIntent

DAY = "2026-11-23"


def ticket_id(n: int) -> str:
    return f"0192f0c0-0000-7000-8000-{n:012d}"


def intent(n: int) -> TicketIntent:
    return TicketIntent(id=ticket_id(n), service="perso", lang="de", tapped_at=f"{DAY}T09:12:00+01:00")


def numbered(n: int, count: int | None = None, day: str = DAY, slot: int = 0) -> Numbered:
    return Numbered(
        id=ticket_id(n),
        label=Label("A", slot, count or n),
        service="perso",
        queue="pass",
        business_day=day,
        issued_at=f"{day}T09:12:01+01:00",
        ahead=3,
        slip_code="s" * 22,
    )


class Inbox:
    """Collects posted events; waits for them on a condition, never by sleeping."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def post(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(self, *wanted: Event, timeout_s: float = 10.0) -> None:
        self.wait_until(lambda events: all(event in events for event in wanted), timeout_s, wanted)

    def wait_until(
        self, test: Callable[[list[Event]], bool], timeout_s: float = 10.0, wanted: object = "a condition"
    ) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: test(self.events), timeout_s), (wanted, self.events)


class Notes:
    """Collects lines of the event log."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, str]]] = []

    def __call__(self, event: str, fields: dict[str, str]) -> None:
        self.lines.append((event, fields))

    @property
    def ids(self) -> list[str]:
        return [event for event, _ in self.lines]


def eventually(test: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Wait for something that posts no event (waits on a never-set event, 10 ms at a time, with a deadline)."""
    deadline = time.monotonic() + timeout_s
    never = threading.Event()
    while not test():
        assert time.monotonic() < deadline, "did not come true in time"
        never.wait(0.01)
