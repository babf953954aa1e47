"""Callback type for entries of the event log: an event id and harmless fields."""

from collections.abc import Callable

Note = Callable[[str, dict[str, str]], None]


def ignore(event: str, fields: dict[str, str]) -> None:
    """A log that keeps nothing."""


def deaths(note: Note) -> Callable[[str, str], None]:
    """What ended the work of a thread of this package, for the log (``kiosk.owner_thread.OnDeath``)."""
    return lambda thread, detail: note("thread-died", {"thread": thread, "detail": detail})
