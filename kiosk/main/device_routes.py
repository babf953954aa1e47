"""What devices report goes to who wants it, by the kind of device.

Called on the threads of the devices, each call once for each report; nothing here blocks.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from drivers.host.port import DeviceSaid, JobEnded, Recovered
from kiosk.vocabulary.effects import CommitPaper
from kiosk.vocabulary.hardware.device_events import PrintInDoubt, SlipSending
from kiosk.vocabulary.hardware.devices import DeviceKind
from kiosk.vocabulary.ids import JobId, TicketId
from kiosk.vocabulary.outcomes import NotPrinted, Printed, PrintOutcome, ShowOutcome, Unconfirmed
from kiosk.vocabulary.tickets import PaperState

_PRINTS_KEPT = 1000
"""Print jobs whose ticket is remembered; as many as a host remembers."""


class KindRoute(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes what one kind of device reports. Only this knows the types of its outcomes, events and facts."""

    ended: Callable[[JobId, Any], None]
    """``ended(job, outcome)``."""
    late: Callable[[JobId, Any], None]
    """The same for a command that had been given up: evidence, after another outcome was told."""
    recovered: Callable[[Any, Any], None]
    """``recovered(fact, outcome)``: of a command that was in doubt when the program ended."""
    said: Callable[[DeviceSaid], None]
    """Progress, and what the device said unasked. An event that it does not know is a bug of the driver: TypeError."""


class DeviceRoutes:
    """The routes of a terminal. Raises ValueError, when it is built, that names a kind of device without a route."""

    def __init__(self, kinds: Mapping[DeviceKind, KindRoute]) -> None:
        if missing := set(DeviceKind) - kinds.keys():
            raise ValueError(f"nobody takes the outcomes of {', '.join(sorted(missing))}")
        self._kinds = kinds

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


def no_commands(job: JobId, outcome: Any) -> None:
    """The route of a kind that takes no commands. Raises RuntimeError: somebody commanded it."""
    raise RuntimeError(f"a device that takes no commands was given {job}")


def no_events(said: DeviceSaid) -> None:
    """The route of a kind that says nothing. Raises TypeError."""
    raise TypeError(f"nobody takes {type(said.event).__name__} of {said.device}")


def frame_ended(job: JobId, outcome: ShowOutcome) -> None:
    """Nobody waits for a frame: its display's status tells whether it can show any, and its driver sends it again."""


def printer_said(said: DeviceSaid) -> None:
    """What a printer says meanwhile. Raises TypeError for anything but that a slip is on its way."""
    match said.event:
        case SlipSending():
            pass  # the visitor's page says already that the slip is being printed
        case _:
            no_events(said)


class PrintLedger:
    """Which ticket each print job was for, and whether the last slip is in doubt. Any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets: OrderedDict[JobId, TicketId] = OrderedDict()
        self.in_doubt = False
        """Nobody knows what became of the last slip: half of it may hang in the printer."""

    def begins(self, job: JobId, ticket: TicketId) -> None:
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

    def late_paper(self, job: JobId, outcome: PrintOutcome) -> CommitPaper | None:
        """What a late outcome says of its ticket's paper; None when it says nothing new.

        That a slip was not printed says something only when no other slip of the same ticket was asked for since.
        """
        with self._lock:
            ticket = self._tickets.get(job)
            newest = next((each for each in reversed(self._tickets) if self._tickets[each] == ticket), None)
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
