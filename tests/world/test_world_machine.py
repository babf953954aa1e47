"""Three terminals, hub, counters, clerks and a hostile network, driven by Hypothesis; after healing all is in the hub.

Full: 20,000 examples of 200 steps, the standard 300 of 60. The same examples in every run of one size; ``KIOSK_SEED=n``
takes others, and what failed is tried first in the next run with that seed.
"""

import os
import random
from collections import deque

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.world.world_checks import check, heal
from tests.world.world_hub import COUNTERS, SERVICES
from tests.world.world_net import Fate
from tests.world.world_town import Town
from tests.world.world_visitor import Mishap, Stop, Visitor

FULL = os.environ.get("KIOSK_TEST_SIZE") == "full"
SEED = int(os.environ.get("KIOSK_SEED", "1"))
EXAMPLES, STEPS = (20_000, 200) if FULL else (80, 60)
OF_A_SEED = min(EXAMPLES, 500)
"""Hypothesis remembers every example of a run: with 20,000 in one that is some gigabytes."""
RESTORES = 3
"""Backups restored on one day; each takes 20 slots out of use."""

terminals = st.sampled_from(("t1", "t2", "t3"))
services = st.sampled_from(sorted(SERVICES))
fates = st.sampled_from((Fate.FINE, *Fate))
stops = st.sampled_from([stop for stop in Stop if stop is not Stop.NEVER])
counters = st.sampled_from(sorted(COUNTERS))
seconds = st.sampled_from((1, 6, 30, 600, 3600))


class World(RuleBasedStateMachine):
    """Each step is one thing that happens in the town; safety is looked at on the way, liveness at the end."""

    @initialize()
    def begin(self) -> None:
        self.fates: deque[Fate] = deque()
        self.town = Town(lambda: self.fates.popleft() if self.fates else Fate.FINE, random.Random(1))
        self.restores = 0
        heal(self.town)

    @rule(terminal=terminals, service=services, fate=fates)
    def tap(self, terminal: str, service: str, fate: Fate) -> None:
        self.town.time.go(1700)
        self._under(fate, lambda: self.town.tap(terminal, service))

    @rule(terminal=terminals, service=services)
    def tap_cut_off(self, terminal: str, service: str) -> None:
        self.town.net.cut.add(terminal)
        self.town.time.go(700)
        self.town.tap(terminal, service)

    @rule(terminal=terminals, fate=fates, stop=stops)
    def tap_until_power_goes(self, terminal: str, fate: Fate, stop: Stop) -> None:
        self.town.time.go(900)
        self._under(fate, lambda: self.town.tap(terminal, "ausweis", stop))

    @rule(terminal=terminals, fate=fates)
    def sync(self, terminal: str, fate: Fate) -> None:
        """A heartbeat, and what it sets going."""
        self._under(fate, self.town.terminals[terminal].beat)

    @rule(terminal=terminals, fate=fates)
    def sync_after_a_good_heartbeat(self, terminal: str, fate: Fate) -> None:
        """Slot and outbox meet their fate."""
        self.fates.extend((Fate.FINE, fate))
        self._under(fate, self.town.terminals[terminal].beat)

    @rule()
    def all_sync(self) -> None:
        self.town.hub.down, self.town.net.cut = False, set()
        for terminal in self.town.terminals.values():
            terminal.beat()

    @precondition(lambda self: self.town.net.flying and not self.town.hub.down)
    @rule(number=st.integers(0, 7))
    def straggler_arrives(self, number: int) -> None:
        self.town.net.arrive(number % len(self.town.net.flying))

    @rule(terminal=terminals)
    def cut_or_mend(self, terminal: str) -> None:
        self.town.net.cut ^= {terminal}

    @precondition(lambda self: not self.town.hub.down)
    @rule()
    def hub_stops(self) -> None:
        self.town.hub.down = True

    @precondition(lambda self: self.town.hub.down)
    @rule()
    def hub_starts(self) -> None:
        self.town.hub.down = False

    @rule()
    def back_up(self) -> None:
        self.town.hub.back_up()

    @precondition(lambda self: self.town.hub.saved_ms and self.restores < RESTORES)
    @rule()
    def restore(self) -> None:
        self.restores += 1
        self.town.restore()

    @rule(terminal=terminals, way=st.sampled_from(("crash", "reboot", "new disk")))
    def accident(self, terminal: str, way: str) -> None:
        if way == "new disk":
            self.town.wipe(terminal)
        else:
            self.town.crash(terminal, reboot=way == "reboot")

    @rule(terminal=terminals, hours=st.sampled_from((-30, -1, 1, 30)))
    def wall_clock_jumps(self, terminal: str, hours: int) -> None:
        self.town.terminals[terminal].jump_wall_clock(hours * 3600)

    @rule(some=seconds)
    def time_goes_by(self, some: int) -> None:
        self.town.time.go(some * 1000)

    @rule()
    def night(self) -> None:
        self.town.time.go(24 * 3600 * 1000)
        if not self.town.hub.down:
            self.town.hub.turn_day()

    @rule(counter=counters, mishap=st.sampled_from(Mishap))
    def call(self, counter: str, mishap: Mishap) -> None:
        self.town.next(counter, mishap)

    @rule()
    def call_all(self) -> None:
        for counter in COUNTERS:
            self.town.next(counter)

    @rule(terminal=terminals, service=services)
    def call_blind(self, terminal: str, service: str) -> None:
        self.town.add_expected(terminal, SERVICES[service][1])

    @rule(back=st.integers(0, 9), typed=st.booleans())
    def show_slip(self, back: int, typed: bool) -> None:
        if visitor := self._holder(back):
            self.town.show(visitor, typed)

    @rule(back=st.integers(0, 9), terminal=terminals)
    def carry_slip(self, back: int, terminal: str) -> None:
        if visitor := self._holder(back):
            self.town.carry(visitor, terminal)

    @rule(back=st.integers(0, 9))
    def give_back(self, back: int) -> None:
        if visitor := self._holder(back):
            self.town.give_back(visitor)

    def teardown(self) -> None:
        if hasattr(self, "town"):
            check(self.town, healed=False)
            heal(self.town)
            check(self.town, healed=True)

    def _under(self, fate: Fate, act) -> None:
        """``act`` with this fate for its first request (or the next one after those that are laid down)."""
        self.fates.append(fate)
        act()
        self.fates.clear()

    def _holder(self, back: int) -> Visitor | None:
        """Among the last who hold a slip."""
        holders = [each for each in list(self.town.visitors.values())[-40:] if each.waits]
        return holders[-1 - back % len(holders)] if holders else None


def test_the_world_heals() -> None:
    options = settings(
        max_examples=OF_A_SEED,
        stateful_step_count=STEPS,
        derandomize=False,  # the seed below says which examples
        database=DirectoryBasedExampleDatabase(".hypothesis/world") if "KIOSK_SEED" in os.environ else None,
        deadline=None,
        phases=[phase for phase in Phase if phase not in (Phase.explicit, Phase.explain)],
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    for number in range(SEED, SEED + EXAMPLES // OF_A_SEED):
        print(f"seed {number}: {OF_A_SEED} examples of {STEPS} steps", flush=True)
        run_state_machine_as_test(seed(number)(type("World", (World,), {})), settings=options)
