"""While it runs: heartbeat, orders in its answer, help calls, calls for the signs."""

from enum import StrEnum
from typing import Annotated

import msgspec

from kiosk.vocabulary.hardware.devices import DeviceStatus
from kiosk.wire.base import Body, BusinessDay, Count, Lang, Ms, Short, ToldMs, Uuid
from kiosk.wire.ledger import LedgerStanding


class SetAside(Body, frozen=True):
    """A report the hub will never take: what it tells (``OpKind``), of which number, and the code of the refusal."""

    kind: Short
    number: Short = ""
    """As on the slip; "" when it is about none."""
    code: Short = ""


ASIDE_TOLD = 8
"""How many of them a heartbeat carries."""


class OutboxState(Body, frozen=True):
    """What the hub has not heard yet."""

    waiting: Count = 0
    quarantined: Count = 0
    """Operations the hub will never take; a technician looks at them."""
    oldest_s: Count = 0
    own_numbers: Count = 0
    """Numbers of this terminal's own slot that wait here."""
    aside: Annotated[tuple[SetAside, ...], msgspec.Meta(max_length=ASIDE_TOLD)] = ()
    """The newest of those that are quarantined."""


CATALOGUE_FAULT_MAX = 400
"""Letters of a heartbeat's reason."""


class Missed(Body, frozen=True):
    """What at least five visits of one day typed at a terminal and did not find: letters only, three words at most."""

    day: BusinessDay
    text: Short
    visits: Count


MISSES_TOLD = 50
"""How many of them a heartbeat carries."""


class Heartbeat(Body, frozen=True):
    """POST HEARTBEAT, every 5 s: how the terminal is."""

    version: str
    catalogue_version: Count
    devices: tuple[DeviceStatus, ...] = ()
    notes: tuple[Short, ...] = ()
    """Codes of what staff should know: "closed", "store_failed", "catalogue_refused", ..."""
    generation: Short = ""
    slot: Count = 0
    clock_ms: ToldMs = 0
    """The terminal's wall clock, Unix ms."""
    manifest_seq: Count = 0
    outbox: OutboxState = OutboxState()
    catalogue_fault: Annotated[str, msgspec.Meta(max_length=CATALOGUE_FAULT_MAX)] = ""
    """Why the hub's newest catalogue is not in force here, with place and remedy; "" = it is, or nobody knows yet."""
    missed: Annotated[tuple[Missed, ...], msgspec.Meta(max_length=MISSES_TOLD)] = ()
    """Told with each beat from closing on until one was answered; an older hub does not look at it."""


class OrderKind(StrEnum):
    """What a hub may order a terminal to do; a terminal answers ``unknown_kind`` for what it does not know."""

    CLOSE = "close"
    """Serve nobody; ``args["message"]`` stands on the screen."""
    OPEN = "open"
    RESTART = "restart"
    """When nobody is being served."""
    CLOSE_CASE = "close_case"
    """A payment of which nobody knew: how people close it (``hub.ledger.cases``)."""
    VOID = "void"
    """Take ``args["payment"]`` back, before end-of-day."""
    END_DAY = "end_day"
    """Hand the payment terminal's turnover in."""
    ADOPT_TERMINAL = "adopt_terminal"
    """The payment terminal was exchanged: go on with the one that answers now."""


PAYMENT_ORDERS = frozenset({OrderKind.CLOSE_CASE, OrderKind.VOID, OrderKind.END_DAY, OrderKind.ADOPT_TERMINAL})
"""Kept in the terminal's store until they are carried out or refused; what came of them shows the ledger."""
_OF_TERMINALS = frozenset({"supervisor", "technician", "administrator"})
_OF_MONEY = frozenset({"cash_office", "administrator"})
ORDER_ROLES: dict[OrderKind, frozenset[str]] = {
    OrderKind.CLOSE: _OF_TERMINALS,
    OrderKind.OPEN: _OF_TERMINALS,
    OrderKind.RESTART: _OF_TERMINALS,
    OrderKind.CLOSE_CASE: _OF_MONEY,
    OrderKind.VOID: _OF_MONEY,
    OrderKind.END_DAY: _OF_MONEY,
    OrderKind.ADOPT_TERMINAL: frozenset({"technician", "administrator"}),
}
"""Who may give which order: asked by the hub when it is given, and by the terminal when it arrives."""
ORDER_MESSAGE_MAX = 200
"""Letters of a message that stands on a closed terminal."""


