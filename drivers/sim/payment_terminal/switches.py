"""Faults and habits that can be switched on at the simulated payment terminal, and faults of single messages."""

from enum import StrEnum

import msgspec

from drivers.sim.payment_terminal.apdu import Apdu
from drivers.sim.peer import LineFaults


class PaymentFaults(LineFaults, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``pays_by_itself``: somebody with a girocard stands there at once, whenever a card is asked for.

    States: ``busy`` (9C), ``initialisation_needed`` (51), ``end_of_day_due`` (F0, until the next end-of-day),
    ``memory_full`` (B1, the same), ``printer_not_ready`` (CC). Money: ``declined_code`` n is the result of every
    payment; ``other_amount`` captures one euro more than was asked; ``other_terminal_id`` tells another number;
    ``revoked`` reverses a payment after its status information was accepted; ``reversal_impossible`` (B5);
    ``end_of_day_fails`` (A0); ``lookup_none``: Repeat Receipt knows nothing. ``status_twice``: a status information
    comes again though it was acknowledged. ``host_ms``: so long its host takes. Serial framing: so many of the next
    frames get a NAK (``nak_frames``), no ACK (``unacked_frames``), or go out with a wrong CRC (``bad_crc_frames``).
    """

    pays_by_itself: bool = False
    busy: bool = False
    initialisation_needed: bool = False
    end_of_day_due: bool = False
    memory_full: bool = False
    printer_not_ready: bool = False
    declined_code: int | None = None
    other_amount: bool = False
    other_terminal_id: bool = False
    revoked: bool = False
    reversal_impossible: bool = False
    end_of_day_fails: bool = False
    lookup_none: bool = False
    status_twice: bool = False
    host_ms: int | None = None
    nak_frames: int | None = None
    unacked_frames: int | None = None
    bad_crc_frames: int | None = None


class Mishap(StrEnum):
    """What happens to one message. ``count`` of the fault is what stands in brackets.

    ``lost``: it alone does not arrive (a serial frame is repeated then). ``silent``: neither it nor anything after it,
    both ways (ms; 0 = until the connection ends or ``heal``). ``drop``: the connection closes instead. ``cut``: so many
    bytes of it come, then the connection closes. ``half``: so many bytes, then silence. ``twice``: it comes twice.
    ``late`` (ms). ``wrong_length``: LEN is so much larger. ``garbage``: other data. ``split``: single bytes (ms apart).
    To a message of the other side only the first three can happen.
    """

    LOST = "lost"
    SILENT = "silent"
    DROP = "drop"
    CUT = "cut"
    HALF = "half"
    TWICE = "twice"
    LATE = "late"
    WRONG_LENGTH = "wrong_length"
    GARBAGE = "garbage"
    SPLIT = "split"


class MessageFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mishap, once: at message ``at`` (0 = the command itself, both directions counted) of the next process that
    begins with ``command`` (CLASS and INSTR in hex; what the terminal begins by itself counts from its 04 0F)."""

    at: int
    what: Mishap
    count: int = 0
    command: str = "0601"


class MessageCounter:
    """Counts the messages of a process and finds the mishap of each."""

    def __init__(self) -> None:
        self.faults: list[MessageFault] = []
        self.command = ""
        self.messages: list[str] = []
        """The messages of the running process in hex, ``>`` from the other side, ``<`` from here."""

    def begin(self, message: Apdu) -> None:
        """A process begins with this message, which is still to be counted."""
        self.command = f"{message.command:04x}"
        self.messages = []

    def count(self, arrow: str, message: Apdu) -> MessageFault | None:
        """Count a message; its mishap, which is used up."""
        at = len(self.messages)
        self.messages.append(f"{arrow} {message.encode().hex(' ')}")
        fault = next((one for one in self.faults if one.at == at and one.command.lower() == self.command), None)
        if fault is not None:
            self.faults.remove(fault)
        return fault


def spoiled(message: Apdu, fault: MessageFault | None) -> bytes:
    """The bytes of a message, with a wrong length or other data where its fault says so."""
    data = message.encode()
    if fault is None:
        return data
    if fault.what is Mishap.WRONG_LENGTH:
        return data[:2] + bytes([(data[2] + (fault.count or 31)) % 0xFF]) + data[3:]
    if fault.what is Mishap.GARBAGE:
        keep = 3 if message.data else 0
        return data[:keep] + bytes(byte ^ 0xA5 for byte in data[keep:])
    return data
