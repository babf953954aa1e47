"""Days of a town: what happens when, all of it drawn from one seed."""

import heapq
import random
from collections import Counter
from collections.abc import Callable

from tests.world.world_checks import check, heal
from tests.world.world_hub import COUNTERS, SERVICES
from tests.world.world_net import Fate
from tests.world.world_terminal import Terminal
from tests.world.world_town import Town
from tests.world.world_visitor import Mishap, Stop, Visitor

OF_A_DAY, TERMINALS = 4_000, 5
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
OPEN_MS = 2 * HOUR_MS
CLERK_MS = 3_500
STORM = {
    Fate.FINE: 0.80,
    Fate.SLOW: 0.04,
    Fate.LOST: 0.04,
    Fate.ANSWER_LOST: 0.04,
    Fate.LATE: 0.02,
    Fate.DOUBLE: 0.04,
    Fate.MEANWHILE: 0.02,
}
"""How often what becomes of a request in bad hours; in good ones 5 of 1,000 meet anything but FINE."""


class Days:
    """A town and the events of its days in the order of their (virtual) time."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.town = Town(self._fate, self.draw, TERMINALS)
        self.did: Counter[str] = Counter()
        """Figures to print."""
        self.worst_ms = 0
        """The longest healing."""
        self._storms = 0
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._planned = 0
        self._fates, self._weights = list(STORM), list(STORM.values())

    def day(self, number: int) -> None:
        """From eight to ten, then everything is mended and must be told."""
        town = self.town
        begun = town.time.ms
        self._plan(begun, number)
        while self._events and self._events[0][0] < begun + OPEN_MS:
            at, _, happen = heapq.heappop(self._events)
            self._until(at)
            happen()
        self._events.clear()
        self._storms = 0
        check(town, healed=False)
        healed = heal(town)
        check(town, healed=True)
        self._count(healed.ms, healed.ops)
        self._night(begun)

    def _count(self, ms: int, ops: int) -> None:
        self.worst_ms = max(self.worst_ms, ms)
        self.did["operations told when healed"] += ops
        for visitor in self.town.visitors.values():
            self.did["slips"] += visitor.number is not None
            self.did["own numbers"] += visitor.number is not None and visitor.number.label.slot > 0
            self.did["served"] += visitor.served_life >= 0
            self.did["excused"] += bool(visitor.excuse)

    def _night(self, begun: int) -> None:
        """The visitors go home; the hub keeps their tickets, the town forgets them."""
        self.town.forget_visitors()
        self.town.time.ms = begun + 24 * HOUR_MS
        self.town.hub.turn_day()

    # The plan of a day.

    def _plan(self, begun: int, number: int) -> None:
        for _ in range(OF_A_DAY):
            self._at(begun, self._visit)
        for counter in COUNTERS:
            for at in range(begun + MINUTE_MS, begun + OPEN_MS, CLERK_MS):
                self._put(at + self.draw.randrange(CLERK_MS), lambda counter=counter: self._call(counter))
        for _ in range(6):
            self._cut_off(begun)
        for _ in range(3):
            self._hub_down(begun)
            self._storm(begun)
        for _ in range(8):
            self._at(begun, self._crash)
            self._at(begun, self._clock_jumps)
        for _ in range(100):
            self._at(begun, self._straggler)
        if number % 3 == 1:
            self._at(begun, self._wipe)
        if number % 4 == 2:
            saved = begun + self.draw.randrange(OPEN_MS // 2)
            self._put(saved, self.town.hub.back_up)
            self._put(saved + self.draw.randrange(OPEN_MS // 2), self._restore)

    def _put(self, at: int, happen: Callable[[], None]) -> None:
        self._planned += 1
        heapq.heappush(self._events, (at, self._planned, happen))

    def _at(self, begun: int, happen: Callable[[], None]) -> None:
        self._put(begun + self.draw.randrange(OPEN_MS), happen)

    def _span(self, begun: int, longest: int, start: Callable[[], None], end: Callable[[], None]) -> None:
        at = begun + self.draw.randrange(OPEN_MS)
        self._put(at, start)
        self._put(at + self.draw.randrange(1000, longest), end)

    def _cut_off(self, begun: int) -> None:
        name, cut = self._any_name(), self.town.net.cut
        self._span(begun, 30 * MINUTE_MS, lambda: cut.add(name), lambda: cut.discard(name))
        self.did["cuts"] += 1

    def _hub_down(self, begun: int) -> None:
        def down(is_down: bool) -> None:
            self.town.hub.down = is_down

        self._span(begun, 10 * MINUTE_MS, lambda: down(True), lambda: down(False))
        self.did["outages of the hub"] += 1

    def _storm(self, begun: int) -> None:
        def more(storms: int) -> None:
            self._storms += storms

        self._span(begun, 20 * MINUTE_MS, lambda: more(1), lambda: more(-1))
        self.did["storms"] += 1

    def _until(self, at: int) -> None:
        """The terminals' sync threads run until then."""
        town = self.town
        while True:
            due, first = min((each.due_ms, name) for name, each in town.terminals.items())
            if due >= at:
                break
            town.time.ms = max(town.time.ms, int(due) + 1)
            town.terminals[first].turn()
        town.time.ms = max(town.time.ms, at)

    # What happens.

    def _fate(self) -> Fate:
        if not self._storms and self.draw.random() < 0.995:
            return Fate.FINE
        return self.draw.choices(self._fates, self._weights)[0]

    def _visit(self) -> None:
        draw = self.draw
        stop = draw.choice(list(Stop)) if draw.random() < 0.005 else Stop.NEVER
        service = draw.choice(list(SERVICES))
        self.town.tap(self._any_name(), service, stop, printed=draw.random() < 0.98)
        chance = draw.random()
        if chance < 0.02:
            self.town.give_back(self._somebody())
        elif chance < 0.07:
            self._second_way(self._somebody())

    def _call(self, counter: str) -> None:
        chance = self.draw.random()
        mishap = Mishap.WRONG_KEY if chance < 0.03 else Mishap.LATE if chance < 0.06 else Mishap.NONE
        self.town.next(counter, mishap)
        self.did[mishap.value] += mishap is not Mishap.NONE

    def _second_way(self, visitor: Visitor) -> None:
        way = self.draw.randrange(4)
        if way == 3:
            for name in sorted(self.town.net.cut):
                self.town.add_expected(name, SERVICES[visitor.service][1])
        elif way == 2:
            self.town.carry(visitor, self._any_name())
        else:
            self.town.show(visitor, typed=way == 1)
        self.did["second ways"] += 1

    def _straggler(self) -> None:
        net = self.town.net
        if net.flying and not self.town.hub.down:
            net.arrive(self.draw.randrange(len(net.flying)))
            self.did["stragglers"] += 1

    def _crash(self) -> None:
        self.town.crash(self._any_name(), reboot=self.draw.random() < 0.5)
        self.did["crashes"] += 1

    def _wipe(self) -> None:
        self.town.wipe(self._any_name())
        self.did["wiped disks"] += 1

    def _clock_jumps(self) -> None:
        terminal: Terminal = self.town.terminals[self._any_name()]
        terminal.jump_wall_clock(self.draw.uniform(-30 * 3600, 30 * 3600))

    def _restore(self) -> None:
        self.town.restore()
        self.did["restored hubs"] += 1

    def _any_name(self) -> str:
        return self.draw.choice(list(self.town.terminals))

    def _somebody(self) -> Visitor:
        """Among the last thirty who came."""
        ids = list(self.town.recent)
        return self.town.visitors[self.draw.choice(ids)]
