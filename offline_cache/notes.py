"""How this room writes to the event log without knowing it: an event id and harmless fields."""

from collections.abc import Callable

Note = Callable[[str, dict[str, str]], None]


def ignore(event: str, fields: dict[str, str]) -> None:
    """A log that keeps nothing."""
