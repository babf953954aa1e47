"""Numbers and queues: what a terminal asks while the hub answers."""

from typing import Annotated

import msgspec

from kiosk.wire.base import Body, Lang, People, Short, Uuid


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
    n: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    queue: str
    service: str
    business_day: str
    issued_at: str
    ahead: Annotated[int, msgspec.Meta(ge=-1, le=999_999)]
    """-1 = not known."""
    slip_code: str
    url: str = ""


class QueueState(Body, frozen=True):
    """GET QUEUES: one queue now."""

    id: str
    series: str
    waiting: People
    open: bool = True
    ahead: Annotated[int, msgspec.Meta(ge=-1, le=999_999)] = -1
    """People who would come before a number drawn now, in this queue and in those that the same counters call.
    -1 = an older hub does not say."""


class QueueStates(Body, frozen=True):
    """All queues of the site, as of ``at``, with the open business day."""

    at: str
    business_day: str
    queues: tuple[QueueState, ...] = ()

    def people_before(self) -> dict[str, int]:
        """By queue: how many people would come before a number drawn now. A hub of before counts the one queue only."""
        return {each.id: each.waiting if each.ahead < 0 else each.ahead for each in self.queues}
