"""What drivers say of their devices while they work: typed values, told by a driver and routed by the terminal.

``DeviceEvent`` is open, because each kind of device brings its own; whoever routes them takes them apart with ``match``
and treats one that is not known as a bug. None of them is ever written to a log: a code may be a visitor's.
"""

import msgspec

from kiosk.vocabulary.ids import TicketId


class DeviceEvent(msgspec.Struct, frozen=True, tag=True):
    """Progress of a command, or what a device sent unasked."""


class SlipSending(DeviceEvent, frozen=True):
    """Progress of a print job: the printer is well, and the bytes of the slip begin to leave."""


class CodeRead(DeviceEvent, frozen=True):
    """A scanner read a code. Unasked."""

    text: str


class DeviceFact(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """What a driver must find again after a crash: durable before the driver acts on it, given to ``recover`` at start.

    Each kind of device brings its own. A fact that a driver persists is named in the row of its model
    (``DriverSpec.facts``) and known to a store participant.
    """

    device: str = ""
    """The name of the device in the configuration; the terminal fills it in."""


class PrintInDoubt(DeviceFact, frozen=True):
    """A slip was sent before the program ended, and nobody knows what became of it. ``ticket`` is whose slip it is."""

    ticket: TicketId = TicketId("")
