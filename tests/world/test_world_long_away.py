"""A terminal that was away for longer than the hub keeps visits: nothing comes back, nobody who waits is lost."""

import random
import secrets

import pytest

from hub.retention.deletion import rules
from hub.retention.periods import DAY_MS, horizons
from hub.tickets.waiting import waiting_list
from tests.world.world_checks import heal
from tests.world.world_hub import SITE
from tests.world.world_net import Fate
from tests.world.world_town import Town


class LongTown(Town):
    """Its ids carry the time of their tap, as a terminal's do; ``fate`` is that of every request."""

    def __init__(self, seed: int) -> None:
        self.fate = Fate.FINE
        super().__init__(lambda: self.fate, random.Random(seed), terminals=2)

    def new_id(self) -> str:
        self._made += 1
        stamp = f"{self.time.ms:012x}"
        return f"{stamp[:8]}-{stamp[8:]}-7000-8000-{self._made:012x}"

    def live_on(self, days: int) -> None:
        """So many days later; the hub turned every one of them and swept."""
        for _ in range(days):
            self.time.go(DAY_MS)
            self.hub.turn_day()
        for horizon in self.hub.do(horizons, self.time.ms):
            for rule in rules(secrets.randbelow):
                for key in self.hub.do(rule.find, horizon):
                    self.hub.do(rule.forget, horizon, key)

    def waiting(self) -> list[str]:
        return [str(ticket.number) for ticket in self.hub.do(waiting_list, SITE)]


@pytest.fixture
def town() -> LongTown:
    town = LongTown(1)
    heal(town)
    return town


def outbox(town: LongTown) -> list[tuple[object, ...]]:
    return [row for each in town.terminals.values() for row in each.rows("SELECT kind, state, last_error FROM outbox")]


def test_what_the_hub_forgot_is_settled_and_who_waits_now_waits(town: LongTown) -> None:
    town.tap("t1", "ausweis")  # numbered by the hub; its paper is told, but the answer is lost
    town.fate = Fate.ANSWER_LOST
    town.terminals["t1"].turn()
    town.net.cut = {"t1"}
    town.fate = Fate.FINE
    old = [town.tap("t1", "ausweis") for _ in range(3)]
    assert all(visitor.number and visitor.number.label.slot for visitor in old)
    town.live_on(60)
    town.forget_visitors()
    today = town.tap("t1", "zulassung")
    assert town.hub.rows("SELECT count(*) FROM ticket") == [(0,)]
    heal(town)
    assert today.number is not None
    assert town.waiting() == [str(today.number.label)]
    assert town.hub.rows("SELECT id FROM ticket") == [(today.id,)]
    assert outbox(town) == []
    assert town.hub.rows("SELECT kind FROM alarm") == []


def test_a_disk_that_is_found_again_brings_nobody_back(town: LongTown) -> None:
    """The terminal worked on with another disk; two months later the old one is put in, full of what was told since."""
    town.net.cut = {"t1"}
    visitors = [town.tap("t1", "ausweis") for _ in range(3)]
    at = town.terminals["t1"]
    found = at.db.serialize("main")
    heal(town)
    assert len(town.waiting()) == 3
    past = "SELECT count(*) FROM past_interval"
    town.live_on(60)
    town.forget_visitors()
    assert town.hub.rows("SELECT count(*) FROM ticket") == [(0,)]
    kept = town.hub.rows(past)
    assert kept[0][0] == len(visitors)
    at.db.deserialize("main", found)
    at.start(reboot=True)
    heal(town)
    assert town.hub.rows("SELECT count(*) FROM ticket") == [(0,)]
    assert town.hub.rows(past) == kept
    assert outbox(town) == []
    assert town.hub.rows("SELECT kind FROM alarm") == []
    assert town.tap("t1", "ausweis").number is not None, "it goes on"