class Order(Body, frozen=True, kw_only=True):
    """Applied once, however often it arrives; the result comes back through the outbox. ``role`` is who gave it."""

    id: Uuid
    kind: Short
    args: dict[str, str] = msgspec.field(default_factory=dict)
    expires_ms: Ms
    role: Short


TrailHead = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{1,18}:[0-9a-f]{64})?\Z")]


class HelpTaken(Body, frozen=True):
    """A help call of this terminal (its id) that somebody has taken, and the name of who is coming."""

    id: Uuid
    name: Short


class HeartbeatAnswer(Body, frozen=True):
    """What the hub has to say in return."""

    hub_ms: Ms
    """The hub's clock when it answered, Unix ms; never before the last arrival that the hub gave on this day."""
    business_day: str = ""
    hub_generation: Short = ""
    manifest_seq: Count = 0
    orders: tuple[Order, ...] = ()
    closed_days: Annotated[tuple[BusinessDay, ...], msgspec.Meta(max_length=20)] = ()
    """Business days later than ``business_day`` that staff closed because the hub's clock had been wrong. A terminal
    that counts under one of them goes to ``business_day``, which was never open before, and begins its counts anew."""
    help: tuple[HelpTaken, ...] = ()
    trail_head: TrailHead = ""
    """The head of the hub's trail as of today, ``SEQ:HASH`` (``kiosk.hash_chain``). Terminals keep it, so that whoever
    computes the whole trail anew is found. "" = an older hub, or nothing is in the trail."""
    ledger: LedgerStanding | None = None
    """How far the hub has this terminal's ledger of payments; None = an older hub, which takes none."""


class HelpRequest(Body, frozen=True):
    """POST HELP: a visitor asks for a person at this terminal, or (``withdrawn``) needs nobody after all."""

    id: Uuid
    lang: Lang = "de"
    reason: Annotated[str, msgspec.Meta(pattern=r"^(asked|no_paper|no_number|flood)\Z")] = "asked"
    label: Short = ""
    withdrawn: bool = False
    """The call with this id is over; an older hub takes it for the same call once more."""


class CallKind(StrEnum):
    """First call or a repeat."""

    CALL = "call"
    RECALL = "recall"


class CallState(StrEnum):
    """What has become of a call."""

    NOW = "now"
    """The visitor is on the way, or should be."""
    OVER = "over"
    """The visitor is or was at the counter."""
    MISSED = "missed"
    """The visitor did not come."""


class Call(Body, frozen=True):
    """One number called to one counter, as it was called last: ``seq``, ``kind`` and ``at`` are of that call."""

    seq: Count
    kind: CallKind
    label: str
    counter: str
    at: str
    state: CallState = CallState.NOW
    short: str = ""
    """The counter's name for displays with little room: at most 12 characters."""
    hyphenated: str = ""
    """The counter's name with soft hyphens where a long word may break."""
    queue: str = ""
    """The letter of the queue in which the visitor waited, for boards of a waiting area; "" = an older hub."""


class Calls(Body, frozen=True):
    """GET CALLS and the data of the stream's ``calls`` events: newest last, ``seq`` of the newest event.

    The calls are of ``business_day``; with another day, what was called before is over.
    """

    seq: Count
    at: str
    calls: tuple[Call, ...] = ()
    business_day: str = ""
    whole: bool = False
    """These are all calls there are: one that is missing was taken back or is long over. A hub before 2.1 told only
    those that were new."""
