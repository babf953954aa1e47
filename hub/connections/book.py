"""Which connections are kept when there are too many. Pure: no socket, no clock; the protocol does what it says.

Who is who is known only after the head, so nobody is refused because others came first: whoever is silent makes room
for whoever comes, the one that has been silent longest first. Connections that proved who they are (a terminal's key, a
session) go last, and a request that is being answered never goes.
"""

from collections.abc import Hashable
from enum import IntEnum

import msgspec

from hub.connections.limits import Limits

MOST_KNOWN = 4096
"""Addresses that are remembered."""


class Rank(IntEnum):
    """Who goes first when room is needed."""

    SILENT = 0
    """Has not sent a whole head yet."""
    IDLE = 1
    """Between two requests."""
    PROVEN_IDLE = 2
    """The same, and it proved who it is."""
    BUSY = 3
    """A request is being answered, or a stream is open: never goes."""


class _Seat(msgspec.Struct):
    address: str
    rank: Rank = Rank.SILENT
    proven: bool = False


class Room(msgspec.Struct, frozen=True):
    """What is to be done so that a new connection has a place: close ``leaves``; ``refused`` = there is no place."""

    leaves: Hashable | None = None
    refused: bool = False


class Connections:
    """The open connections of one hub, by whatever key their owner gives. For the event loop's thread only."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seats: dict[Hashable, _Seat] = {}
        self._order: dict[str, dict[Rank, dict[Hashable, None]]] = {}
        """By address and rank, who has been there longest first."""
        self._ranked: dict[Rank, dict[Hashable, None]] = {rank: {} for rank in Rank}
        self._known: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._seats)

    def opened(self, key: Hashable, address: str) -> Room:
        """A connection comes. It has a seat unless it is refused; whoever leaves for it has none any more."""
        limits, known = self._limits, address in self._known
        if self._count(address) >= (limits.per_known if known else limits.per_stranger):
            room = self._make_room(address)
        elif not known and self._strangers() >= limits.strangers:
            room = self._make_room(None, strangers_only=True)
        elif len(self._seats) >= limits.connections:
            room = self._make_room(None)
        else:
            room = Room()
        if not room.refused:
            self._sit(key, _Seat(address))
        return room

    def busy(self, key: Hashable) -> None:
        """Its head is whole: it is being answered."""
        self._move(key, Rank.BUSY)

    def idle(self, key: Hashable) -> None:
        """Its request is answered."""
        seat = self._seats.get(key)
        if seat is not None:
            self._move(key, Rank.PROVEN_IDLE if seat.proven else Rank.IDLE)

    def proved(self, key: Hashable) -> None:
        """It showed a terminal's key or a session: its address is known from now on."""
        seat = self._seats.get(key)
        if seat is None:
            return
        seat.proven = True
        self._known.pop(seat.address, None)
        self._known[seat.address] = None
        if len(self._known) > MOST_KNOWN:
            self._known.pop(next(iter(self._known)))

    def knows(self, address: str) -> bool:
        """Whether somebody proved who they are from this address."""
        return address in self._known

    def forget(self) -> None:
        """A day is over: every address has to prove itself anew."""
        self._known.clear()

    def closed(self, key: Hashable) -> None:
        """It is gone."""
        seat = self._seats.pop(key, None)
        if seat is not None:
            self._unrank(key, seat)

    def _make_room(self, address: str | None, *, strangers_only: bool = False) -> Room:
        """Whoever may go, the lowest rank first and of it the one that has been there longest."""
        ranks = self._ranked if address is None else self._order[address]
        for rank in (Rank.SILENT, Rank.IDLE, Rank.PROVEN_IDLE):
            for key in ranks.get(rank, ()):
                if not strangers_only or self._seats[key].address not in self._known:
                    self.closed(key)
                    return Room(leaves=key)
        return Room(refused=True)

    def _strangers(self) -> int:
        return sum(self._count(address) for address in self._order if address not in self._known)

    def _count(self, address: str) -> int:
        return sum(len(keys) for keys in self._order.get(address, {}).values())

    def _sit(self, key: Hashable, seat: _Seat) -> None:
        self._seats[key] = seat
        self._rank(key, seat)

    def _move(self, key: Hashable, rank: Rank) -> None:
        seat = self._seats.get(key)
        if seat is not None:
            self._unrank(key, seat)
            seat.rank = rank
            self._rank(key, seat)

    def _rank(self, key: Hashable, seat: _Seat) -> None:
        self._ranked[seat.rank][key] = None
        self._order.setdefault(seat.address, {}).setdefault(seat.rank, {})[key] = None

    def _unrank(self, key: Hashable, seat: _Seat) -> None:
        del self._ranked[seat.rank][key]
        ranks = self._order[seat.address]
        del ranks[seat.rank][key]
        if not any(ranks.values()):
            del self._order[seat.address]
