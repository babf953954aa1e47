"""POST STANDING: a visitor holds a slip before a terminal and asks how the number stands.

The code on the slip is the proof: the token of the visitor's page, or the slip's own text with its MAC. Nothing can be
asked by a number or an id alone. The answer holds what the visitor's page shows, and no more.
"""

from typing import Annotated

import msgspec

from kiosk.vocabulary.ids import TicketId
from kiosk.vocabulary.labels import Label
from kiosk.vocabulary.tickets import Standing, StandingState
from kiosk.wire.base import Body, Lang, Ms, People, Short, Uuid
from kiosk.wire.outbox import Series

Minutes = Annotated[int, msgspec.Meta(ge=0, le=1440)]


class StandingRequest(Body, frozen=True, kw_only=True):
    """Exactly one of them: ``token`` from the address of a visitor's page, ``slip`` as the scanner read it."""

    token: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{32})?\Z")] = ""
    slip: Short = ""


class StandingAnswer(Body, frozen=True, kw_only=True):
    """How the ticket stands now."""

    id: Uuid
    series: Series
    slot: Annotated[int, msgspec.Meta(ge=0, le=99)]
    n: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    state: StandingState
    service: Short = ""
    """Id in the catalogue; "" = not known."""
    queue: Short = ""
    """Id of the queue in which it waits now (a transfer changes it), or from which it was called; "" = not known."""
    lang: Lang = "de"
    arrived_ms: Ms = 0
    ahead: People = 0
    """People who are called before this visitor; 0 once called."""
    minutes_from: Minutes = 0
    minutes_to: Minutes = 0
    """Minutes until the call, as the last hour lets expect; both 0 = nothing can be expected."""
    counter: Short = ""
    """Name of the counter that called; "" before."""

    def standing(self) -> Standing:
        """The same as the session knows it."""
        return Standing(
            id=TicketId(self.id),
            label=Label(self.series, self.slot, self.n),
            state=self.state,
            service=self.service,
            queue=self.queue,
            lang=self.lang,
            arrived_ms=self.arrived_ms,
            ahead=self.ahead,
            minutes_from=self.minutes_from,
            minutes_to=self.minutes_to,
            counter=self.counter,
        )
