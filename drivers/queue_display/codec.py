"""What the driver asks of a display's codec: frames as messages of bytes. Sans-io, no clock."""

from typing import Annotated, Protocol

import msgspec

from kiosk.vocabulary.hardware.display_frame import Frame

Seconds = Annotated[float, msgspec.Meta(ge=0, le=60)]
Pause = Annotated[float, msgspec.Meta(ge=0, le=1)]
ByteRate = Annotated[float, msgspec.Meta(ge=30, le=1_000_000)]


class Message(msgspec.Struct, frozen=True):
    """Bytes that set one part of the display whole.

    ``part`` names what they set: the newest message for a part replaces every older one. Behind each of the ``pieces``
    the device wants a pause.
    """

    part: str
    pieces: tuple[bytes, ...]


class Wiring(Protocol):
    """What the driver itself needs of a display's settings."""

    @property
    def fresh_s(self) -> float:
        """So long a new call has the display for itself, while no other comes."""

    @property
    def bytes_per_s(self) -> float:
        """What the line carries: 960 at 9600 baud."""

    @property
    def pause_s(self) -> float:
        """Pause behind each piece of a message."""


class Codec(Protocol):
    """One family of displays."""

    @property
    def lines(self) -> int:
        """How many calls it shows at a time."""

    def hello(self) -> tuple[Message, ...]:
        """What to send after connecting."""

    def frame(self, frame: Frame, *, alone: bool) -> tuple[Message, ...]:
        """The whole display, most urgent part first. ``alone``: the first row has all of it and catches the eye."""

    def all_dots(self) -> tuple[Message, ...]:
        """A picture in which a broken dot is seen."""
