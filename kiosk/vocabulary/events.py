"""What happens to the session: touches, time, and answers of the workers. Frozen values."""

import msgspec

from kiosk.vocabulary.closure import TerminalClosure
from kiosk.vocabulary.hardware.devices import DeviceStatus
from kiosk.vocabulary.hardware.problems import Problem
from kiosk.vocabulary.ids import HelpId, JobId, ScanId, SessionId, TicketId
from kiosk.vocabulary.intents import Intent
from kiosk.vocabulary.outcomes import PrintOutcome
from kiosk.vocabulary.tickets import Numbered, Standing


class Event(msgspec.Struct, frozen=True, tag=True):
    """Base of all events."""


class Touched(Event, frozen=True):
    """The visitor asked for something on a view of this session."""

    intent: Intent
    session: SessionId


class Tick(Event, frozen=True):
    """Time went by (the facts carry the time)."""


class IntentCommitted(Event, frozen=True):
    """The intent is durable."""

    ticket: TicketId


class NumberGiven(Event, frozen=True):
    """The hub numbered the ticket."""

    ticket: Numbered


class NumberSilent(Event, frozen=True):
    """No number within the deadline; whether the hub heard us is unknown."""

    ticket: TicketId
    problem: Problem


class NumberRefused(Event, frozen=True):
    """The hub answered and will not number this: unknown service, closed queue, wrong key."""

    ticket: TicketId
    code: str


class NumberCommitted(Event, frozen=True):
    """The number is durable: paper may move."""

    ticket: TicketId


class StoreFailed(Event, frozen=True):
    """A fact about this ticket was not kept: nothing that depended on it may happen."""

    ticket: TicketId
    detail: str = ""


class PrintFinished(Event, frozen=True):
    """A print job ended."""

    job: JobId
    outcome: PrintOutcome


class CancelCommitted(Event, frozen=True):
    """The number is given back."""

    ticket: TicketId


class HelpSent(Event, frozen=True):
    """The hub has the help call."""

    id: HelpId


class HelpNotSent(Event, frozen=True):
    """The hub could not be told."""

    id: HelpId


class HelpTaken(Event, frozen=True):
    """Somebody is coming because of this help call; said again with every heartbeat until the call is closed."""

    id: HelpId
    name: str


class SearchFound(Event, frozen=True):
    """Services found, best first."""

    token: int
    services: tuple[str, ...]
    """They answer all that was typed."""
    unsure: tuple[str, ...] = ()
    """They only may have been meant: a screen shows them under "did you mean"."""


class DeviceChanged(Event, frozen=True):
    """A device's state is another than before."""

    status: DeviceStatus


class HubChanged(Event, frozen=True):
    """The hub is reachable, or no longer; ``problem`` says why not where it is more than silence."""

    reachable: bool
    problem: Problem | None = None


class ClosureChanged(Event, frozen=True):
    """An order closed or opened this terminal (or did so before it was started)."""

    house: TerminalClosure


class RestartOrdered(Event, frozen=True):
    """The program is to end, for its supervisor to start it anew, once nobody is being served."""


class CatalogueChanged(Event, frozen=True):
    """Another catalogue generation is in force (the facts carry it)."""

    version: int


class Scanned(Event, frozen=True):
    """A scanner read this code. Its text may be anything."""

    text: str


class ScanCommitted(Event, frozen=True):
    """What was read is durable and will reach the hub."""

    scan: ScanId
    given_back: bool = False
    """The number on the slip was given back at this terminal; of what happened elsewhere only the hub knows."""


class ScanNotCommitted(Event, frozen=True):
    """What was read could not be kept: the hub will not hear of it from here."""

    scan: ScanId
    detail: str = ""


class StandingFound(Event, frozen=True):
    """The hub says how the ticket stands that was asked for under this id."""

    id: ScanId
    standing: Standing


class StandingNotFound(Event, frozen=True):
    """The hub has no such ticket (``answered``), or it did not answer in time."""

    id: ScanId
    answered: bool = False


class Enrolled(Event, frozen=True):
    """The hub gave a key, and the configuration is saved."""


class EnrolFailed(Event, frozen=True):
    """It did not, or the configuration could not be saved at ``path``. Texts: ``setup.fault.<fault>``."""

    fault: str
    detail: str = ""
    path: str = ""


class Failure(Event, frozen=True):
    """A bug was caught at an edge: end the session kindly."""

    place: str
