"""Numbers and queues: what a terminal asks while the hub answers."""

from kiosk.wire.base import Body, Lang, Short, Uuid


class TicketRequest(Body, frozen=True):
    """POST TICKETS: a number for a service. ``id`` was made at the tap."""

    id: Uuid
    service: Short
    lang: Lang = "de"
    tapped_at: str = ""


class TicketAnswer(Body, frozen=True):
    """The number. ``slip_code`` is what the QR holds without a base URL; ``url`` is "" when none is configured."""

    id: Uuid
    series: str
    n: int
    queue: str
    service: str
    business_day: str
    issued_at: str
    ahead: int
    slip_code: str
    url: str = ""


class QueueState(Body, frozen=True):
    """GET QUEUES: one queue now."""

    id: str
    series: str
    waiting: int
    open: bool = True


class QueueStates(Body, frozen=True):
    """All queues of the site, as of ``at``, with the open business day."""

    at: str
    business_day: str
    queues: tuple[QueueState, ...] = ()
