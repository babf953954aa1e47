"""What devices report goes to who wants it: outcomes by the kind of device, facts by their type.

Called on the threads of the devices, each call once for each report; nothing here blocks but a keeper of facts.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from drivers.host.port import DeviceSaid, JobEnded, NotDurable, Recovered
from kiosk.vocabulary.effects import CommitPaper
from kiosk.vocabulary.hardware.device_events import DeviceFact, PrintInDoubt
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.ids import TicketId
from kiosk.vocabulary.outcomes import NotPrinted, Printed, PrintOutcome, Unconfirmed
from kiosk.vocabulary.payments import (
    AbortRefused,
    PaymentBegun,
    StatusKept,
    TerminalCondition,
    TerminalShows,
    UnaskedRefused,
)
from kiosk.vocabulary.tickets import PaperState

Keeper = Callable[[str, str, DeviceFact], None]
"""``keeper(device, job, fact)`` returns when the fact is durable. Raises NotDurable."""
_OF_PAYMENTS = (PaymentBegun, TerminalShows, AbortRefused, StatusKept, TerminalCondition, UnaskedRefused)
_PRINTS_KEPT = 1000
"""Print jobs whose ticket is remembered; as many as a host remembers."""


class KindRoute(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes what one kind of device reports. Only this knows the types of its outcomes, events and facts."""

    ended: Callable[[str, Any], None]
    """``ended(job, outcome)``."""
    late: Callable[[str, Any], None]
    """The same for a command that had been given up: evidence, after another outcome was told."""
    recovered: Callable[[Any, Any], None]
    """``recovered(fact, outcome)``: of a command that was in doubt when the program ended."""
    said: Callable[[DeviceSaid], None]
    """Progress, and what the device said unasked. An event that it does not know is a bug of the driver: TypeError."""


class DeviceRoutes:
    """The routes of a terminal. Raises ValueError, when it is built, that names a kind of device without a route."""

    def __init__(self, kinds: Mapping[DeviceKind, KindRoute], keepers: Mapping[type[DeviceFact], Keeper]) -> None:
        if missing := set(DeviceKind) - kinds.keys():
            raise ValueError(f"nobody takes the outcomes of {', '.join(sorted(missing))}")
        self._kinds, self._keepers = kinds, keepers

    def finished(self, ended: JobEnded) -> None:
        """A command ended."""
        self._kinds[ended.kind].ended(ended.job, ended.outcome)

    def late(self, ended: JobEnded) -> None:
        """A command that had been given up ended after all."""
        self._kinds[ended.kind].late(ended.job, ended.outcome)

    def recovered(self, found: Recovered) -> None:
        """A device said what became of a command from before the program started."""
        self._kinds[found.kind].recovered(found.fact, found.outcome)

    def said(self, said: DeviceSaid) -> None:
        """A driver told progress, or what its device said unasked."""
        self._kinds[said.kind].said(said)

    def persist(self, device: str, job: str, fact: DeviceFact) -> None:
        """Keep a driver's fact. Raises NotDurable, also when no part of the terminal keeps facts of this type."""
        keeper = self._keepers.get(type(fact))
        if keeper is None:
            raise NotDurable(f"nothing keeps {type(fact).__name__}")
        keeper(device, job, fact)


def no_commands(job: str, outcome: Any) -> None:
    """The route of a kind that takes no commands. Raises RuntimeError: somebody commanded it."""
    raise RuntimeError(f"a device that takes no commands was given {job}")


def no_events(said: DeviceSaid) -> None:
    """The route of a kind that says nothing. Raises TypeError."""
    raise TypeError(f"nobody takes {type(said.event).__name__} of {said.device}")


def unheard(said: DeviceSaid) -> None:
    """What a payment terminal tells while no part of this program takes payments. Raises TypeError for any other."""
    if not isinstance(said.event, _OF_PAYMENTS):
        no_events(said)


class PrintLedger:
    """Which ticket each print job was for, and whether the last slip is in doubt. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets: OrderedDict[str, TicketId] = OrderedDict()
        self.in_doubt = False
        """Nobody knows what became of the last slip: half of it may hang in the printer."""

    def begins(self, job: str, ticket: TicketId) -> None:
        """A slip of this ticket is handed to a printer."""
        with self._lock:
            self._tickets[job] = ticket
            while len(self._tickets) > _PRINTS_KEPT:
                self._tickets.popitem(last=False)

    def ended(self, outcome: PrintOutcome) -> None:
        """The slip handed over last ended so."""
        match outcome:
            case Printed():
                self.in_doubt = False
            case Unconfirmed():
                self.in_doubt = True
            case NotPrinted():
                pass  # nothing left, so whatever hung in the printer hangs there still

    def late_paper(self, job: str, outcome: PrintOutcome) -> CommitPaper | None:
        """What a late outcome says of its ticket's paper; None when it says nothing new.

        That a slip was not printed says something only when no other slip of the same ticket was asked for since.
        """
        with self._lock:
            ticket = self._tickets.get(job)
            newest = next((each for each in reversed(self._tickets) if self._tickets[each] == ticket), "")
        if ticket is None:
            return None
        match outcome:
            case Printed():
                return CommitPaper(ticket, PaperState.PRINTED)
            case NotPrinted(problem=problem) if newest == job:
                return CommitPaper(ticket, PaperState.NOT_PRINTED, problem.value)
            case _:
                return None

    def recovered_paper(self, fact: PrintInDoubt, outcome: PrintOutcome) -> CommitPaper | None:
        """What a printer says after a restart of a slip from before it. Only a slip that came settles the doubt: with
        several printers another one may hold the half."""
        if not isinstance(outcome, Printed):
            return None
        self.in_doubt = False
        return CommitPaper(fact.ticket, PaperState.PRINTED) if fact.ticket else None
