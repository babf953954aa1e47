"""What may happen to a device while a driver works with it, one row each, and what may be claimed after it."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from tests.contract.benches import Setup, thorough
from tests.contract.kinds.receipt_printer import PrinterBench


class When(Enum):
    """When the switches are turned."""

    START = "before the driver connects"
    COMMAND = "after the poll, right before the command"


class Claim(Enum):
    """What the outcome may say, beside the law that it must be true."""

    ANYTHING = "anything"
    NOT_DONE = "anything but done"
    UNDONE = "not done for certain"
    DOUBT = "neither done nor undone"


class Mishap(msgspec.Struct, frozen=True, kw_only=True):
    """``off``: what is turned off again before the device is judged (None = every switch that was turned on)."""

    name: str
    on: dict[str, Any]
    when: When = When.COMMAND
    claim: Claim = Claim.NOT_DONE
    off: dict[str, Any] | None = None
    lines: tuple[str, ...] = ("tcp", "pty")

    @property
    def rest(self) -> dict[str, Any]:
        return dict.fromkeys(self.on, False) if self.off is None else self.off


ONE_LINE = ("tcp",)

COMMON = (
    Mishap(name="silent_from_the_start", on={"silent": True}, when=When.START),
    Mishap(name="falls_silent", on={"silent": True}),
    Mishap(name="answers_are_lost", on={"mute": True}, claim=Claim.ANYTHING),
    Mishap(name="line_of_another_speed", on={"garbage": True}, when=When.START),
    Mishap(name="garbage_while_it_works", on={"garbage": True}, lines=ONE_LINE),
    Mishap(name="every_answer_twice", on={"twice": True}, when=When.START, claim=Claim.ANYTHING, off={}),
    Mishap(name="slow_drip", on={"slow": True}, when=When.START, claim=Claim.ANYTHING, lines=ONE_LINE),
    Mishap(name="nothing_is_taken", on={"stalled": True}, claim=Claim.ANYTHING),
)
"""On every line, whatever the device is."""

_STOPPED = ("paper_out", "cover_open", "cutter_error", "printer_error", "overheated")
PRINTER = (
    *(Mishap(name=name, on={name: True}, claim=Claim.UNDONE, lines=ONE_LINE) for name in _STOPPED),
    *(
        Mishap(
            name=f"{name}_in_the_middle",
            on={name: value},
            claim=Claim.DOUBT,  # the rest waits in the printer and may come out
            off={"paper_out": False, "cutter_error": False},
            lines=ONE_LINE,
        )
        for name, value in (("paper_out_after_lines", 2), ("cutter_jam", True))
    ),
)
"""What only a printer meets. A new kind of device brings such a table with its bench."""


def cases() -> list[tuple[Setup, Mishap]]:
    """Each way of talking with each of its mishaps."""
    return [
        (setup, mishap)
        for setup in thorough("tcp", "pty")
        for mishap in (*COMMON, *(PRINTER if isinstance(setup.bench, PrinterBench) else ()))
        if setup.line in mishap.lines
    ]
