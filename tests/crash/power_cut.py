"""One life with a power cut: work, lose power somewhere, switch on again, look, and work on.

As a program ("first-seed count") it plays a range of seeds: a line for each that broke a promise, at last "done";
how far it is on stderr.
"""

import contextlib
import itertools
import random
import sys
from enum import StrEnum
from functools import cache

import apsw

from offline_cache.store import own_numbers
from offline_cache.store.context import StoreContext
from tests.crash import power_catalogue
from tests.crash.power_catalogue import Followed, Reader
from tests.crash.power_disk import PowerDisk, PowerOff
from tests.crash.power_editions import MISSED, PlayedHub
from tests.crash.power_world import Mode, Promised, Terminal, faults, let_go, power_on, promised
from tests.unit.offline_cache.cache_helpers import Clock


class Kind(StrEnum):
    """What is under way when the power goes."""

    TICKETS = "tickets"
    CATALOGUE = "catalogue"
    BOTH = "both"


MIX = (*[Kind.TICKETS] * 8, Kind.CATALOGUE, Kind.BOTH)
"""A switch of the catalogue costs as much as twenty tickets."""
_LONGEST = {Kind.TICKETS: 900, Kind.CATALOGUE: 300, Kind.BOTH: 600}
"""Calls to the disk within which the power goes."""
_NAMES = 35
"""The same for calls that concern names: ten to a switch."""


def kind_of(seed: int) -> Kind:
    return random.Random(seed).choice(MIX)


def cut_once(seed: int, mode: Mode = Mode(), kind: Kind | None = None) -> list[str]:
    """Every promise that was broken."""
    life = Life(seed, mode, kind or kind_of(seed))
    life.lead()
    return life.look_after()


@cache
def _new_store() -> tuple[tuple[str, bytes], ...]:
    disk = PowerDisk("new")
    power_on(disk).close()
    return tuple((path, bytes(image.seen)) for path, image in disk.names.items())


def new_store() -> dict[str, bytes]:
    """The files of a terminal that was switched on once: no cut falls before that is done, so it is done for all."""
    return dict(_new_store())


class Life:
    """A terminal from its start to the cut, and the one that starts on what the disk has then."""

    def __init__(self, seed: int, mode: Mode, kind: Kind) -> None:
        self.seed, self.mode, self.kind, self.draw = seed, mode, kind, random.Random(seed)
        self.so_far, self.followed = promised(), Followed()
        self.world = StoreContext(
            new_id=lambda ids=itertools.count(1): f"0192f0c0-0000-7000-9000-{next(ids):012d}",  # type: ignore[misc]
            clock=Clock().hub_clock(),
            machine="m1",
        )
        self.hub = PlayedHub(self.draw.randrange(5))
        files = {} if kind is Kind.CATALOGUE else new_store()
        files |= {} if kind is Kind.TICKETS else power_catalogue.begun(self.hub.at)
        self.disk = PowerDisk(f"power-{seed}", files, honest=mode.honest)

    def lead(self) -> None:
        """Work until the power goes."""
        terminal = self._tickets()
        reader = self._reader()
        self._choose_the_moment()
        for _ in range(400):
            with contextlib.suppress(PowerOff):
                if reader is not None and (terminal is None or self.draw.random() < 0.1):
                    reader = power_catalogue.work(reader, self.draw)
                elif terminal is not None:
                    terminal.work()
            if self.disk.off:
                break
        if terminal is not None:
            let_go(terminal.db)
        if reader is not None:
            reader.close()

    def _choose_the_moment(self) -> None:
        """At any call; with a catalogue as often among those that make, rename or flush names, which are few."""
        if self.kind is Kind.TICKETS or self.draw.random() < 0.5:
            self.disk.cut_at = self.disk.calls + self.draw.randint(1, _LONGEST[self.kind])
        else:
            self.disk.cut_at_name = self.disk.name_calls + self.draw.randint(1, _NAMES)

    def _tickets(self) -> Terminal | None:
        if self.kind is Kind.CATALOGUE:
            return None
        terminal = Terminal(power_on(self.disk, self.mode), self.world, self.draw, self.so_far, 1)
        terminal.begin()
        return terminal

    def _reader(self) -> Reader | None:
        if self.kind is Kind.TICKETS:
            return None
        self.followed.shown, self.followed.seq = self.hub.edition, self.hub.edition.seq
        unsafe = "" if self.mode.synchronous == "FULL" else self.mode.synchronous
        return Reader(self.disk, self.hub, self.followed, synchronous=unsafe)

    def look_after(self) -> list[str]:
        """Switch on again, look, and work on."""
        after = PowerDisk(f"after-{self.seed}", self.disk.after_cut(self.draw))
        found = [] if self.kind is Kind.CATALOGUE else tickets_after(after, self.world, self.draw, self.so_far)
        if self.kind is Kind.TICKETS:
            return found
        reader = Reader(after, self.hub, self.followed)
        try:
            return [
                *found,
                *(f"catalogue: {fault}" for fault in power_catalogue.faults(reader, self.draw.randint(0, 1 + MISSED))),
            ]
        finally:
            reader.close()


def tickets_after(after: PowerDisk, world: StoreContext, draw: random.Random, so_far: Promised) -> list[str]:
    try:
        db = power_on(after)
    except (AssertionError, apsw.Error) as fault:
        return [f"does not open: {fault}"]
    found = faults(db, so_far)
    again = Terminal(db, world, draw, so_far, 1_000_000)
    today = {so_far.numbers[ticket] for ticket in so_far.today}
    if not found and so_far.today:
        if own_numbers.slot_status(db, world).slot == 0:
            let_go(db)
            return [*found, "the slot of today is gone"]
        fresh = [again.own_number() for _ in range(3)]
        found += [f"given twice: {label}" for label in fresh if label in today]
    let_go(db)
    return found


def main(first: int, count: int) -> None:
    for seed in range(first, first + count):
        if (seed - first) % 5000 == 0:
            print(f"{seed - first} of {count} from {first}", file=sys.stderr, flush=True)
        if found := cut_once(seed):
            print(f"KIOSK_SEED={seed}: {found}", flush=True)
    print("done", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
