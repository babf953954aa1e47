"""What the driver asks of a display's codec: frames as messages of bytes. Sans-io, no clock."""

from typing import Protocol

import msgspec

from drivers.queue_display.frame import Frame


class Message(msgspec.Struct, frozen=True):
    """Bytes that set one part of the display whole.

    ``part`` names what they set: the newest message for a part replaces every older one. Between two ``pieces`` the
    device wants a pause.
    """

    part: str
    pieces: tuple[bytes, ...]


class Codec(Protocol):
    """One family of displays."""

    @property
    def pause_s(self) -> float:
        """Pause between the pieces of a message, in seconds."""

    def hello(self) -> tuple[Message, ...]:
        """What to send after connecting."""

    def frame(self, frame: Frame, *, fresh: bool) -> tuple[Message, ...]:
        """The whole display, most urgent part first. ``fresh``: the newest call alone, so that it catches the eye."""

    def all_dots(self) -> tuple[Message, ...]:
        """A picture in which a broken dot is seen."""
