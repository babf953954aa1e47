"""Which connections are kept when there are too many. Pure: no socket, no clock; the protocol does what it says.

Who is who is known only after the head, so nobody is refused because others came first: whoever is silent makes room
for whoever comes, the one that has been silent longest first. Connections that proved who they are (a terminal's key, a
session) go last, and a request that is being answered never goes.
"""

from collections.abc import Hashable
from enum import IntEnum

import msgspec

from hub.connections.known import Known
from hub.connections.limits import Limits


class Rank(IntEnum):
    """Who goes first when room is needed."""

    SILENT = 0
    """Has not sent a whole request yet."""
    IDLE = 1
    """Between two requests."""
    PROVEN_IDLE = 2
    """The same, and it proved who it is."""
    BUSY = 3
    """A request is being answered, or a stream is open: never goes."""


Ranks = dict[Rank, dict[Hashable, None]]
"""Connections by rank, who has been there longest first."""


class _Seat(msgspec.Struct):
    address: str
    stranger: bool
    rank: Rank = Rank.SILENT
    proven: bool = False


class Room(msgspec.Struct, frozen=True):
    """What is to be done so that a new connection has a place: close ``leaves``; ``refused`` = there is no place."""

    leaves: Hashable | None = None
    refused: bool = False


class Connections:
    """The open connections of one hub, by whatever key their owner gives. For the event loop's thread only."""

    def __init__(self, limits: Limits, known: Known) -> None:
        self._limits, self._known = limits, known
        self._seats: dict[Hashable, _Seat] = {}
        self._by_address: dict[str, Ranks] = {}
        self._strangers, self._others = _ranks(), _ranks()
        self._strange = 0
        """How many seats strangers have."""

    def __len__(self) -> int:
        return len(self._seats)

    @property
    def strangers(self) -> int:
        """How many of them come from addresses that are not known."""
        return self._strange

    def opened(self, key: Hashable, address: str, *, proxy: bool = False) -> Room:
        """A connection comes. It has a seat unless it is refused; whoever leaves for it has none any more.

        ``proxy``: it is a reverse proxy's that was named, so it counts as known and is not limited by its address.
        """
        limits, stranger = self._limits, not proxy and address not in self._known
        most = limits.connections if proxy else limits.per_stranger if stranger else limits.per_known
        if self._count(address) >= most:
            room = self._make_room(self._by_address[address])
        elif stranger and self._strange >= limits.strangers:
            room = self._make_room(self._strangers)
        elif len(self._seats) >= limits.connections:
            room = self._make_room(self._strangers, self._others)
        else:
            room = Room()
        if not room.refused:
            self._sit(key, _Seat(address, stranger))
        return room

    def busy(self, key: Hashable) -> None:
        """Its request is whole: it is being answered."""
        self._move(key, Rank.BUSY)

    def idle(self, key: Hashable) -> None:
        """Its request is answered."""
        seat = self._seats.get(key)
        if seat is not None:
            self._move(key, Rank.PROVEN_IDLE if seat.proven else Rank.IDLE)

    def proved(self, key: Hashable) -> None:
        """It showed a terminal's key or a session: no connection of its address is a stranger's any more."""
        seat = self._seats.get(key)
        if seat is None:
            return
        seat.proven = True
        if seat.stranger:
            for each in [each for rank in self._by_address[seat.address].values() for each in rank]:
                mine = self._seats[each]
                self._unrank(each, mine)
                mine.stranger = False
                self._rank(each, mine)

    def closed(self, key: Hashable) -> None:
        """It is gone."""
        seat = self._seats.pop(key, None)
        if seat is not None:
            self._unrank(key, seat)

    def _make_room(self, *among: Ranks) -> Room:
        """Whoever may go, the lowest rank first and of it the one that has been there longest."""
        for rank in (Rank.SILENT, Rank.IDLE, Rank.PROVEN_IDLE):
            for ranks in among:
                for key in ranks[rank]:
                    self.closed(key)
                    return Room(leaves=key)
        return Room(refused=True)

    def _count(self, address: str) -> int:
        ranks = self._by_address.get(address)
        return 0 if ranks is None else sum(map(len, ranks.values()))

    def _sit(self, key: Hashable, seat: _Seat) -> None:
        self._seats[key] = seat
        self._rank(key, seat)

    def _move(self, key: Hashable, rank: Rank) -> None:
        seat = self._seats.get(key)
        if seat is not None:
            for ranks in (self._strangers if seat.stranger else self._others, self._by_address[seat.address]):
                del ranks[seat.rank][key]
                ranks[rank][key] = None
            seat.rank = rank

    def _rank(self, key: Hashable, seat: _Seat) -> None:
        (self._strangers if seat.stranger else self._others)[seat.rank][key] = None
        self._strange += seat.stranger
        self._by_address.setdefault(seat.address, _ranks())[seat.rank][key] = None

    def _unrank(self, key: Hashable, seat: _Seat) -> None:
        del (self._strangers if seat.stranger else self._others)[seat.rank][key]
        self._strange -= seat.stranger
        ranks = self._by_address[seat.address]
        del ranks[seat.rank][key]
        if not any(ranks.values()):
            del self._by_address[seat.address]


def _ranks() -> Ranks:
    return {rank: {} for rank in Rank}
