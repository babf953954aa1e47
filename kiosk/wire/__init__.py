"""What terminal and hub say to each other: JSON bodies as msgspec structs, one place for both sides.

Paths are under ``/api/v1``. A terminal signs in with ``Authorization: Bearer <key>`` (given once at enrolment); every
command carries the ticket's UUIDv7 as its id, which is also the idempotency key: the same id, the same answer.
Times are ISO 8601 with offset or Unix ms, ids are 36-character UUIDs, texts are bounded.
"""

from kiosk.wire.base import (
    CA,
    CALLS,
    CALLS_STREAM,
    CHANGES,
    ENROL,
    HEARTBEAT,
    HELP,
    MANIFEST,
    QUEUES,
    SLOT,
    SNAPSHOT,
    SYNC,
    TICKETS,
    VERSION,
    Fault,
    Lang,
    Short,
    Uuid,
)
from kiosk.wire.catalogue import (
    CHANGES_MAX,
    MANIFEST_TYPE,
    SCHEMA,
    CatalogueState,
    Change,
    Changes,
    Manifest,
    SnapshotHead,
    SnapshotPlace,
)
from kiosk.wire.joining import Authority, EnrolAnswer, EnrolRequest, PublicKey, SlotAnswer, SlotRequest
from kiosk.wire.numbers import QueueState, QueueStates, TicketAnswer, TicketRequest
from kiosk.wire.outbox import (
    BATCH_MAX,
    CancelFact,
    Op,
    OpAnswer,
    OpKind,
    OrderFact,
    PaperFact,
    ScanFact,
    SyncAnswer,
    SyncRequest,
    TicketFact,
)
from kiosk.wire.running import (
    ASIDE_TOLD,
    ORDER_MESSAGE_MAX,
    ORDER_ROLES,
    Call,
    CallKind,
    Calls,
    Heartbeat,
    HeartbeatAnswer,
    HelpRequest,
    Order,
    OrderKind,
    OutboxState,
    SetAside,
)

CATALOGUE = "/api/v1/catalogue"
"""GET: the whole catalogue in one JSON (until every terminal follows the manifest)."""


class PaperReport(PaperFact, frozen=True, kw_only=True):
    """POST TICKETS/{id}/paper (goes when the outbox is spoken by both sides)."""

    id: str = ""


class CancelAnswer(CancelFact, frozen=True, kw_only=True):
    """POST TICKETS/{id}/cancel (goes when the outbox is spoken by both sides)."""

    state: str


__all__ = [
    "ASIDE_TOLD",
    "BATCH_MAX",
    "CA",
    "CALLS",
    "CALLS_STREAM",
    "CATALOGUE",
    "CHANGES",
    "CHANGES_MAX",
    "ENROL",
    "HEARTBEAT",
    "HELP",
    "MANIFEST",
    "MANIFEST_TYPE",
    "ORDER_MESSAGE_MAX",
    "ORDER_ROLES",
    "QUEUES",
    "SCHEMA",
    "SLOT",
    "SNAPSHOT",
    "SYNC",
    "TICKETS",
    "VERSION",
    "Authority",
    "Call",
    "CallKind",
    "Calls",
    "CancelAnswer",
    "CancelFact",
    "CatalogueState",
    "Change",
    "Changes",
    "EnrolAnswer",
    "EnrolRequest",
    "Fault",
    "Heartbeat",
    "HeartbeatAnswer",
    "HelpRequest",
    "Lang",
    "Manifest",
    "Op",
    "OpAnswer",
    "OpKind",
    "Order",
    "OrderFact",
    "OrderKind",
    "OutboxState",
    "PaperFact",
    "PaperReport",
    "PublicKey",
    "QueueState",
    "QueueStates",
    "ScanFact",
    "SetAside",
    "Short",
    "SlotAnswer",
    "SlotRequest",
    "SnapshotHead",
    "SnapshotPlace",
    "SyncAnswer",
    "SyncRequest",
    "TicketAnswer",
    "TicketFact",
    "TicketRequest",
    "Uuid",
]
