"""What a handler says to the connection of its request: who is asking, and that it is a stream.

Without our protocol (the app alone) nothing is limited and nothing happens.
"""

from litestar.types import HTTPScope

from hub.connections.keeper import Keeper, Line
from hub.connections.stream_seats import Holder, Seat
from hub.connections.tally import Reason

KEY = "proof"


class Proof:
    """Stands in a request's scope while the hub runs behind its own protocol."""

    def __init__(self, keeper: Keeper, line: Line, origin: str) -> None:
        self.keeper, self._line, self._origin = keeper, line, origin
        self.given = False
        self.holder = Holder.STRANGER

    def give(self) -> None:
        """The request carried a terminal's key or a session that is good."""
        if not self.given:
            self.given = True
            self.keeper.proved(self._line, self._origin)

    def board_stream(self) -> bool:
        """Whether the board that asks may have a stream."""
        seat = self.keeper.streams.take(self._line, self._origin)
        if seat is None:
            self.keeper.tally.note(Reason.STREAMS, self._origin)
            return False
        self._sit(seat)
        return True

    def own_stream(self, owner: str) -> None:
        """A terminal, or a session, has a stream; its oldest ends when it has too many."""
        self._sit(self.keeper.streams.take_own(self._line, owner))

    def wrong_head(self) -> None:
        """The request is refused for its host or path."""
        self.keeper.tally.note(Reason.HEAD_WRONG, self._origin)

    def unnamed_proxy(self) -> None:
        """A form was refused that came with a proxy's header, from a peer that was not named as one."""
        if not self._line.proxied:
            self.keeper.tally.note(Reason.UNNAMED_PROXY, self._line.peer)

    def _sit(self, seat: Seat) -> None:
        self.holder = seat.holder
        if isinstance(seat.leaves, Line):
            seat.leaves.drop(Reason.STREAMS)


def proof_of(scope: HTTPScope) -> Proof | None:
    """The request's, if the hub runs behind its own protocol."""
    found = scope.get("state", {}).get(KEY)
    return found if isinstance(found, Proof) else None


def prove(scope: HTTPScope) -> None:
    """The request of this scope is from somebody we know."""
    if (proof := proof_of(scope)) is not None:
        proof.give()


def wrong_head(scope: HTTPScope) -> None:
    """This request is refused for its host or path."""
    if (proof := proof_of(scope)) is not None:
        proof.wrong_head()


def unnamed_proxy(scope: HTTPScope) -> None:
    """This form is refused though a proxy says that its page is ours."""
    if (proof := proof_of(scope)) is not None:
        proof.unnamed_proxy()


def own_stream(scope: HTTPScope, owner: str) -> Holder:
    """The answer to this request is a stream of ``owner``."""
    if (proof := proof_of(scope)) is not None:
        proof.own_stream(owner)
    return Holder.OWN


def board_stream(scope: HTTPScope) -> bool:
    """Whether the answer to this request may be a board's stream."""
    return (proof := proof_of(scope)) is None or proof.board_stream()


def holder_of(scope: HTTPScope) -> Holder:
    """Whose stream it is, once it has its seat."""
    return Holder.STRANGER if (proof := proof_of(scope)) is None else proof.holder
