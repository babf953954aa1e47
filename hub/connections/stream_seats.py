"""Who may hold how many event streams. Pure: no socket, no clock.

A terminal or a person who is signed in has streams of their own: one more than they may have ends their oldest. Boards
are anonymous, so their streams are counted by address, those of unknown addresses apart from those of known ones. When
all of one kind are taken, an address that has few gets one of the address that has most, the newest of them: one
address with 2,000 streams takes none from a board, and a board that stands there for long is never the newest.
"""

from collections.abc import Hashable
from enum import IntEnum

import msgspec

from hub.connections.known import Known
from hub.connections.limits import Limits


class Holder(IntEnum):
    """Whose stream it is, in the order in which they hear of a commit."""

    OWN = 0
    """A terminal, or somebody who is signed in."""
    KNOWN = 1
    """A board at an address that is known."""
    STRANGER = 2


class Seat(msgspec.Struct, frozen=True):
    """A stream may open; the stream of ``leaves`` ends for it (None = of nobody)."""

    holder: Holder
    leaves: Hashable | None = None


class _Pool:
    """Streams by address or by owner, who came first first."""

    def __init__(self, most: int) -> None:
        self.most, self.held = most, 0
        self._by: dict[str, dict[Hashable, None]] = {}

    def count(self, whose: str) -> int:
        return len(self._by.get(whose, ()))

    def oldest(self, whose: str) -> Hashable:
        return next(iter(self._by[whose]))

    def newest_of_fullest(self, than: int) -> Hashable | None:
        """The newest stream of the address that has most, if it has more than ``than``."""
        most = max(self._by.values(), key=len, default={})
        return next(reversed(most)) if len(most) > than else None

    def add(self, key: Hashable, whose: str) -> None:
        self._by.setdefault(whose, {})[key] = None
        self.held += 1

    def remove(self, key: Hashable, whose: str) -> None:
        del self._by[whose][key]
        self.held -= 1
        if not self._by[whose]:
            del self._by[whose]


class StreamSeats:
    """The open streams of one hub, by whatever key their owner gives. For the event loop's thread only."""

    def __init__(self, limits: Limits, known: Known) -> None:
        self._limits, self._known = limits, known
        self._pools = {
            Holder.OWN: _Pool(limits.connections),
            Holder.KNOWN: _Pool(limits.known_streams),
            Holder.STRANGER: _Pool(limits.stranger_streams),
        }
        self._seats: dict[Hashable, tuple[Holder, str]] = {}

    def count(self, holder: Holder) -> int:
        """How many are open."""
        return self._pools[holder].held

    def take_own(self, key: Hashable, owner: str) -> Seat:
        """A terminal or a person, by whatever names them, opens one."""
        full = self._pools[Holder.OWN].count(owner) >= self._limits.streams_per_owner
        leaves = self._pools[Holder.OWN].oldest(owner) if full else None
        return self._seat(key, Seat(Holder.OWN, leaves), owner)

    def take(self, key: Hashable, address: str) -> Seat | None:
        """A board opens one; None = there is none for it."""
        known = address in self._known
        holder = Holder.KNOWN if known else Holder.STRANGER
        pool, limits = self._pools[holder], self._limits
        mine = pool.count(address)
        if mine >= (limits.streams_per_known if known else limits.streams_per_stranger):
            return None
        if pool.held < pool.most:
            return self._seat(key, Seat(holder), address)
        leaves = pool.newest_of_fullest(than=mine + 1)
        return None if leaves is None else self._seat(key, Seat(holder, leaves), address)

    def leave(self, key: Hashable) -> None:
        """It ended, or it never was one."""
        found = self._seats.pop(key, None)
        if found is not None:
            self._pools[found[0]].remove(key, found[1])

    def _seat(self, key: Hashable, seat: Seat, whose: str) -> Seat:
        if seat.leaves is not None:
            self.leave(seat.leaves)
        self._pools[seat.holder].add(key, whose)
        self._seats[key] = (seat.holder, whose)
        return seat
