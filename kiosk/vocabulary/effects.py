"""What the session asks the world to do. The core hands each to its worker; the answer comes back as an event."""

import msgspec

from kiosk.vocabulary.events import Event
from kiosk.vocabulary.hardware.panels import Preset, Rotation
from kiosk.vocabulary.ids import HelpId, JobId, ScanId, SessionId, TicketId
from kiosk.vocabulary.tickets import Numbered, PaperState, TicketIntent


class Effect(msgspec.Struct, frozen=True, tag=True):
    """Base of all effects."""


class StoreEffect(Effect, frozen=True):
    """Base of the effects that the storage thread makes durable: one store participant knows each of them."""


class CommitIntent(StoreEffect, frozen=True):
    """Make the intent durable. Answer: IntentCommitted or StoreFailed."""

    ticket: TicketIntent


class AskNumber(Effect, frozen=True):
    """Ask the hub for a number. Answer: NumberGiven, NumberSilent or NumberRefused."""

    ticket: TicketIntent


class CommitNumber(StoreEffect, frozen=True):
    """Make the number durable. Answer: NumberCommitted or StoreFailed."""

    ticket: Numbered


class PrintTicket(Effect, frozen=True):
    """Put the ticket on paper. ``job`` is new for each attempt. Answer: PrintFinished."""

    job: JobId
    ticket: Numbered
    lang: str
    copy: bool = False


class CommitPaper(StoreEffect, frozen=True):
    """Make the paper's outcome durable and owe it to the hub. No answer is awaited by the visitor."""

    ticket: TicketId
    state: PaperState
    problem: str = ""


class CommitCancel(StoreEffect, frozen=True):
    """Give the number back (or leave a tombstone when there was none yet). Answer: CancelCommitted or StoreFailed."""

    ticket: TicketId


class CommitScan(StoreEffect, frozen=True):
    """A slip was read: make that durable and owe it to the hub. Answer: ScanCommitted or ScanNotCommitted."""

    id: ScanId
    slip: str
    ticket: TicketId
    """The id on the slip."""


class LookUp(Effect, frozen=True):
    """Ask the hub how the ticket stands whose code was read: its page's ``token``, or its ``slip`` as it was read.

    Answer: StandingFound or StandingNotFound with this id.
    """

    id: ScanId
    token: str = ""
    slip: str = ""


class SendHelp(Effect, frozen=True):
    """Call a person to this terminal. Answer: HelpSent or HelpNotSent."""

    id: HelpId
    lang: str
    reason: str
    label: str = ""


class CancelHelp(Effect, frozen=True):
    """Tell the hub that the call with this id is over. No answer is awaited."""

    id: HelpId


class Search(Effect, frozen=True):
    """Find services. Answer: SearchFound with the same token."""

    token: int
    text: str
    lang: str


class UseCatalogue(Effect, frozen=True):
    """From now on search is asked in this generation of the catalogue: between visitors the core took it. No answer."""

    generation: int


class TellMisses(Effect, frozen=True):
    """The town hall has closed: tell the hub what visitors did not find ((text, visits), of this ISO day). No
    answer."""

    day: str
    found: tuple[tuple[str, int], ...]


class Note(Effect, frozen=True):
    """Write a line to the event log: an id from the table and harmless fields."""

    event: str
    fields: dict[str, str] = {}


class Enrol(Effect, frozen=True):
    """Set-up: ask the hub at this address for a key and save the configuration. Answer: Enrolled or EnrolFailed."""

    url: str
    code: str
    panel: Preset
    rotation: Rotation
    bottom_cm: int
    """Lower edge of the picture above the floor."""


class TakeConfiguration(Effect, frozen=True):
    """Set-up is over: read what was saved, serve visitors by it. Answer: EnrolFailed, or the session begins anew."""


class Tell(Effect, frozen=True):
    """Hand this event to the machines beside the session, within the same turn. No answer: they change the facts."""

    event: Event


class Restart(Effect, frozen=True):
    """End the program; its supervisor starts it anew. Nobody is being served."""


class SessionOver(Effect, frozen=True):
    """Everything that belonged to this visitor is to be dropped now."""

    session: SessionId


STORE_EFFECTS: tuple[type[StoreEffect], ...] = tuple(StoreEffect.__subclasses__())
"""Every one of this module: the store refuses to be built while no participant knows one of them."""
